"""What Python's operators, built-in types and string methods do to values that are known well
enough.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from celerylint.project import sizes
from celerylint.project.combine import begun, lift, one_of, text_of, truth
from celerylint.project.objects import Unread
from celerylint.project.values import (
    Call,
    Default,
    Joined,
    Literal,
    Mapping,
    Name,
    NotKnown,
    OneOf,
    Sequence,
    Unknown,
    Value,
)

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "**": operator.pow,
}
_UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.inv}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
_SINGLETONS = (None, True, False, ...)


def from_python(value: Any) -> Value:
    """The value of a plain Python object."""
    if isinstance(value, list | tuple | set | frozenset):
        kind: Any = type(value).__name__
        return Sequence(kind=kind, items=tuple(from_python(each) for each in value))
    if isinstance(value, dict):
        return Mapping(entries=tuple((from_python(k), from_python(v)) for k, v in value.items()))
    return Literal(value=value)


def binary(sign: str, left: Value, right: Value) -> Value:
    """`left sign right`."""
    if isinstance(left, OneOf | Default):
        made = lift(left, lambda each: binary(sign, each, right))
        return begun(made, sign, left)
    if isinstance(right, OneOf | Default):
        made = lift(right, lambda each: binary(sign, left, each))
        return begun(made, sign, left, right)
    if isinstance(left, Unread) or isinstance(right, Unread):
        return left if isinstance(left, Unread) else right
    if isinstance(left, Mapping) and isinstance(right, Mapping) and sign == "|":
        return merged(left, right)
    if isinstance(left, Sequence) and isinstance(right, Sequence) and sign in "+|":
        return Sequence(
            kind=left.kind, items=left.items + right.items, open=left.open or right.open
        )
    if sign == "%" and text_of(left) is not None:
        return _percent(left, right)
    if sign == "+" and (_textual(left) or _textual(right)):
        return joined([left, right])
    return _fold(sign, left, right)


def _fold(sign: str, left: Value, right: Value) -> Value:
    if isinstance(left, Sequence) and sign == "+":
        return Sequence(kind=left.kind, items=left.items, open=True)
    try:
        a, b = left.python(), right.python()
        if sizes.is_too_large(sign, left, right):
            return Unknown(reason="too large to compute")
        return from_python(_BINARY[sign](a, b))
    except NotKnown:
        return _opaque("operator." + sign, left, right)
    except Exception:  # noqa: BLE001
        return Unknown(reason=f"`{sign}` cannot be computed")


def _opaque(what: str, left: Value, right: Value) -> Value:
    """A known computation over external objects (`timedelta(...) * 2`) stays comparable."""
    for side in (left, right):
        if isinstance(side, Unknown):
            return Unknown(reason=side.reason)
    return Call(dotted=what, args=(left, right))


def _textual(value: Value) -> bool:
    return isinstance(value, Joined) or text_of(value) is not None


def _percent(left: Value, right: Value) -> Value:
    if sizes.is_wide(str(left.python())):
        return Unknown(reason="too large to compute")
    try:
        return from_python(left.python() % right.python())
    except NotKnown:
        head = str(left.python()).split("%", 1)[0]
        return joined([Literal(value=head), Unknown(reason="formatted")])
    except Exception:  # noqa: BLE001
        return Unknown(reason="`%` cannot be computed")


def joined(parts: list[Value]) -> Value:
    """The string that the parts make together, folded as far as they are known."""
    flat: list[Value] = []
    for part in parts:
        for each in part.parts if isinstance(part, Joined) else (part,):
            if isinstance(each, Literal):
                each = Literal(value=str(each.value))
            last = flat[-1] if flat else None
            if isinstance(each, Literal) and isinstance(last, Literal):
                flat[-1] = Literal(value=last.value + each.value)
            else:
                flat.append(each)
    if all(isinstance(each, Literal) for each in flat):
        return flat[0] if flat else Literal(value="")
    return Joined(parts=tuple(flat))


def unary(sign: str, value: Value) -> Value:
    """`not x`, `-x`, `+x`, `~x`."""
    if isinstance(value, OneOf | Default):
        return lift(value, lambda each: unary(sign, each))
    if sign == "not":
        known = truth(value)
        return Unknown(reason="a condition") if known is None else Literal(value=not known)
    try:
        number = value.python()
        return Literal(value=_UNARY[sign](number))
    except Exception:  # noqa: BLE001
        return Unknown(reason="not computed")


def compare(sign: str, left: Value, right: Value) -> Value:
    """`left sign right`; unknown where a side is."""
    if isinstance(left, OneOf | Default):
        return lift(left, lambda each: compare(sign, each, right))
    if isinstance(right, OneOf | Default):
        return lift(right, lambda each: compare(sign, left, each))
    if isinstance(right, Mapping) and sign in {"in", "not in"} and isinstance(left, Literal):
        if right.get(left.value) is not None:
            return Literal(value=sign == "in")
        return Unknown(reason="open") if right.open else Literal(value=sign != "in")
    try:
        a, b = left.python(), right.python()
        if sign in {"is", "is not"} and not any(x is s for x in (a, b) for s in _SINGLETONS):
            return Unknown(reason="identity")
        return Literal(value=bool(_COMPARE[sign](a, b)))
    except Exception:  # noqa: BLE001
        return Unknown(reason="a condition")


def merged(one: Mapping, other: Mapping) -> Mapping:
    """The entries of both, the other's winning."""
    entries = last_of_each((*one.entries, *other.entries))
    return Mapping(entries=entries, open=one.open or other.open, site=one.site)


