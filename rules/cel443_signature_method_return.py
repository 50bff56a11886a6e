"""CEL443: what `.link()` returns is used as if it were the signature; it is the callback."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Canvas,
    Finding,
    Linked,
    Project,
    Related,
    Severity,
    members,
    name_of,
    rule,
)


@rule(on=Canvas, severity=Severity.ERROR, since="0.1", preview=True)
def callback_instead_of_signature(canvas: Canvas, project: Project) -> Iterator[Finding]:
    used = [(each.part, f"part of the {each.owner.kind}") for each in members(canvas)]
    if canvas.sent:
        used.append((canvas, "sent"))
    for each, what in used:
        linked = each.linked
        if linked is None or linked.canvas.sent:  # the signature has another name
            continue
        single = linked.canvas.kind == "signature"
        lost = name_of(linked.canvas) if single else f"the {linked.canvas.kind}"
        yield Finding(
            linked.span,
            f"`.{linked.method}()` returns {_returned(linked)}, so that only {name_of(each)} is "
            f"{what}: {lost} never runs",
            help=_cure(linked, each),
            related=tuple(Related(span, "sent here") for span in each.sent[:1]),
        )


def _returned(linked: Linked) -> str:
    return "the callback" if linked.method == "link" else "the error callback"


def _cure(linked: Linked, callback: Canvas) -> str:
    if linked.method == "link_error":
        return "write `.on_error(…)`, which returns the signature"
    if callback.text and linked.canvas.text:
        return f"write `{linked.canvas.text}.s(…) | {callback.text}.s(…)`, or link on a line before"
    return "link on a line of its own, and send the signature after that"
