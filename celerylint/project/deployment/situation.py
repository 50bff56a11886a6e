"""How a command line comes to run: who starts it, with which surroundings, and what stays above
it."""

from __future__ import annotations

from collections.abc import Mapping

from celerylint.findings import Span
from celerylint.project.deployment.expansion import Surroundings
from celerylint.project.deployment.images import Image, shell_kind
from celerylint.project.deployment.shell_frame import Run
from celerylint.project.deployment.units import Service
from celerylint.project.deployment.wrappers import Unwrapped
from celerylint.project.values import Value
from celerylint.structs import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Situation:
    """How a command line comes to run.

    executes: what it starts gets the platform's signals itself (None: not known). settled: a unit
    is known, so that its environment decides branches. shell are variables of the shell around.
    held, broadcasts, copied, removed and final are those of Process.
    """

    service: Service | None
    image: Image | None
    around: Surroundings
    environment: Mapping[str, Value]
    environment_open: str = ""
    workdir: str = ""
    chain: tuple[Span, ...] = ()
    executes: bool | None = True
    conditions: tuple[str, ...] = ()
    development: str = ""
    wrappers: tuple[str, ...] = ()
    user: str = ""
    background: bool = False
    looped: bool = False
    final: bool = True
    held: tuple[Span, ...] = ()
    broadcasts: Span | None = None
    copied: Span | None = None
    removed: frozenset[str] = frozenset()
    depth: int = 0
    seen: frozenset[str] = frozenset()
    shell: Mapping[str, Value] = field(default_factory=dict)


def wrapped(situation: Situation, found: Unwrapped) -> Situation:
    """How the command behind wrappers comes to run."""
    executes = situation.executes
    if found.stays:
        executes = False
    elif found.unsure and executes:
        executes = None
    return replace(
        situation,
        executes=executes,
        environment={**situation.environment, **found.environment},
        development=situation.development or found.development,
        wrappers=(*situation.wrappers, *found.wrappers),
        user=found.user or situation.user,
        broadcasts=found.broadcasts.span if found.broadcasts else situation.broadcasts,
        depth=situation.depth + 1,
    )


def ran(situation: Situation, run: Run, interpreter: str, string: bool) -> Situation:
    """How a script's command comes to run (string: the script stands behind `-c`)."""
    executes, held = situation.executes, situation.held
    way = True if run.executes else _makes_way(situation, run, interpreter, string)
    if way is not True and executes is not False:
        executes = way
    if run.background or run.piped:
        executes = False
    elif way is False and run.variants[0]:
        held = (*held, run.variants[0][0].span)
    return replace(
        situation,
        executes=executes,
        held=held,
        removed=situation.removed | run.removed,
        final=situation.final and (run.final or run.executes),
        environment={**situation.environment, **run.environment},
        shell=run.around.shell,
        conditions=(*situation.conditions, *run.conditions),
        background=situation.background or run.background,
        looped=situation.looped or run.looped,
        workdir=run.workdir or situation.workdir,
        depth=situation.depth + 1,
    )


def _makes_way(situation: Situation, run: Run, interpreter: str, string: bool) -> bool | None:
    """Does the shell make way for this command without `exec`? bash does for the last command of a
    `-c` string, dash never; a script's shell always stays, though it may hand a signal on by a
    `trap`. Seen with bash 5.2 and dash."""
    if run.trapped:
        return None
    if not string or not run.final:
        return False
    kind = interpreter if interpreter in ("bash", "zsh", "ksh") else shell_kind(situation.image)
    if interpreter == "dash" or kind == "dash":
        return False
    return True if kind in ("bash", "zsh", "ksh") else None
