"""Names of exceptions, and which of them an `except` takes."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import classes
from celerylint.project.objects import ClassObject, Instance, Scope
from celerylint.project.values import Call, Name, OneOf, Sequence, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

EVERYTHING = "builtins.BaseException"
RETRY, IGNORE, REJECT, EXHAUSTED, SOFT_LIMIT = (
    f"celery.exceptions.{name}"
    for name in ("Retry", "Ignore", "Reject", "MaxRetriesExceededError", "SoftTimeLimitExceeded")
)
# The parent of each of Celery's exceptions; tests compare this with Celery's own classes.
PARENTS = {
    "CeleryError": "builtins.Exception",
    "TaskPredicate": "CeleryError",
    "Retry": "TaskPredicate",
    "Ignore": "TaskPredicate",
    "Reject": "TaskPredicate",
    "TaskError": "CeleryError",
    "MaxRetriesExceededError": "TaskError",
    "TimeoutError": "TaskError",
    "TaskRevokedError": "TaskError",
    "ChordError": "TaskError",
    "BackendError": "builtins.Exception",
    "SoftTimeLimitExceeded": "builtins.Exception",
    "TimeLimitExceeded": "builtins.Exception",
    "WorkerLostError": "builtins.Exception",
    "Terminated": "builtins.Exception",
}


def canonical(dotted: str) -> str:
    """One name for an exception, whichever module of Celery's or billiard's it is taken from."""
    top, _, rest = dotted.partition(".")
    last = rest.rpartition(".")[2]
    if top in {"celery", "billiard"} and last in PARENTS:
        return f"celery.exceptions.{last}"
    cls = getattr(builtins, last, None) if top == "builtins" else None
    return f"builtins.{cls.__name__}" if isinstance(cls, type) else dotted  # IOError is OSError


def lineage(dotted: str) -> tuple[str, ...]:
    """The class and its ancestors, as far as they are Python's or Celery's."""
    name = canonical(dotted)
    short = name.rpartition(".")[2]
    if name.startswith("celery.exceptions.") and short in PARENTS:
        parent = PARENTS[short]
        above = parent if "." in parent else f"celery.exceptions.{parent}"
        return (name, *lineage(above))
    cls = getattr(builtins, short, None) if name.startswith("builtins.") else None
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return tuple(f"builtins.{each.__name__}" for each in cls.__mro__[:-1])
    return (name,)


def named(machine: Machine, node: Node | None, scope: Scope) -> tuple[tuple[str, ...], bool]:
    """The classes that the expression behind `except` surely names, and whether there may be more.

    `task.MaxRetriesExceededError` is Celery's class, whatever the task.
    """
    if node is None:
        return (EVERYTHING,), False
    if node[0] == "seq":
        return _together([named(machine, each, scope) for each in node[4]])
    if node[0] == "attr" and node[4] == "MaxRetriesExceededError":
        return (EXHAUSTED,), False
    return classes_in(machine, machine.evaluate(node, scope))


def classes_in(machine: Machine, value: Value) -> tuple[tuple[str, ...], bool]:
    """The exception classes in a value, as `named` gives them."""
    if isinstance(value, Sequence):
        names, more = _together([classes_in(machine, each) for each in value.items])
        return names, more or value.open
    if isinstance(value, Name | ClassObject):
        return (canonical(value.dotted),), False
    if isinstance(value, OneOf):  # any of them, so that none of them is sure
        return (), True
    machine.need(value)
    return (), True


def _together(parts: list[tuple[tuple[str, ...], bool]]) -> tuple[tuple[str, ...], bool]:
    names = [name for found, _ in parts for name in found]
    return tuple(dict.fromkeys(names)), any(more for _, more in parts)


def classes_of(machine: Machine, value: Value | None) -> tuple[str, ...]:
    """The class of an exception (or an exception class itself) with its ancestors; none where the
    value is not known to be an exception.

    What is outside the project is one by its name, as `requests.ConnectionError` is.
    """
    cls: object = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ClassObject):
        above = [each for each in classes.ancestry(machine, cls) if not _hidden(each)]
        found = [name for each in above for name in _line(each)]
        return tuple(dict.fromkeys(found)) if EVERYTHING in found or _sounds(found) else ()
    if isinstance(cls, Name | Call):
        found = list(lineage(cls.dotted))
        return tuple(found) if EVERYTHING in found or _sounds(found) else ()
    return ()


def _hidden(value: Value) -> bool:
    return not isinstance(value, ClassObject | Name)


def _line(value: Value) -> tuple[str, ...]:
    if isinstance(value, ClassObject):
        return (value.dotted,)
    return lineage(value.dotted) if isinstance(value, Name) else ()


def _sounds(names: list[str]) -> bool:
    last = [name.rpartition(".")[2] for name in names]
    return any(each.endswith(("Error", "Exception")) and each[:1].isupper() for each in last)
