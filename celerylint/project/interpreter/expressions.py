"""Evaluates expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project import operations
from celerylint.project.combine import begun, narrowed, one_of, truth
from celerylint.project.interpreter import attributes, branches, calling, targets
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Scope,
    Unread,
)
from celerylint.project.values import (
    MOST_WEIGHT,
    Default,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Site,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine


# Of one value, however they were made.
_LIGHT = frozenset({Name, Unknown, Unread, FunctionObject, ClassObject, Instance, Bound})


def evaluate(machine: Machine, node: Node, scope: Scope) -> Value:
    """The value of an expression."""
    make = _EXPRESSIONS.get(node[0])
    if make is None:
        return Unknown(reason="an expression")
    made = make(machine, node, scope)
    if type(made) in _LIGHT or made.weight <= MOST_WEIGHT:
        return made
    return Unknown(reason="too large to follow")


def _site(node: Node, scope: Scope) -> Site:
    return Site(scope.module, node[1], node[2])


def _name(machine: Machine, node: Node, scope: Scope) -> Value:
    return machine.look_up(scope, node[3])


def _const(machine: Machine, node: Node, scope: Scope) -> Value:
    return Literal(value=node[3], site=Site(scope.module, node[1], node[2]))


def _attr(machine: Machine, node: Node, scope: Scope) -> Value:
    base = machine.evaluate(node[3], scope)
    return attributes.get(machine, base, node[4], Here(node, scope))


def _sub(machine: Machine, node: Node, scope: Scope) -> Value:
    base = machine.evaluate(node[3], scope)
    if node[4][0] == "slice":
        return attributes.part(base)
    index = machine.evaluate(node[4], scope)
    return attributes.item(machine, base, index, Here(node, scope))


def _seq(machine: Machine, node: Node, scope: Scope) -> Value:
    items: list[Value] = []
    is_open = False
    for item in node[4]:
        if item[0] != "star":
            items.append(machine.evaluate(item, scope))
            continue
        spread = machine.evaluate(item[3], scope)
        if isinstance(spread, Sequence):
            items.extend(spread.items)
            is_open = is_open or spread.open
        else:
            is_open = True
    return Sequence(kind=node[3], items=tuple(items), open=is_open, site=_site(node, scope))


def _dict(machine: Machine, node: Node, scope: Scope) -> Value:
    entries: list[tuple[Value, Value]] = []
    is_open = False
    for key, value in node[3]:
        if key is not None:
            entries.append((machine.evaluate(key, scope), machine.evaluate(value, scope)))
            continue
        spread = machine.evaluate(value, scope)
        if isinstance(spread, Mapping):
            entries.extend(spread.entries)
            is_open = is_open or spread.open
        else:
            is_open = True
    return Mapping(entries=operations.last_of_each(entries), open=is_open, site=_site(node, scope))


def _bin(machine: Machine, node: Node, scope: Scope) -> Value:
    left, right = machine.evaluate(node[4], scope), machine.evaluate(node[5], scope)
    special = None
    if isinstance(left, Special):
        special = left.operate(machine, node[3], right, Here(node, scope))
    if special is None and isinstance(right, Special):
        special = right.reflected(machine, node[3], left, Here(node, scope))
    if special is not None:
        return special
    made = operations.binary(node[3], left, right)
    computed = made.site is None or isinstance(made, Default)
    return made.at(_site(node, scope)) if computed else made


def _un(machine: Machine, node: Node, scope: Scope) -> Value:
    made = operations.unary(node[3], machine.evaluate(node[4], scope))
    computed = made.site is None or isinstance(made, Default)
    return made.at(_site(node, scope)) if computed else made


def _bool(machine: Machine, node: Node, scope: Scope) -> Value:
    left = machine.evaluate(node[4], scope)
    right = machine.evaluate(node[5], scope)
    known = truth(left)
    if known is not None:
        return left if known == (node[3] == "or") else right
    kept = narrowed(left, node[3] == "or")
    if isinstance(kept, Unread) or (isinstance(left, Unread) and not isinstance(right, Unread)):
        return left
    return one_of([kept, right])


def _cmp(machine: Machine, node: Node, scope: Scope) -> Value:
    left = machine.evaluate(node[3], scope)
    result: Value = Literal(value=True)
    for sign, other in node[4]:
        right = machine.evaluate(other, scope)
        each = operations.compare(sign, left, right)
        known = truth(each)
        if known is None:
            result = each if isinstance(each, Default) else Unknown(reason="a condition")
        elif not known:
            return Literal(value=False, site=_site(node, scope))
        left = right
    return result


def _ifexp(machine: Machine, node: Node, scope: Scope) -> Value:
    test = machine.evaluate(node[3], scope)
    arms = []
    for to in (True, False):
        kept = branches.narrow(node[3], scope, to)
        arms.append(machine.evaluate(node[4 if to else 5], scope))
        branches.widen(kept, scope)
    body, orelse = arms
    known = truth(test)
    if known is not None:
        return body if known else orelse
    if (
        isinstance(test, Default)
        and isinstance(test.default, Literal)
        and branches.presence(node[3])
    ):
        # `default if value is None else convert(value)`: a look-up with a default.
        chosen = body if test.default.value else orelse
        return Default(env=test.env, default=chosen, site=_site(node, scope))
    return one_of([body, orelse])


def _fstr(machine: Machine, node: Node, scope: Scope) -> Value:
    parts: list[Value] = []
    for part in node[3]:
        if part[0] == "fmt":
            value = machine.evaluate(part[3], scope)
            parts.append(value if part[4] else Unknown(reason="formatted"))
        else:
            parts.append(machine.evaluate(part, scope))
    made: Value = _spread(parts).at(_site(node, scope))
    return made


def _spread(parts: list[Value]) -> Value:
    """An f-string with one part that the environment or a branch decides is decided by it as a
    whole.
    """
    deciding = [i for i, part in enumerate(parts) if isinstance(part, Default | OneOf)]
    if len(deciding) == 1:
        i = deciding[0]
        value = parts[i]
        whole = isinstance(value, OneOf) or (
            isinstance(value, Default) and value.default is not None
        )
        others = all(isinstance(p, Literal) for j, p in enumerate(parts) if j != i)
        if whole and others:
            from celerylint.project.combine import lift

            made = lift(value, lambda each: operations.joined([*parts[:i], each, *parts[i + 1 :]]))
            return begun(made, "+", operations.joined(parts[:i]), value)
    return operations.joined([_printed(part) for part in parts])


def _printed(part: Value) -> Value:
    """An f-string shows an enum member's value where the member is a string."""
    from celerylint.project.objects import Instance

    return part.fields["value"] if isinstance(part, Instance) and "value" in part.fields else part


