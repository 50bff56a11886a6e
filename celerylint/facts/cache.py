"""What was learned about files, kept between runs: one file for each root.

Layout: a header (magic, versions), a checksum, the length and the bytes of one marshalled index,
and the facts of all files, one behind the other. These stay bytes until they are asked for, so that
a warm run pays for what it uses. `marshal` reads only plain values (a foreign cache cannot run
code), but broken input can make it do anything else: hence the checksums, of the index and of the
facts of each file, which are looked at first. Whatever is wrong with a cache, the run is cold.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import marshal
import os
import sys
import time
import zlib
from collections.abc import Iterable
from typing import Any, Protocol

from celerylint import __version__
from celerylint.facts.checked import digest, read_checked, write_checked
from celerylint.facts.syntax import READER_VERSION
from celerylint.findings import Diagnostic, Severity

MAGIC = b"celerylint cache 2\n"
MAX_BYTES = 64_000_000
# Two writes within one tick of a file system's clock look alike; FAT's tick is two seconds.
RACY_NS = 2_000_000_000

# What marshal raises for bytes that it did not write.
BROKEN = (ValueError, TypeError, EOFError, KeyError, MemoryError, OverflowError)

# size, mtime_ns, digest of the content.
Entry = tuple[int, int, bytes]
# Where marshalled facts begin behind the index, how long they are, and their CRC-32.
Place = tuple[int, int, int]
# Selected; marshalled facts (or where they are), if the file was read.
Content = tuple[bool, "bytes | Place | None"]
Facts = tuple[Any, ...]


class Stat(Protocol):
    """What the cache asks of a file's stat; a negative time means: not what lies on the disk."""

    @property
    def size(self) -> int: ...

    @property
    def mtime_ns(self) -> int: ...


def cache_folder() -> str:
    """The platform's folder for the user's caches, or CELERYLINT_CACHE_DIR."""
    if named := os.environ.get("CELERYLINT_CACHE_DIR"):
        return named
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
        return os.path.join(base, "celerylint", "Cache")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/celerylint")
    base = os.environ.get("XDG_CACHE_HOME", "")
    # A relative one is to be ignored, says the XDG specification.
    return os.path.join(
        base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "celerylint"
    )


class Cache:
    """Selection and facts by path while size and time stay, and by content when they do not.

    remembered: plain values that the engine keeps between runs (which modules were demanded).
    problem: why the cache could not be written, after `save`.
    """

    def __init__(self, file: str | None = None) -> None:
        self.problem: Diagnostic | None = None
        self._file = file
        self._opened_ns = time.time_ns()
        self._changed = False
        self._forget()

    def _forget(self) -> None:
        self.remembered: dict[str, Any] = {}
        self._trusted_ns = 0
        self._entries: dict[str, Entry] = {}
        self._contents: dict[bytes, Content] = {}
        self._blobs = memoryview(b"")
        self._remembered_before: dict[str, Any] = {}

    @classmethod
    def open(cls, root: str, directory: str | None = None, enabled: bool = True) -> Cache:
        """The cache of a root (an absolute path); an empty one where none can be used."""
        if not enabled:
            return cls()
        name = digest(os.fsencode(root)).hex()
        cache = cls(os.path.join(directory or cache_folder(), f"{name}.cache"))
        cache._load()
        return cache

    def digest_of(self, path: str, stat: Stat | None) -> bytes | None:
        """The digest of this file's content, if it is sure without reading it."""
        entry = self._entries.get(path)
        if entry is None or stat is None or stat.mtime_ns <= 0:
            return None
        same = entry[0] == stat.size and entry[1] == stat.mtime_ns < self._trusted_ns
        return entry[2] if same else None

    @property
    def changed(self) -> bool:
        """Has anything been learned of a file since it was loaded?"""
        return self._changed

    def is_settled(self, mtime_ns: int) -> bool:
        """Is a time so old that the file cannot have changed once more within it, since this cache
        was written?"""
        return 0 < mtime_ns < self._trusted_ns

    def facts(self, path: str, stat: Stat | None) -> Facts | None:
        """The file's facts; None where it has to be read."""
        known = self.digest_of(path, stat)
        return None if known is None else self.content_facts(known)

    def content_selected(self, content: bytes) -> bool | None:
        """Whether a file of this content was selected; None where it has to be read to know."""
        known = self._contents.get(content)
        return None if known is None else known[0]

    def content_facts(self, content: bytes) -> Facts | None:
        """The same by digest: for a file that was touched, moved or copied."""
        known = self._contents.get(content)
        blob = self._blob(known)
        if blob is None:
            return None
        with contextlib.suppress(*BROKEN):
            facts = marshal.loads(blob)
            return facts if isinstance(facts, tuple) else None
        return None

    def _blob(self, known: Content | None) -> bytes | memoryview | None:
        """The marshalled facts of a content; None where there are none that are whole."""
        facts = None if known is None else known[1]
        if not isinstance(facts, tuple):
            return facts
        start, length, checksum = facts
        blob = self._blobs[start : start + length]
        return blob if len(blob) == length and zlib.crc32(blob) == checksum else None

    def put(
        self,
        path: str,
        stat: Stat | None,
        content: bytes,
        selected: bool,
        facts: bytes | None = None,
    ) -> None:
        """What was found out about a file: the digest of what was read, and its marshalled facts.

        stat is that from before the file was read. Facts that are already known for the content
        stay where None is given.
        """
        if stat is None or stat.mtime_ns <= 0:
            return  # no path would lead to it in another run
        before = self._contents.get(content)
        same = before is not None and (facts is None or self._blob(before) == facts)
        made = (selected, before[1] if before is not None and same else facts)
        if made != before:
            self._contents[content] = made
            self._changed = True
        entry = (stat.size, stat.mtime_ns, content)
        # Where nothing is new, a later cache may trust what was too fresh for this one.
        if self._entries.get(path) != entry or stat.mtime_ns >= self._trusted_ns:
            self._entries[path] = entry
            self._changed = True

    def save(self, present: Iterable[str]) -> None:
        """Writes the cache if it has changed, without the files that are not among `present`."""
        if self._file is None:
            return
        present = set(present)
        kept = {path: entry for path, entry in self._entries.items() if path in present}
        # Runs that see slightly different trees do not rewrite it in turns.
        shrunk = len(kept) * 4 < len(self._entries) * 3
        # Not by their bytes: marshal writes equal values differently.
        if not (self._changed or shrunk or self.remembered != self._remembered_before):
            return
        remembered = marshal.dumps(self.remembered)
        facts: dict[bytes, bytes | memoryview | None] = {}
        for entry in kept.values():
            facts[entry[2]] = self._blob(self._contents[entry[2]])
        places, blobs = _laid_out(_bounded(facts))
        contents = {each: (self._contents[each][0], places[each]) for each in facts}
        payload = marshal.dumps((self._opened_ns, kept, contents, remembered))
        try:
            write_checked(self._file, _header(), payload, blobs)
        except OSError as error:
            message = f"the cache cannot be written: {error.strerror or error}"
            self.problem = Diagnostic("cache", message, severity=Severity.ADVICE)
            return
        self._changed = False
        self._remembered_before = marshal.loads(remembered)

    def _load(self) -> None:
        if self._file is None:
            return
        try:
            found = read_checked(self._file, _header())
            if found is None:
                return
            payload, self._blobs = found
            written_ns, entries, contents, remembered = marshal.loads(payload)
            self._trusted_ns = written_ns - RACY_NS
            self.remembered = dict(marshal.loads(remembered))
            self._entries, self._contents = dict(entries), dict(contents)
            self._remembered_before = marshal.loads(remembered)
        except (OSError, *BROKEN):
            self._forget()


