"""The manifests of a tree: which files are read, and what they hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from celerylint.facts import manifests
from celerylint.facts.manifests.classify import by_name, candidate, classify, mentions
from celerylint.facts.manifests.model import Command, Manifest
from celerylint.facts.manifests.words import Text
from celerylint.project.deployment.place import Home

Read = Callable[[str], "bytes | None"]
"""The content of a project-relative path, None where it cannot be read."""
ReadFacts = Callable[[str, str, str], Manifest]
"""(path, text, kind) -> facts: manifests.read, or a cache before it."""

_LARGEST = 1_000_000
# An identical copy of such a file is no further deployment: it is what an installer ships.
_COPIED = frozenset(("compose", "supervisor", "kubernetes", "helm"))
_ALWAYS = frozenset(("compose", "dockerfile"))


class Files:
    """Reads manifests on demand and keeps them. problems are (path, line, message)."""

    def __init__(
        self,
        paths: Iterable[str],
        read: Read,
        facts: ReadFacts | None = None,
        named: Iterable[str] = (),
    ) -> None:
        self.paths = sorted(paths)
        self.yaml = [path for path in self.paths if path.endswith((".yml", ".yaml"))]
        self.problems: list[tuple[str, int, str]] = []
        self._known = frozenset(self.paths)
        self._folders = _folders(self.paths)
        self._read = read
        self._facts = facts or _plain
        self._named = frozenset(named)
        self._texts: dict[str, str | None] = {}
        self._manifests: dict[str, Manifest | None] = {}
        self._names: dict[str, list[str]] = {}
        self._kinds: dict[str, str | None] = {}
        self.images: dict[object, object] = {}
        for path in self.paths:
            self._names.setdefault(path.rpartition("/")[2], []).append(path)

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def is_folder(self, path: str) -> bool:
        """Is there a file below this folder?"""
        return path in self._folders or path in ("", ".")

    def named(self, name: str) -> list[str]:
        """Every path with that base name."""
        return self._names.get(name, [])

    def kept(self) -> list[Manifest]:
        """The manifests that speak of Celery, or name one that does; with what may join them."""
        texts = {
            path: text for path in self.paths if self._may_be(path) and (text := self.text(path))
        }
        telling = {path for path, text in texts.items() if _tells(text)} | self._named
        words = {"supervisord"} if any(path.endswith(".conf") for path in telling) else set()
        for path in telling:
            if self.kind(path) == "shell":
                words.add(posixpath.basename(path))
        pattern = re.compile("|".join(map(re.escape, sorted(words))) or r"(?!)")
        found = []
        copies: set[tuple[str, str]] = set()
        for path, text in sorted(texts.items(), key=lambda each: (each[0].count("/"), each[0])):
            joins = path in telling or by_name(path) in _ALWAYS or pattern.search(text)
            kind = self.kind(path) if joins else None
            if kind is None or kind == "env" or (kind in _COPIED and (kind, text) in copies):
                continue
            copies.add((kind, text))
            manifest = self.manifest(path)
            if manifest is not None:
                found.append(manifest)
        return found

    def _may_be(self, path: str) -> bool:
        return path in self._named or candidate(path)

    def kind(self, path: str) -> str | None:
        """Which kind of manifest a file is, None for what is none."""
        if path not in self._kinds:
            text = self.text(path)
            kind = classify(path, text) if text is not None else None
            # What the user names starts workers, whatever it looks like: most often a script.
            named = "shell" if text is not None and path in self._named else None
            self._kinds[path] = kind or named
        return self._kinds[path]

    def text(self, path: str) -> str | None:
        """A file's text; None for what is missing, binary or too large (a problem is noted)."""
        if path not in self._texts:
            self._texts[path] = self._decoded(path)
        return self._texts[path]

    def _decoded(self, path: str) -> str | None:
        data = self._read(path) if path in self._known else None
        if data is None or b"\0" in data[:8000]:
            return None
        if len(data) > _LARGEST:
            if b"celery" in data:
                self.problems.append((path, 1, "larger than 1 MB: not read"))
            return None
        text = data.decode("utf-8-sig", errors="replace")
        return None if text.count("\ufffd") > len(text) // 10 else text

    def manifest(self, path: str) -> Manifest | None:
        """The facts of a file, None for what is no manifest."""
        if path not in self._manifests:
            text = self.text(path)
            kind = self.kind(path)
            found = self._facts(path, text, kind) if text is not None and kind else None
            self._manifests[path] = found
            if found is not None:
                self.problems += [(path, line, message) for line, message in found.problems]
        return self._manifests[path]

    def variables(self, path: str) -> Manifest | None:
        """A file that a unit reads its variables from, whatever its name is."""
        if self.kind(path) in ("env", "celeryd"):
            return self.manifest(path)
        if path not in self._manifests or self._manifests[path] is None:
            text = self.text(path)
            self._manifests[path] = self._facts(path, text, "env") if text is not None else None
        return self._manifests[path]

    def script(self, path: str) -> tuple[Home, Text, str] | None:
        """A shell script of the tree: where it stands, its text, its interpreter."""
        manifest = self.manifest(path)
        command: Command | None = None
        if manifest is not None and manifest.kind == "shell" and manifest.units:
            command = manifest.units[0].commands[0]
        if manifest is None or command is None or command.script is None:
            return None
        return Home.of(manifest), command.script, command.interpreter

    def above(self, path: str, name: str) -> str | None:
        """The nearest file of that name in a folder above the path."""
        folder = posixpath.dirname(path)
        while True:
            found = posixpath.join(folder, name)
            if found in self._known:
                return found
            if not folder:
                return None
            folder = posixpath.dirname(folder)


def _tells(text: str) -> bool:
    """Does it speak of Celery, of greenlets, in which a web server may send tasks, or of how many
    of something run?"""
    return mentions(text) or any(word in text for word in ("gevent", "eventlet", "scaleTargetRef"))


def _plain(path: str, text: str, kind: str) -> Manifest:
    return manifests.read(path, text, kind)


def _folders(paths: Iterable[str]) -> set[str]:
    """Every folder that holds one of the paths, at any depth."""
    found: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in paths}:
        above = folder
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def normal(*parts: str) -> str | None:
    """The joined project-relative path; None where it leads outside the tree."""
    path = posixpath.normpath(posixpath.join(*parts))
    if path.startswith(("..", "/")):
        return None
    return "" if path == "." else path
