"""Strips what stands in front of the command that matters: `gosu app`, `uv run`, `sh -c`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from celerylint.patterns import regex
from celerylint.project.deployment.argv import STARTS, Arg
from celerylint.project.deployment.old_commands import OLD_COMMANDS, is_program, managed, translated
from celerylint.project.deployment.watchers import nodemon, renamed, split_word, watchfiles
from celerylint.project.deployment.wrapper_table import NEVER, SHELLS, WRAPPERS, Wrapper, broadcasts
from celerylint.project.values import Literal, Value
from celerylint.structs import dataclass, field, replace

_ASSIGN = regex(r"[A-Za-z_]\w*=")
_PYTHON = regex(r"(python|pypy)[0-9.]*(\.exe)?$")
_CELERY = regex(r"celery(\.exe)?$")
_GLOBAL = regex(r"-(A|b|q|C)|--(app|broker|workdir|config|loader|quiet|no-color|result-backend)")


@dataclass
class Unwrapped:
    """What a command line comes down to.

    kind is celery (args are the words behind it, word the one that stands for `celery`), shell
    (word is the `-c` string, args its parameters, interpreter the shell), command (word is the
    first one that is no wrapper, args what follows), or nothing. stays collects the wrappers that
    stay above the command, unsure those of which nobody knows. through are the words from an
    unknown one on, when Celery stands further right: that one may be a script of the tree.
    broadcasts is the word of an init that hands signals to its whole process group.
    """

    kind: str
    word: Arg | None = None
    args: list[Arg] = field(default_factory=list)
    interpreter: str = ""
    stays: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    wrappers: list[str] = field(default_factory=list)
    environment: dict[str, Value] = field(default_factory=dict)
    development: str = ""
    user: str = ""
    through: list[Arg] = field(default_factory=list)
    broadcasts: Arg | None = None


def unwrap(args: Sequence[Arg], own: Mapping[str, bool] = MappingProxyType({})) -> Unwrapped:
    """Strips wrappers from the left; never raises. own: the project's console scripts that start
    Celery, True where a script's words are Celery's own, False where they follow `NAME celery`."""
    return _Stripper(list(args), own).run()


def basename(text: str) -> str:
    """The last part of a path, also of a Windows one."""
    return re.split(r"[/\\]", text)[-1]


class _Stripper:
    def __init__(self, args: list[Arg], own: Mapping[str, bool]) -> None:
        self.args = args
        self.own = own
        self.found = Unwrapped("nothing")

    def run(self) -> Unwrapped:
        for _ in range(20):
            if not self.args:
                return self.found
            first = self.args[0]
            text = first.text()
            name = basename(text) if text is not None else _unknown_name(first)
            if self.is_celery(name):
                return self.finish("celery")
            if is_program(self.args, name):
                self.args = translated(self.args, name)
                return self.finish("celery")
            if text is None and first.open and not name and len(self.args) > 1:
                self.found.unsure.append(first.written)  # it may render a wrapper, or nothing
                self.found.wrappers.append(first.written)
                self.args.pop(0)
            elif text is not None and _ASSIGN.match(text):
                self.assign()
            elif not self.step(name):
                return self.rest(name)
        return self.found

    def is_celery(self, name: str) -> bool:
        return _CELERY.match(name) is not None or self.own.get(name) is True

    def finish(self, kind: str) -> Unwrapped:
        self.found.kind, self.found.word, self.found.args = kind, self.args[0], self.args[1:]
        return self.found

    def assign(self) -> None:
        arg = self.args.pop(0)
        name, _, value = (arg.text() or "").partition("=")
        self.found.environment[name] = Literal(value)

    def note(self, name: str, wrapper: Wrapper) -> None:
        self.found.wrappers.append(name)
        if wrapper.stays:
            self.found.stays.append(name)
        elif wrapper.stays is None:
            self.found.unsure.append(name)
        if wrapper.development:
            self.found.development = f"{name} restarts it when files change"

    def step(self, name: str) -> bool:
        """Strips one wrapper; False where the first word is none."""
        special: dict[str, Callable[[], bool]] = {
            "env": self.env,
            "sudo": self.sudo,
            "su": self.su,
            "watchfiles": lambda: self.watched("watchfiles", watchfiles(self.args)),
            "nodemon": lambda: self.watched("nodemon", nodemon(self.args)),
            "hupper": self.hupper,
            "coverage": self.module_runner,
        }
        if name in special:
            return special[name]()
        if name == "manage.py":
            return self.managed(self.args)
        if _PYTHON.match(name):
            return self.python()
        if name in SHELLS:
            return self.shell(name)
        wrapper = WRAPPERS.get(name)
        if wrapper is None:
            return False
        return self.wrapper(name, wrapper)

    def wrapper(self, name: str, wrapper: Wrapper) -> bool:
        args = self.args[1:]
        if wrapper.subcommand:
            at = self.skip_options(args, 0, wrapper)
            if at >= len(args) or args[at].text() != wrapper.subcommand:
                return False
            args = args[at + 1 :]
        dashes = next((n for n, arg in enumerate(args) if arg.text() == "--"), None)
        if wrapper.dashes and dashes is not None:
            rest = args[dashes + 1 :]
        else:
            at = self.skip_options(args, 0, wrapper)
            rest = args[at + wrapper.operands :]
            if rest and rest[0].text() == "--":
                rest = rest[1:]
        if name in ("gosu", "su-exec", "s6-setuidgid", "setuidgid") and len(self.args) > 1:
            self.found.user = self.args[1].text() or "?"
        if broadcasts(
            name, [arg.text() or "" for arg in self.args[1 : len(self.args) - len(rest)]]
        ):
            self.found.broadcasts = self.args[0]
        self.note(name, wrapper)
        self.args = rest
        return True

    def skip_options(self, args: Sequence[Arg], at: int, wrapper: Wrapper) -> int:
        while at < len(args) and args[at].prefix().startswith("-"):
            text = args[at].text()
            if text == "--":
                return at
            at += 2 if text in wrapper.values else 1
        return at

    def env(self) -> bool:
        args = self.args[1:]
        while args and args[0].prefix().startswith("-"):
            text = args.pop(0).text()
            if text in ("-u", "--unset", "-C", "--chdir") and args:
                args.pop(0)
            elif text in ("-S", "--split-string") and args:
                args = [*split_word(args[0]), *args[1:]]
        self.args = args
        return True

    def sudo(self) -> bool:
        values = frozenset("-u -g -h -p -C -r -t --user --group".split())  # noqa: SIM905
        self.wrapper("sudo", Wrapper(values, stays=None))
        return True

    def su(self) -> bool:
        """`su [-] USER [-s SHELL] -c STRING`: like a shell of that user."""
        self.found.unsure.append("su")
        self.found.wrappers.append("su")
        shell, args = "sh", self.args[1:]
        for number, arg in enumerate(args[:-1]):
            if arg.text() in ("-s", "--shell"):
                shell = basename(args[number + 1].text() or "sh")
            if arg.text() in ("-c", "--command"):
                self.found.interpreter = shell
                return self.ended(args[number + 1 :], "shell")
        return False

    def shell(self, name: str) -> bool:
        at, command = 1, False
        while at < len(self.args) and self.args[at].prefix()[:1] in ("-", "+"):
            text = self.args[at].text() or ""
            at += 1
            command = command or (not text.startswith("--") and "c" in text)
            if text.endswith(("o", "O")) and not text.startswith("--"):
                at += 1
            if command:
                break
        if at >= len(self.args):
            return False
        self.found.interpreter = name
        return self.ended(self.args[at:], "shell" if command else "command")

    def python(self) -> bool:
        at = 1
        while at < len(self.args):
            text = self.args[at].text() or ""
            if text == "-m" and at + 1 < len(self.args):
                return self.module(at + 1)
            if not text.startswith("-"):
                break
            at += 2 if text in ("-X", "-W") else 1
        rest = self.args[at:]
        if rest and basename(rest[0].text() or "") == "manage.py":
            return self.managed(rest)
        if rest and _CELERY.match(basename(rest[0].text() or "")):
            self.args = rest
            return True
        return False

    def ended(self, args: list[Arg], kind: str = "celery") -> bool:
        """Nothing is left to strip."""
        self.args = args
        self.finish(kind)
        self.args = []
        return True

    def managed(self, args: list[Arg]) -> bool:
        found = managed(args)
        if found is None:
            return False
        self.found.wrappers.append("manage.py")
        return self.ended(found)

    def module(self, at: int) -> bool:
        """`python -m MODULE ...`: the module's name becomes the command word."""
        name = self.args[at].text() or ""
        if name in ("celery", "celery.bin.celery", "celery.__main__"):
            self.args = [renamed(self.args[at], "celery"), *self.args[at + 1 :]]
            return True
        if name in OLD_COMMANDS:
            return self.ended(translated(self.args[at:], name))
        runners = ("debugpy", "watchfiles", "coverage", "hupper", "memray", "watchdog.watchmedo")
        if name in runners or name.startswith("opentelemetry"):
            short = name.rsplit(".", 1)[-1]
            self.args = [renamed(self.args[at], short), *self.args[at + 1 :]]
            return self.module_runner() if name == "debugpy" else self.step(short)
        return False

    def module_runner(self) -> bool:
        """debugpy, coverage run: the program follows, often as `-m MODULE`."""
        name = self.args[0].text() or ""
        for number, arg in enumerate(self.args[1:], 1):
            if arg.text() == "-m" and number + 1 < len(self.args):
                self.note(name, Wrapper(stays=None, development=name == "debugpy"))
                return self.module(number + 1)
        return False

    def hupper(self) -> bool:
        self.note("hupper", Wrapper(stays=True, development=True))
        return self.module_runner()

    def watched(self, name: str, command: list[Arg] | None) -> bool:
        if command is None:
            return False
        self.note(name, Wrapper(stays=True, development=True))
        self.args = command
        return True

    def rest(self, name: str) -> Unwrapped:
        """The first word is no wrapper that is known: Celery may still stand further right."""
        if name in NEVER or self.args[0].text() is None:
            return self.finish("command")
        for number in range(1, len(self.args) - 1):
            if self.is_celery(basename(self.args[number].text() or "")):
                following = self.args[number + 1].prefix()
                if following in STARTS or _GLOBAL.match(following):
                    self.found.wrappers.append(name)
                    self.found.unsure.append(name)
                    self.found.through = self.args
                    word, self.args = self.args[0], self.args[number:]
                    if name in self.own:  # `NAME celery worker`: NAME is what stands for celery
                        self.args[0] = replace(word, written=f"{word.written} celery")
                    return self.finish("celery")
        return self.finish("command")


def _unknown_name(arg: Arg) -> str:
    """`${CELERY_BIN}`, `$VENV/bin/celery`: by the variable's name or the path's end."""
    written = arg.written
    if re.fullmatch(r"\$\{?CELERY(_BIN|_EXE|_CMD|_PATH)?(:-[^}]*)?\}?", written):
        return "celery"
    return basename(written) if "/" in written else ""
