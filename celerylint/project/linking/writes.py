"""What a block of code writes to the database, as far as its own statements show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node, dotted, unparse
from celerylint.findings import Related
from celerylint.project.objects import Bound, FunctionObject, Instance, Scope, Unread
from celerylint.project.values import Joined, Literal, Mapping, Name, Sequence, Value
from celerylint.project.walking import nodes, targets, together

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# Methods that write whatever they are called on, of what an ORM has.
_MAKES = frozenset({"create", "acreate", "save", "asave"})
_WRITES = _MAKES | {
    *("bulk_create", "bulk_update", "get_or_create", "update_or_create", "abulk_create"),
    *("abulk_update", "aget_or_create", "aupdate_or_create"),
}
_KEYS = frozenset({"pk", "id", "uuid"})
MOST_SHOWN = 3


def written(machine: Machine, body: Body, call: Node, scope: Scope) -> tuple[Related, ...]:
    """The places where a block writes in a run that gets to a call as well: its own writes, and
    calls of functions that write."""
    found = []
    unread: list[Value] = []
    for node in nodes(body):
        if node[0] == "call" and together(body, node[1], call[1]):
            name = _by(machine, node, scope, unread)
            if name is not None:
                span = scope.module.span(node[1], node[2])
                found.append(Related(span, f"`{name}` writes to the database"))
        if len(found) == MOST_SHOWN:
            break
    for each in unread if not found else ():
        machine.need(each)
    return tuple(found)


def _by(machine: Machine, call: Node, scope: Scope, unread: list[Value]) -> str | None:
    """What writes in a call, as it is shown; None where nothing is known to."""
    function = call[3]
    if function[0] == "attr" and _is_write(function[4], call[4]):
        return unparse(function) if _may_be_orm(machine, function[3], scope) else None
    if dotted(function) is None:
        return None
    value = machine.evaluate(function, scope)
    if isinstance(value, Bound):
        value = value.function if value.function is not None else value
    if isinstance(value, Unread):
        unread.append(value)
    if isinstance(value, FunctionObject) and not _WRITES.isdisjoint(value.words):
        return unparse(function)
    return None


def _is_write(name: str, args: tuple[Node, ...]) -> bool:
    positional = any(keyword is None for _, keyword, *_ in args)
    if name in {"save", "asave"}:
        return not positional and not any(
            keyword == "commit" and value[0] == "const" and not value[3]
            for _, keyword, value, *_ in args
        )
    if name in {"update", "aupdate"}:  # of a dict, the names of columns would stand in a dict
        return bool(args) and not positional
    if name in {"delete", "adelete"}:
        return not args
    return name in _WRITES


def _may_be_orm(machine: Machine, receiver: Node, scope: Scope) -> bool:
    """Not what other libraries call `create()` on, nor a dict that is updated."""
    if dotted(receiver) is None:
        return True
    value = machine.evaluate(receiver, scope)
    if isinstance(value, Bound):
        value = value.receiver
    if isinstance(value, Instance):
        value = value.cls
    return not isinstance(value, Literal | Joined | Mapping | Sequence) and not _foreign(value)


def _foreign(value: Value) -> bool:
    return isinstance(value, Name) and not value.dotted.startswith(("django.", "rest_framework."))


def created(body: Body, call: Node, scope: Scope) -> Related | None:
    """Where a row is made in a block whose key a call in it is given."""
    keys = {name for _, _, value, *_ in call[4] for name in _named(value)}
    for node in nodes(body):
        if node[0] != "assign" or node[1] > call[1] or node[4][0] not in {"call", "await"}:
            continue
        made = node[4][3] if node[4][0] == "await" else node[4]
        names = keys.intersection(*map(targets, node[3])) if node[3] else set()
        if names and made[0] == "call" and _makes(made, body, names):
            return Related(scope.module.span(node[1], node[2]), f"`{min(names)}` is made here")
    return None


def _named(value: Node) -> Iterator[str]:
    """The objects whose key stands in an argument."""
    for node in nodes(value):
        if node[0] == "attr" and node[4] in _KEYS and node[3][0] == "name":
            yield node[3][3]
    if value[0] == "name":
        yield value[3]


def _makes(call: Node, body: Body, names: set[str]) -> bool:
    function = call[3]
    if function[0] == "attr" and function[4] in _MAKES:
        return _is_write(function[4], call[4])
    if function[0] == "name" and function[3][:1].isupper():  # a class; it is saved by itself
        return any(
            node[0] == "call"
            and node[3][0] == "attr"
            and node[3][4] == "save"
            and node[3][3][0] == "name"
            and node[3][3][3] in names
            for node in nodes(body)
        )
    return False
