"""What was learned about files, kept between runs: one file for each root.

Layout: a header (magic, versions, a checksum of the rest), then one marshalled index. A file's
facts stay bytes in it until they are asked for, so that a warm run pays for what it uses. `marshal`
reads only plain values (a foreign cache cannot run code), but broken input can make it do anything
else: hence the checksum, which is looked at first. Whatever is wrong with a cache, the run is cold.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import marshal
import os
import sys
import time
from collections.abc import Iterable
from typing import Any, Protocol

from celerylint import __version__
from celerylint.facts.syntax import READER_VERSION
from celerylint.findings import Diagnostic, Severity

MAGIC = b"celerylint cache 1\n"
MAX_BYTES = 64_000_000
DIGEST = 16
# Two writes within one tick of a file system's clock look alike; FAT's tick is two seconds.
RACY_NS = 2_000_000_000

# In seconds.
ABANDONED_AFTER = 3600
# What marshal raises for bytes that it did not write.
BROKEN = (ValueError, TypeError, EOFError, KeyError, MemoryError, OverflowError)
CACHEDIR_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"

# size, mtime_ns, digest of the content.
Entry = tuple[int, int, bytes]
# Selected; marshalled facts, if the file was read.
Content = tuple[bool, "bytes | None"]
Facts = tuple[Any, ...]


class Stat(Protocol):
    """What the cache asks of a file's stat; a negative time means: not what lies on the disk."""

    @property
    def size(self) -> int: ...

    @property
    def mtime_ns(self) -> int: ...


def digest(data: bytes | memoryview) -> bytes:
    """The key of a content."""
    return hashlib.blake2b(data, digest_size=DIGEST).digest()


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

    def is_settled(self, mtime_ns: int) -> bool:
        """Is a time so old that the file cannot have changed once more within it, since this cache
        was written?"""
        return 0 < mtime_ns < self._trusted_ns

    def selected(self, path: str, stat: Stat | None) -> bool | None:
        """Whether the file was selected; None where it has to be read to know."""
        known = self.digest_of(path, stat)
        return None if known is None else self.content_selected(known)

    def facts(self, path: str, stat: Stat | None) -> Facts | None:
        """The file's facts; None where it has to be read."""
        known = self.digest_of(path, stat)
        return None if known is None else self.content_facts(known)

    def content_selected(self, content: bytes) -> bool | None:
        """The same by digest: for a file that was touched, moved or copied."""
        known = self._contents.get(content)
        return None if known is None else known[0]

    def content_facts(self, content: bytes) -> Facts | None:
        known = self._contents.get(content)
        if known is None or known[1] is None:
            return None
        with contextlib.suppress(*BROKEN):
            facts = marshal.loads(known[1])
            return facts if isinstance(facts, tuple) else None
        return None

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
        made = (selected, before[1] if facts is None and before else facts)
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
        contents = {entry[2]: self._contents[entry[2]] for entry in kept.values()}
        payload = marshal.dumps((self._opened_ns, kept, _bounded(contents), remembered))
        try:
            write_checked(self._file, _header(), payload)
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
            payload = read_checked(self._file, _header())
            if payload is None:
                return
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
    what it found before.
    """
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


def _header() -> bytes:
    """What makes a cache foreign; also the readers' own files, so that changing one is enough."""
    files = []
    for folder, _, names in os.walk(os.path.dirname(__file__)):
        for name in sorted(names):
            if name.endswith(".py"):
                found = os.stat(os.path.join(folder, name))
                files.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"
    said = "\n".join(
        [__version__, python, str(READER_VERSION), str(marshal.version), *sorted(files)]
    )
    return MAGIC + digest(said.encode("utf-8", "surrogateescape"))


def _bounded(contents: dict[bytes, Content]) -> dict[bytes, Content]:
    """The same, without the facts of the largest files when all together would be too much."""
    total = sum(len(facts) for _, facts in contents.values() if facts)
    if total <= MAX_BYTES:
        return contents
    bounded = dict(contents)
    for key, (selected, facts) in sorted(
        contents.items(), key=lambda item: len(item[1][1] or b""), reverse=True
    ):
        if total <= MAX_BYTES:
            break
        bounded[key] = (selected, None)
        total -= len(facts or b"")
    return bounded


def read_checked(file: str, header: bytes) -> memoryview | None:
    """What `write_checked` wrote under this header; None for anything else. Raises OSError."""
    with open(file, "rb") as opened:
        data = memoryview(opened.read())
    start = len(header) + DIGEST
    payload = data[start:]
    whole = data[: len(header)] == header and data[len(header) : start] == digest(payload)
    return payload if whole else None


def write_checked(file: str, header: bytes, payload: bytes) -> None:
    """Writes a header, a checksum and what they stand for, whole or not at all; raises OSError."""
    folder, name = os.path.split(file)
    if not os.path.isdir(folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # It may lie in a project: neither git nor a backup wants it.
        _write(os.path.join(folder, ".gitignore"), b"*\n")
        _write(os.path.join(folder, "CACHEDIR.TAG"), CACHEDIR_TAG.encode("ascii"))
    stem = os.path.splitext(name)[0]
    temporary = os.path.join(folder, f"{stem}.{os.getpid()}.{time.monotonic_ns()}.tmp")
    try:
        _write(temporary, header, digest(payload), payload)
        os.replace(temporary, file)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sweep(folder, stem)


def _write(file: str, *parts: bytes) -> None:
    with open(file, "wb") as opened:
        opened.writelines(parts)


def _sweep(folder: str, stem: str) -> None:
    """Removes what runs that were killed while they wrote have left."""
    for name in os.listdir(folder):
        if name.startswith(f"{stem}.") and name.endswith(".tmp"):
            left = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                if time.time() - os.stat(left).st_mtime > ABANDONED_AFTER:
                    os.unlink(left)
