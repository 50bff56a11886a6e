"""Files: which a project has, how big and how old they are, and what they hold.

Three makers of one interface: the disk, memory (page cases), and an overlay (an editor's buffer).
Paths are relative to the project's root, with `/`; names that are not UTF-8 keep their bytes as
surrogates.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from celerylint.findings import Diagnostic
from celerylint.gitignore import Ignore, ignores_above, upwards
from celerylint.patterns import regex


class Stat(NamedTuple):
    """Size in bytes and time of the last change in nanoseconds."""

    size: int
    mtime_ns: int


class Tree(Protocol):
    """The files of one project. `problems` says what could not be listed."""

    @property
    def root(self) -> str:
        """The root's absolute path; made up, for a tree in memory."""

    @property
    def problems(self) -> list[Diagnostic]:
        """What could not be listed."""

    def paths(self) -> Sequence[str]:
        """All visible files, sorted."""

    def stat(self, path: str) -> Stat | None:
        """None where there is no such file; answers for files that `paths` leaves out, too."""

    def read(self, path: str) -> bytes:
        """The file's bytes; raises OSError, also for a file that vanished after it was listed."""


class Root(NamedTuple):
    """A project's absolute root, and the paths in it that were asked for ("" for all of it)."""

    path: str
    named: tuple[str, ...]


# Never part of a project's own code, whatever its .gitignore says.
LEFT_OUT = frozenset(
    {
        *(
            ".git",
            ".hg",
            ".svn",
            ".tox",
            ".nox",
            ".venv",
            ".eggs",
            ".direnv",
            ".pixi",
            ".terraform",
        ),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints"),
        *("__pycache__", "__pypackages__", "site-packages", "node_modules", "bower_components"),
        *("vendor", "_vendor", "vendored", "third_party"),
    }
)
# A folder that holds one of these is a Python installation.
INSTALLATIONS = frozenset({"pyvenv.cfg", "conda-meta"})
WEAK_MARKERS = ("manage.py", "pyproject.toml", "setup.py", "setup.cfg")
OWN_TABLE = regex(rb"""(?m)^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*["']?celerylint["']?[ \t]*[].]""")
# How far below a path that is no project itself projects are looked for: github.com/owner/name.
PROJECTS_DEPTH = 3


def text_of(tree: Tree, path: str) -> str | None:
    """A file's text for showing a line of it, or for what is read with mistakes; None where it
    cannot be read.
    """
    try:
        return tree.read(path).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None


class DiskTree:
    """The files below `root`, walked once, when made.

    named: project-relative paths that the user named; they are visible whatever ignores them, and
    a rule that hides one of them (or everything in it) does not count below it. exclude: the user's
    own patterns, written as in a .gitignore at the root.
    """

    def __init__(self, root: str, named: Iterable[str] = (), exclude: Iterable[str] = ()) -> None:
        self.root = os.path.abspath(root)
        self.problems: list[Diagnostic] = []
        self._named = frozenset(named) - {""}
        self._way = frozenset(above for path in self._named for above in _ancestors(path))
        self._stats: dict[str, Stat | None] = {}
        self._real_root = os.path.realpath(self.root) + os.sep
        excludes = Ignore.parse("\n".join(exclude))
        self._paths = tuple(sorted(self._walk((*ignores_above(self.root), excludes))))

    def paths(self) -> Sequence[str]:
        return self._paths

    def stat(self, path: str) -> Stat | None:
        if path not in self._stats:
            try:
                found = os.stat(f"{self.root}/{path}")
            except (OSError, ValueError):
                self._stats[path] = None
            else:
                self._stats[path] = Stat(found.st_size, found.st_mtime_ns)
        return self._stats[path]

    def read(self, path: str) -> bytes:
        with open(f"{self.root}/{path}", "rb") as file:
            return file.read()

    def _walk(self, ignores: tuple[Ignore, ...]) -> Iterator[str]:
        folders = [("", ignores, False)]
        while folders:
            folder, ignores, hidden = folders.pop()
            prefix = f"{folder}/" if folder else ""
            entries = self._entries(folder)
            names = {entry.name for entry in entries}
            if folder and not INSTALLATIONS.isdisjoint(names) and folder not in self._named:
                hidden = True
            if ".gitignore" in names:
                # The user's own patterns stay last: no file's `!` takes them back.
                ignores = (*ignores[:-1], self._gitignore(prefix), ignores[-1])
            for entry in entries:
                path = prefix + entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                shown, below = not hidden, ignores
                if path in self._named:
                    shown, below = True, tuple(ignore.without(path) for ignore in ignores)
                elif shown:
                    shown = not _is_left_out(entry.name, path, is_folder, ignores)
                if is_folder:
                    if shown or path in self._way:
                        folders.append((path, below, not shown))
                elif shown and self._is_file(entry, path):
                    yield path

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                return list(entries)
        except OSError as error:
            message = f"the folder cannot be listed: {error.strerror}"
            self.problems.append(Diagnostic("not-readable", message, folder or "."))
            return []

    def _gitignore(self, prefix: str) -> Ignore:
        path = f"{prefix}.gitignore"
        try:
            return Ignore.parse(self.read(path).decode("utf-8", "surrogateescape"), prefix)
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
            self.problems.append(Diagnostic("not-readable", message, path))
            return Ignore.parse("")

    def _is_file(self, entry: os.DirEntry[str], path: str) -> bool:
        if entry.is_file(follow_symlinks=False):
            return True
        # A link to a folder could loop; one to a file is followed while it stays in the project.
        try:
            if not (entry.is_symlink() and entry.is_file()):
                return False
        except OSError:
            return False
        return path in self._named or os.path.realpath(entry.path).startswith(self._real_root)


