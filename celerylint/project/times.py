"""Times and delays as a project's code computes them for Celery."""

from __future__ import annotations

import datetime

from celerylint.project.objects import Instance
from celerylint.project.values import Call, Default, Joined, Literal, Name, NotKnown, OneOf, Value
from celerylint.structs import dataclass

_TYPES = {
    "builtins.str": "text",
    "builtins.int": "number",
    "builtins.float": "number",
    "datetime.timedelta": "timedelta",
    "datetime.datetime": "datetime",
    "django.utils.timezone.now": "datetime",
}
_LOCAL = frozenset({"now", "today", "fromtimestamp"})
_MADE = frozenset({"strptime", "combine", ""})
# What makes these aware: the position of `tz` or `tzinfo` among the arguments.
_ZONES = {"now": 0, "fromtimestamp": 1, "combine": 2, "": 7}


@dataclass(frozen=True, slots=True)
class Moment:
    """A datetime: zone is local or wall (a time of day that somebody wrote or read) where it is
    naive, utc where it is naive and in UTC, aware, or None where that is not known. offset is how
    many seconds from now on it is, where that is known; text is the function that made it.
    """

    zone: str | None
    offset: float | None = None
    text: str = ""


def kind(value: Value) -> str | None:
    """number, text, timedelta, datetime or other, where the value is surely that; else None."""
    if isinstance(value, OneOf):
        found = {kind(each) for each in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Default):  # what the environment says is cast as the default is
        return None if value.default is None else kind(value.default)
    if isinstance(value, Literal):
        return _of_object(value.value)
    if isinstance(value, Joined):
        return "text"
    if isinstance(value, Instance):
        return _TYPES.get(value.cls.dotted) if isinstance(value.cls, Name) else None
    if isinstance(value, Call):
        if moment(value) is not None:
            return "datetime"
        return _TYPES.get(value.dotted) or ("timedelta" if _is_delta(value) else None)
    return None


def _of_object(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "timedelta" if isinstance(value, datetime.timedelta) else None


def _is_delta(value: Value) -> bool:
    """Is it a timedelta, or computed of one?"""
    if isinstance(value, Call) and value.dotted in {"operator.*", "operator.+", "operator.-"}:
        return any(map(_is_delta, value.args)) and all(moment(each) is None for each in value.args)
    if isinstance(value, Literal):
        return isinstance(value.value, datetime.timedelta)
    return isinstance(value, Call) and value.dotted == "datetime.timedelta"


def seconds(value: Value) -> float | None:
    """The seconds of a number or a timedelta that is known."""
    try:
        found = value.python()
    except NotKnown:
        return None
    if isinstance(found, datetime.timedelta):
        return found.total_seconds()
    return float(found) if isinstance(found, int | float) and found is not True else None


def moment(value: Value) -> Moment | None:
    """What a datetime is known to be; None for what is not surely one."""
    if not isinstance(value, Call):
        return None
    if value.dotted in {"operator.+", "operator.-"}:
        return _shifted(value)
    if value.dotted == "django.utils.timezone.now":
        return Moment(None, 0.0, "timezone.now()")
    if not value.dotted.startswith("datetime.datetime"):
        return None
    name = value.dotted.removeprefix("datetime.datetime").lstrip(".")
    if value.kwarg("**") is not None:
        return Moment(None)
    offset = 0.0 if name in {"now", "today", "utcnow"} else None
    return Moment(_zone(value, name), offset, f"datetime.{name}()" if name else "datetime(…)")


def _zone(value: Call, name: str) -> str | None:
    place = _ZONES.get(name)
    given = value.kwarg("tz") or value.kwarg("tzinfo")
    if given is None and place is not None and len(value.args) > place:
        given = value.args[place]
    if given is not None and not given.must(lambda each: each is None):
        return "aware" if not given.may(lambda each: each is None) or kind(given) is None else None
    if name in {"utcnow", "utcfromtimestamp"}:
        return "utc"
    if name == "strptime":
        given = value.args[1] if len(value.args) > 1 else value.kwarg("format")
        return "wall" if given is not None and given.must(lambda each: "%z" not in each) else None
    if name in _LOCAL:
        return "local"
    return "wall" if name in _MADE else None


def _shifted(value: Call) -> Moment | None:
    """A datetime with a timedelta added or taken away."""
    if len(value.args) != 2:
        return None
    left, right = value.args
    if moment(left) is None and value.dotted == "operator.+":
        left, right = right, left
    start = moment(left)
    if start is None or moment(right) is not None:
        return None
    shift = seconds(right)
    if shift is None or start.offset is None:
        return Moment(start.zone, None, start.text)
    sign = 1 if value.dotted == "operator.+" else -1
    return Moment(start.zone, start.offset + sign * shift, start.text)
