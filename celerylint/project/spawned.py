"""What tasks do that matters to who runs them: work handed to others, and computing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.findings import Span
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.model import Task


@dataclass(frozen=True, slots=True)
class Spawn:
    """A call in a task's body that runs `target` in another greenlet or thread. uses is the name
    that only works inside an application context, library who runs it."""

    span: Span
    task: Task
    target: str
    place: Span
    uses: str
    library: str


@dataclass(frozen=True, slots=True)
class Computing:
    """A task that comes to a function (which begins at span) that uses a library for computing."""

    task: Task
    library: str
    function: str
    span: Span
