"""CEL444: a chord whose callback can never run, as nothing can tell that its header is done."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Canvas,
    Chord,
    ChordBackend,
    Finding,
    Project,
    Related,
    Severity,
    awaited,
    chord_backend,
    chords,
    ignores_result,
    name_of,
    rule,
    unless,
)


@rule(on=Canvas, severity=Severity.ERROR, since="0.1")
def chord_needs_results(canvas: Canvas, project: Project) -> Iterator[Finding]:
    for chord in chords(canvas):
        found = chord_backend(chord, project)
        if found is not None and found.kind == "refused":
            yield _refused(chord, found)
        elif found is not None and found.kind == "polled":
            yield from _polled(chord, found)


def _refused(chord: Chord, found: ChordBackend) -> Finding:
    backend = found.backend
    without = backend is None or backend.family == "disabled"
    what = "without a result backend" if without else f"with the `{backend.written}` backend"  # type: ignore[union-attr]
    made = "a group that a step follows is a chord, and " if chord.by_group else ""
    return Finding(
        chord.place,
        f"{made}no chord can be sent {what}: NotImplementedError{_hedge(found)}",
        help="choose a result backend that can do chords, such as Redis",
        related=_backend(found),
        severity=Severity.WARNING if backend is None or backend.guesses else None,
    )


def _polled(chord: Chord, found: ChordBackend) -> Iterator[Finding]:
    for each in awaited(chord):
        if each.task is None or not ignores_result(each, found.contexts):
            continue
        name, backend = each.task.function, found.backend
        after = name_of(chord.body) if chord.body is not None else "what follows"
        yield Finding(
            each.span,
            f"{after} never runs, and `celery.chord_unlock` is retried for ever: `{name}` keeps no "
            f"result, and with the {backend.family if backend else ''} backend the chord waits for "
            f"one{_hedge(found)}",
            help=f"give `{name}` `ignore_result=False`",
            related=(
                Related(chord.place, "the chord"),
                *_ignored(each, found),
                *_backend(found),
            ),
            severity=Severity.WARNING if backend is not None and backend.guesses else None,
        )


def _hedge(found: ChordBackend) -> str:
    return unless(*found.backend.guesses) if found.backend is not None else ""


def _backend(found: ChordBackend) -> tuple[Related, ...]:
    backend = found.backend
    return () if backend is None else (Related(backend.span, "the result backend"),)


def _ignored(signature: Canvas, found: ChordBackend) -> Iterator[Related]:
    """Where it is said that the task's result is ignored."""
    option = signature.task.option("ignore_result") if signature.task is not None else None
    setting = found.contexts[0].setting("task_ignore_result")
    if option is not None:
        yield Related(option.span, "its result is ignored")
    elif setting is not None and "ignore_result" not in signature.options:
        yield Related(setting.span, f"`{setting.written}` ignores the results of all tasks")
