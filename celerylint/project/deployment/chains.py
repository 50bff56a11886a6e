"""Follows what a unit runs, through wrappers, shells and scripts of the tree, to Celery's
command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from celerylint.facts.manifests.model import Command
from celerylint.facts.manifests.words import Text, literal
from celerylint.findings import Span
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.expansion import Surroundings, expand
from celerylint.project.deployment.locate import locate
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.shell_frame import Frame, Source
from celerylint.project.deployment.shell_run import Walker
from celerylint.project.deployment.situation import Situation, ran, wrapped
from celerylint.project.deployment.wrappers import Unwrapped, basename, unwrap
from celerylint.project.values import Unknown
from celerylint.structs import dataclass, replace

_DEEPEST = 8
_MOST_STEPS = 3000
_SERVERS = ("gunicorn", "uwsgi")
_MANAGERS = (
    "supervisord",
    "honcho",
    "foreman",
    "init",
    "s6-svscan",
    "circusd",
    "goreman",
    "forego",
)


@dataclass(frozen=True, slots=True)
class Start:
    """Celery's command, found: the word that stands for `celery` and the words behind it."""

    word: Arg
    args: tuple[Arg, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class Managed:
    """A process manager, found: supervisord, honcho, s6's init; args are the words behind its
    name."""

    name: str
    args: tuple[Arg, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class Served:
    """A web server, found: gunicorn or uwsgi (name; word as written) and the words behind it."""

    name: str
    word: Arg
    args: tuple[Arg, ...]
    situation: Situation


def tidy(spans: Sequence[Span]) -> tuple[Span, ...]:
    """A chain with each line once; of neighbours in one file the first, but always the last of all,
    which is the start itself."""
    found: list[Span] = []
    for number, each in enumerate(spans):
        if any((known.path, known.line) == (each.path, each.line) for known in found[:-1]):
            continue
        if found and found[-1].path == each.path:
            if number < len(spans) - 1:
                continue
            found.pop()
        found.append(each)
    return tuple(found)


class Follower:
    """Collects the starts, managers and web servers that command lines lead to; reached are the
    scripts on the way. own: names of console scripts that are Celery's command. Never raises for
    bad input."""

    def __init__(self, files: Files, own: Mapping[str, bool] = MappingProxyType({})) -> None:
        self.files = files
        self.own = own
        self.starts: list[Start] = []
        self.managed: list[Managed] = []
        self.served: list[Served] = []
        self.reached: set[str] = set()
        self._steps = 0

    def follow(self, args: Sequence[Arg], situation: Situation) -> None:
        """Follows one command line."""
        self._steps += 1
        if situation.depth > _DEEPEST or self._steps > _MOST_STEPS:
            return
        found = unwrap(args, self.own)
        if found.through and self._located(found.through[0], situation) is not None:
            found.kind, found.word, found.args = "command", found.through[0], found.through[1:]
            found.unsure.pop()
            found.wrappers.pop()
        if found.word is None or ("manage.py" in found.wrappers and self._own_command(found)):
            return
        inner = wrapped(situation, found)
        name = basename(found.word.text() or "")
        if found.kind == "celery":
            self.starts.append(Start(found.word, tuple(found.args), inner))
        elif found.kind == "shell":
            self._string(found, inner)
        elif found.kind == "command" and name in _MANAGERS:
            inner = replace(inner, chain=(*inner.chain, found.word.span))
            self.managed.append(Managed(name, tuple(found.args), inner))
        elif found.kind == "command" and name in _SERVERS:
            self.served.append(Served(name, found.word, tuple(found.args), inner))
        elif found.kind == "command":
            self._script(found, inner)

    def _own_command(self, found: Unwrapped) -> bool:
        """Is it a command of manage.py that the project itself defines? Its words are its own."""
        name = found.word.text() if found.word is not None else None
        return any(path.endswith(f"management/commands/{name}.py") for path in self.files.paths)

    def command(self, command: Command, home: Home, situation: Situation) -> None:
        """Follows a manifest's command, whatever its form."""
        if command.script is not None:
            interpreter = basename(command.interpreter.split(" ")[0]) or "sh"
            service = situation.service
            if service is not None and service.manifest.kind == "procfile":
                interpreter = "bash"  # the shell stays, but the whole process group gets the signal
            self.text(home, command.script, interpreter, None, situation, string=True)
            return
        self._variants(expand(command.words, situation.around, home), situation)

    def _variants(self, variants: Sequence[Sequence[Arg]], situation: Situation) -> None:
        """Follows one command line in all the ways that it may read. Where only some of them lead
        to a start, the others may hold any words: that start's are open."""
        before, fruitless = len(self.starts), None
        for args in variants:
            count = len(self.starts)
            self.follow(args, situation)
            if len(self.starts) == count and args:
                fruitless = args[-1]
        if fruitless is not None:
            more = replace(fruitless, value=Unknown("other words"), open=True, written="")
            self.starts[before:] = [
                replace(each, args=(*each.args, more)) for each in self.starts[before:]
            ]

    def _string(self, found: Unwrapped, situation: Situation) -> None:
        word = found.word
        if word is None or word.source is None:
            return
        home, text = word.source
        self.text(home, text, found.interpreter, found.args, situation, string=True)

    def _script(self, found: Unwrapped, situation: Situation) -> None:
        word = found.word
        text = word.text() if word is not None else None
        if word is None or text is None:
            return None
        path = self._located(word, situation)
        script = self.files.script(path) if path is not None else None
        if path is None or script is None:
            return self._missing(word, text, found.args, situation)
        if path in situation.seen:
            return None
        self.reached.add(path)
        home, body, interpreter = script
        inner = replace(
            situation,
            chain=(*situation.chain, word.span),
            seen=situation.seen | {path},
            depth=situation.depth + 1,
        )
        return self.text(home, body, interpreter, found.args, inner, string=False, name=text)

    def _located(self, word: Arg, situation: Situation) -> str | None:
        """The script of the tree that a word names."""
        text, around = word.text(), situation
        if text is None:
            return None
        path = locate(
            text, around.workdir, around.service, around.image, self.files, word.span.path
        )
        return path if path is not None and self.files.script(path) is not None else None

    def _missing(self, word: Arg, text: str, args: list[Arg], situation: Situation) -> None:
        """An entrypoint outside the tree usually ends in `exec "$@"`: its words are followed, but
        nobody knows who gets the signals."""
        if args and "entrypoint" in basename(text):
            inner = replace(situation, executes=None, depth=situation.depth + 1)
            self.follow(args, replace(inner, chain=(*situation.chain, word.span)))

    def text(
        self,
        home: Home,
        text: Text,
        interpreter: str,
        parameters: list[Arg] | None,
        situation: Situation,
        string: bool,
        name: str = "",
    ) -> None:
        """Walks a script (string: what stands behind `-c`) and follows what it runs."""
        around = situation.around
        if string and parameters:
            name, parameters = parameters[0].text() or "", parameters[1:]
        shell = {**situation.shell, **around.unit, **situation.environment}
        surroundings = replace(
            around, shell=shell, arrays={}, parameters=parameters, script=name, build=around.build
        )
        frame = Frame(surroundings, workdir=situation.workdir)
        walker = Walker(home, situation.service is not None, self._source(situation))
        runs = walker.walk(text, frame)
        for run in runs:
            inner = ran(situation, run, interpreter, string)
            if frame.open and not inner.environment_open:
                inner = replace(inner, environment_open=frame.open)
            self._variants(run.variants, inner)

    def _source(self, situation: Situation) -> Source:
        def find(path: str, frame: Frame) -> tuple[Home, Text] | None:
            local = locate(path, frame.workdir, situation.service, situation.image, self.files, "")
            if local is None or local in situation.seen:
                return None
            script = self.files.script(local)
            return script[:2] if script is not None else None

        return find


def shell_words(command: Command, home: Home) -> list[Arg]:
    """`CMD text` behind an ENTRYPOINT: /bin/sh -c text."""
    shell, *options = (command.interpreter or "/bin/sh -c").split()
    words = [literal(each, command.start, command.start) for each in (shell, *options)]
    script = command.script or Text("")
    words.append(replace(literal(script.value, command.start, command.end), source=script))
    return expand(words, Surroundings(), home)[0]
