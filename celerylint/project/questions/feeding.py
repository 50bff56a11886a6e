"""What Celery puts before the arguments of a signature: the result of what runs before it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.model import Argument, Canvas, Project
from celerylint.project.questions import binding
from celerylint.project.questions.binding import Binding
from celerylint.project.values import Unknown
from celerylint.structs import dataclass, replace

# What may stand in a canvas; of anything else it is not known what it is.
CANVASES = frozenset({"signature", "chain", "group", "chord", "map", "starmap", "chunks"})


@dataclass(frozen=True, slots=True)
class Source:
    """What comes before a signature: role is step (of a chain), callback or body; after is the
    canvas whose result it is, place where the two are put together."""

    role: str
    after: Canvas
    place: Span


@dataclass(frozen=True, slots=True)
class Fed:
    """A signature that surely gets a result before its own arguments, and where that comes from."""

    signature: Canvas
    source: Source


def fed(canvas: Canvas) -> Iterator[Fed]:
    """Every signature in a canvas that is surely given the result of another one."""
    yield from _walk(canvas, None)


def _walk(canvas: Canvas, source: Source | None) -> Iterator[Fed]:
    if canvas.kind == "one-of":
        for each in canvas.parts:
            yield from _walk(each, source)
    elif canvas.kind == "signature":
        if source is not None and canvas.immutable is False:
            yield Fed(canvas, source)
    elif canvas.kind == "chain":
        yield from _chain(canvas, source)
    elif canvas.kind in {"group", "chord"}:
        for each in canvas.parts:
            yield from _walk(each, source)
    if canvas.kind == "chord" and canvas.body is not None:
        yield from _walk(canvas.body, Source("body", canvas, canvas.span))
    yield from _links(canvas)


def _chain(canvas: Canvas, source: Source | None) -> Iterator[Fed]:
    before = source if canvas.immutable is False and not canvas.open else None
    for part in canvas.parts:
        yield from _walk(part, before)
        if not _vanishes(part):
            seen = visible(part) and not canvas.open
            # A group that something follows is the header of a chord.
            role = "body" if part.kind == "group" else "step"
            before = Source(role, part, canvas.span) if seen else None


def _links(canvas: Canvas) -> Iterator[Fed]:
    """Callbacks get what the canvas returns; those of a group are made immutable
    (celery/canvas.py: group.link)."""
    last = last_of(canvas)
    plain = last is not None and last.kind in {"signature", "chord"}
    for each in canvas.callbacks:
        yield from _walk(each, Source("callback", last, each.span) if plain and last else None)
    for each in canvas.errbacks:
        yield from _walk(each, None)


def last_of(canvas: Canvas) -> Canvas | None:
    """The part of a chain that runs last, the canvas itself where it is no chain; None where that
    is not known."""
    while canvas.kind == "chain":
        if canvas.open or not canvas.parts:
            return None
        canvas = canvas.parts[-1]
    return canvas if visible(canvas) else None


def visible(canvas: Canvas) -> bool:
    """Is it known what the canvas is?"""
    if canvas.kind == "one-of":
        return all(visible(each) for each in canvas.parts)
    return canvas.kind in CANVASES


def _vanishes(canvas: Canvas) -> bool:
    """Is it an empty chain or group, which a chain leaves out?"""
    return canvas.kind in {"chain", "group"} and not canvas.parts and not canvas.open


def name_of(canvas: Canvas) -> str:
    """What a message calls a canvas: its task's function, else its kind."""
    if canvas.kind == "chord" and canvas.body is not None:
        return name_of(canvas.body)
    if canvas.kind == "chain" and canvas.parts:
        return name_of(canvas.parts[-1])
    if canvas.kind == "signature":
        return f"`{canvas.text}`" if canvas.text else "the task"
    return f"the {canvas.kind}" if canvas.kind in CANVASES else "the task"


def binding_of(canvas: Canvas, before: int, project: Project) -> Binding | None:
    """How the arguments of a signature meet the task's parameters when it is sent with so many
    results before them; None where that is not known."""
    dispatch = canvas.dispatch
    if dispatch is None:
        return None
    result = Argument(None, Unknown(reason="a result"), canvas.span, "")
    given = (*[result] * before, *dispatch.arguments)
    return binding.bound(replace(dispatch, how="delay", arguments=given), project)
