"""Whether code uses what it is given as only a task can be used, and no plain function."""

from __future__ import annotations

from celerylint.facts.syntax import Body
from celerylint.project import walking

# What tasks have and functions do not.
_OF_TASKS = frozenset(
    {
        "AsyncResult",
        "apply",
        "apply_async",
        "chunks",
        "delay",
        "map",
        "retry",
        "s",
        "si",
        "signature",
        "signature_from_request",
        "starmap",
        "subtask",
        "subtask_from_request",
    }
)


def as_task(body: Body, name: str) -> bool:
    """Does a block ask the object of this name for something that only tasks have?"""
    return any(
        node[0] == "attr" and node[4] in _OF_TASKS and node[3][0] == "name" and node[3][3] == name
        for node in walking.nodes(body, later=True)
    )
