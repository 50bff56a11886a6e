"""What is given as the list of a call's arguments and is none."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.patterns import regex
from celerylint.project.model import Argument, Dispatch
from celerylint.project.objects import Instance
from celerylint.project.values import (
    Call,
    Joined,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Value,
)
from celerylint.structs import dataclass

# Both hold the call against `list | tuple` and `Mapping` (celery/app/amqp.py: as_task_v2); a
# signature makes a tuple of what it gets.
_STRICT = frozenset({"apply_async", "apply_async_on_commit", "send_task"})
_SCALARS = {
    "builtins.str": "a string",
    "builtins.int": "an int",
    "builtins.float": "a float",
    "builtins.bool": "a bool",
    "builtins.bytes": "bytes",
    "uuid.UUID": "a UUID",
    "uuid.uuid4": "a UUID",
    "datetime.datetime": "a datetime",
    "datetime.date": "a date",
    "decimal.Decimal": "a Decimal",
}
_ITERABLES = {
    "builtins.range": "a range",
    "builtins.map": "an iterator",
    "builtins.filter": "an iterator",
    "builtins.zip": "an iterator",
}
_BUILTINS = {
    "str": "a string",
    "repr": "a string",
    "int": "an int",
    "len": "an int",
    "float": "a float",
    "set": "a set",
    "frozenset": "a set",
}
_CALL = regex(r"(\w+)\(.*\)")
_KEY = regex(r".*\.(pk|id|uuid|\w+_id)")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something else than a list or tuple given as `args`, or than a dict as `kwargs`: `what` it
    is ("a string"), and whether it counts as nothing at all, as each false value does.
    """

    name: str
    argument: Argument
    what: str
    nothing: bool = False


def misfits(dispatch: Dispatch) -> Iterator[Misfit]:
    """What a call gives as `args` and `kwargs` that is surely neither."""
    task = dispatch.task
    if dispatch.canvas is not None or (task is None and dispatch.sent_name is None):
        return
    own = task is not None and "apply_async" in {*task.overrides} - {*task.hands_on}
    if own or (task is not None and task.open):
        return
    strict = dispatch.how in _STRICT
    for name, argument in dispatch.whole.items():
        what = _what(argument.value, name, strict) or _written(argument, name, strict)
        if what is not None and (strict or dispatch.how in {"signature", "subtask"}):
            yield Misfit(name, argument, what, argument.value.must(lambda each: not each))


def _what(value: Value, name: str, strict: bool) -> str | None:
    """What the value is where it is no list, tuple or (as kwargs) dict; None where it may be."""
    if isinstance(value, OneOf):
        found = [_what(each, name, strict) for each in value.options]
        return found[0] if None not in found else None
    if isinstance(value, Literal) and value.value is not None:
        return _SCALARS.get(f"builtins.{type(value.value).__name__}")
    if isinstance(value, Joined):
        return "a string"
    if isinstance(value, Call | Instance):
        dotted = value.dotted if isinstance(value, Call) else _class(value)
        return _SCALARS.get(dotted) or (_ITERABLES.get(dotted) if strict else None)
    if isinstance(value, Mapping):
        return "a dict" if name == "args" else None
    if isinstance(value, Sequence):
        if name == "kwargs":
            return f"a {value.kind}" if value.items else None
        return f"a {value.kind}" if strict and value.kind in {"set", "frozenset"} else None
    return None


def _class(value: Instance) -> str:
    return value.cls.dotted if isinstance(value.cls, Name) else ""


def _written(argument: Argument, name: str, strict: bool) -> str | None:
    """What the text of an argument shows that its value does not."""
    if argument.model is not None and argument.shape == "instance":
        return "an object of the database"
    call = _CALL.fullmatch(argument.text)
    if call is not None:
        what = _BUILTINS.get(call.group(1))
        return what if strict or what != "a set" else None
    return "a key" if _KEY.fullmatch(argument.text) else None
