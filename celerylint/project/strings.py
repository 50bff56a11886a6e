"""Methods of strings."""

from __future__ import annotations

from celerylint.project import operations, sizes
from celerylint.project.combine import lift, text_of
from celerylint.project.objects import Arguments
from celerylint.project.values import (
    Default,
    Literal,
    NotKnown,
    OneOf,
    Sequence,
    Unknown,
    Value,
)

_STRING_METHODS = frozenset(
    [
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "rsplit",
        "replace",
        "startswith",
        "endswith",
        "title",
        "capitalize",
        "removeprefix",
        "removesuffix",
        "partition",
        "rpartition",
        "zfill",
        "splitlines",
        "isdigit",
        "casefold",
        "count",
        "find",
    ]
)


def method(value: Value, name: str, arguments: Arguments) -> Value:
    """A method of a string."""
    if isinstance(value, OneOf | Default):
        return lift(value, lambda each: method(each, name, arguments))
    text = text_of(value)
    if name == "format":
        return _format(text, arguments)
    if name == "join" and arguments.args:
        return _join(text, arguments.args[0])
    if text is not None and name in _STRING_METHODS:
        try:
            given = [each.python() for each in arguments.args]
            if sizes.grows_too_large(text, name, given):
                return Unknown(reason="too large to compute")
            return operations.from_python(getattr(text, name)(*given))
        except Exception:  # noqa: BLE001
            return Unknown(reason=f"str.{name}")
    return Unknown(reason=f".{name}() of a value that is not known")


def _format(text: str | None, arguments: Arguments) -> Value:
    if text is None:
        return Unknown(reason="str.format")
    if sizes.is_wide(text):
        return Unknown(reason="too large to compute")
    try:
        positional = [each.python() for each in arguments.args]
        named = {key: value.python() for key, value in arguments.kwargs}
        return Literal(value=text.format(*positional, **named))
    except NotKnown:
        return operations.joined(
            [Literal(value=text.split("{", 1)[0]), Unknown(reason="formatted")]
        )
    except Exception:  # noqa: BLE001
        return Unknown(reason="str.format")


def _join(text: str | None, items: Value) -> Value:
    if text is None or not isinstance(items, Sequence) or items.open:
        return Unknown(reason="str.join")
    parts: list[Value] = []
    for each in items.items:
        parts += [each] if not parts else [Literal(value=text), each]
    return operations.joined(parts)