class MemoryTree:
    """Files that exist in memory only. stat gives the size, and 0 for the time."""

    def __init__(self, files: Mapping[str, bytes], root: str = "/memory") -> None:
        self.root = root
        self.problems: list[Diagnostic] = []
        self._files = dict(files)

    def paths(self) -> Sequence[str]:
        return sorted(self._files)

    def stat(self, path: str) -> Stat | None:
        return Stat(len(self._files[path]), 0) if path in self._files else None

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self._files[path]


class OverlayTree:
    """`base` with some files replaced or added; these are visible even where it leaves them out.

    The time of such a file is -1: no cache may take it for the one on disk.
    """

    def __init__(self, base: Tree, files: Mapping[str, bytes]) -> None:
        self.root = base.root
        self._base = base
        self._files = dict(files)
        self._paths: Sequence[str] | None = None

    @property
    def problems(self) -> list[Diagnostic]:
        return self._base.problems

    def paths(self) -> Sequence[str]:
        if self._paths is None:
            self._paths = tuple(sorted({*self._base.paths(), *self._files}))
        return self._paths

    def stat(self, path: str) -> Stat | None:
        return Stat(len(self._files[path]), -1) if path in self._files else self._base.stat(path)

    def read(self, path: str) -> bytes:
        return self._files[path] if path in self._files else self._base.read(path)


def find_roots(paths: Iterable[str]) -> list[Root]:
    """The projects that hold these paths, in the order of the paths; a path need not exist (yet).

    A root is the nearest folder with celerylint's configuration, else with `.git`, else with
    manage.py, pyproject.toml or setup files, else the path itself. A folder that is no project
    itself but holds several stands for these.
    """
    found: dict[str, set[str]] = {}
    for path in paths:
        absolute = os.path.abspath(path)
        for root, named in _projects_at(absolute):
            relative = os.path.relpath(named, root).replace(os.sep, "/")
            found.setdefault(root, set()).add("" if relative == "." else relative)
    return [Root(root, tuple(sorted(named))) for root, named in found.items()]


def is_configured(folder: str) -> bool:
    """Whether celerylint's configuration lies in this folder (as text: it may be broken)."""
    if os.path.isfile(os.path.join(folder, "celerylint.toml")):
        return True
    try:
        with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
            return OWN_TABLE.search(file.read()) is not None
    except OSError:
        return False


def _projects_at(path: str) -> list[tuple[str, str]]:
    """(root, path) for a path within one project; (root, root) for each project below the path."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    # A home folder with its dot files in git, or a stray setup.py in /tmp, is nobody's project.
    shared = {os.path.expanduser("~"), os.environ.get("TMPDIR", "/tmp").rstrip("/"), os.path.sep}
    everything = list(upwards(folder))
    above = [at for at in everything if at == path or at not in shared]
    root = next(filter(is_configured, everything), None)
    root = root or next(filter(_is_repository, above), None)
    if folder == path and root != path and not _is_weak(path):
        below = list(_projects_below(path, PROJECTS_DEPTH))
        # Inside a project, what has its own configuration parts from it; a submodule does not.
        marked = [at for at in below if is_configured(at) or (root is None and _is_repository(at))]
        if len(marked) > 1:
            return [(at, at) for at in (below if root is None else marked)]
    return [(root or next(filter(_is_weak, above), folder), path)]


def _projects_below(folder: str, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            inner = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for path in inner:
        if os.path.basename(path) in LEFT_OUT:
            continue
        if is_configured(path) or _is_repository(path) or _is_weak(path):
            yield path
        elif depth > 1:
            yield from _projects_below(path, depth - 1)


def _is_repository(folder: str) -> bool:
    # A file in a worktree or submodule.
    return os.path.exists(os.path.join(folder, ".git"))


def _is_weak(folder: str) -> bool:
    return any(os.path.isfile(os.path.join(folder, name)) for name in WEAK_MARKERS)


def _ancestors(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _is_left_out(name: str, path: str, is_folder: bool, ignores: tuple[Ignore, ...]) -> bool:
    if is_folder and (name in LEFT_OUT or name.endswith((".egg-info", ".egg"))):
        return True
    # The deepest file that says something decides.
    for ignore in reversed(ignores):
        verdict = ignore.verdict(name, path, is_folder)
        if verdict is not None:
            return verdict
    return False
