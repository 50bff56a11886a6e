"""Python values as JSON that both sides can compare.

Sequences become lists, sets {"set": [...]}, classes and functions {"name": dotted}, and the
objects that people put into Celery settings (timedelta, crontab, Queue, ...) {"call": dotted,
...} with their effective fields, so that two spellings of one object are equal. Runs in the
analysed project's interpreter too: keep it free of imports from Celery, and of syntax newer than
Python 3.8.
"""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Any

CRONTAB_FIELDS = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
CONSTANTS = (type(None), bool, int)


def encode(value: Any) -> Any:
    """One value as JSON; what cannot be compared becomes {"object": dotted name of its type}."""
    if isinstance(value, enum.Enum):
        return _encode_member(value)
    if isinstance(value, CONSTANTS):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((encode(item) for item in value), key=json.dumps)}
    if isinstance(value, Mapping):
        return {_key(key): encode(item) for key, item in value.items()}
    return _encode_object(value)


def _encode_member(member: enum.Enum) -> Any:
    """A member of a `str, Enum` or IntEnum is its value; any other member is a name."""
    if isinstance(member, (str, int)):
        return member.value
    return {"name": dotted_name(type(member)) + "." + member.name}


def _key(key: Any) -> str:
    key = encode(key)
    return key if isinstance(key, str) else json.dumps(key)


def dotted_name(thing: Any) -> str:
    """Module and qualified name of a class or function, builtins without their module."""
    name = getattr(thing, "__qualname__", None) or type(thing).__qualname__
    module = getattr(thing, "__module__", None) or "builtins"
    return str(name) if module == "builtins" else f"{module}.{name}"


def _encode_object(value: Any) -> Any:
    if isinstance(value, timedelta):
        return {"call": "datetime.timedelta", "seconds": value.total_seconds()}
    if isinstance(value, (date, tzinfo)):
        return {"call": dotted_name(type(value)), "text": str(value)}
    if isinstance(value, re.Pattern):
        return {"call": "re.compile", "pattern": value.pattern, "flags": value.flags}
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return {"name": dotted_name(value)}
    kinds = {each.__module__ + "." + each.__qualname__ for each in type(value).__mro__}
    if "celery.schedules.crontab" in kinds:
        return {"call": "celery.schedules.crontab", **_crontab_fields(value)}
    if "celery.schedules.schedule" in kinds:
        return {"call": "celery.schedules.schedule", "seconds": value.run_every.total_seconds()}
    if "kombu.entity.Queue" in kinds or "kombu.entity.Exchange" in kinds:
        return _encode_entity(value)
    if hasattr(value, "__html__") or "django.utils.functional.Promise" in kinds:
        return str(value)
    return {"object": dotted_name(type(value))}


def _crontab_fields(crontab: Any) -> dict[str, Any]:
    """The expanded fields: `"*/30"` and `"0,30"` are the same minutes."""
    return {field: sorted(getattr(crontab, field)) for field in CRONTAB_FIELDS}


def _encode_entity(entity: Any) -> dict[str, Any]:
    fields = {"call": "kombu." + type(entity).__name__, "name": encode(entity.name)}
    if hasattr(entity, "routing_key"):
        fields["exchange"] = _encode_entity(entity.exchange) if entity.exchange else None
        fields["routing_key"] = encode(entity.routing_key)
        fields["queue_arguments"] = encode(entity.queue_arguments)
    else:
        fields["type"] = encode(entity.type)
    fields["durable"] = entity.durable
    return fields
