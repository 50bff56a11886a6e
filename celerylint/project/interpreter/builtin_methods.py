"""Methods of strings, lists and dictionaries."""

from __future__ import annotations

from celerylint.project import operations, sizes, strings
from celerylint.project.combine import lift, one_of, same
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
from celerylint.structs import replace


def call(bound: Bound, arguments: Arguments) -> Value | None:
    """What a method of a built-in type returns; None where the receiver is of no such type."""
    receiver = bound.receiver
    if isinstance(receiver, Default | OneOf) and bound.name not in _CHANGES:
        return lift(receiver, lambda each: _one(each, bound.name, arguments))
    return _one(receiver, bound.name, arguments)


def _one(receiver: Value, name: str, arguments: Arguments) -> Value:
    if isinstance(receiver, Literal | Joined):
        return strings.method(receiver, name, arguments)
    if isinstance(receiver, Mapping):
        return _of_mapping(receiver, name, arguments)
    if isinstance(receiver, Sequence) and name == "copy":
        return replace(receiver)  # another container
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
        return replace(receiver)
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
    if name not in _CHANGES or not isinstance(receiver, Mapping | Sequence | OneOf):
        return None
    if isinstance(receiver, OneOf):
        made = [change(each, name, arguments) for each in receiver.options]
        if all(each is None for each in made):
            return None
        kept = zip(receiver.options, made, strict=True)
        return one_of([before if after is None else after for before, after in kept])
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
    if name == "clear":
        return Mapping(entries=(), site=receiver.site)
    return operations.opened(receiver) if name in _CHANGES else None


def _changed_sequence(receiver: Sequence, name: str, arguments: Arguments) -> Value | None:
    given = arguments.args[0] if arguments.args else None
    if name in {"append", "add"} and given is not None:
        return replace(receiver, items=(*receiver.items, given))
    if name in {"extend", "update"} and isinstance(given, Sequence):
        more = (*receiver.items, *given.items)
        return replace(receiver, items=more, open=receiver.open or given.open)
    changed = None if receiver.open else _rearranged(list(receiver.items), name, arguments)
    if changed is not None:
        return replace(receiver, items=tuple(changed))
    return operations.opened(receiver) if name in _ADDS else _unordered(receiver)


def _rearranged(items: list[Value], name: str, arguments: Arguments) -> list[Value] | None:
    """The items after a method that needs to know them; None where it does not."""
    given = arguments.args[0] if arguments.args else None
    place = given.value if isinstance(given, Literal) and isinstance(given.value, int) else None
    if name == "insert" and place is not None and len(arguments.args) == 2:
        items.insert(place, arguments.args[1])
    elif name == "pop" and (given is None or place is not None) and items:
        if not -len(items) <= (-1 if place is None else place) < len(items):
            return None
        items.pop(-1 if place is None else place)
    elif name in {"remove", "discard"} and isinstance(given, Literal):
        if not all(isinstance(each, Literal) for each in items):
            return None
        found = next((i for i, each in enumerate(items) if same(each, given)), None)
        if found is not None:
            del items[found]
    elif name == "reverse":
        items.reverse()
    elif name == "clear":
        items.clear()
    else:
        return None
    return items


def _unordered(receiver: Sequence) -> Value:
    """A list of which items may be gone or elsewhere: what is in it is what was, at most."""
    return Sequence(kind=receiver.kind, items=receiver.items, open=True, site=receiver.site)


_ADDS = frozenset({"append", "add", "insert", "extend", "update"})
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
