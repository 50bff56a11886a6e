"""Which values Kombu's serializers encode, as Kombu itself answered.

The data (`encodings.json`) is written by `scripts/oracle_encodings.py`.

A row is the canonical dotted name of a class, or a word for what has no importable class
(`generator`, `lambda`, `keys: tuple`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from celerylint.oracle.tables import read

Release = tuple[int, ...]

# Celery 5.3 requires Kombu 5.3, 5.0 to 5.2 any Kombu of the 5 series, Celery 4 one of its own; what
# changed in Kombu's answers changed with 5.3.
_NEW: Release = (5, 3)
_ANY: Release = (5, 0)
# The names under which Kombu registers each (kombu/serialization.py).
NAMES = {
    "json": "json",
    "application/json": "json",
    "yaml": "yaml",
    "application/x-yaml": "yaml",
    "msgpack": "msgpack",
    "application/x-msgpack": "msgpack",
    "application/msgpack": "msgpack",
    "pickle": "pickle",
    "application/x-python-serialize": "pickle",
}


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read("encodings.json")
    return data


@lru_cache(maxsize=1)
def rows() -> frozenset[str]:
    """Every row that was asked for."""
    return frozenset(_data()["tables"][-1]["rows"])


@lru_cache(maxsize=1)
def refusable() -> frozenset[str]:
    """The rows that some serializer of some Kombu refuses."""
    tables = _data()["tables"]
    return frozenset(row for table in tables for row, each in table["rows"].items() if "0" in each)


def refuses(row: str, serializer: str, releases: Iterable[Release]) -> bool:
    """Does Kombu's serializer of that name raise EncodeError, with whichever Kombu these releases
    of Celery can run? A row or name that is not known is not refused."""
    kind = NAMES.get(serializer)
    if kind is None:
        return False
    place = _data()["serializers"].index(kind)
    answers = [table["rows"].get(row, "1111")[place] for table in _tables(releases)]
    return bool(answers) and all(answer == "0" for answer in answers)


def _tables(releases: Iterable[Release]) -> list[dict[str, Any]]:
    """The tables of the Kombus that these releases of Celery can run."""
    tables = _data()["tables"]
    known = list(releases)
    old = [each for each in tables if _release(each["kombu"]) < _NEW]
    new = [each for each in tables if _release(each["kombu"]) >= _NEW]
    found = old if any(each < _NEW for each in known) else []
    return found + (new if any(each >= _ANY for each in known) else [])


def _release(text: str) -> Release:
    return tuple(int(part) for part in text.split("."))
