"""Durations and counts as the platforms write them, and the platforms' defaults."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from celerylint.patterns import regex

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_WORDS = {
    "": "s", "sec": "s", "second": "s", "seconds": "s", "msec": "ms", "usec": "us",
    "min": "m", "minute": "m", "minutes": "m", "hr": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "week": "w", "weeks": "w",
}  # fmt: skip
_PART = regex(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


def seconds(text: str) -> float | None:
    """`90`, `1m30s`, `5min 20s`, `infinity` in seconds; None for what is no duration."""
    text = text.strip().lower()
    if text == "infinity":
        return float("inf")
    total, at = 0.0, 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        unit = _WORDS.get(part.group(2), part.group(2))
        if unit not in _UNITS:
            return None
        total += float(part.group(1)) * _UNITS[unit]
        at = part.end()
    return total if text else None


GRACE: Mapping[str, float] = MappingProxyType(
    {
        "compose": 10.0,
        "kubernetes": 30.0,
        "helm": 30.0,
        "ecs": 30.0,
        "supervisor": 10.0,
        "systemd": 90.0,
        "fly": 5.0,
        "procfile": 30.0,
        "hcl": 5.0,
    }
)
"""Seconds between the stop signal and the kill where the file says nothing. procfile is
Heroku's."""

REPLICAS: Mapping[str, int] = MappingProxyType(
    {"compose": 1, "kubernetes": 1, "helm": 1, "supervisor": 1, "systemd": 1, "htcondor": 1}
)
"""How many run where the file says nothing."""