def last_of_each(entries: Iterable[tuple[Value, Value]]) -> tuple[tuple[Value, Value], ...]:
    """The entries without those whose key comes again, in the order of the last ones."""
    kept: dict[object, tuple[Value, Value]] = {}
    for key, value in entries:
        name = (type(key.value), key.value) if isinstance(key, Literal) else id(key)
        kept.pop(name, None)
        kept[name] = (key, value)
    return tuple(kept.values())


def with_item(mapping: Mapping, key: Value, value: Value) -> Mapping:
    """The mapping after `mapping[key] = value`."""
    return merged(mapping, Mapping(entries=((key, value),)))


def item(value: Value, index: Value) -> Value:
    """`value[index]`."""
    if isinstance(value, OneOf):
        return one_of([item(each, index) for each in value.options])
    if isinstance(value, Default):
        return lift(value, lambda each: item(each, index))
    if isinstance(value, Mapping) and isinstance(index, Literal):
        found = value.get(index.value)
        return found if found is not None else Unknown(reason="no such key")
    if isinstance(value, Mapping) and not value.open and value.entries:
        return one_of([each for _, each in value.entries])
    if isinstance(value, Sequence) and isinstance(index, Literal) and isinstance(index.value, int):
        if not value.open and -len(value.items) <= index.value < len(value.items):
            return value.items[index.value]
        return Unknown(reason="an item that is not known")
    if isinstance(value, Unread):
        return value
    try:
        return from_python(value.python()[index.python()])
    except Exception:  # noqa: BLE001
        return Unknown(reason="an item that is not known")


def without(container: Mapping | Sequence, gone: Value) -> Value:
    """The container after `del container[gone]`."""
    if isinstance(container, Mapping) and isinstance(gone, Literal) and not container.open:
        keys = [key for key, _ in container.entries]
        if all(isinstance(key, Literal) for key in keys):
            kept = tuple(
                p
                for p, key in zip(container.entries, keys, strict=True)
                if key.python() != gone.value
            )
            return Mapping(entries=kept, site=container.site)
    emptied: Value = Unknown(reason="items of it are deleted")
    return emptied


def opened(value: Value) -> Value:
    """The container, to which something unknown was added."""
    if isinstance(value, Mapping):
        return Mapping(entries=value.entries, open=True, site=value.site)
    if isinstance(value, Sequence):
        return Sequence(kind=value.kind, items=value.items, open=True, site=value.site)
    return Unknown(reason="changed by something that is not known")


def convert(kind: str, value: Value) -> Value:
    """`int(x)`, `str(x)`, `list(x)` and so on."""
    if isinstance(value, OneOf | Default):
        return lift(value, lambda each: convert(kind, each))
    if isinstance(value, Unread):
        return value
    if kind == "str" and isinstance(value, Joined):
        return value
    if kind in {"list", "tuple", "set", "frozenset"} and isinstance(value, Sequence):
        target: Any = kind
        return Sequence(kind=target, items=value.items, open=value.open, site=value.site)
    if kind in {"list", "tuple", "set", "frozenset"} and isinstance(value, Mapping):
        keyed: Any = kind
        return Sequence(kind=keyed, items=tuple(k for k, _ in value.entries), open=value.open)
    if isinstance(value, Literal):
        make = {"int": int, "str": str, "float": float, "bool": bool}.get(kind)
        if make is not None:
            try:
                return Literal(value=make(value.value), site=value.site, via=value.via)
            except (TypeError, ValueError):
                return Unknown(reason=f"{kind}() fails")
    if isinstance(value, Name | Call):
        return Call(dotted=f"builtins.{kind}", args=(value,))
    if kind in {"set", "frozenset"}:
        made: Any = kind
        return Sequence(kind=made, items=(), open=True)
    return Unknown(reason=f"{kind}() of a value that is not known")
