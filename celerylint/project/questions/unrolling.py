"""Groups that a chain takes apart where they have one member (celery/canvas.py:
maybe_unroll_group)."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.project.model import Canvas
from celerylint.project.questions.members import members
from celerylint.structs import dataclass


@dataclass(frozen=True, slots=True)
class Unrolled:
    """A group in a chain, which is replaced by its member where it has only one, and the step that
    then gets the member's bare result. first: nothing stands before it in the chain."""

    group: Canvas
    following: Canvas
    chain: Canvas
    first: bool


def group_in(part: Canvas) -> Canvas | None:
    """The group that a part surely is, if of one of several lists; None where it may be else."""
    options = part.parts if part.kind == "one-of" else (part,)
    groups = [each for each in options if each.kind == "group"]
    if not groups or len(groups) < len(options):
        return None
    return max(groups, key=lambda each: len(each.parts))


def unrolled(canvas: Canvas) -> Iterator[Unrolled]:
    """The groups that may have one member only, each in a chain that then takes it apart.

    A group that begins a chain made with `|` is kept, as `group | step` is a chord at once.
    """
    for each in (canvas, *(member.part for member in members(canvas))):
        if each.kind != "chain" or each.open:
            continue
        for i, part in enumerate(each.parts[:-1]):
            group = group_in(part)
            single = group is not None and (group.open or len(group.parts) == 1)
            if group is not None and single and (i > 0 or each.how != "|"):
                yield Unrolled(group, each.parts[i + 1], each, i == 0)
