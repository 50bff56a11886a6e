"""What the manifests of a tree start, as values that are kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.findings import Span
    from celerylint.project.process import Process, WebServer


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that seems to start Celery, and why no process is known for it."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Kill:
    """A command that signals every process whose name or command line fits a pattern.

    tool is pkill, killall or kill; signal without SIG. pattern is what has to be found in the
    command line ("" where only the process's name counts, or the pattern is not plain).
    """

    span: Span
    tool: str
    signal: str
    pattern: str
    role: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A settings module that the tree has elsewhere: path is the file that the image copies to
    where `target` would be in the tree."""

    module: str
    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Collected:
    """processes in the order of their places; unread are mentions of Celery commands of which none
    could be made; problems are (path, line, what is wrong with the file); servers are web servers,
    of greenlets or not; kills are what kills processes by name; installed are settings modules
    that only images have."""

    processes: tuple[Process, ...]
    unread: tuple[Mention, ...]
    problems: tuple[tuple[str, int, str], ...]
    servers: tuple[WebServer, ...] = ()
    kills: tuple[Kill, ...] = ()
    installed: tuple[Installed, ...] = ()
