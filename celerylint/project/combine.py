"""Joining, comparing and judging values, without any knowledge of where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celerylint.project.objects import (
    ClassObject,
    FunctionObject,
    ModuleObject,
    Unread,
    Unset,
)
from celerylint.project.values import (
    MOST_WEIGHT,
    Call,
    Default,
    Joined,
    Literal,
    Mapping,
    Name,
    NotKnown,
    OneOf,
    Sequence,
    Site,
    Unknown,
    Value,
    text_prefix,
)
from celerylint.structs import replace

MOST_OPTIONS = 12
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
# Environment look-ups may absorb some; but each is compared with all the others.
MOST_COMPARED = 60


def same(one: Value, other: Value) -> bool:
    """Do two values mean the same thing, wherever they are written?"""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Literal) and isinstance(other, Literal):
        return type(one.value) is type(other.value) and bool(one.value == other.value)
    if isinstance(one, Name) and isinstance(other, Name):
        return one.dotted == other.dotted
    if isinstance(one, ModuleObject) and isinstance(other, ModuleObject):
        return one.module is other.module
    if isinstance(one, ClassObject) and isinstance(other, ClassObject):
        return one.key == other.key
    if isinstance(one, FunctionObject) and isinstance(other, FunctionObject):
        return one.key == other.key
    return _same_parts(one, other)


def _same_parts(one: Value, other: Value) -> bool:
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return (
            one.kind == other.kind
            and one.open == other.open
            and len(one.items) == len(other.items)
            and all(map(same, one.items, other.items))
        )
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return (
            one.open == other.open
            and len(one.entries) == len(other.entries)
            and all(
                same(a[0], b[0]) and same(a[1], b[1])
                for a, b in zip(one.entries, other.entries, strict=True)
            )
        )
    if isinstance(one, Default) and isinstance(other, Default):
        if one.default is None or other.default is None:
            return one.env == other.env and one.default is other.default
        return one.env == other.env and same(one.default, other.default)
    if isinstance(one, Call) and isinstance(other, Call):
        return (
            one.dotted == other.dotted
            and len(one.args) == len(other.args)
            and all(map(same, one.args, other.args))
            and [key for key, _ in one.kwargs] == [key for key, _ in other.kwargs]
            and all(same(a[1], b[1]) for a, b in zip(one.kwargs, other.kwargs, strict=True))
        )
    return False


def one_of(values: Iterable[Value]) -> Value:
    """The value that is one of these: duplicates go, an environment look-up takes the rest as its
    default.
    """
    values = tuple(values)
    if len({id(value) for value in values}) == 1:
        return values[0]
    found: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, OneOf) else (value,):
            for each in found:
                if each is option or same(option, each):
                    break
            else:
                found.append(option)
        if len(found) > MOST_COMPARED:
            return _too_many(found)
    if not found:
        return Unknown(reason="nothing")
    found = _absorb(found)
    if len(found) == 1:
        return found[0]
    made = OneOf(options=tuple(found), site=found[0].site)
    return made if len(found) <= MOST_OPTIONS and made.weight <= MOST_WEIGHT else _too_many(found)


def _too_many(options: list[Value]) -> Value:
    unread = frozenset(p for each in options if isinstance(each, Unread) for p in each.paths)
    return Unread(paths=unread) if unread else Unknown(reason="too many alternatives")


def _absorb(options: list[Value]) -> list[Value]:
    """`X if set else "d"`, however it is written, is an
    environment look-up with the default "d".
    """
    for look_up in options:
        if not isinstance(look_up, Default):
            continue
        rest = [each for each in options if each is not look_up]
        if rest and _is_required(look_up) and not any(isinstance(each, Unset) for each in rest):
            return [_filled(look_up, one_of(rest))]
        if look_up.default is not None and rest and all(same(look_up.default, r) for r in rest):
            return [look_up]
    return options


def _is_required(look_up: Default) -> bool:
    """Has the look-up no default in the end, or one that is such a look-up itself?"""
    inner = look_up.default
    return inner is None or (isinstance(inner, Default) and _is_required(inner))


def _filled(look_up: Default, rest: Value) -> Default:
    """A required look-up takes the rest as its default."""
    inner = look_up.default
    default = _filled(inner, rest) if isinstance(inner, Default) else rest
    return replace(look_up, default=default, prefix="")


def truth(value: Value) -> bool | None:
    """Is the value true? None where the environment or something unknown decides."""
    answers = {_one_truth(each) for each in _certain(value)}
    return answers.pop() if len(answers) == 1 else None


def _certain(value: Value) -> Iterable[Value]:
    if isinstance(value, Default):
        return (Unknown(),)
    return value.options if isinstance(value, OneOf) else (value,)


def _one_truth(value: Value) -> bool | None:
    if isinstance(value, Literal):
        return bool(value.value)
    if isinstance(value, Sequence):
        return True if value.items else (None if value.open else False)
    if isinstance(value, Mapping):
        return True if value.entries else (None if value.open else False)
    if isinstance(value, Joined):
        return True if value.prefix() else None
    if isinstance(value, FunctionObject | ClassObject | ModuleObject):
        return True
    return None


def narrowed(value: Value, to: bool) -> Value:
    """What the value can be where it was tested and found true (or false)."""
    if isinstance(value, Default):
        if value.default is None:
            return value
        kept = narrowed(value.default, to)
        if to and isinstance(kept, Unknown) and kept.reason == "excluded":
            return replace(value, default=None)
        if kept is value.default or isinstance(kept, Unknown):
            return value
        return replace(value, default=kept)
    if isinstance(value, OneOf):
        kept_options = [each for each in value.options if _one_truth(each) is not (not to)]
        return one_of(kept_options) if kept_options else value
    return Unknown(reason="excluded") if _one_truth(value) is (not to) else value


def present(value: Value) -> Value:
    """What the value can be where it was found not to be None."""
    if isinstance(value, Default) and value.default is not None:
        if isinstance(value.default, Literal) and value.default.value is None:
            return replace(value, default=None)
        return value
    if isinstance(value, OneOf):
        kept = [each for each in value.options if not each.is_none()]
        return one_of(map(present, kept)) if kept else value
    return value


def without_unset(value: Value) -> Value:
    """The value where the name is known to be bound."""
    if isinstance(value, OneOf) and any(isinstance(each, Unset) for each in value.options):
        kept = [each for each in value.options if not isinstance(each, Unset)]
        return one_of(kept) if kept else value
    return value


def python_or(value: Value | None, otherwise: Any) -> Any:
    """The Python object of a known value, else something else."""
    if value is None:
        return otherwise
    try:
        return value.python()
    except NotKnown:
        return otherwise


def text_of(value: Value | None) -> str | None:
    """The string that a value surely is, else None."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