@functools.cache
def own_files() -> tuple[tuple[str, int, int], ...]:
    """Celerylint's own modules and data (path, size, time): whoever works on it must not be told
    what it found before. Where it is installed, the list that the installer wrote stands for them.
    """
    if installed := _installed():
        return installed
    folders: list[str] = []
    for name in ("celerylint", "celerylint.rules"):
        with contextlib.suppress(ModuleNotFoundError):  # a checkout that is not installed
            folders += importlib.import_module(name).__path__
    found = []
    for package in folders:
        for folder, below, names in os.walk(package):
            below.sort()
            for name in sorted(names):
                if name.endswith((".py", ".json")):
                    path = os.path.join(folder, name)
                    stat = os.stat(path)
                    found.append((path, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def _installed() -> tuple[tuple[str, int, int], ...]:
    top = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    record = os.path.join(top, f"celerylint-{__version__}.dist-info", "RECORD")
    try:
        found = os.stat(record)
    except OSError:
        return ()
    return ((record, found.st_size, found.st_mtime_ns),)


def _header() -> bytes:
    """What makes a cache foreign; also the readers' own files, so that changing one is enough."""
    readers = os.path.dirname(__file__) + os.sep
    files = [
        f"{os.path.basename(path)} {size} {mtime_ns}"
        for path, size, mtime_ns in own_files()
        if path.startswith(readers) or path.endswith("RECORD")
    ]
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"
    said = "\n".join(
        [__version__, python, str(READER_VERSION), str(marshal.version), *sorted(files)]
    )
    return MAGIC + digest(said.encode("utf-8", "surrogateescape"))


def _bounded(
    facts: dict[bytes, bytes | memoryview | None],
) -> dict[bytes, bytes | memoryview | None]:
    """The same, without the facts of the largest files when all together would be too much."""
    total = sum(len(blob) for blob in facts.values() if blob)
    if total <= MAX_BYTES:
        return facts
    bounded = dict(facts)
    for key, blob in sorted(facts.items(), key=lambda item: len(item[1] or b""), reverse=True):
        if total <= MAX_BYTES:
            break
        bounded[key] = None
        total -= len(blob or b"")
    return bounded


def _laid_out(
    facts: dict[bytes, bytes | memoryview | None],
) -> tuple[dict[bytes, Place | None], list[bytes | memoryview]]:
    """Where each file's facts will be, and all of them one behind the other."""
    places: dict[bytes, Place | None] = {}
    blobs: list[bytes | memoryview] = []
    at = 0
    for key, blob in facts.items():
        places[key] = None if blob is None else (at, len(blob), zlib.crc32(blob))
        if blob is not None:
            blobs.append(blob)
            at += len(blob)
    return places, blobs
