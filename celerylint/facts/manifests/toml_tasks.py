"""Commands in TOML files: task runners of pyproject.toml, mise, Pipfile, fly.toml, railway.toml.

Sources: the manuals of poethepoet, PDM, Hatch, Rye, taskipy, Pixi, mise, Pipenv, fly.io and
Railway.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from celerylint.facts.manifests import shell
from celerylint.facts.manifests.lines import rescoped, take
from celerylint.facts.manifests.model import (
    Command,
    EnvFile,
    Manifest,
    Table,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.shell_expansion import expansion
from celerylint.facts.manifests.templates import Blanked, blank, fill
from celerylint.facts.manifests.toml_document import Document, Path, parse
from celerylint.facts.manifests.toml_platforms import fly, railway
from celerylint.facts.manifests.words import Text, TextBuilder, Var, Word

# What each key of a task means: who splits its value; "" is a task that is a value without keys.
_POE = {"": "poe", "cmd": "poe", "shell": "shell", "sequence": "sequence"}
_PDM = {"": "split", "cmd": "split", "shell": "shell"}
_SHELL = {"": "shell", "cmd": "shell", "run": "shell"}


def read(path: str, text: str) -> Manifest:
    """Facts of a TOML file: a unit of kind "task" for each task of a known runner; fly's processes.

    What the tasks of poe and PDM share is `shared`; console scripts are a table of kind "scripts".
    """
    name = posixpath.basename(path).lower()
    kind = "fly" if name.startswith("fly") else "toml"
    document = parse(text)
    blanked = blank(text)
    if document.problem is not None and blanked.holes:
        # A template of a TOML file: its statements stand on lines of their own.
        document = parse(blanked.text)
    problems = (document.problem,) if document.problem else ()
    if kind == "fly":
        return manifest(path, kind, text, units=fly(document), problems=problems)
    reader = _Reader(document, blanked)
    units = (*reader.units(name), *(railway(document) if name.startswith("railway") else ()))
    shared = reader.shared()
    tables = tuple(reader.scripts())
    return manifest(path, kind, text, units=units, shared=shared, tables=tables, problems=problems)


class _Reader:
    def __init__(self, document: Document, blanked: Blanked) -> None:
        self.document = document
        self.blanked = blanked

    def units(self, name: str) -> Iterator[Unit]:
        """Every task that the file defines."""
        table = self.document.table
        for task in table("tool", "poe", "tasks"):
            yield self._unit(("tool", "poe", "tasks", task), _POE)
        for task in table("tool", "pdm", "scripts"):
            if task != "_":
                yield self._unit(("tool", "pdm", "scripts", task), _PDM)
        for env in table("tool", "hatch", "envs"):
            for task in table("tool", "hatch", "envs", env, "scripts"):
                yield self._unit(("tool", "hatch", "envs", env, "scripts", task), _SHELL)
        for runner, form in (("rye", _PDM), ("taskipy", _SHELL), ("pixi", _SHELL)):
            key = "scripts" if runner == "rye" else "tasks"
            for task in table("tool", runner, key):
                yield self._unit(("tool", runner, key, task), form)
        if "mise" in name or "pixi" in name:
            for task in table("tasks"):
                yield self._unit(("tasks", task), _SHELL)
        if name == "pipfile":
            for task in table("scripts"):
                yield self._unit(("scripts", task), _PDM)

    def shared(self) -> Unit | None:
        """What all tasks of poe, PDM or mise share."""
        for path in (("tool", "poe"), ("tool", "pdm", "scripts", "_"), ()):
            owner = self.document.table(*path)
            if not path and "tasks" not in owner:
                continue
            env = tuple(self._variables((*path, "env")))
            files = tuple(self._env_files(path))
            if env or files:
                start, end = self.document.key(*path)
                return Unit(".".join(path), start, end, env=env, env_files=files)
        return None

    def scripts(self) -> Iterator[Table]:
        """Console scripts: name -> "module:function"."""
        found = [
            variable
            for path in (("project", "scripts"), ("tool", "poetry", "scripts"))
            for variable in self._variables(path)
        ]
        if found:
            yield Table("scripts", "", tuple(found))

    def _unit(self, path: Path, forms: dict[str, str]) -> Unit:
        start, end = self.document.key(*path)
        value = self.document.get(*path)
        options = value if isinstance(value, dict) else {}
        commands: list[Command] = []
        if options:
            for key, form in forms.items():
                if key in options:
                    commands += self._commands((*path, key), form, forms, options)
        else:
            commands += self._commands(path, forms[""], forms, options)
        workdir = next((key for key in ("cwd", "working_dir", "dir") if key in options), "")
        return Unit(
            str(path[-1]),
            start,
            end,
            kind="task",
            commands=tuple(commands),
            env=tuple(self._variables((*path, "env"))),
            env_files=tuple(self._env_files(path)),
            workdir=self._word((*path, workdir)) if workdir else None,
        )

    def _commands(
        self, path: Path, form: str, forms: dict[str, str], options: dict[str, Any]
    ) -> Iterator[Command]:
        value = self.document.get(*path)
        if form == "sequence" or (isinstance(value, list) and form == "shell"):
            yield from self._sequence(path, forms, value, form)
        elif isinstance(value, list) and form == "split":
            texts = [self._text((*path, number)) for number in range(len(value))]
            words = tuple(text.word() for text in texts if text is not None)
            if words:
                start, end = words[0].start, words[-1].end
                yield Command("exec", "task", start, end, words=words)
        else:
            text = self._text(path)
            if text is not None and form:
                yield _command(text, form, str(options.get("interpreter", "")))

    def _sequence(
        self, path: Path, forms: dict[str, str], value: Any, form: str
    ) -> Iterator[Command]:
        """The steps of a task that are commands; a string is another
        task, or a line for the shell.
        """
        for number, step in enumerate(value if isinstance(value, list) else ()):
            place = (*path, number)
            if isinstance(step, dict):
                for key, each in forms.items():
                    if key in step and each != "sequence":
                        yield from self._commands((*place, key), each, forms, step)
            elif form == "shell":
                yield from self._commands(place, form, forms, {})

    def _text(self, path: Path) -> Text | None:
        text = self.document.text(*path)
        return fill(text, self.blanked) if text is not None else None

    def _word(self, path: Path) -> Word | None:
        text = self._text(path)
        return text.word() if text is not None else None

    def _variables(self, path: Path) -> Iterator[Variable]:
        for name, value in self.document.table(*path).items():
            start, end = self.document.key(*path, name)
            keys = value if isinstance(value, dict) else ()
            inner = next((key for key in ("default", "value") if key in keys), "")
            word = self._word((*path, name, inner) if inner else (*path, name))
            reason = "a default" if inner == "default" else ("" if word else "computed")
            yield Variable(name, word, start, end, reason)

    def _env_files(self, path: Path) -> Iterator[EnvFile]:
        for key in ("envfile", "env_file"):
            value = self.document.get(*path, key)
            places: list[Path] = [(*path, key)]
            if isinstance(value, list):
                places = [(*path, key, number) for number in range(len(value))]
            for place in places:
                word = self._word(place)
                if word is not None:
                    yield EnvFile(word)


def _command(text: Text, form: str, interpreter: str) -> Command:
    start, end = text.start(0), text.end(len(text.value))
    if form == "shell":
        return Command("shell", "task", start, end, script=text, interpreter=interpreter)
    if form == "poe":
        text = _poe_variables(text)
    return Command("split", "task", start, end, words=shell.split(text))


def _poe_variables(text: Text) -> Text:
    """poe replaces `$X` and `${X}` outside single quotes from the environment, without a shell."""
    if "$" not in text.value:
        return text
    builder = TextBuilder()
    done = 0
    for match in re.finditer(r"'[^']*'|\\.|\$", text.value):
        if match.group() != "$" or match.start() < done:
            continue
        part, end, _ = expansion(text, match.start(), quoted=False)
        if isinstance(part, Var):
            take(builder, text, done, match.start())
            hole = rescoped(part, "unit")
            assert isinstance(hole, Var)
            builder.hole(hole, text.start(match.start()), text.end(end))
            done = end
    take(builder, text, done, len(text.value))
    return builder.build()
