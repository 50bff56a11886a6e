"""What would take Python much memory or time to compute, told before it is computed."""

from __future__ import annotations

from typing import Any

from celerylint.patterns import regex
from celerylint.project.values import Literal, Mapping, Sequence, Value

# In characters, values or bits of what is made.
LARGEST = 10_000
# In entries: what is longer is not changed step by step, since each step copies it.
LONGEST = 1_000
# A width or precision that makes a text of thousands of characters, or that comes from a value.
_WIDE = regex(r"%(?:\([^()]*\))?[-#0 +]*(?:\d*\.)?(?:\d{4}|\*)|\{[^{}]*:[^{}]*(?:\d{4}|\{)")


def is_wide(text: str) -> bool:
    """Would formatting this text pad it (by `%` or `str.format`) to thousands of characters?"""
    return _WIDE.search(text) is not None


def is_long(value: Value) -> bool:
    """Is this a container with so many entries that it is not followed through its changes?"""
    if isinstance(value, Sequence):
        return len(value.items) > LONGEST
    return isinstance(value, Mapping) and len(value.entries) > LONGEST


def is_too_large(sign: str, left: Value, right: Value) -> bool:
    """Would `left sign right` be too large? Raises NotKnown where a side is not known."""
    a, b = left.python(), right.python()
    if sign == "%":
        return isinstance(a, bytes) and is_wide(a.decode("latin-1"))
    if sign == "*":
        for many, times in ((left, b), (right, a)):
            if isinstance(times, int) and _length(many) * times > LARGEST:
                return True
    return isinstance(a, int) and isinstance(b, int) and _bits(sign, a, b) > LARGEST


def _length(value: Value) -> int:
    if isinstance(value, Literal):
        return len(value.value) if isinstance(value.value, str | bytes) else 0
    return value.weight


def _bits(sign: str, a: int, b: int) -> int:
    if sign == "*":
        return a.bit_length() + b.bit_length()
    if sign == "<<":
        return a.bit_length() + b
    return a.bit_length() * abs(b) if sign == "**" else 0


def grows_too_large(text: str, method: str, given: list[Any]) -> bool:
    """Would this method of a string make too long a text?"""
    if method == "zfill":
        return bool(given[0] > LARGEST)
    if method == "replace":
        return (text.count(given[0]) + 1) * len(given[1]) > LARGEST
    return False
