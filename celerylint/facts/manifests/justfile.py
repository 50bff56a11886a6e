"""justfiles: a unit for each recipe.

Source: just's manual (recipes, settings, shebang recipes, string literals).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.lines import replaced, spans
from celerylint.facts.manifests.model import (
    Command,
    EnvFile,
    Manifest,
    Problem,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.words import Hole, Text, TextBuilder, Tmpl, Word, literal
from celerylint.patterns import regex
from celerylint.structs import dataclass, field

_ASSIGNMENT = regex(r"(export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(.*)")
_SETTING = regex(r"set\s+([\w-]+)\s*(?::=\s*(.*))?$")
_HEADER = regex(
    r"@?([A-Za-z_][\w-]*)((?:\s+[*+$]*[A-Za-z_][\w-]*(?:=(?:'[^']*'|\"[^\"]*\"|\S+))?)*)\s*:(?!=)"
)
_STRING = regex(r"'([^']*)'|\"([^\"\\]*)\"")
_INTERPOLATION = regex(r"\{\{(?!\{)(.{0,300}?)\}\}")
_SHEBANG = regex(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?([^\n]*)")
_QUIET = regex(r"[@-]*\s*")


@dataclass(slots=True)
class _Recipe:
    name: str
    start: int
    lines: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    strings: dict[str, str] = field(default_factory=dict)
    exported: list[Variable] = field(default_factory=list)
    recipes: list[_Recipe] = field(default_factory=list)
    env_files: list[EnvFile] = field(default_factory=list)
    shell: str = ""


def read(path: str, text: str) -> Manifest:
    """Facts of a justfile: units of kind "recipe" with commands of role "task".

    `{{ x }}` is replaced where x is a string of the file, else it is a `Tmpl`.
    """
    problems: list[Problem] = []
    found = _File()
    recipe: _Recipe | None = None
    for start, end in spans(text):
        line = text[start:end]
        if line[:1] in (" ", "\t") or not line.strip():
            if recipe is not None:
                recipe.lines.append((start, end))
            continue
        header = None if _SETTING.match(line) else _HEADER.match(line)
        recipe = None
        if header is not None:
            recipe = _Recipe(header.group(1), start + header.start(1))
            found.recipes.append(recipe)
        else:
            _statement(found, line, start)
    units = tuple(_units(found, text))
    shared = None
    if found.exported or found.env_files:
        env, files = tuple(found.exported), tuple(found.env_files)
        shared = Unit("", 0, 0, kind="just", env=env, env_files=files)
    return manifest(path, "justfile", text, units=units, shared=shared, problems=tuple(problems))


def _statement(found: _File, line: str, start: int) -> None:
    setting = _SETTING.match(line)
    if setting is not None:
        name, value = setting.group(1), setting.group(2) or ""
        if name == "shell":
            found.shell = " ".join(one or two for one, two in _STRING.findall(value))
        elif name == "dotenv-load" and value.strip() != "false":
            found.env_files.append(EnvFile(literal(".env", start, start + len(line)), True))
        elif name in ("dotenv-filename", "dotenv-path") and (file := _STRING.match(value)):
            at = start + setting.start(2)
            path = literal(file.group(1) or file.group(2) or "", at, at + file.end())
            found.env_files.append(EnvFile(path))
        return
    assignment = _ASSIGNMENT.match(line)
    if assignment is None:
        return
    name, value = assignment.group(2), assignment.group(3)
    text = _STRING.match(value)
    known = text is not None and value[text.end() :].strip()[:1] in ("", "#")
    word: Word | None = None
    if text is not None and known:
        said = text.group(1) if text.group(1) is not None else text.group(2)
        found.strings[name] = said
        at = start + assignment.start(3)
        word = literal(said, at, at + text.end())
    if assignment.group(1):
        at = start + assignment.start(2)
        found.exported.append(Variable(name, word, at, at + len(name), "" if word else "computed"))


def _units(found: _File, text: str) -> Iterator[Unit]:
    for recipe in found.recipes:
        lines = [(start, end) for start, end in recipe.lines if text[start:end].strip()]
        if not lines:
            continue
        first = text[lines[0][0] : lines[0][1]]
        indent = len(first) - len(first.lstrip())
        if first.lstrip().startswith("#!"):
            commands = [_script(found, text, lines, indent)]
        else:
            commands = list(_lines(found, text, lines, indent))
        end = recipe.start + len(recipe.name)
        yield Unit(recipe.name, recipe.start, end, kind="recipe", commands=tuple(commands))


def _script(found: _File, text: str, lines: list[tuple[int, int]], indent: int) -> Command:
    shebang = _SHEBANG.match(text[lines[0][0] : lines[0][1]].lstrip())
    builder = TextBuilder()
    for number, (start, end) in enumerate(lines):
        left = min(start + indent, end)
        if number:
            builder.add("\n", lines[number - 1][1], start)
        builder.add(text[left:end], left)
    script = _interpolate(builder.build(), found.strings)
    interpreter = shebang.group(1).strip() if shebang else ""
    begin, end = lines[0][0] + indent, lines[-1][1]
    return Command("shell", "task", begin, end, script=script, interpreter=interpreter)


def _lines(found: _File, text: str, lines: list[tuple[int, int]], indent: int) -> Iterator[Command]:
    builder, begin = TextBuilder(), -1
    for number, (start, end) in enumerate(lines):
        left = min(start + indent, end)
        if begin < 0:
            quiet = _QUIET.match(text, left, end)
            left = quiet.end() if quiet else left
            begin = left
        continued = text[left:end].endswith("\\") and number + 1 < len(lines)
        builder.add(text[left:end], left)
        if continued:
            builder.add("\n", end, lines[number + 1][0])
            continue
        script = _interpolate(builder.build(), found.strings)
        yield Command("shell", "task", begin, end, script=script, interpreter=found.shell)
        builder, begin = TextBuilder(), -1


def _interpolate(text: Text, strings: dict[str, str]) -> Text:
    def put(match: re.Match[str]) -> str | Hole:
        name = match.group(1).strip()
        return strings[name] if name in strings else Tmpl(name)

    return replaced(text, _INTERPOLATION, put) if "{{" in text.value else text
