"""CEL442: something stands in a canvas, or as a callback, that is no signature."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Canvas,
    Carries,
    Finding,
    Member,
    Project,
    Related,
    Severity,
    carries,
    members,
    rule,
)

_ALL = frozenset({"result", "task", "call", "function", "text"})
# What a chord's header and an error callback may be, too: Celery makes signatures of these.
_WRONG = {"header": _ALL - {"task", "text"}, "errback": _ALL - {"text"}}


@rule(on=Canvas, severity=Severity.ERROR, since="0.1", preview=True)
def no_signature(canvas: Canvas, project: Project) -> Iterator[Finding]:
    for each in members(canvas):
        part = each.part
        if part.kind not in _WRONG.get(each.role, _ALL) or _travels(each, project):
            continue
        name = part.task.function if part.task is not None else part.text
        yield Finding(
            part.span,
            f"{_what(part, name)}: {_happens(each)}",
            help=f"write `{name}.s(…)`"
            if part.task is not None
            else "write the signature of a task",
            related=() if part.task is None else (Related(part.task.span, f"`{name}` is a task"),),
        )


def _travels(each: Member, project: Project) -> bool:
    """Can the callback be part of a message as it is? Pickle can carry a task."""
    if each.role not in {"callback", "errback"} or each.part.kind == "text":
        return False
    return carries(project, each.owner.task, each.owner.dispatch)[0] is not Carries.REFUSED


def _what(part: Canvas, name: str) -> str:
    if part.kind == "result":
        return f"`{name or 'a task'}` is sent here and now, by itself"
    if part.kind == "call":
        return f"`{name}(…)` runs the task here and now, and returns no signature"
    if part.kind == "task":
        return f"`{name}` is a task, and no signature of one"
    return (
        f"{name} is the name of a task at most"
        if part.kind == "text"
        else "a function is no signature"
    )


def _happens(each: Member) -> str:
    part, owner = each.part, each.owner
    rest = ", and nothing is left that the rest could follow" if part.kind == "result" else ""
    if each.role == "callback" and part.kind == "text":
        return "the task in front of it ends as failed although it did its work"
    if each.role in {"callback", "errback"}:
        return f"sending {_called(owner)} raises EncodeError, as JSON has no form for it{rest}"
    if each.role == "header" and part.kind == "call":
        return "the chord sends what it returned as if that were a task"
    error = "TypeError" if each.role == "step" else "an error"
    return f"{_called(owner)} raises {error} for it{rest}"


def _called(owner: Canvas) -> str:
    if owner.kind == "signature":
        return f"`{owner.text}`"
    return "`|`" if owner.how == "|" else f"the {owner.kind}"
