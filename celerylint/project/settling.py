"""Environment look-ups whose variable a process's surroundings set for certain."""

from __future__ import annotations

from collections.abc import Mapping

from celerylint.project.combine import lift
from celerylint.project.values import Default, Joined, Literal, OneOf, Unknown, Value

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})


def settled(value: Value, environment: Mapping[str, Value]) -> Value:
    """The value with every look-up of a variable that the environment sets replaced by what it
    sets.

    A text takes the type of the look-up's default, as the cast around it would have made it.
    """
    if isinstance(value, OneOf):
        return OneOf(options=tuple(settled(each, environment) for each in value.options))
    if isinstance(value, Joined):
        return Joined(
            parts=tuple(settled(each, environment) for each in value.parts), site=value.site
        )
    if not isinstance(value, Default):
        return value
    given = environment.get(value.env)
    if given is None:
        if value.default is None:
            return value
        inner = settled(value.default, environment)
        return (
            value
            if inner is value.default
            else Default(env=value.env, default=inner, site=value.site, via=value.via)
        )
    model = value.default
    while isinstance(model, Default):
        model = model.default
    return lift(given, lambda each: _cast(each, model))


def _cast(text: Value, model: Value | None) -> Value:
    if not isinstance(text, Literal) or not isinstance(text.value, str):
        return text
    if not isinstance(model, Literal) or isinstance(model.value, str) or model.value is None:
        return text
    try:
        if isinstance(model.value, bool):
            return Literal(value=text.value.strip().lower() in _TRUE, site=text.site)
        return Literal(value=type(model.value)(text.value), site=text.site)
    except (TypeError, ValueError):
        return Unknown(reason="the environment sets it to a text that cannot be converted")
