"""Makefiles: a unit for each rule with a recipe; each recipe line runs in a shell of its own.

Source: the GNU make manual, "Writing Recipes in Rules".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from celerylint.facts.manifests.justfile import read as read_justfile
from celerylint.facts.manifests.lines import spans
from celerylint.facts.manifests.make_variables import Variables
from celerylint.facts.manifests.model import (
    Command,
    Manifest,
    Problem,
    Table,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.templates import Blanked, blank, fill, template_name
from celerylint.facts.manifests.words import Text, TextBuilder, Word
from celerylint.patterns import regex
from celerylint.structs import dataclass

_ASSIGNMENT = regex(
    r"\s*(?P<prefix>(?:(?:export|override|private|unexport)\s+)*)(?P<name>[^\s:=#+?!]+)\s*"
    r"(?P<operator>\+=|\?=|!=|:{1,3}=|=)\s*"
)
_RULE = regex(r"([^\s:=#][^:=#]*)::?(?!=)")
_CONDITION = regex(r"\s*(ifeq|ifneq|ifdef|ifndef)\b(.*)")
_INCLUDE = regex(r"\s*(?:-include|sinclude|include)\s+")
_PREFIXES = regex(r"[@+\-\s]*")
_COMMENT = regex(r"(?<!\\)#")


def read(path: str, text: str) -> Manifest:
    """Facts of a Makefile or justfile: units of kind "target" with commands of role "task".

    Variables that the file settles are replaced, `?=` ones keep their default (`Var`, scope
    "make").
    """
    name = posixpath.basename(template_name(path)[0]).lower()
    if name in ("justfile", ".justfile") or name.endswith(".just"):
        return read_justfile(path, text)
    blanked = blank(text) if template_name(path)[1] else Blanked(text)
    reader = _Reader(blanked)
    reader.read()
    shell = reader.variables.known("SHELL")
    flags = reader.variables.known(".SHELLFLAGS") or "-c"
    units = tuple(reader.units(f"{shell} {flags}" if shell else ""))
    table = Table("make", "", tuple(reader.table()))
    exported = tuple(reader.table(only_exported=True))
    shared = Unit("", 0, 0, kind="make", env=exported) if exported else None
    facts = {"tables": (table,) if table.variables else (), "shared": shared}
    includes, problems = tuple(reader.includes), tuple(reader.problems[:5])
    return manifest(
        path, "makefile", text, units=units, includes=includes, problems=problems, **facts
    )


@dataclass(slots=True)
class _Rule:
    name: str
    start: int
    end: int
    recipes: list[tuple[Text, tuple[str, ...]]]


class _Reader:
    def __init__(self, blanked: Blanked) -> None:
        self.blanked = blanked
        self.text = blanked.text
        self.lines = list(spans(blanked.text))
        self.at = 0
        self.variables = Variables()
        self.rules: list[_Rule] = []
        self.conditions: list[str] = []
        self.assigned: list[tuple[str, Text, tuple[int, int], bool]] = []
        self.includes: list[Word] = []
        self.problems: list[Problem] = []
        self.one_shell = False
        self.open_define = False

    def read(self) -> None:
        """Go through the file once; recipes are expanded afterwards, as make does."""
        open_rule: _Rule | None = None
        while self.at < len(self.lines):
            start, end = self.lines[self.at]
            line = self.text[start:end]
            if line.startswith("\t") and open_rule is not None:
                recipe = self._logical(start + 1, recipe=True)
                open_rule.recipes.append((recipe, tuple(self.conditions)))
            elif line.lstrip().startswith("define ") or line.strip() == "define":
                self._skip_define(line)
            else:
                logical = self._logical(start, recipe=False)
                open_rule = self._statement(logical, open_rule)

    def table(self, only_exported: bool = False) -> Iterator[Variable]:
        """The variables that the file sets."""
        for name, value, (start, end), exported in self.assigned:
            if exported or not only_exported:
                yield Variable(name, self.variables.expand(value).word(), start, end)

    def units(self, interpreter: str) -> Iterator[Unit]:
        """The rules that have a recipe."""
        for rule in self.rules:
            commands = tuple(self._commands(rule, interpreter))
            if commands:
                yield Unit(rule.name, rule.start, rule.end, kind="target", commands=commands)

    def _commands(self, rule: _Rule, interpreter: str) -> Iterator[Command]:
        recipes = rule.recipes
        if self.one_shell and recipes:
            builder = TextBuilder()
            for recipe, _ in recipes:
                builder.text(recipe)
                end = recipe.end(len(recipe.value))
                builder.add("\n", end, end + 1)
            recipes = [(builder.build(), recipes[0][1])]
        for recipe, conditions in recipes:
            prefix = _PREFIXES.match(recipe.value)
            script = fill(recipe.cut(prefix.end() if prefix else 0), self.blanked)
            if not script.value.strip():
                continue
            start, end = script.start(0), script.end(len(script.value))
            script = self.variables.expand(script, rule.name)
            yield Command("shell", "task", start, end, (), script, interpreter, conditions)

    def _logical(self, start: int, recipe: bool) -> Text:
        """A line with its continuations: in a recipe as the shell gets
        them, else joined by blanks.
        """
        builder = TextBuilder()
        while True:
            end = self.lines[self.at][1]
            line = self.text[start:end]
            self.at += 1
            continued = (len(line) - len(line.rstrip("\\"))) % 2 == 1
            if not continued:
                builder.add(line, start)
                return builder.build() if line or builder.build().runs else Text.at("", start)
            if self.at >= len(self.lines):
                builder.add(line[:-1], start)
                self.problems.append((self.at, "the file ends in the middle of a continued line"))
                return builder.build()
            following = self.lines[self.at][0]
            if recipe:
                builder.add(self.text[start:following], start)
                start = following + (1 if self.text.startswith("\t", following) else 0)
                continue
            builder.add(line[:-1], start)
            builder.add(" ", end - 1, following)
            start = following

    def _skip_define(self, line: str) -> None:
        name = line.split()[1:2]
        if name:
            self.variables.unsettled.add(name[0])
        first, self.at = self.at, self.at + 1
        while self.at < len(self.lines) and not self.open_define:
            start, end = self.lines[self.at]
            self.at += 1
            if self.text[start:end].strip().startswith("endef"):
                return
        # Without its end a definition is taken for one line, so that the rest is still read; no
        # later one can have an end either.
        if not self.open_define:
            self.problems.append((first + 1, "this define has no endef"))
        self.open_define = True
        self.at = first + 1

    def _statement(self, logical: Text, rule: _Rule | None) -> _Rule | None:
        body = logical.value
        words = body.split(None, 1)
        if not words or words[0].startswith("#"):
            return rule
        condition = _CONDITION.match(body)
        if condition is not None:
            self.conditions.append(body.strip())
        elif words[0] == "else" and self.conditions:
            self.conditions[-1] = f"not {self.conditions[-1]}"[:200]
        elif words[0] == "endif":
            del self.conditions[-1:]
        elif (include := _INCLUDE.match(body)) is not None:
            self._include(logical, include.end())
        elif (assignment := _ASSIGNMENT.match(body)) is not None:
            self._assign(logical, assignment)
        else:
            return self._rule(logical)
        del self.conditions[20:]
        return rule

    def _include(self, logical: Text, at: int) -> None:
        expanded = self.variables.expand(logical.cut(at))
        for match in re.finditer(r"\S+", expanded.value):
            self.includes.append(expanded.cut(match.start(), match.end()).word())

    def _assign(self, logical: Text, match: re.Match[str]) -> None:
        name = match.group("name")
        comment = _COMMENT.search(logical.value, match.end())
        value = logical.cut(match.end(), comment.start() if comment else None)
        value = value.cut(0, len(value.value.rstrip()))
        self.variables.assign(name, match.group("operator"), value, bool(self.conditions))
        start, end = logical.start(match.start("name")), logical.end(match.end("name"))
        exported = "export" in match.group("prefix").split()
        self.assigned.append((name, value, (start, end), exported))

    def _rule(self, logical: Text) -> _Rule | None:
        match = _RULE.match(logical.value)
        if match is None:
            return None
        written = match.group(1).rstrip()
        name = self.variables.expand(logical.cut(0, len(written))).value
        if name == ".ONESHELL":
            self.one_shell = True
        rest = logical.value[match.end() :]
        specific = _ASSIGNMENT.match(rest)
        if specific is not None and ";" not in rest[: specific.start("operator")]:
            self.variables.unsettled.add(specific.group("name"))
            return None
        start, end = logical.start(0), logical.end(len(written))
        rule = _Rule(name, start, end, [])
        semicolon = rest.find(";")
        if semicolon >= 0:
            recipe = logical.cut(match.end() + semicolon + 1)
            rule.recipes.append((recipe, tuple(self.conditions)))
        self.rules.append(rule)
        return rule
