"""States that a task sets by hand although Celery means something by them.

Seen with Celery 5.7.0 on the file system's and SQLAlchemy's backends; celery/backends/base.py:
exception_to_python, KeyValueStoreBackend._store_result (since 4.4 the first SUCCESS stays; the
database, MongoDB and Cassandra do so from 5.7 on).
"""

from __future__ import annotations

from celerylint.project.interest import UPDATE_STATE
from celerylint.project.model import Argument, Project
from celerylint.project.questions.limits import where_run
from celerylint.project.questions.results import result_backend
from celerylint.project.reached import Reached
from celerylint.project.values import Joined, Literal, Mapping, Name

_OF_EXCEPTIONS = frozenset({"FAILURE", "RETRY", "REVOKED"})
# Backends that write without reading what is there.
_OVERWRITES = frozenset({"database", "mongodb", "cassandra"})
# Those that keep no state, or hand on each of them.
_KEEPS_NONE = frozenset({"rpc", "disabled"})


def unreadable(call: Reached, project: Project) -> str | None:
    """The state that the call stores with a result which nobody can read: an exception is expected
    there, and it stores something else. None where it does not, or where that is not sure."""
    state = _state(call)
    if state not in _OF_EXCEPTIONS or not _is_no_exception(call.argument("meta", 2)):
        return None
    families = _families(call, project)
    if families & _KEEPS_NONE or (families & _OVERWRITES and "Ignore" not in call.names):
        return None
    return state


def final(call: Reached, project: Project) -> bool:
    """Does the call store a SUCCESS, which stays whatever the task does after it?"""
    if _state(call) != "SUCCESS" or call.argument("task_id", 0) is not None:
        return False
    families = _families(call, project)
    if families & _KEEPS_NONE or "Ignore" in call.names:
        return False
    return project.celery.all_at_least(5, 7) or (bool(families) and not families & _OVERWRITES)


def _state(call: Reached) -> str | None:
    if call.callee != UPDATE_STATE or call.open:
        return None
    given = call.argument("state", 1)
    if given is None:
        return None
    if isinstance(given.value, Name) and given.value.dotted.startswith("celery.states."):
        return given.value.dotted.rpartition(".")[2]
    value = given.value.value if isinstance(given.value, Literal) else None
    return value if isinstance(value, str) else None


def _is_no_exception(meta: Argument | None) -> bool:
    if meta is None:
        return False
    value = meta.value
    if isinstance(value, Mapping):
        plain = all(isinstance(key, Literal) for key, _ in value.entries)
        return plain and not value.open and bool(value.entries) and value.get("exc_type") is None
    return isinstance(value, Joined) or (isinstance(value, Literal) and bool(value.value))


def _families(call: Reached, project: Project) -> frozenset[str]:
    """The result backends that are known to store it."""
    found = [result_backend(each) for each in where_run(call.task, project)]
    return frozenset(each.family for each in found if each is not None)