def lift(value: Value, apply: Any) -> Value:
    """Apply a function of one value to every alternative, keeping
    what the environment may replace.
    """
    if isinstance(value, OneOf):
        return one_of([lift(each, apply) for each in value.options])
    if isinstance(value, Default):
        default = None if value.default is None else lift(value.default, apply)
        kept = value.default
        steps = (*(value.steps or (lambda each: typed(each, kept),)), apply)
        return Default(env=value.env, default=default, site=value.site, via=value.via, steps=steps)
    result: Value = apply(value)
    return result


def typed(text: Value, like: Value | None) -> Value:
    """A text of the environment as the cast of a look-up with this default would have made it."""
    while isinstance(like, Default):
        like = like.default
    if not isinstance(text, Literal) or not isinstance(text.value, str):
        return text
    if not isinstance(like, Literal) or isinstance(like.value, str) or like.value is None:
        return text
    try:
        if isinstance(like.value, bool):
            return Literal(value=text.value.strip().lower() in _TRUE, site=text.site)
        return Literal(value=type(like.value)(text.value), site=text.site)
    except (TypeError, ValueError):
        return Unknown(reason="the environment sets it to a text that cannot be converted")


def begun(made: Value, sign: str, left: Value, right: Value | None = None) -> Value:
    """What `left sign right` made, with the text that it begins with
    whatever the environment says.
    """
    prefix = text_prefix(left) or ""
    if isinstance(left, Literal) and sign == "+" and isinstance(right, Default):
        prefix += right.prefix
    elif sign == "%":
        prefix = prefix.split("%", 1)[0]
    elif sign != "+":
        prefix = ""
    return replace(made, prefix=prefix) if prefix and isinstance(made, Default) else made


def merge_env(
    one: dict[str, Value], other: dict[str, Value], parted: Site | None = None
) -> dict[str, Value]:
    """The bindings after a branch (the `if` at parted) of which either arm may have run."""
    merged = {**one, **other}
    for name, b in other.items():
        a = one.get(name)
        if a is None:
            merged[name] = one_of([b, Unset()])
        elif a is not b:
            made = one_of([a, b])
            if parted is not None and isinstance(made, OneOf) and len(made.options) == 2:
                single = not isinstance(a, OneOf) and not isinstance(b, OneOf)
                made = replace(made, parted=parted) if single else made
            merged[name] = made
    for name in one.keys() - other.keys():
        merged[name] = one_of([one[name], Unset()])
    return merged
