"""Celery's own answers, as data beside this module."""

from __future__ import annotations

import os
from typing import Any


def read(name: str) -> Any:
    """The JSON of one of the data files of this package."""
    import json

    # Neither importlib.resources (it costs 10 ms to import, and the package is never run from an
    # archive) nor pathlib (4 ms).
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return json.load(file)
