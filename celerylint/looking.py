"""What the bytes of a project's files tell without parsing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from celerylint.facts.cache import Cache
from celerylint.facts.checked import digest
from celerylint.tree import Tree

T = TypeVar("T")


class Files(Protocol):
    """Where bytes come from; contents has the digests of those that are known without reading."""

    tree: Tree
    cache: Cache
    contents: dict[str, bytes]

    def glance(self, path: str) -> bytes | None:
        """The bytes of a file that need not be read for good."""


class Looks(Generic[T]):
    """What the bytes of files tell without parsing, by their content. It is kept for the next run
    as long as the cache knows the content. look is given the bytes, and returns what `marshal`
    carries.
    """

    def __init__(self, library: Files, key: str, look: Callable[[bytes], T]) -> None:
        self._library, self._look = library, look
        self._told: dict[bytes, T] = library.cache.remembered.get(key, {})
        self._known: dict[str, T | None] = {}
        self._key = key
        self._learned = False

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
        if content is not None and content in self._told:
            return self._told[content]
        data = library.glance(path)
        return None if data is None else self._learn(path, digest(data), data)

    def _learn(self, path: str, content: bytes, data: bytes) -> T:
        told = self._look(data)
        cache, stat = self._library.cache, self._library.tree.stat(path)
        if stat is not None and stat.mtime_ns > 0:  # not an editor's
            if not self._learned:
                known = self._told.items()
                self._told = {k: v for k, v in known if cache.content_selected(k) is not None}
                cache.remembered[self._key] = self._told
                self._learned = True
            self._told[content] = told
        return told
