"""CEL447: a statement builds a signature or canvas that nobody sends."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Canvas, Finding, Project, Related, Severity, name_of, rule


@rule(on=Canvas, severity=Severity.ERROR, since="0.1", preview=True)
def never_sent(canvas: Canvas, project: Project) -> Iterator[Finding]:
    if not canvas.dropped:
        return
    built = canvas.linked.canvas if canvas.linked is not None else canvas
    task = built.task
    yield Finding(
        canvas.span if canvas.linked is None else canvas.linked.span,
        _message(built),
        help=_cure(built),
        related=() if task is None else (Related(task.span, f"`{task.function}` is the task"),),
    )


def _message(built: Canvas) -> str:
    if built.kind == "method":
        return f"`{built.text}.{built.how}` is named here and not called: nothing is sent"
    if built.kind == "signature":
        return f"this makes a signature of {name_of(built)} and drops it: nothing is sent"
    if built.kind in {"map", "starmap", "chunks"}:
        return f"`.{built.kind}()` makes a signature, which is dropped: nothing is sent"
    return f"the {built.kind} is built and dropped: none of its tasks is sent"


def _cure(built: Canvas) -> str:
    if built.kind == "method":
        return f"write `{built.text}.{built.how}(…)`"
    if built.kind == "signature" and built.text:
        return f"write `{built.text}.delay(…)`, or send the signature with `.apply_async()`"
    if built.kind == "chord" and built.body is None:
        return "give the chord its body: `chord(…)(callback.s())`"
    return "send it: `.delay()`"
