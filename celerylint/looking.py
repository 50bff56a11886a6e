"""What the bytes of a project's files tell without parsing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from celerylint.facts.checked import digest

if TYPE_CHECKING:
    from celerylint.reading import Library

T = TypeVar("T")


class Looks(Generic[T]):
    """What the bytes of files tell without parsing, by their content. Where a run learns something
    new of the disk's files, that and what it asked again is kept for the next one; else all stays.
    look is given the bytes, and returns what `marshal` carries.
    """

    def __init__(self, library: Library, key: str, look: Callable[[bytes], T]) -> None:
        self._library, self._look = library, look
        self._before: dict[bytes, T] = library.cache.remembered.get(key, {})
        self._now: dict[bytes, T] = {}
        self._known: dict[str, T | None] = {}
        self._key = key

    def of(self, path: str) -> T | None:
        """What the file tells; None where it cannot be read."""
        if path not in self._known:
            self._known[path] = self._find(path)
        return self._known[path]

    def given(self, path: str, content: bytes, data: bytes) -> None:
        """Look while the bytes are at hand."""
        self._known[path] = self._learn(path, content, data)

    def _find(self, path: str) -> T | None:
        library = self._library
        content = library.contents.get(path)
        if content is None:
            content = library.cache.digest_of(path, library.tree.stat(path))
        found = self._before if content in self._before else self._now
        if content is None or content not in found:
            data = library.glance(path)
            if data is None:
                return None
            return self._learn(path, digest(data), data)
        self._now[content] = found[content]
        return found[content]

    def _learn(self, path: str, content: bytes, data: bytes) -> T:
        told = self._look(data)
        stat = self._library.tree.stat(path)
        if stat is not None and stat.mtime_ns > 0:  # not an editor's
            self._now[content] = told
            self._library.cache.remembered[self._key] = self._now
        return told
