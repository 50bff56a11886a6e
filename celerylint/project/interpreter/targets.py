"""Assigns to names, attributes, items and patterns, and says what iteration yields."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project import operations, sizes
from celerylint.project.combine import one_of
from celerylint.project.interpreter import held, hints, variables
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    ClassObject,
    Env,
    Instance,
    ModuleObject,
    Scope,
    Unread,
    Unset,
)
from celerylint.project.values import (
    Default,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Unknown,
    Value,
)
from celerylint.structs import replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

DEEPEST = 4  # containers inside containers that are looked through for one that changed


def assign(machine: Machine, target: Node, value: Value, scope: Scope) -> None:
    """`target = value`."""
    tag = target[0]
    if tag == "name":
        home = _home(scope, target[3])
        if home is scope:
            scope.env[target[3]] = value
            if machine.holds:
                held.forget(scope, target[3])
        else:
            put(machine, home.env, target[3], value)
    elif tag == "attr":
        _assign_attribute(machine, target, value, scope)
    elif tag == "sub":
        _assign_item(machine, target, value, scope)
    elif tag == "seq":
        _unpack(machine, target[4], value, scope)
    elif tag == "star":
        assign(machine, target[3], Unknown(reason="the rest of an unpacking"), scope)


def _home(scope: Scope, name: str) -> Scope:
    if name in scope.outer_names:
        step: Scope | None = scope.parent
        while step is not None:
            if name in step.env or step.parent is None:
                return step
            step = step.parent
    return scope


def _assign_attribute(machine: Machine, target: Node, value: Value, scope: Scope) -> None:
    base = machine.evaluate(target[3], scope)
    for each in base.alternatives() if isinstance(base, OneOf) else (base,):
        if isinstance(each, Special):
            each.set_attribute(machine, target[4], value, Here(target, scope))
        elif isinstance(each, Instance):
            put(machine, each.fields, target[4], value)
        elif isinstance(each, ClassObject):
            put(machine, each.env, target[4], value)
        elif isinstance(each, ModuleObject):
            machine.module(each.module.path)
            put(machine, each.module.env, target[4], value)
        else:
            held.keep(machine, target, base, value, scope)


def put(machine: Machine, table: Env, name: str, value: Value) -> None:
    """Bind a name outside of the scope being followed: no branch restores what it was there."""
    if machine.dead:
        return
    if machine.branches:
        value = one_of([table.get(name) or Unset(), value])
    table[name] = value


def _assign_item(machine: Machine, target: Node, value: Value, scope: Scope) -> None:
    base = machine.evaluate(target[3], scope)
    index = machine.evaluate(target[4], scope)
    if isinstance(base, Special):
        base.set_item(machine, index, value, Here(target, scope))
        return
    if isinstance(base, Name) and base.dotted == "os.environ":
        if isinstance(index, Literal) and isinstance(index.value, str):
            variables.write(machine, index.value, value)
        return
    if isinstance(base, held.OPAQUE):
        held.keep(machine, target, base, value, scope)
        return
    container = base.default if isinstance(base, Default) and base.default is not None else base
    changed = _with_item(container, index, value)
    if changed is not container:
        reassign(machine, target[3], changed, scope)


def _with_item(container: Value, index: Value, value: Value) -> Value:
    """The container after `container[index] = value`."""
    if sizes.is_long(container):
        return Unknown(reason="too large to follow")
    if isinstance(container, OneOf):
        made = [_with_item(each, index, value) for each in container.options]
        same = all(map(operator.is_, made, container.options))
        return container if same else one_of(made)
    if isinstance(container, Mapping) and isinstance(index, Literal):
        return operations.with_item(container, index, value)
    if isinstance(container, Mapping | Sequence):
        return operations.opened(container)
    return container


def reassign(machine: Machine, node: Node, value: Value, scope: Scope) -> None:
    """Put a changed container back where it was taken from, as far as that is a place, and wherever
    else it is known to be."""
    if node[0] not in {"name", "attr", "sub"}:
        return
    before = machine.evaluate(node, scope)
    if node[0] == "name":
        step: Scope | None = scope
        while step is not None and node[3] not in step.env:
            step = step.parent
        if step is scope:
            scope.env[node[3]] = value
        elif step is not None:
            put(machine, step.env, node[3], value)
    else:
        assign(machine, node, value, scope)
    if isinstance(before, Mapping | Sequence):
        swap(machine, before, value, scope)


def swap(machine: Machine, before: Value, after: Value, scope: Scope) -> None:
    """A container was changed in place: every name that holds it holds the changed one."""
    if before is after or machine.dead:
        return
    tables = [each.env for each in (*machine.scopes, *(m.scope for m in machine.running))]
    step: Scope | None = scope
    while step is not None:
        tables.append(step.env)
        step = step.parent
    for table in {id(each): each for each in tables}.values():
        for name, value in list(table.items()):
            changed = _swapped(value, before, after, 0)
            if changed is not value and table is scope.env:
                table[name] = changed
            elif changed is not value:
                put(machine, table, name, changed)


def _swapped(value: Value, before: Value, after: Value, depth: int) -> Value:
    if value is before:
        return after
    if depth >= DEEPEST or not isinstance(value, Mapping | Sequence) or sizes.is_long(value):
        return value
    if isinstance(value, Sequence):
        items = tuple(_swapped(each, before, after, depth + 1) for each in value.items)
        if all(map(operator.is_, items, value.items)):
            return value
        return replace(value, items=items)
    parts = tuple(_swapped(each, before, after, depth + 1) for _, each in value.entries)
    if all(new is old for new, (_, old) in zip(parts, value.entries, strict=True)):
        return value
    keys = [key for key, _ in value.entries]
    return replace(value, entries=tuple(zip(keys, parts, strict=True)))


def delete(machine: Machine, target: Node, scope: Scope) -> None:
    """`del target`."""
    if target[0] == "name":
        scope.env.pop(target[3], None)
    elif target[0] == "seq":
        for each in target[4]:
            delete(machine, each, scope)
    elif target[0] == "sub":
        base = machine.evaluate(target[3], scope)
        gone = machine.evaluate(target[4], scope) if target[4][0] != "slice" else Unknown()
        if isinstance(base, Special):
            base.set_item(machine, gone, Unknown(reason="deleted"), Here(target, scope))
        elif isinstance(base, Mapping | Sequence):
            reassign(machine, target[3], operations.without(base, gone), scope)
    elif target[0] == "attr":
        assign(machine, target, Unknown(reason="deleted"), scope)


def _unpack(machine: Machine, items: tuple[Node, ...], value: Value, scope: Scope) -> None:
    if isinstance(value, OneOf) and all(_fits(each, items) for each in value.options):
        for i, item in enumerate(items):
            assign(machine, item, one_of([_part(each, i) for each in value.options]), scope)
        return
    starred = any(item[0] == "star" for item in items)
    if (
        isinstance(value, Sequence)
        and not value.open
        and not starred
        and len(value.items) == len(items)
    ):
        for item, each in zip(items, value.items, strict=True):
            assign(machine, item, each, scope)
        return
    each_value: Value = Unknown(reason="unpacked from a value that is not known")
    if isinstance(value, Unread):
        each_value = value
    elif isinstance(value, Special):
        each_value = value.element(machine)
    for item in items:
        assign(machine, item, each_value, scope)


def _fits(value: Value, items: tuple[Node, ...]) -> bool:
    """Can the value be unpacked into the items? None cannot, and is
    not there when it is unpacked.
    """
    if isinstance(value, Literal) and value.value is None:
        return True
    plain = all(item[0] != "star" for item in items)
    return (
        plain and isinstance(value, Sequence) and not value.open and len(value.items) == len(items)
    )


def _part(value: Value, i: int) -> Value:
    return value.items[i] if isinstance(value, Sequence) else Unknown(reason="unpacked None")


def element(machine: Machine, iterable: Value) -> Value:
    """What one round of a loop over a value binds."""
    if isinstance(iterable, Special):
        return iterable.element(machine)
    if isinstance(iterable, OneOf):
        return one_of([element(machine, each) for each in iterable.options])
    if isinstance(iterable, Sequence) and iterable.items:
        unknown = (Unknown(reason="an element"),) if iterable.open else ()
        return one_of([*iterable.items, *unknown])
    if isinstance(iterable, Mapping) and iterable.entries and not iterable.open:
        return one_of([key for key, _ in iterable.entries])
    if isinstance(iterable, Unread):
        return iterable
    return Unknown(reason="an element of a value that is not known")


def declare(machine: Machine, target: Node, annotation: Node, scope: Scope) -> None:
    """`name: Annotation` without a value: the name holds an instance of it."""
    value = hints.instance(machine, annotation, scope)
    if value is not None:
        scope.env[target[3]] = value
