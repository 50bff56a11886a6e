"""Regular expressions that are compiled when they are first used.

There are over a hundred in the modules that every run imports, and a run uses a few. Compiling all
of them took longer than importing the modules that they stand in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:
    import re

    _METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "pattern")

    class regex:  # noqa: N801 - it stands for `re.compile`
        """As `re.compile(text, flags)`."""

        __slots__ = ("_flags", "_text", *_METHODS)

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._text, self._flags = text, flags

        def __getattr__(self, name: str) -> Any:
            if name not in _METHODS:
                raise AttributeError(name)
            made = re.compile(self._text, self._flags)
            for each in _METHODS:
                setattr(self, each, getattr(made, each))
            return getattr(made, name)
