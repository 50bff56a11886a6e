"""What the manifests of a tree start, or what they did when nothing of it had changed.

To find it takes a tenth of a run and most of the modules: every file that may be a manifest is read
and searched, and commands are followed through shells and scripts. Between two runs these files
rarely change, and what an editor sends is none of them. So what was found is kept, beside the sizes
and times of the files that were looked into.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING

from celerylint.config import Config
from celerylint.facts import manifests
from celerylint.facts.cache import Cache, own_files
from celerylint.facts.checked import digest
from celerylint.facts.manifests.model import Manifest
from celerylint.kept import dumps, loads
from celerylint.tree import Tree
from celerylint.triage import glob_matches

if TYPE_CHECKING:
    from celerylint.project.collected import Collected

_MANIFEST = "manifest "
_KEPT = "processes"


def manifest_key(path: str) -> str:
    """The name under which the cache knows a file as a manifest."""
    return _MANIFEST + path


def processes(tree: Tree, config: Config, cache: Cache, release: tuple[int, ...]) -> Collected:
    """The Celery processes that the tree's manifests (and the configuration) start."""
    made = _Starting(tree, config, cache, release)
    key = made.key()
    found = made.kept(key)
    if found is None:
        found = made.collected()
        made.keep(key, found)
    return found


class _Starting:
    def __init__(self, tree: Tree, config: Config, cache: Cache, release: tuple[int, ...]) -> None:
        self.tree, self.config, self.cache, self.release = tree, config, cache, release
        self.seen: set[str] = set()

    def key(self) -> bytes:
        """All but the contents of files: their names, what the user says, celerylint itself."""
        config = self.config
        said = (self.release, config.workers, config.manifests, list(own_files()))
        text = "\0".join([repr(said), *self.tree.paths()])
        return digest(text.encode("utf-8", "surrogatepass"))

    def kept(self, key: bytes) -> Collected | None:
        """What was found before, if no file that was looked into has changed."""
        known = self.cache.remembered.get(_KEPT)
        if not known or known[0] != key:
            return None
        if not all(self._is_still(*each) for each in known[1]):
            return None
        found: Collected | None = loads(known[2])
        return found

    def _is_still(self, path: str, size: int, mtime_ns: int) -> bool:
        stat = self.tree.stat(path)
        known = stat is not None and (stat.size, stat.mtime_ns) == (size, mtime_ns)
        return known and self.cache.is_settled(mtime_ns)

    def keep(self, key: bytes, found: Collected) -> None:
        """Keep what was found, unless a file is not one of the disk's."""
        stats = [(path, self.tree.stat(path)) for path in sorted(self.seen)]
        known = [(path, each.size, each.mtime_ns) for path, each in stats if each is not None]
        if len(known) == len(stats) and all(time_ns > 0 for *_, time_ns in known):
            self.cache.remembered[_KEPT] = (key, known, dumps(found))

    def collected(self) -> Collected:
        """Read the manifests and link them."""
        from celerylint.project.deployment import starts

        globs = self.config.manifests
        paths = self.tree.paths()
        named = [path for path in paths if any(glob_matches(each, path) for each in globs)]
        return starts.collect(
            paths, self._data, self.release, self._manifest, self.config.workers, named=named
        )

    def _data(self, path: str) -> bytes | None:
        self.seen.add(path)
        try:
            return self.tree.read(path)
        except (OSError, ValueError):
            return None

    def _manifest(self, path: str, text: str, kind: str) -> Manifest:
        content = digest(f"{_MANIFEST}{kind}\0{path}\0{text}".encode("utf-8", "surrogatepass"))
        cached = self.cache.content_facts(content)
        if cached is not None and isinstance(found := loads(*cached), Manifest):
            self.cache.put(manifest_key(path), self.tree.stat(path), content, False)
            return found
        made = manifests.read(path, text, kind)
        blob = marshal.dumps((dumps(made),))
        self.cache.put(manifest_key(path), self.tree.stat(path), content, False, blob)
        return made
