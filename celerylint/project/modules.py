"""The modules of a project: which dotted name is which file, by the source roots that the tree
shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from celerylint.facts.syntax import Body
from celerylint.findings import Span
from celerylint.project.objects import Env, Scope
from celerylint.structs import dataclass, field

# Never the project's own, even where a file has that name: shadowing them breaks the project
# itself.
EXTERNAL = frozenset(
    [
        "celery",
        "kombu",
        "billiard",
        "vine",
        "amqp",
        "django",
        "flask",
        "sqlalchemy",
        "redis",
        "os",
        "sys",
        "functools",
        "datetime",
        "typing",
        "logging",
        "environ",
        "decouple",
        "pydantic",
        "pydantic_settings",
        "sqlmodel",
        "flask_sqlalchemy",
        "dotenv",
        "enum",
        "json",
        "re",
    ]
)


@cache
def dirname(path: str) -> str:
    """The folder of a project-relative path; asked so often that posixpath's own takes a tenth of a
    run.
    """
    return path.rpartition("/")[0]


@dataclass(slots=True, eq=False)
class Module:
    """A module that was read: its path, dotted name, facts, and (once executed) its bindings."""

    path: str
    name: str
    package: bool
    root: str
    facts: tuple[Any, ...]
    env: Env = field(default_factory=dict)
    state: str = "new"
    open: set[str] = field(default_factory=set)  # why more names may be bound than are known
    unread_stars: set[str] = field(default_factory=set)
    included: list[str] = field(default_factory=list)  # files that it runs in its own names
    test: bool = False
    early: bool = False  # followed before a module that it uses was ready
    scope: Scope = None  # type: ignore[assignment]  # set below; a module always has one

    def __post_init__(self) -> None:
        self.scope = Scope(self, self.env)

    @property
    def body(self) -> Body:
        """The module's statements."""
        body: Body = self.facts[2]
        return body

    def span(self, start: int, end: int) -> Span:
        """Lines and columns of two offsets."""
        starts = self.facts[1]
        line, end_line = bisect_right(starts, start), bisect_right(starts, end)
        return Span(
            self.path,
            line,
            start - starts[line - 1] + 1,
            end_line,
            end - starts[end_line - 1] + 1,
        )


