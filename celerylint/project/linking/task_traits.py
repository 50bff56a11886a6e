"""What rules may want to know of how a task runs: what its body takes of the task itself, whether
it is a coroutine, and which of Celery's methods its classes replace.
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint import oracle
from celerylint.facts.syntax import body_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import TaskRecord
from celerylint.project.libraries.resends import hands_on
from celerylint.project.model import Decorator
from celerylint.project.objects import ClassObject, FunctionObject
from celerylint.project.values import Value

# What hardly anything but a task has, of all that a task has.
_TELLING = frozenset(
    {"request", "retry", "update_state", "replace", "add_to_chord", "max_retries", "apply_async"}
)


def uses_self(function: FunctionObject | None) -> tuple[str, ...]:
    """What Celery's tasks have that the body takes from its first parameter."""
    if function is None or not function.params or not _TELLING.intersection(function.words):
        return ()
    first = function.params[0][0]
    found: dict[str, None] = {}
    stack: list[object] = [function.body()]
    while stack:
        node = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == "attr" and node[3][:1] == ("name",) and node[3][3] == first:
            found.setdefault(node[4])
        elif node[0] == "def":
            stack.append(body_of(node))
        stack.extend(node)
    return tuple(sorted(_TELLING.intersection(found)))


def is_async(record: TaskRecord, inner: Sequence[Decorator]) -> bool:
    """Is what Celery calls known to return a coroutine?"""
    function = record.function
    if function is None or function.node[0] != "def":
        return False
    found: bool = function.node[9]
    for each in reversed(inner):
        if each.result is None:
            return False
        found = found or each.result == "coroutine"
    return found


def overrides(machine: Machine, start: Value | None) -> tuple[str, ...]:
    """The methods of Celery's Task, and `__call__`, that the project's classes define."""
    if start is None:
        return ()
    known = oracle.task_options(oracle.released()[-1]).methods | {"__call__"}
    found: dict[str, None] = {}
    for each in classes.ancestry(machine, start):
        if isinstance(each, ClassObject):
            for name in known.intersection(each.env):
                if isinstance(machine.settle(each.env[name]), FunctionObject):
                    found.setdefault(name)
    return tuple(sorted(found))


def may_retry(
    machine: Machine, record: TaskRecord, inner: Sequence[Decorator], start: Value | None
) -> bool:
    """May the task be retried by what its body, its decorators or its classes say?

    No only where none of them has the word, and nothing is handed the task that could.
    """
    function = record.function
    if function is None or "retry" in function.words or "current_task" in function.words:
        return True
    itself = record.cls is not None or record.option("bind") is not None
    if (itself and hands_on(function)) or any(each.transparent is None for each in inner):
        return True
    values: list[Value] = list(function.wrappers)
    for cls in () if start is None else classes.ancestry(machine, start):
        values += cls.env.values() if isinstance(cls, ClassObject) else ()
    return any(isinstance(each, FunctionObject) and "retry" in each.words for each in values)
