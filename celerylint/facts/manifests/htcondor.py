"""HTCondor submit files: each `queue` starts jobs with the commands set so far.

Source: HTCondor's manual, "Submitting a Job" and the condor_submit reference (arguments,
environment).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.lines import replaced, spans, take
from celerylint.facts.manifests.model import Command, Manifest, Problem, Unit, Variable, manifest
from celerylint.facts.manifests.templates import Blanked, blank, fill
from celerylint.facts.manifests.words import Hole, Lit, Spec, Text, TextBuilder, Var, Word
from celerylint.patterns import regex
from celerylint.structs import replace

_ASSIGNMENT = regex(r"\s*(\+?[\w.]+)\s*=\s*")
_QUEUE = regex(r"\s*queue\b\s*", re.IGNORECASE)
_COUNT = regex(r"\S+$")
_MACRO = regex(
    r"\$\$\([^)]{0,200}\)|\$(ENV|F\w{0,9}|INT|REAL|STRING)?\(([^):]{0,200})(?::[^)]{0,200})?\)"
)
_PER_JOB = frozenset(
    ["process", "procid", "cluster", "clusterid", "step", "itemindex", "row", "item", "node"]
)
_DEEPEST = 20
_MOST = 500
"""Queues, and commands in force, that one file may have: all are written down for each queue."""


def read(path: str, text: str) -> Manifest:
    """Facts of a submit file: a unit of kind "job" for each `queue`, named by `description`.

    The words are the executable in force and the arguments; all commands in force are in `extra`,
    lower case. `$(X)` that the file sets is replaced; what differs per job stays (`Spec`).
    """
    blanked = blank(text)
    problems: list[Problem] = []
    commands: dict[str, Text] = {}
    units: list[Unit] = []
    for line in _logical_lines(blanked, problems):
        queue = _QUEUE.match(line.value)
        if queue is not None and len(units) == _MOST:
            problems.append((1, f"more than {_MOST} queue statements: the rest is not read"))
            break
        if queue is not None:
            units.append(_unit(commands, line, queue))
            continue
        match = _ASSIGNMENT.match(line.value)
        if match is not None and len(commands) < _MOST:
            commands[match.group(1).lower()] = line.cut(match.end()).strip()
    return manifest(path, "htcondor", text, units=tuple(units), problems=tuple(problems))


def _logical_lines(blanked: Blanked, problems: list[Problem]) -> Iterator[Text]:
    builder, continued, number = TextBuilder(), False, 0
    for number, (start, end) in enumerate(spans(blanked.text), 1):  # noqa: B007 - named behind the loop
        line = blanked.text[start:end].rstrip()
        if not continued and line.lstrip().startswith("#"):
            continue
        continued = line.endswith("\\")
        builder.add(line[:-1] if continued else line, start)
        if not continued:
            yield fill(builder.build(), blanked)
            builder = TextBuilder()
    if continued:
        problems.append((number, "the file ends in the middle of a continued line"))
        yield fill(builder.build(), blanked)


def _unit(commands: dict[str, Text], line: Text, queue: re.Match[str]) -> Unit:
    macros = _Macros(commands)
    known = {key: macros.expand(text) for key, text in commands.items()}
    start, end = line.start(len(queue.group()) - len(queue.group().lstrip())), line.end(queue.end())
    name = known.get("description") or known.get("jobbatchname")
    count = line.cut(queue.end()).strip()
    by_count = _COUNT.match(count.value)
    words = {key: text.word() for key, text in known.items()}
    if count.value and not by_count:
        words["queue"] = count.word()
    env, opened = _environment(known)
    return Unit(
        str(name.word()) if name else "",
        name.start(0) if name else start,
        name.end(len(name.value)) if name else end,
        kind="job",
        commands=tuple(_command(known)),
        replicas=macros.expand(count).word() if by_count else None,
        env=env,
        env_open=opened,
        workdir=words.get("initialdir"),
        stop_grace=words.get("job_max_vacate_time"),
        stop_signal=words.get("kill_sig"),
        cpus=words.get("request_cpus"),
        memory=words.get("request_memory"),
        extra=tuple(words.items()),
    )


def _command(known: dict[str, Text]) -> Iterator[Command]:
    words = [known["executable"].word()] if "executable" in known else []
    place = known.get("arguments") or known.get("executable")
    if "arguments" in known:
        words += _arguments(known["arguments"])
    if place is not None:
        start, end = place.start(0), place.end(len(place.value))
        yield Command("split", "command", start, end, words=tuple(words))


def _environment(known: dict[str, Text]) -> tuple[tuple[Variable, ...], str]:
    passed = known.get("getenv")
    opened = "getenv" if passed and passed.value.lower() not in ("false", "f", "0") else ""
    text = known.get("environment") or known.get("env")
    if text is None:
        return (), opened
    new = text.value.startswith('"')
    found = []
    for word in _arguments(text) if new else _semicolons(text):
        name, equals, _ = word.prefix().partition("=")
        if equals:
            found.append(_variable(name, word))
    return tuple(found), opened


def _variable(name: str, word: Word) -> Variable:
    parts = (Lit(word.prefix()[len(name) + 1 :]), *word.parts[1:])
    start = word.start + (1 if word.quoted else 0)
    return Variable(name, replace(word, parts=parts), start, start + len(name))


def _semicolons(text: Text) -> Iterator[Word]:
    for match in re.finditer(r"[^;]+", text.value):
        piece = text.cut(match.start(), match.end()).strip()
        if piece.value:
            yield piece.word()


def _arguments(text: Text) -> Iterator[Word]:
    """Words of the new syntax, which double quotes enclose, or of the old one, split at blanks."""
    body = text.value
    if not body.startswith('"'):
        for match in re.finditer(r"\S+", body):
            yield text.cut(match.start(), match.end()).word()
        return
    end = len(body) - 1 if body.endswith('"') and len(body) > 1 else len(body)
    at = 1
    while at < end:
        if body[at].isspace():
            at += 1
            continue
        word, at = _argument(text, at, end)
        yield word


def _argument(text: Text, at: int, end: int) -> tuple[Word, int]:
    builder = TextBuilder()
    body, start, quoted, single = text.value, at, False, False
    while at < end:
        char = body[at]
        if body.startswith('""', at) or (single and body.startswith("''", at)):
            builder.add(char, text.start(at), text.end(at + 2))
            at += 2
            continue
        if char == "'":
            single, quoted = not single, True
        elif char.isspace() and not single:
            break
        else:
            take(builder, text, at, at + 1)
        at += 1
    built = builder.build()
    if not built.runs:
        built = Text.at("", text.start(start))
    word = built.word()
    return replace(word, start=text.start(start), end=text.end(at), quoted=quoted), at


class _Macros:
    """The file's own macros; each is expanded once, so that nesting costs nothing."""

    def __init__(self, commands: dict[str, Text]) -> None:
        self.commands = commands
        self.depth = 0
        self.expanded: dict[str, str | None] = {}

    def expand(self, text: Text) -> Text:
        """The text with macros put in place; their characters stand where they are used."""
        return replaced(text, _MACRO, self._put) if "$" in text.value else text

    def _put(self, match: re.Match[str]) -> str | Hole:
        name = (match.group(2) or "").strip()
        if match.group(1) == "ENV":
            return Var(name, scope="outside")
        known = None if match.group(1) or name.lower() in _PER_JOB else self._known(name)
        return known if known is not None else Spec(match.group())

    def _known(self, name: str) -> str | None:
        key = name.lower()
        if key not in self.expanded:
            self.expanded[key] = None  # a macro that names itself stays unknown
            text = self.commands.get(key)
            self.depth += 1
            inner = self.expand(text) if text is not None and self.depth <= _DEEPEST else None
            self.depth -= 1
            if inner is not None and not inner.holes and len(inner.value) <= 500:
                self.expanded[key] = inner.value
        return self.expanded[key]
