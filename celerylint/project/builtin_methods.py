"""Methods of strings, lists and dictionaries."""

from __future__ import annotations

from celerylint.project import operations, sizes
from celerylint.project.combine import lift, one_of
from celerylint.project.objects import Arguments, Bound
from celerylint.project.values import (
    Default,
    Joined,
    Literal,
    Mapping,
    OneOf,
    Sequence,
    Unknown,
    Value,
)


def call(bound: Bound, arguments: Arguments) -> Value | None:
    """What a method of a built-in type returns; None where the receiver is of no such type."""
    receiver = bound.receiver
    if isinstance(receiver, Default | OneOf) and bound.name not in _CHANGES:
        return lift(receiver, lambda each: _one(each, bound.name, arguments))
    return _one(receiver, bound.name, arguments)


def _one(receiver: Value, name: str, arguments: Arguments) -> Value:
    if isinstance(receiver, Literal | Joined):
        return operations.string_method(receiver, name, arguments)
    if isinstance(receiver, Mapping):
        return _of_mapping(receiver, name, arguments)
    if isinstance(receiver, Sequence) and name == "copy":
        return receiver
    return Unknown(reason=f"the result of .{name}()")


def _of_mapping(receiver: Mapping, name: str, arguments: Arguments) -> Value:
    if name in {"get", "setdefault", "pop"} and arguments.args:
        key = arguments.args[0]
        otherwise = arguments.args[1] if len(arguments.args) > 1 else Literal(value=None)
        found = receiver.get(key.value) if isinstance(key, Literal) else None
        if found is not None:
            return found
        if not receiver.open and not isinstance(key, Literal) and receiver.entries:
            return one_of([*(value for _, value in receiver.entries), otherwise])
        if receiver.open or not isinstance(key, Literal):
            return one_of([Unknown(reason="an item that is not known"), otherwise])
        return otherwise
    if name == "copy":
        return receiver
    if name == "items":
        pairs = tuple(Sequence(kind="tuple", items=pair) for pair in receiver.entries)
        return Sequence(kind="list", items=pairs, open=receiver.open)
    if name == "keys":
        return Sequence(
            kind="list", items=tuple(k for k, _ in receiver.entries), open=receiver.open
        )
    if name == "values":
        return Sequence(
            kind="list", items=tuple(v for _, v in receiver.entries), open=receiver.open
        )
    return Unknown(reason=f"dict.{name}()")


def change(receiver: Value, name: str, arguments: Arguments) -> Value | None:
    """The container as a method that changes it leaves it; None where nothing changes."""
    if name not in _CHANGES or not isinstance(receiver, Mapping | Sequence):
        return None
    if sizes.is_long(receiver):
        return Unknown(reason="too large to follow")
    if isinstance(receiver, Mapping):
        return _changed_mapping(receiver, name, arguments)
    return _changed_sequence(receiver, name, arguments)


def _changed_mapping(receiver: Mapping, name: str, arguments: Arguments) -> Value | None:
    if name == "update":
        added: Mapping = Mapping(
            entries=tuple((Literal(value=k), v) for k, v in arguments.kwargs),
            open=arguments.open,
        )
        for each in arguments.args:
            if not isinstance(each, Mapping):
                return operations.opened(receiver)
            receiver = operations.merged(receiver, each)
        return operations.merged(receiver, added)
    if name == "setdefault" and arguments.args and isinstance(arguments.args[0], Literal):
        key = arguments.args[0]
        if receiver.get(key.value) is None:
            value = arguments.args[1] if len(arguments.args) > 1 else Literal(value=None)
            return operations.with_item(receiver, key, value)
        return None
    if name == "pop" and arguments.args and isinstance(arguments.args[0], Literal):
        gone = arguments.args[0].value
        kept = tuple(
            pair
            for pair in receiver.entries
            if not (isinstance(pair[0], Literal) and pair[0].value == gone)
        )
        return Mapping(entries=kept, open=receiver.open, site=receiver.site)
    return operations.opened(receiver) if name in {"setdefault", "pop", "clear"} else None


def _changed_sequence(receiver: Sequence, name: str, arguments: Arguments) -> Value | None:
    items = receiver.items
    if name in {"append", "add"} and arguments.args:
        items = (*items, arguments.args[0])
    elif name == "insert" and len(arguments.args) == 2:
        items = (*items, arguments.args[1])
    elif name in {"extend", "update"} and arguments.args:
        more = arguments.args[0]
        if not isinstance(more, Sequence):
            return operations.opened(receiver)
        return Sequence(
            kind=receiver.kind,
            items=items + more.items,
            open=receiver.open or more.open,
            site=receiver.site,
        )
    else:
        return operations.opened(receiver)
    return Sequence(kind=receiver.kind, items=items, open=receiver.open, site=receiver.site)


_CHANGES = frozenset(
    [
        "update",
        "setdefault",
        "pop",
        "clear",
        "append",
        "add",
        "insert",
        "extend",
        "remove",
        "popitem",
        "discard",
        "sort",
        "reverse",
    ]
)
