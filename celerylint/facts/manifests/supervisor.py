"""Supervisor's and circus' ini files: programs with their command and how they are stopped.

Source: supervisor's documentation and the behaviour of its parser (inline comments, `%` expansion,
`environment=`), circus' documentation of its configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from celerylint.facts.manifests import shell
from celerylint.facts.manifests.circus import watchers
from celerylint.facts.manifests.ini import Section, sections
from celerylint.facts.manifests.lines import Grammar, replaced, value
from celerylint.facts.manifests.model import (
    Command,
    Manifest,
    Problem,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.templates import Blanked, blank, fill
from celerylint.facts.manifests.words import Hole, Spec, Text, Var, Word, literal
from celerylint.patterns import regex
from celerylint.structs import replace

_PROGRAM = regex(r"(program|fcgi-program|eventlistener):(.+)")
_EXPANSION = regex(
    r"%(?:(%)|\(([^)]{0,200})\)([#0\- +]{0,5}\d{0,3}(?:\.\d{1,3})?[hlL]?[diouxXeEfFgGcrsa]))?"
)
_KEY = regex(r"[\s,]*([^\s=,]+)\s*=\s*")
_ENVIRONMENT = Grammar(stops=", \t\r\n", escape="", protected="")
_RUNTIME = {"here", "host_node_name", "process_num", "numprocs", "group_name"}
_APART = {"command", "environment"}


def read(path: str, text: str) -> Manifest:
    """Facts of a supervisor or circus file: a unit of kind "program" (watcher, ...) for each.

    `[supervisord]` is what they share, `[include] files` are includes. All other keys of a program
    are
    in `extra` under their own names; a program of a `[group:x]` has `group` there.
    """
    blanked = blank(text)
    problems: list[Problem] = []
    if "[watcher:" in blanked.text:
        found = sections(blanked.text, problems, inline=(";",))
        units, shared = watchers(found, blanked)
        facts = {"units": units, "shared": shared, "problems": tuple(problems[:5])}
        return manifest(path, "supervisor", text, **facts)
    reader = _Reader(blanked, problems)
    found = sections(blanked.text, problems)
    units = tuple(reader.programs(found))
    main = found.get("supervisord")
    return manifest(
        path,
        "supervisor",
        text,
        units=units,
        shared=reader.unit("supervisord", main, "supervisord", {}) if main else None,
        includes=tuple(reader.includes(found)),
        problems=tuple(sorted(problems[:5])),
    )


class _Reader:
    def __init__(self, blanked: Blanked, problems: list[Problem]) -> None:
        self.blanked = blanked
        self.problems = problems

    def programs(self, found: dict[str, Section]) -> Iterator[Unit]:
        groups = _groups(found.values())
        for section in found.values():
            match = _PROGRAM.match(section.name)
            if match is None:
                continue
            name = match.group(2).strip()
            known = {"program_name": name, "group_name": name}
            if name in groups:
                known["group_name"] = groups[name].literal() or ""
            if section.text("numprocs") is None:
                known["numprocs"], known["process_num"] = "1", "0"
            yield self.unit(name, section, match.group(1), known, groups.get(name))

    def unit(
        self,
        name: str,
        section: Section,
        kind: str,
        known: dict[str, str],
        group: Word | None = None,
    ) -> Unit:
        keys = {
            key: self.expand(option.value, known).word()
            for key, option in section.options.items()
            if key not in _APART
        }
        begin = section.start + (len(kind) + 1 if ":" in section.name else 0)
        extra = [*keys.items(), *([("group", group)] if group else [])]
        environment = section.text("environment")
        return Unit(
            name,
            begin,
            section.end,
            kind=kind,
            commands=tuple(self._command(section, known)),
            env=tuple(self._variables(self.expand(environment, known))) if environment else (),
            replicas=keys.get("numprocs"),
            user=keys.get("user"),
            workdir=keys.get("directory"),
            stop_grace=keys.get("stopwaitsecs"),
            stop_signal=keys.get("stopsignal"),
            restart=keys.get("autorestart"),
            extra=tuple(extra),
            maybe=tuple(self._maybe(section)),
        )

    def includes(self, found: dict[str, Section]) -> Iterator[Word]:
        files = found["include"].text("files") if "include" in found else None
        if files is None:
            return
        expanded = self.expand(files, {})
        for match in re.finditer(r"\S+", expanded.value):
            yield expanded.cut(match.start(), match.end()).word()

    def expand(self, raw: Text, known: dict[str, str], quiet: bool = False) -> Text:
        """The text with supervisor's `%(name)s` replaced where this file settles them, else as
        holes. quiet: a rule speaks of the percent signs that it cannot expand.
        """
        text = fill(raw, self.blanked)
        if "%" not in text.value:
            return text
        return replaced(text, _EXPANSION, lambda match: self._put(text, match, known, quiet))

    def _put(
        self, text: Text, match: re.Match[str], known: dict[str, str], quiet: bool
    ) -> str | Hole:
        start, name = text.start(match.start()), match.group(2)
        if match.group(1) or not match.group(3):
            following = text.value[match.end() : match.end() + 1]
            if not match.group(1) and not (quiet and following in ("h", "n", "d")):
                self._problem(start, f"supervisord cannot expand %{following}: write %% for %")
            return "%"
        if name.startswith("ENV_"):
            return Var(name[4:], scope="unit")
        if name in known:
            return _formatted(match.group(3), known[name])
        if name not in _RUNTIME and known:
            self._problem(start, f"supervisord does not know %({name[:40]})s")
        return Spec(match.group())

    def _command(self, section: Section, known: dict[str, str]) -> Iterator[Command]:
        raw = section.text("command")
        if raw is None:
            return
        text = self.expand(raw, known, quiet="celery" in raw.value)
        opened = shell.unbalanced(text)
        if opened is not None:
            self._problem(opened, "a quote in this command is never closed")
        start, end = raw.start(0), raw.end(len(raw.value))
        conditions = self.blanked.conditions(start)
        words = tuple(_whole(word) for word in shell.split(text))
        yield Command("split", "command", start, end, words=words, conditions=conditions)

    def _variables(self, text: Text) -> Iterator[Variable]:
        at = 0
        while (match := _KEY.match(text.value, at)) is not None:
            decoded = value(text, match.end(), _ENVIRONMENT)
            start, end = text.start(match.start(1)), text.end(match.end(1))
            yield Variable(match.group(1), decoded.word(text), start, end)
            at = max(decoded.end, match.end())
        rest = text.value[at:].strip(" \t\r\n,")
        if rest:
            self._problem(text.start(at), "environment is no list of KEY=value")

    def _maybe(self, section: Section) -> Iterator[tuple[str, str]]:
        if not self.blanked.holes:
            return
        around = self.blanked.conditions(section.start)
        for key, option in section.options.items():
            conditions = self.blanked.conditions(option.start)
            if conditions != around:
                yield key, " and ".join(conditions)

    def _problem(self, offset: int, message: str) -> None:
        if len(self.problems) < 5:
            self.problems.append((self.blanked.text.count("\n", 0, offset) + 1, message))


def _whole(word: Word) -> Word:
    """Names and numbers that supervisord puts in never split a word; variables may."""
    parts = [replace(part, quoted=True) if isinstance(part, Spec) else part for part in word.parts]
    return replace(word, parts=tuple(parts))


def _groups(found: Iterable[Section]) -> dict[str, Word]:
    """program -> the group that names it."""
    groups: dict[str, Word] = {}
    for section in found:
        programs = section.text("programs")
        if not section.name.startswith("group:") or programs is None:
            continue
        start = section.start + len("group:")
        name = literal(section.name[len("group:") :], start, section.end)
        for program in programs.value.split(","):
            groups[program.strip()] = name
    return groups


def _formatted(conversion: str, known: str) -> str:
    """`%(name)02d` with a known value; the value itself where the conversion does not fit."""
    try:
        return str(f"%{conversion}" % (int(known) if conversion[-1] in "diouxXc" else known))
    except (ValueError, TypeError, OverflowError):
        return known
