"""Calls that end the process that a task runs in, instead of the task."""

from __future__ import annotations

from celerylint.project.interest import EXITS
from celerylint.project.reached import Reached

_WITHOUT_EXCEPTION = frozenset({"os._exit"})


def exits(call: Reached) -> bool:
    """Does the call surely end the process, with no `except` on the way that stops it?"""
    if call.callee not in EXITS:
        return False
    if call.callee in _WITHOUT_EXCEPTION:
        return True
    suppressed = any("SystemExit" in each.detail for each in call.inside("with"))
    return not suppressed and not call.caught("SystemExit", "BaseException")


def succeeds(call: Reached) -> bool:
    """Does the process end with status 0, as if all were well?"""
    status = call.argument("status") or call.argument("code", 0)
    if status is None:
        return not call.open and call.callee not in _WITHOUT_EXCEPTION
    return status.value.must(lambda each: each is None or each == 0)
