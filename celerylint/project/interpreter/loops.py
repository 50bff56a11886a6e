"""Follows loops: round by round over what is known, else as often as
it takes to see what they change.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node
from celerylint.project.combine import merge_env, same, truth
from celerylint.project.interpreter import targets
from celerylint.project.objects import Env, Scope
from celerylint.project.values import Literal, Mapping, Sequence, Site, Unknown, Value
from celerylint.structs import dataclass, field

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

MOST_ROUNDS = 16


@dataclass(slots=True)
class Loop:
    """The bindings where a round of a loop was left by `break` or `continue`."""

    breaks: list[Env] = field(default_factory=list)
    continues: list[Env] = field(default_factory=list)


def jump(machine: Machine, node: Node, scope: Scope) -> bool:
    """`break` and `continue`."""
    if machine.loops and not machine.dead:
        loop = machine.loops[-1]
        left = loop.breaks if node[3] == "break" else loop.continues
        left.append(dict(scope.env))
    return True


def follow_while(machine: Machine, node: Node, scope: Scope) -> bool:
    """`while`."""
    test = truth(machine.evaluate(node[3], scope))
    if test is False and not machine.listening():
        return machine.run(node[5], scope)
    _open_rounds(machine, node, node[4], scope)
    machine.run(node[5], scope)
    return False


def follow_for(machine: Machine, node: Node, scope: Scope) -> bool:
    """`for`."""
    iterable = machine.evaluate(node[4], scope)
    items = _items(iterable)
    if items is not None and len(items) <= MOST_ROUNDS and not machine.listening():
        return _each(machine, node, items, scope)
    targets.assign(machine, node[3], targets.element(machine, iterable), scope)
    _open_rounds(machine, node, node[5], scope)
    machine.run(node[6], scope)
    return False


def _items(iterable: Value) -> tuple[Value, ...] | None:
    if isinstance(iterable, Sequence) and not iterable.open and iterable.kind != "set":
        return iterable.items
    if isinstance(iterable, Mapping) and not iterable.open:
        return tuple(key for key, _ in iterable.entries)
    return None


def _each(machine: Machine, node: Node, items: Items[Value], scope: Scope) -> bool:
    """Every round by itself. True where control never gets behind the loop."""
    left: list[Env] = []
    for item in items:
        targets.assign(machine, node[3], item, scope)
        loop, ended = _round(machine, node[5], scope)
        left += loop.breaks
        if not _go_on(scope, [*loop.continues, *([] if ended else [dict(scope.env)])]):
            return not _go_on(scope, left)
    ended = machine.run(node[6], scope)
    return not _go_on(scope, [*left, *([] if ended else [dict(scope.env)])])


def _round(machine: Machine, body: Body, scope: Scope) -> tuple[Loop, bool]:
    loop = Loop()
    machine.loops.append(loop)
    try:
        return loop, machine.run(body, scope)
    finally:
        machine.loops.pop()


def _go_on(scope: Scope, flows: list[Env]) -> bool:
    """Bind what any of these ways leads to; False where there is none."""
    if not flows:
        return False
    merged = flows[0]
    for each in flows[1:]:
        merged = merge_env(merged, each)
    scope.env.clear()
    scope.env.update(merged)
    return True


def _open_rounds(machine: Machine, node: Node, body: Body, scope: Scope) -> None:
    """Any number of rounds: what still changes in a second one is not known afterwards."""
    before = dict(scope.env)
    _once(machine, node, body, scope)
    first = dict(scope.env)
    alone = machine.alone or (scope.kind == "function" and machine.listening())
    if alone or all(first.get(name) is value for name, value in before.items()):
        return
    _once(machine, node, body, scope)
    for name, value in list(scope.env.items()):
        earlier = first.get(name)
        if name in before and earlier is not None and not same(earlier, value):
            scope.env[name] = _widened(before[name], value)


def _once(machine: Machine, node: Node, body: Body, scope: Scope) -> None:
    before = dict(scope.env)
    with machine.frame("loop", Site(scope.module, node[1], node[2])), machine.arm(None):
        loop, ended = _round(machine, body, scope)
    flows = [*loop.breaks, *loop.continues, *([] if ended else [dict(scope.env)])]
    _go_on(scope, [before, *flows])


def _widened(before: Value, after: Value) -> Value:
    """A container that a loop fills has what it had, and more; all else may be anything."""
    parts = [each for each in after.alternatives() if isinstance(each, Mapping | Sequence)]
    if isinstance(before, Sequence) and parts and isinstance(parts[-1], Sequence):
        return Sequence(kind=before.kind, items=parts[-1].items, open=True, site=before.site)
    if isinstance(before, Mapping):
        last = [each for each in parts if isinstance(each, Mapping)]
        kept = [
            (key, value)
            for key, value in before.entries
            if isinstance(key, Literal) and all(_has(each, key, value) for each in last)
        ]
        return Mapping(entries=tuple(kept), open=True, site=before.site)
    return Unknown(reason="changed in a loop")


def _has(mapping: Mapping, key: Literal, value: Value) -> bool:
    found = mapping.get(key.value)
    return found is not None and same(found, value)
