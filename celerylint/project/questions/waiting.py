"""What happens where a task waits for another one.

`AsyncResult.get` and its kin raise RuntimeError in a worker (celery/result.py:
assert_will_not_block), unless they are told not to, or the pool is one of greenlets: these set
`task_join_will_block = False`.
"""

from __future__ import annotations

from celerylint.findings import Span
from celerylint.project.model import Project
from celerylint.project.questions.limits import where_run
from celerylint.project.questions.pools import GREEN
from celerylint.project.reached import Reached
from celerylint.structs import dataclass

_KNOWS_IT_IS_DONE = ("ready", "successful", "failed", "state", "status")


@dataclass(frozen=True, slots=True)
class Wait:
    """raises: the call raises instead of waiting. allowed is what lets it wait, as written; `place`
    where that is, None for the pool. hidden tells that a `try` on the way catches the exception.
    """

    raises: bool
    allowed: str = ""
    place: Span | None = None
    hidden: bool = False
    bounded: bool = False


def wait(call: Reached, project: Project) -> Wait | None:
    """What a call for a result in a task does; None where that is not sure, or nothing bad."""
    if not call.callee.startswith("celery.result."):
        return None
    eager = ".EagerResult." in call.callee
    allowed = _allowed(call)
    if allowed is None and call.open:
        return None
    if allowed is None and _green(call, project):
        allowed = "a pool of greenlets", None
    if allowed is None:
        if _asks_again(call, project):
            return None
        hidden = call.caught("Exception", "BaseException", "RuntimeError")
        return Wait(True, hidden=hidden)
    tests = " ".join(each.detail for each in (*call.inside("if"), *call.inside("while")))
    if eager or any(f".{word}" in tests for word in _KNOWS_IT_IS_DONE):
        return None
    timeout = call.argument("timeout", 0)
    bounded = timeout is not None and not timeout.value.must(lambda each: each is None)
    return Wait(False, *allowed, bounded=bounded or call.open)


def _allowed(call: Reached) -> tuple[str, Span | None] | None:
    option = call.argument("disable_sync_subtasks")
    if option is not None:
        off = option.value.may(lambda each: not each)
        return ("`disable_sync_subtasks=False`", option.span) if off else None
    for frame in call.inside("with"):
        if "allow_join_result" in frame.detail:
            return "`allow_join_result()`", frame.span
    return None


def _asks_again(call: Reached, project: Project) -> bool:
    """Does a handler of a `try` around the call ask once more, in a way that is allowed?"""
    tries = [each.span for each in call.frames if each.kind == "try"]
    return any(
        _allowed(each) is not None
        and any(
            _within(f.span, outer) for f in each.frames if f.kind == "except" for outer in tries
        )
        for each in (project.reached if tries else ())
        if each.span.path == call.span.path and each.callee.startswith("celery.result.")
    )


def _within(inner: Span, outer: Span) -> bool:
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return inner.path == outer.path and start <= (inner.line, inner.column) < end


def _green(call: Reached, project: Project) -> bool:
    """Is a known worker that runs the tasks one of greenlets, and none another?"""
    pools = [each.pool() for task in call.tasks for each in where_run(task, project)]
    known = [each for each in pools if each is not None]
    return bool(known) and all(each in GREEN for each in known)
