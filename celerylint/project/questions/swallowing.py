"""Which handler swallows what Celery raises through a task's body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.findings import Span
from celerylint.project.libraries.exceptions import IGNORE, REJECT, RETRY, lineage
from celerylint.project.model import Handler, Project, RetryCall, Try
from celerylint.structs import dataclass

_RAISES = {"retry": RETRY, "replace": IGNORE, "reject": REJECT, "ignore": IGNORE}
_DELIBERATE = frozenset({RETRY, IGNORE, REJECT})


@dataclass(frozen=True, slots=True)
class Swallowed:
    """An exception ends here: in a handler, or (None) in a `finally` that returns. text is the
    place as written."""

    handler: Handler | None
    span: Span
    text: str


def resent(project: Project) -> Iterator[RetryCall]:
    """Every retry, replacement, Reject and Ignore of the project; those in a function that is
    handed the task once for each task and call."""
    for task in project.tasks:
        yield from (*task.retries, *task.control)
    yield from project.loose_retries


def swallowed(call: RetryCall) -> Swallowed | None:
    """Where what the call raises is swallowed; None where it is not, or may not be.

    A handler that names Celery's own exception knows what it does.
    """
    if call.how in {"reject", "ignore"}:
        raises = call.used == "raise"
    else:
        raises = call.how == "replace" or call.throws()
    return taken(call.tries, _RAISES[call.how]) if raises else None


def taken(tries: Iterable[Try], exception: str) -> Swallowed | None:
    """Where an exception of that name ends that is raised inside of these statements, the inner one
    first."""
    line = lineage(exception)
    for each in tries:
        if each.part == "body":
            handler = next((h for h in each.handlers if h.open or _takes(h, line)), None)
            if handler is not None and handler.ends != {"reraise"}:
                return _ended(handler, line)
        if each.drops is not None:
            return Swallowed(None, each.drops, "return")
    return None


def _ended(handler: Handler, line: tuple[str, ...]) -> Swallowed | None:
    if not _takes(handler, line) or (_DELIBERATE | {line[0]}) & set(handler.catches):
        return None
    if handler.swallows() or (handler.resends and not handler.asks):
        text = handler.text if "suppress" in handler.text else f"except {handler.text}".strip()
        return Swallowed(handler, handler.span, text)
    return None


def _takes(handler: Handler, line: tuple[str, ...]) -> bool:
    return any(name in line for name in handler.catches)
