"""Environment look-ups whose variable a process's surroundings set for certain."""

from __future__ import annotations

from collections.abc import Mapping

from celerylint.project.combine import lift, typed
from celerylint.project.operations import joined
from celerylint.project.values import Default, Joined, OneOf, Value
from celerylint.structs import replace


def settled(value: Value, environment: Mapping[str, Value]) -> Value:
    """The value with every look-up of a variable that the environment sets replaced by what it
    sets.

    A text takes the type of the look-up's default, as its cast would have made it, and what was
    done to the default is done to it.
    """
    if isinstance(value, OneOf):
        return OneOf(options=tuple(settled(each, environment) for each in value.options))
    if isinstance(value, Joined):
        made: Value = joined([settled(each, environment) for each in value.parts]).at(value.site)
        return made
    if not isinstance(value, Default):
        return value
    given = environment.get(value.env)
    if given is None:
        if value.default is None:
            return value
        inner = settled(value.default, environment)
        return value if inner is value.default else replace(value, default=inner)
    for step in value.steps or (lambda each: typed(each, value.default),):
        given = lift(given, step)
    return given
