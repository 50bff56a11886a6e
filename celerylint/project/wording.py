"""How messages name several things."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 3


def first_few(names: Sequence[str]) -> str:
    """The first names in backticks, with a sign that there are more."""
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return f"{shown}, …" if len(names) > MOST_NAMED else shown
