"""Calls that end the process that a task runs in, instead of the task."""

from __future__ import annotations

from celerylint.patterns import regex
from celerylint.project.interest import EXITS
from celerylint.project.reached import Reached

# A condition that asks who runs the code: `if not celery_running: sys.exit()`.
_WORKER = regex(r"(?i)celery|current_task|(is|in)_worker|worker_(process|running)")
_WITHOUT_EXCEPTION = frozenset({"os._exit"})


def exits(call: Reached) -> bool:
    """Does the call surely end the process, with no `except` on the way that stops it, and no
    question whether it is a worker's?"""
    if call.callee not in EXITS or _asks_for_worker(call):
        return False
    if call.callee in _WITHOUT_EXCEPTION:
        return True
    suppressed = any("SystemExit" in each.detail for each in call.inside("with"))
    return not suppressed and not call.caught("SystemExit", "BaseException")


def _asks_for_worker(call: Reached) -> bool:
    tests = (each.detail for kind in ("if", "else") for each in call.inside(kind))
    return any(_WORKER.search(each) for each in tests)


def succeeds(call: Reached) -> bool:
    """Does the process end with status 0, as if all were well?"""
    status = call.argument("status") or call.argument("code", 0)
    if status is None:
        return not call.open and call.callee not in _WITHOUT_EXCEPTION
    return status.value.must(lambda each: each is None or each == 0)