class ModuleMap:
    """Finds the file of a dotted name as Python's import would, and the dotted name of a file."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.files = {path for path in paths if path.endswith((".py", ".pyi"))}
        self.folders: set[str] = set()
        self._held: dict[str, set[str]] = {}
        for path in self.files:
            self._held.setdefault(path.rpartition("/")[0], set()).add(path)
        for folder in self._held:
            while folder not in self.folders:
                self.folders.add(folder)
                folder = dirname(folder)
        self._spelled: dict[str, set[str]] = {}
        self._called: dict[str, list[str]] = {}
        self._roots: dict[str, str] = {}
        self._placed: dict[str, str] = {}  # files that run elsewhere, and where that would be
        self._installed: dict[str, str] = {}  # the other way round
        tops = {self._root_above(folder) for folder in self._held if self._packaged(folder)}
        self.roots = sorted(tops | {""})
        self._found: dict[str, dict[str, str | None]] = {}  # by folder of the importer, and name
        self._orders: dict[str, list[str]] = {}  # of the roots, by the folder of the importer

    def install(self, source: str, target: str) -> None:
        """Take a file for the module that it is where it is copied to, which is not in the tree;
        the first of several counts."""
        if source not in self._placed and target not in self._installed:
            self._placed[source], self._installed[target] = target, source
            self._found.clear()

    def placed(self, path: str) -> str:
        """Where a file runs: its own path, or the one that it is copied to."""
        return self._placed.get(path, path)

    def held_in(self, folder: str) -> set[str]:
        """The files that lie in a folder itself."""
        return self._held.get(folder, set())

    def called(self, dotted: str) -> list[str]:
        """The files and (with a trailing `/`) namespace folders whose own name is the last part of
        a dotted one, sorted."""
        if not self._called:
            for folder in self.folders:
                if not self._packaged(folder):
                    self._called.setdefault(folder.rpartition("/")[2], []).append(f"{folder}/")
            for path in self.files:
                own = path.rpartition(".")[0].removesuffix("/__init__").rpartition("/")[2]
                self._called.setdefault(own, []).append(path)
        return sorted(self._called.get(dotted.rpartition(".")[2], ()))

    def spelled(self, word: str) -> set[str]:
        """The files in whose path a word occurs."""
        if word not in self._spelled:
            self._spelled[word] = {path for path in self.files if word in path}
        return self._spelled[word]

    def _packaged(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files if folder else "__init__.py" in self.files

    def _in_package(self, folder: str) -> bool:
        above = dirname(folder)
        return bool(above) and self._packaged(above)

    def root_of(self, path: str) -> str:
        """The folder from which the file is imported: the first one above that is no package."""
        return self._root_above(dirname(self._placed.get(path, path)))

    def _root_above(self, folder: str) -> str:
        found = self._roots.get(folder)
        if found is None:
            found = folder
            # A folder without __init__.py inside a package is a namespace of that package.
            while found and (self._packaged(found) or self._in_package(found)):
                found = dirname(found)
            self._roots[folder] = found
        return found

    def learn(self, facts: Mapping[str, tuple[Any, ...]]) -> None:
        """Take from absolute imports where folders without __init__.py are imported from.

        Such a folder is a root for its own scripts, or a namespace package of a root above it;
        which
        of the two is told only by those who import from there.
        """
        counts: dict[str, int] = {}
        for importer, each in facts.items():
            for dotted in _absolute_imports(each[2]):
                path = self.find(dotted, importer)
                if path is not None:
                    stem = (
                        self.placed(path)
                        .removesuffix("/__init__.py")
                        .removesuffix(".py")
                        .rstrip("/")
                    )
                    root = stem[: -len(dotted)].rstrip("/")
                    counts[root] = counts.get(root, 0) + 1
        for path in facts:
            folder = dirname(path)
            if folder and not self._packaged(folder) and self._roots.get(folder) == folder:
                above = [each for each in _ancestors(folder) if counts.get(each)]
                named = max(above, key=lambda each: counts[each], default=folder)
                self._roots[folder] = (
                    named if counts.get(named, 0) > counts.get(folder, 0) else folder
                )
        self._orders.clear()

    def name_of(self, path: str) -> str:
        """The dotted name under which the file is imported from its root."""
        path = self.placed(path)
        root = self.root_of(path)
        relative = path[len(root) :].lstrip("/").removesuffix(".py")
        return relative.removesuffix("/__init__").replace("/", ".")

    def find(self, dotted: str, importer: str) -> str | None:
        """The file (or, with a trailing `/`, the namespace folder) of an absolute dotted name, if
        it is here.
        """
        importer = self._placed.get(importer, importer)
        folder = dirname(importer)
        known = self._found.get(folder)
        if known is None:
            known = self._found[folder] = {}
        if dotted not in known:
            known[dotted] = self._find(dotted, importer)
        return known[dotted]

    def _find(self, dotted: str, importer: str) -> str | None:
        top = dotted.partition(".")[0]
        if not dotted or top in EXTERNAL:
            return None
        for root in self._search(importer):
            found = self._below(root, dotted)
            if found is not None:
                return found
        return None

    def _search(self, importer: str) -> list[str]:
        folder = dirname(importer)
        if folder not in self._orders:
            self._orders[folder] = self._ordered(importer)
        return self._orders[folder]

    def _ordered(self, importer: str) -> list[str]:
        own = self.root_of(importer)
        near = [own]
        if not self._packaged(dirname(importer)):
            near.append(dirname(importer))  # a script finds its neighbours
        folder = own
        while folder:
            folder = dirname(folder)
            near.append(folder)
        near += [f"{each}/src".lstrip("/") for each in near]
        others = sorted(self.roots, key=lambda root: (-_shared(root, own), root))
        return list(dict.fromkeys([*near, *others]))

    def _below(self, root: str, dotted: str) -> str | None:
        base = "/".join(filter(None, [root, dotted.replace(".", "/")]))
        for candidate in (f"{base}/__init__.py", f"{base}.py"):
            if candidate in self.files:
                return candidate
        installed = self._installed.get(f"{base}.py")
        return installed or (f"{base}/" if base in self.folders else None)

    def relative(self, module: str, level: int, importer: str) -> str | None:
        """The dotted absolute name that `from ...module import` means in a file, None above the
        root.
        """
        parts = self.name_of(importer).split(".")
        if not importer.endswith("/__init__.py") and importer != "__init__.py":
            parts = parts[:-1]
        drop = level - 1
        if drop > len(parts):
            return None
        base = parts[: len(parts) - drop] if drop else parts
        return ".".join([*base, module] if module else base)


def _absolute_imports(body: Body) -> Iterator[str]:
    for node in body:
        if node[0] == "from" and not node[4]:
            yield node[3]
        elif node[0] == "import":
            yield from (name for name, _ in node[3])


def _ancestors(folder: str) -> Iterator[str]:
    while folder:
        folder = dirname(folder)
        yield folder


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def load(
    facts: Mapping[str, tuple[Any, ...]], names: ModuleMap, tests: Mapping[str, bool]
) -> dict[str, Module]:
    """Modules by path."""
    names.learn(facts)
    return {
        path: Module(
            path,
            names.name_of(path),
            path.endswith("/__init__.py"),
            names.root_of(path),
            each,
            test=tests.get(path, False),
        )
        for path, each in facts.items()
    }
