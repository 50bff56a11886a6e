"""Remembers what a run answered, for the next run over a tree in which nothing changed.

Between two runs mostly nothing changes: a hook after a failed one, a job of CI with a cache, an
editor that starts. The answer is kept under a digest of everything that it was made of: the sizes
and times of all visible files, the configuration, the command line, and celerylint's own files.
Nothing is kept of a run that saw a file so fresh that it may change once more at the same time.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from celerylint import __version__
from celerylint.config import Config
from celerylint.facts.cache import BROKEN, RACY_NS, cache_folder, own_files
from celerylint.facts.checked import digest, read_checked, write_checked
from celerylint.kept import dumps, loads
from celerylint.outcome import Outcome, ProjectRun, Request
from celerylint.tree import DiskTree

MOST_ANSWERS = 8


class Answers:
    """The last few answers of one root, and the configurations that were checked (`memory`).

    A file that is foreign, broken or from another celerylint holds no answer.
    """

    def __init__(self, file: str | None = None) -> None:
        self.memory: dict[str, Any] = {}
        self._file = file
        self._kept: dict[bytes, bytes] = {}
        self._opened_ns = time.time_ns()
        self._before = b""

    @classmethod
    def open(cls, root: str, directory: str | None = None, enabled: bool = True) -> Answers:
        """The answers of a root (an absolute path); none where no cache is wanted."""
        if not enabled:
            return cls()
        name = digest(os.fsencode(root)).hex()
        made = cls(os.path.join(directory or cache_folder(), f"{name}.answers"))
        made._load()
        return made

    def key(
        self, tree: DiskTree, config: Config, request: Request, shown: str, named: Sequence[str]
    ) -> bytes | None:
        """What the answer to a request depends on; None where it is not to be kept."""
        if self._file is None or request.stdin is not None or request.link_only:
            return None
        said = hashlib.blake2b(digest_size=20)
        newest = 0
        for path in tree.paths():
            stat = tree.stat(path)
            size, mtime_ns = (-1, 0) if stat is None else (stat.size, stat.mtime_ns)
            newest = max(newest, mtime_ns)
            said.update(f"{path}\0{size} {mtime_ns}\n".encode("utf-8", "surrogateescape"))
        if newest >= self._opened_ns - RACY_NS:
            return None
        asked = (request.cwd, tree.root, shown, tuple(named), request.celery_version)
        rules = request.overrides
        chosen = (rules.select, rules.extend_select, rules.ignore, rules.preview)
        problems = [(each.kind, each.path, each.message) for each in tree.problems]
        settings = sorted(config.to_plain().items())
        rest = repr(
            (__version__, sys.version_info[:2], own_files(), asked, chosen, settings, problems)
        )
        said.update(rest.encode("utf-8", "surrogatepass"))
        return said.digest()

    def recall(self, key: bytes | None, tree: DiskTree, config: Config) -> Outcome | None:
        """The outcome that was kept under a key."""
        blob = self._kept.get(key) if key is not None else None
        if blob is None or key is None:
            return None
        found = loads(blob)
        if found is None:
            return None
        root, files, here, summary, findings, diagnostics = found
        self._kept[key] = self._kept.pop(key)
        run = ProjectRun(root, None, files, config, (), here, summary)
        return Outcome((run,), findings, diagnostics, run.reader(tree))

    def keep(self, key: bytes | None, outcome: Outcome) -> None:
        """Keep the outcome of a run over one root, if it is to be trusted."""
        if key is None or outcome.failed:
            return
        (run,) = outcome.runs
        told = (run.summary, outcome.findings, outcome.diagnostics)
        self._kept[key] = dumps((run.root, run.files, run.here, *told))

    def save(self) -> None:
        """Write what is new. Answers are a convenience: where they cannot be written, the cache of
        facts says so.
        """
        if self._file is None:
            return
        last = dict(list(self._kept.items())[-MOST_ANSWERS:])
        payload = marshal.dumps((self.memory, last))
        if payload == self._before:
            return
        try:
            write_checked(self._file, _header(), payload)
        except OSError:
            self._file = None

    def _load(self) -> None:
        try:
            assert self._file is not None
            found = read_checked(self._file, _header())
            if found is not None:
                payload, _ = found
                self.memory, self._kept = marshal.loads(payload)
                self._before = bytes(payload)
        except (OSError, *BROKEN):
            self.memory, self._kept = {}, {}


def _header() -> bytes:
    said = f"celerylint answers {__version__} {sys.version_info[:2]} {marshal.version}"
    return digest(said.encode())
