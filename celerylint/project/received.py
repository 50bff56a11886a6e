"""A function that a module connects to one of Celery's signals."""

from __future__ import annotations

from celerylint.findings import Span
from celerylint.structs import dataclass


@dataclass(frozen=True, slots=True)
class Receiver:
    """A function of the project that is connected to `signal` when its module is imported.

    span is its name where it is decorated, else the call that connects it. missed says what nothing
    else in the project does: "`model` is never set". apps are the ids of those whose workers surely
    import the module.
    """

    signal: str
    name: str
    span: Span
    missed: str
    apps: frozenset[str]
