"""What a reader yields from one file: facts without any knowledge of Celery, other files or the
platform's defaults.

Everything that a file writes is a Word: it has a place, and it may hold variables, so that even a
number of replicas stays a Word until the linker knows the surroundings. None means that the file
does not say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from celerylint.facts.manifests.words import Text, Word
from celerylint.structs import dataclass, replace

Problem = tuple[int, str]
"""(line from 1, what is wrong): at most a few per file; the rest of the file is still read."""
Stretch = tuple[int, str, tuple[int, ...]]
"""(offset at which a file's text begins, its path, the offsets behind its newlines from there)"""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a unit.

    form is "exec" (a list of words in the file), "split" (one string that the tool splits by quotes
    without a shell: the reader has split it into words) or "shell" (script, run by interpreter).
    interpreter is as written ("/bin/sh -c", "bash -lc"), for script files that of the shebang
    ("/bin/bash -e"), "" where the platform's default shell runs it. role is command, entrypoint,
    args, ExecStart, ExecStop, ExecReload, ExecStartPre, run, healthcheck, readiness, startup, hook
    or task. conditions are the enclosing template conditions, as written. [start, end) is the
    value's place.
    """

    form: str
    role: str
    start: int
    end: int
    words: tuple[Word, ...] = ()
    script: Text | None = None
    interpreter: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a file sets. value None: it is passed through or kept elsewhere, see reason.

    name may be a dotted path in a table of kind values.
    """

    name: str
    value: Word | None
    start: int
    end: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A file of variables that a unit reads; optional when it may be missing."""

    path: Word
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """How an image is built: paths as written (context relative to the manifest, dockerfile to the
    context)."""

    context: Word | None = None
    dockerfile: Word | None = None
    target: Word | None = None
    args: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """What surrounds commands: a service, container, program, unit file, task, process line,
    script.

    name is as written, [start, end) the place of the name (or of what stands for it). kind is the
    format's own word where it has one: Deployment, Job, program, eventlistener, service, step, ...
    env_open says why more variables may be set than are listed ("" when nothing says so). extends
    is (file or None, service). mounts are "source:target" as written or put together. extra holds
    keys that only this format has, under their own names: KillMode, Type, stopasgroup, kill_sig,
    ... maybe are (field or key, condition as written) of values that stand under a template
    condition.
    """

    name: str
    start: int
    end: int
    kind: str = ""
    commands: tuple[Command, ...] = ()
    replicas: Word | None = None
    env: tuple[Variable, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    env_open: str = ""
    user: Word | None = None
    workdir: Word | None = None
    stop_grace: Word | None = None
    stop_signal: Word | None = None
    restart: Word | None = None
    healthcheck: Command | None = None
    init: Word | None = None
    mounts: tuple[Word, ...] = ()
    ports: tuple[Word, ...] = ()
    profiles: tuple[Word, ...] = ()
    image: Word | None = None
    build: Build | None = None
    cpus: Word | None = None
    memory: Word | None = None
    extends: tuple[Word | None, Word] | None = None
    extra: tuple[tuple[str, Word], ...] = ()
    maybe: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> Word | None:
        """A key of `extra`: the last one that the file writes."""
        return next((value for name, value in reversed(self.extra) if name == key), None)

    def named(self, role: str) -> Command | None:
        """The last command of that role."""
        return next((each for each in reversed(self.commands) if each.role == role), None)


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY or ADD: sources relative to the build context (or to `stage`), target as written.

    links (`RUN ln -s A B`) have kind "link", and `RUN cp A B` has kind "cp": their sources are
    paths inside the image. A heredoc has its body, and its name as the only
    source.
    """

    kind: str
    sources: tuple[Word, ...]
    target: Word
    stage: Word | None = None
    body: Text | None = None
    workdir: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a Dockerfile. unit holds env, user, workdir (accumulated as far as this file
    goes), stop_signal, healthcheck, and the last ENTRYPOINT and CMD as commands with the roles
    entrypoint and command.

    base is what FROM names; args are the ARGs in force with their defaults (those before the first
    FROM included).
    """

    name: str
    base: Word
    unit: Unit
    copies: tuple[Copy, ...] = ()
    args: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Named variables outside any unit: kind is env (.env, EnvironmentFile), celeryd, configmap,
    values (Helm), parameters (OpenShift), make. name is the ConfigMap's name, else ""."""

    kind: str
    name: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of one file.

    kind: see classify. dev says why the file is for development only, "" when nothing does. shared
    is what surrounds all units ([supervisord], [tool.poe], a workflow's env). includes are further
    files that the tool reads with this one (compose include, supervisor's files=). newlines are the
    offsets behind each newline. parts, where facts of several files were put together, say which
    file's text begins at which offset.
    """

    path: str
    kind: str
    dev: str = ""
    problems: tuple[Problem, ...] = ()
    units: tuple[Unit, ...] = ()
    stages: tuple[Stage, ...] = ()
    tables: tuple[Table, ...] = ()
    shared: Unit | None = None
    includes: tuple[Word, ...] = ()
    newlines: tuple[int, ...] = ()
    parts: tuple[Stretch, ...] = ()

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 1; columns count characters."""
        newlines, start = self.newlines, 0
        if self.parts:
            start, _, newlines = stretch(self.parts, offset)
        line = bisect_right(newlines, offset - start)
        return line + 1, offset - start - (newlines[line - 1] if line else 0) + 1

    def commands(self) -> Iterator[tuple[Unit, Command]]:
        """Every command with its unit."""
        for unit in (*self.units, *(stage.unit for stage in self.stages)):
            for command in unit.commands:
                yield unit, command


def stretch(parts: tuple[Stretch, ...], offset: int) -> Stretch:
    """The file in whose text an offset lies."""
    return parts[max(bisect_right(parts, offset, key=lambda part: part[0]) - 1, 0)]


def newlines(text: str) -> tuple[int, ...]:
    """The offsets behind each newline, for `Manifest.newlines`."""
    found = []
    at = text.find("\n")
    while at >= 0:
        found.append(at + 1)
        at = text.find("\n", at + 1)
    return tuple(found)


def manifest(path: str, kind: str, text: str, **facts: Any) -> Manifest:
    """A Manifest of this text; see Manifest for the facts."""
    return Manifest(path, kind, newlines=newlines(text), **facts)


def with_commands(unit: Unit, *commands: Command) -> Unit:
    """The unit with these commands added."""
    return replace(unit, commands=(*unit.commands, *commands))
