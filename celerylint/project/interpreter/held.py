"""What code puts into objects of which nothing is known, and takes from the same place again:
`config.registry["celery"] = Celery()`, then `config.registry["celery"].conf`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import Arguments, Bound, Parameter, Scope
from celerylint.project.values import Call, Name, Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# Objects of which nobody here can tell what they hold.
OPAQUE = (Unknown, Name, Call, Parameter, Bound)


@dataclass(frozen=True, slots=True, eq=False)
class Held(Special):
    """What a place holds that is no name; among a scope's names, since branches join these."""

    value: Value


def keep(machine: Machine, target: Node, base: Value, value: Value, scope: Scope) -> None:
    """`base.name = value` or `base[key] = value`, where nobody can tell what `base` is."""
    if not isinstance(base, OPAQUE):
        return
    place = _place(target)
    if place is None:
        return
    if isinstance(value, Special):
        machine.holds = True
        scope.env[place] = Held(value=value)
    else:
        scope.env.pop(place, None)


def find(here: Here) -> Value | None:
    """What the code put where it now looks, in this function or in one around it."""
    place = None if here.node[0] == "name" else _place(here.node)
    if place is None:
        return None
    root = place.partition(".")[0].partition("[")[0]
    scope: Scope | None = here.scope
    while scope is not None:
        held = scope.env.get(place)
        if held is not None:
            return one_of([_taken(each) for each in held.alternatives()])
        if root in scope.env:
            return None
        scope = scope.parent
    return None


def _taken(held: Value) -> Value:
    return held.value if isinstance(held, Held) else Unknown(reason="held by something unknown")


def forget(scope: Scope, name: str) -> None:
    """A name is bound anew: what stood in its object does not stand in the new one."""
    for place in [each for each in scope.env if each.startswith((f"{name}.", f"{name}["))]:
        del scope.env[place]


def _place(node: Node) -> str | None:
    """A chain of attributes and items as text, None where it does not begin with a name or holds an
    index that is no constant."""
    if node[0] == "name":
        return str(node[3])
    if node[0] == "attr":
        base = _place(node[3])
        return None if base is None else f"{base}.{node[4]}"
    if node[0] == "sub" and node[4][0] == "const":
        base = _place(node[3])
        return None if base is None else f"{base}[{node[4][3]!r}]"
    return None


def give(machine: Machine, value: Value, here: Here, to: str = "") -> None:
    """Code that is not here gets the value."""
    if isinstance(value, Special) and not machine.dead:
        value.given(machine, here, to)


def give_all(machine: Machine, arguments: Arguments, here: Here, to: str = "") -> None:
    """A function that is not here gets the arguments."""
    for each in arguments.args:
        give(machine, each, here, to)
    for _, each in arguments.kwargs:
        give(machine, each, here, to)