def _lambda(machine: Machine, node: Node, scope: Scope) -> Value:
    made = FunctionObject(node=node, scope=scope, site=_site(node, scope))
    if machine.listening():
        from celerylint.project.interpreter import functions

        with machine.frame("lambda", _site(node, scope)):
            machine.evaluate(node[4], functions.own_scope(machine, made, None))
    return made


def _comp(machine: Machine, node: Node, scope: Scope) -> Value:
    kind, element, fors = node[3:6]
    inner = scope.child("function", None)
    values: list[Value] | None = None
    if len(fors) == 1 and not fors[0][2] and not machine.listening():
        source = machine.evaluate(fors[0][1], scope)
        if isinstance(source, Sequence) and not source.open and len(source.items) <= 64:
            values = []
            for item in source.items:
                targets.assign(machine, fors[0][0], item, inner)
                values.append(machine.evaluate(element, inner))
    if values is None:
        with machine.frame("loop", _site(node, scope)):
            return _open_comp(machine, node, inner)
    return _collect(kind, values, False, _site(node, scope))


def _open_comp(machine: Machine, node: Node, inner: Scope) -> Value:
    for target, iterable, conditions in node[5]:
        source = machine.evaluate(iterable, inner)
        targets.assign(machine, target, targets.element(machine, source), inner)
        for condition in conditions:
            machine.evaluate(condition, inner)
    value = machine.evaluate(node[4], inner)
    return _collect(node[3], [value], True, _site(node, inner))


def _collect(kind: str, values: list[Value], is_open: bool, site: Site) -> Value:
    if kind == "dict":
        pairs = [v.items for v in values if isinstance(v, Sequence) and len(v.items) == 2]
        entries = tuple((pair[0], pair[1]) for pair in pairs) if not is_open else ()
        return Mapping(entries=entries, open=is_open, site=site)
    made = "set" if kind == "set" else "list"
    return Sequence(kind=made, items=tuple(values), open=is_open, site=site)  # type: ignore[arg-type]


def _walrus(machine: Machine, node: Node, scope: Scope) -> Value:
    value = machine.evaluate(node[4], scope)
    targets.assign(machine, node[3], value, scope)
    return value


def _inner(machine: Machine, node: Node, scope: Scope) -> Value:
    if node[3] is None:
        return Unknown(reason="a yield")
    value = machine.evaluate(node[3], scope)
    return value if node[0] == "await" else Unknown(reason=node[0])


_EXPRESSIONS: dict[str, Callable[[Machine, Node, Scope], Value]] = {
    "name": _name,
    "const": _const,
    "attr": _attr,
    "call": calling.evaluate,
    "sub": _sub,
    "seq": _seq,
    "dict": _dict,
    "bin": _bin,
    "un": _un,
    "bool": _bool,
    "cmp": _cmp,
    "ifexp": _ifexp,
    "fstr": _fstr,
    "lambda": _lambda,
    "comp": _comp,
    "walrus": _walrus,
    "await": _inner,
    "star": _inner,
    "yield": _inner,
}
