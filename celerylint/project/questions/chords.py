"""Chords, however they are written, and whether the result backend can tell when one is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from celerylint import oracle
from celerylint.findings import Span
from celerylint.project.model import Canvas, Context, Project, Task
from celerylint.project.questions.feeding import visible
from celerylint.project.questions.members import members
from celerylint.project.questions.results import ResultBackend, keeps_result, result_backend
from celerylint.structs import dataclass

_TESTS = ("test", "development")


@dataclass(frozen=True, slots=True)
class Chord:
    """A header that Celery waits for, and what runs after it (None: not known). `place` is where it
    is put together; by_group tells that a group followed by a step makes it."""

    header: tuple[Canvas, ...]
    body: Canvas | None
    place: Span
    by_group: bool = False


@dataclass(frozen=True, slots=True)
class ChordBackend:
    """How the contexts that may send a chord treat it: kind is counted, polled or refused. backend
    is None where no file sets one."""

    kind: str
    backend: ResultBackend | None
    contexts: tuple[Context, ...]


def chords(canvas: Canvas) -> Iterator[Chord]:
    """Every chord in a canvas."""
    for each in (canvas, *(member.part for member in members(canvas))):
        if each.kind == "chord" and each.body is not None:
            yield Chord(each.parts, each.body, each.span)
        elif each.kind == "chain" and not each.open:
            steps = list(_steps(each))
            for group, following in pairwise(steps):
                # A group of one is no group to a chain.
                if group.kind == "group" and (group.open or len(group.parts) > 1):
                    yield Chord(group.parts, following, each.span, by_group=True)


def _steps(chain: Canvas) -> Iterator[Canvas]:
    for part in chain.parts:
        if part.kind == "chain" and not part.open:
            yield from _steps(part)
        else:
            yield part


def awaited(chord: Chord) -> Iterator[Canvas]:
    """The signatures whose results the chord waits for."""
    for each in chord.header:
        yield from _last(each)


def _last(canvas: Canvas) -> Iterator[Canvas]:
    if canvas.kind == "signature":
        yield canvas
    elif canvas.kind in {"group", "one-of"}:
        for each in canvas.parts:
            yield from _last(each)
    elif canvas.kind == "chord" and canvas.body is not None:
        yield from _last(canvas.body)
    elif canvas.kind == "chain" and canvas.parts and not canvas.open:
        yield from _last(canvas.parts[-1])


def chord_backend(chord: Chord, project: Project) -> ChordBackend | None:
    """What the backend of every context that may send the chord does; None where they differ or
    are not known."""
    tasks = [each.task for each in awaited(chord)]
    tasks += [] if chord.body is None else [each.task for each in _last(chord.body)]
    contexts = sending_contexts([each for each in tasks if each is not None], project)
    found = [_kind(each, project) for each in contexts]
    kinds = {each[0] for each in found if each is not None}
    if None in found or len(kinds) != 1:
        return None
    backend = next((each[1] for each in found if each is not None), None)
    return ChordBackend(kinds.pop(), backend, contexts)


def sending_contexts(tasks: Sequence[Task], project: Project) -> tuple[Context, ...]:
    """The contexts of the tasks' apps: those of production, if any such profile is known."""
    apps = {task.app for task in tasks}
    own = [each for each in project.contexts if None in apps or each.app.id in apps]
    live = [each for each in own if each.profile.role == "production"]
    return tuple(live or [each for each in own if each.profile.role not in _TESTS])


def _kind(context: Context, project: Project) -> tuple[str, ResultBackend | None] | None:
    backend = result_backend(context)
    if backend is None and not _surely_none(context, project):
        return None
    family = "disabled" if backend is None else backend.family
    module = "base" if family == "disabled" else family
    releases = oracle.representatives(context.app.celery.allowed)
    kinds = {oracle.chords(release).get(module) for release in releases}
    kind = kinds.pop() if len(kinds) == 1 else None
    return None if kind is None else (kind, backend)


def _surely_none(context: Context, project: Project) -> bool:
    """Does nothing that was read name a backend, and could nothing else?"""
    if context.setting("result_backend") is not None or context.profile.open:
        return False
    return not any(
        each.open
        or each.option("result_backend") is not None
        or each.environment.get("CELERY_RESULT_BACKEND") is not None
        for each in project.processes
    )


def ignores_result(signature: Canvas, contexts: tuple[Context, ...]) -> bool:
    """Does the signature's task surely keep no result in any of the contexts?"""
    task = signature.task
    given = signature.options.get("ignore_result")
    if task is None or not visible(signature) or not contexts:
        return False
    if given is not None:
        return given.must(bool)
    return all(keeps_result(task, each) is False for each in contexts)
