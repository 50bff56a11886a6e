"""A stage of a Dockerfile while it is read: what each instruction changes about it."""

from __future__ import annotations

import posixpath

from celerylint.facts.manifests.model import Command, Copy, Stage, Unit, Variable
from celerylint.facts.manifests.words import Lit, Part, Var, Word
from celerylint.structs import dataclass, field, replace

_MOST = 1000
"""Variables of one stage that are kept."""


@dataclass(slots=True)
class Draft:
    """The state of one stage. directory is the working directory as text where it is known."""

    name: str
    base: Word
    start: int
    end: int
    args: list[Variable] = field(default_factory=list)
    env: list[Variable] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    ports: list[Word] = field(default_factory=list)
    user: Word | None = None
    workdir: Word | None = None
    directory: str | None = None
    stop_signal: Word | None = None
    healthcheck: Command | None = None
    commands: dict[str, Command] = field(default_factory=dict)
    shell: str = "/bin/sh -c"
    own_cmd: bool = False

    def inherit(self, parent: Draft) -> None:
        """Begin where an earlier stage of the same file ended."""
        for kept in ("user", "workdir", "directory", "stop_signal", "healthcheck", "shell"):
            setattr(self, kept, getattr(parent, kept))
        self.env = list(parent.env)
        self.copies = list(parent.copies)
        self.ports = list(parent.ports)
        self.commands = dict(parent.commands)

    def start_with(self, instruction: str, command: Command) -> None:
        """CMD or ENTRYPOINT; a new ENTRYPOINT takes away the CMD of the stage that this one
        continues.
        """
        if instruction == "cmd":
            self.own_cmd = True
        elif not self.own_cmd:
            self.commands.pop("cmd", None)
        self.commands[instruction] = command

    def set_env(self, variables: list[Variable]) -> None:
        """ENV: a later value of a name replaces the earlier one."""
        if len(self.env) >= _MOST:
            return
        names = {variable.name for variable in variables}
        # `ENV PATH=/app:$PATH` still needs the earlier value, so only plain repeats are dropped.
        kept = [each for each in self.env if each.name not in names or _refers(variables, each)]
        self.env = [*kept, *variables]

    def set_args(self, variables: list[Variable]) -> None:
        """ARG: one without a default takes that of an ARG before the first FROM."""
        for variable in variables:
            earlier = [each for each in self.args if each.name == variable.name]
            if variable.value is None and any(each.value for each in earlier):
                continue
            self.args = [each for each in self.args if each.name != variable.name]
            self.args.append(variable)

    def change_directory(self, word: Word) -> None:
        """WORKDIR: a relative one goes below the one before."""
        said = self._known(word.parts)
        relative = not word.prefix().startswith("/") and not (said or "").startswith("/")
        if relative and self.workdir is not None and isinstance(word.parts[0], Lit):
            word = replace(word, parts=(*self.workdir.parts, Lit("/"), *word.parts))
            said = None if said is None or self.directory is None else f"{self.directory}/{said}"
        self.workdir = word
        self.directory = None if said is None else posixpath.normpath(said)

    def stage(self) -> Stage:
        """The finished stage."""
        commands = [self.commands[role] for role in ("entrypoint", "cmd") if role in self.commands]
        unit = Unit(
            self.name,
            self.start,
            self.end,
            kind="stage",
            commands=tuple(commands),
            env=tuple(self.env),
            user=self.user,
            workdir=self.workdir,
            stop_signal=self.stop_signal,
            healthcheck=self.healthcheck,
            ports=tuple(self.ports),
        )
        return Stage(self.name, self.base, unit, tuple(self.copies), tuple(self.args))

    def _known(self, parts: tuple[Part, ...]) -> str | None:
        """The text of parts where this file settles their variables:
        ENV first, then ARG defaults.
        """
        text = ""
        for part in parts:
            if isinstance(part, Lit):
                text += part.text
                continue
            found = None
            if isinstance(part, Var):
                found = self._settled(part)
            if found is None:
                return None
            text += found
        return text

    def _settled(self, variable: Var) -> str | None:
        for each in (*reversed(self.env), *reversed(self.args)):
            if each.name == variable.name and each.value is not None:
                return each.value.literal()
        if variable.default is not None and variable.op in (":-", "-"):
            return self._known(variable.default)
        return None


def _refers(variables: list[Variable], earlier: Variable) -> bool:
    return any(
        isinstance(part, Var) and part.name == earlier.name
        for variable in variables
        if variable.value is not None
        for part in variable.value.parts
    )
