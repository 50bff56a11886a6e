"""Reads the files of one project: which ones, once, in parallel,
and out of the cache where it can.
"""

from __future__ import annotations

import functools
import marshal
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from celerylint import starting
from celerylint.config import Config
from celerylint.facts import pins, pool, select
from celerylint.facts.cache import Cache
from celerylint.facts.checked import digest
from celerylint.facts.python import Facts, is_problem, prepare, problem_of, read_blob
from celerylint.facts.requirement import PinFacts
from celerylint.findings import Diagnostic
from celerylint.looking import Looks
from celerylint.project import interest
from celerylint.project.libraries import signal_words
from celerylint.project.libraries.profiles import NAMING_FILES, VARIABLE, named_in
from celerylint.testcode import is_test_path
from celerylint.tree import Stat, Tree, text_of

if TYPE_CHECKING:
    from celerylint.project.collected import Collected

# setup.py is a module, too, and has facts of both kinds.
_PINS = "pins of "
# Which contents may call what rules about bodies ask for, and which signals they send or connect.
_REACHING = "reaching"
_SIGNALS = "signals"
_MAKING = "signals made"
# What is not kept in the cache, since it depends on more than the file's bytes.
_NOT_CACHED = ("too-large",)


class Library:
    """The files of a project and what was read of them. `problems`
    collects what could not be read.
    """

    def __init__(self, tree: Tree, config: Config, cache: Cache, jobs: int | None) -> None:
        self.tree, self.config, self.cache, self.jobs = tree, config, cache, jobs
        self.facts: dict[str, Facts] = {}
        self.problems: list[Diagnostic] = list(tree.problems)
        self.paths: Sequence[str] = tree.paths()
        self._pinning = pins.celery_version_files(self.paths)
        # Of these thousands of paths, most can be told from with less than a call.
        self.python = [p for p in self.paths if p.endswith(".py") and select.is_python(p)]
        self.tests = (
            frozenset()
            if config.lint_tests
            else frozenset(path for path in self.python if "test" in path and is_test_path(path))
        )
        self.contents: dict[str, bytes] = {}  # digests, of those that are known without reading
        self._bytes: dict[str, tuple[Stat | None, bytes]] = {}
        self._tried: set[str] = set()
        self._known = frozenset(self.python)
        self._reaching = Looks(
            self, _REACHING, lambda each: interest.reaches_out(each) or interest.neighbours(each)
        )
        self._making = Looks(self, _MAKING, signal_words.makes)
        self._uses = Looks(self, _SIGNALS, signal_words.uses)
        self._users: dict[str, dict[str, int]] | None = None

    def data(self, path: str) -> bytes | None:
        """A file's bytes, or None (and a diagnostic) where it cannot be read."""
        if path in self._bytes:
            return self._bytes[path][1]
        stat = self.tree.stat(path)
        try:
            data = self.tree.read(path)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.problems.append(Diagnostic("not-readable", f"not readable: {why}", path))
            return None
        self._bytes[path] = (stat, data)
        return data

    def reaches_out(self, path: str) -> bool:
        """Whether a file of the project's own code, or one beside it that it imports from, may call
        what rules about the bodies of tasks ask for; told from their bytes, without parsing."""
        found = self._reach_of(path)
        folder = path.rpartition("/")[0]
        beside = () if isinstance(found, bool) else found
        return found is True or any(
            self._reach_of(f"{folder}/{name}.py".lstrip("/")) is True for name in beside
        )

    def _reach_of(self, path: str) -> bool | tuple[str, ...]:
        """True, or the names of the modules beside it that the file imports from."""
        if path not in self._known or path in self.tests:
            return False
        return self._reaching.of(path) or False

    def makes_signals(self) -> bool:
        """May some file of the project make a signal of its own?"""
        return any(self._making.of(path) for path in self.python if path not in self.tests)

    def users(self, word: str) -> Mapping[str, int]:
        """The files that send a signal or connect a receiver, and how often each does. word is one
        of `signal_words`; files are first looked into when somebody asks."""
        if self._users is None:
            self._users = {}
            for path in self.python:
                found = None if path in self.tests else self._uses.of(path)
                for each, times in found or ():
                    self._users.setdefault(each, {})[path] = times
        return self._users.get(word, {})

    def glance(self, path: str) -> bytes | None:
        """The bytes of a file that need not be read for good."""
        data = self.data(path)
        if data is not None:
            self.cache.put(path, self._bytes[path][0], digest(data), select.is_selected(data))
            if path not in self._tried:
                del self._bytes[path]
        return data

    def text(self, path: str) -> str | None:
        """A file's text for showing a line of it, or None."""
        return text_of(self.tree, path)

    def selected(self) -> frozenset[str]:
        """The Python files that may say something about Celery or send
        a task; test code is none.
        """
        found = set()
        for path in self.python:
            if path in self.tests:
                continue
            content = self.cache.digest_of(path, self.tree.stat(path))
            known = None if content is None else self.cache.content_selected(content)
            if content is None or known is None:
                known = self._select(path)
            else:
                self.contents[path] = content
            if known:
                found.add(path)
        return frozenset(found)

    def _select(self, path: str) -> bool:
        data = self.data(path)
        if data is None:
            return False
        chosen, content = select.is_selected(data), digest(data)
        self.cache.put(path, self._bytes[path][0], content, chosen)
        self._making.given(path, content, data)
        if not chosen:
            del self._bytes[path]
        return chosen

    def read(self, paths: Iterable[str]) -> None:
        """Read these Python files, as far as they were not read yet."""
        todo = []
        for path in sorted(set(paths) - self._tried):
            if path not in self._known:
                continue
            self._tried.add(path)
            cached = None
            if path not in self._bytes:
                cached = self.cache.facts(path, self.tree.stat(path))
            if cached is not None:
                self._take(path, cached)
                continue
            data = self.data(path)
            if data is None:
                continue
            cached = self.cache.content_facts(digest(data))
            if cached is not None:
                self._take(path, cached)
                self._remember(path, None)
            else:
                todo.append((path, data))
        self._parse(todo)

    def _parse(self, todo: list[tuple[str, bytes]]) -> None:
        reader = functools.partial(read_blob, max_size=self.config.max_file_size)
        for path, result in pool.read_all(todo, reader, self.jobs, prepare):
            if isinstance(result, Diagnostic):
                self.problems.append(result)
                continue
            facts = marshal.loads(result)
            self._take(path, facts)
            if not (is_problem(facts) and facts[1] in _NOT_CACHED):
                self._remember(path, result)
        for path, _ in todo:
            self._bytes.pop(path, None)

    def _remember(self, path: str, blob: bytes | None) -> None:
        stat, data = self._bytes[path]
        self.cache.put(path, stat, digest(data), select.is_selected(data), blob)

    def _take(self, path: str, facts: Any) -> None:
        if is_problem(facts):
            self.problems.append(problem_of(path, facts))
        else:
            self.facts[path] = facts

    def pins(self) -> dict[str, PinFacts]:
        """What the lock and requirement files ask for, by path."""
        from celerylint.project import versions

        found: dict[str, PinFacts] = {}
        todo = list(self._pinning)
        visible = set(self.paths)
        while todo:
            for path in todo:
                facts = self._pins_of(path)
                if facts is not None:
                    found[path] = facts
            todo = [
                each for each in versions.included(found) if each in visible and each not in found
            ]
            todo = [each for each in todo if self.tree.stat(each) is not None]
        self.problems.extend(versions.problems(found))
        return found

    def _pins_of(self, path: str) -> PinFacts | None:
        key = _PINS + path
        cached: PinFacts | None = self.cache.facts(key, self.tree.stat(path))
        if cached is not None:
            return cached
        data = self.data(path)
        if data is None:
            return None
        facts = pins.read_pins(path, data)
        content = digest(_PINS.encode() + data)
        self.cache.put(key, self._bytes[path][0], content, False, marshal.dumps(facts))
        del self._bytes[path]
        return facts

    def present(self) -> list[str]:
        """What the cache may keep: the files, as Python and as files that pin versions."""
        pinning = (_PINS + path for path in self._pinning)
        return [*self.paths, *pinning, *map(starting.manifest_key, self.paths)]

    def processes(self, release: tuple[int, ...]) -> Collected:
        """The Celery processes that the tree's manifests (and the configuration) start."""
        found = starting.processes(self.tree, self.config, self.cache, release)
        for path, line, message in found.problems:
            self.problems.append(Diagnostic("manifest", message, path, line))
        return found

    def named_settings(self) -> tuple[str, ...]:
        """Django settings modules that manage.py, wsgi.py and asgi.py name, in this order."""
        found: list[str] = []
        ends = tuple(f"/{name}" for name in NAMING_FILES)
        naming = [p for p in self.python if p.endswith(ends) or p in NAMING_FILES]
        for name in NAMING_FILES:
            for path in naming:
                if path.rpartition("/")[2] == name and path not in self.tests:
                    data = self.data(path)
                    if data is not None and VARIABLE.encode() in data:
                        found += named_in(data.decode("utf-8", "replace"))
        return tuple(dict.fromkeys(found))
