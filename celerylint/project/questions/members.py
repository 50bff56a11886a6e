"""What stands in a canvas, and as what."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.project.model import Canvas
from celerylint.structs import dataclass

_ROLES = {"chain": "step", "group": "member", "chord": "header"}


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a canvas: role is step, member, header, body, callback or errback, owner the canvas
    that it is a part of; `only` tells that nothing else can stand there."""

    part: Canvas
    role: str
    owner: Canvas
    only: bool = True


def members(canvas: Canvas) -> Iterator[Member]:
    """Everything that a canvas is made of, with what that is made of; either of two stands for
    itself.
    """
    for part, role in _own(canvas):
        for each in part.parts if part.kind == "one-of" else (part,):
            yield Member(each, role, canvas, each is part)
            yield from members(each)


def _own(canvas: Canvas) -> Iterator[tuple[Canvas, str]]:
    if canvas.kind == "one-of":
        for each in canvas.parts:
            yield from _own(each)
        return
    for part in canvas.parts:
        yield part, _ROLES.get(canvas.kind, "member")
    if canvas.body is not None:
        yield canvas.body, "body"
    for part in canvas.callbacks:
        yield part, "callback"
    for part in canvas.errbacks:
        yield part, "errback"
