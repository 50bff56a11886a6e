"""How Celery calls an error callback: in the worker, with (request, exc, traceback), or as a task,
with the id of the task that failed.

Source: celery/backends/base.py, `Backend._call_task_errbacks`.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.patterns import regex
from celerylint.project.model import Argument, Canvas, Parameter, Project, Task
from celerylint.project.questions.binding import Binding, exact
from celerylint.project.questions.feeding import binding_of
from celerylint.project.questions.members import members
from celerylint.structs import dataclass

INLINE, AS_TASK = "inline", "task"
_GIVEN = {INLINE: 3, AS_TASK: 1}
# Names of parameters that mean to get what Celery sends.
_MEANS_ID = regex(r"id$|uid$|^_|task|request|req$|fail|parent|context|ctx|error|exc|args?$")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An error callback that cannot work: how Celery calls it (inline or task), and either the
    binding that raises TypeError, or the parameter that gets what Celery sends although the
    argument `meant` was for it. owner is the canvas whose error it is for.
    """

    errback: Canvas
    owner: Canvas
    how: str
    binding: Binding | None = None
    shifted: Parameter | None = None
    meant: Argument | None = None


def mismatches(canvas: Canvas, project: Project) -> Iterator[Mismatch]:
    """The error callbacks in a canvas that cannot receive what Celery sends on every version that
    the project may run."""
    for each in members(canvas):
        owner, errback, task = each.owner, each.part, each.part.task
        if each.role != "errback":
            continue
        if errback.kind == "signature" and task is not None and errback.immutable is False:
            found = [
                _mismatch(owner, errback, task, how, project) for how in _ways(errback, project)
            ]
            if found and found[0] is not None and all(found):
                yield found[0]


def _ways(errback: Canvas, project: Project) -> tuple[str, ...]:
    """How it is called by the versions that the project may run; nothing where it is not known."""
    task, dispatch = errback.task, errback.dispatch
    if task is None or dispatch is None or not exact(task):
        return ()
    if dispatch.open or not all(each.sure for each in dispatch.arguments):
        return ()
    if task.bound or task.self_parameter is not None:  # a partial, or a class without a header
        return (AS_TASK,)
    replaced = {each.replaces for each in task.inner}
    if None in replaced:
        return ()
    ways = []
    if not project.celery.all_at_least(5, 7):
        ways.append(_way(task, (), bool(replaced & {True})))
    if not project.celery.all_below(5, 7):
        ways.append(_way(task, dispatch.arguments, bool(replaced & {True})))
    return tuple(dict.fromkeys(ways))


def _way(task: Task, stored: tuple[Argument, ...], wrapped: bool) -> str:
    """Inline where the header takes more than one argument beside the stored ones."""
    places = [each for each in task.parameters if each.kind in {"positional-only", "positional"}]
    rest = wrapped or any(each.kind == "var-positional" for each in task.parameters)
    names = {each.name for each in stored}
    places = places[sum(each.name is None for each in stored) :]
    for i, each in enumerate(places):
        if each.name in names:  # functools.partial makes it and what follows keyword-only
            places, rest = places[:i], False
            break
    return INLINE if rest or len(places) > 1 else AS_TASK


def _mismatch(
    owner: Canvas, errback: Canvas, task: Task, how: str, project: Project
) -> Mismatch | None:
    alone = binding_of(errback, 0, project)
    binding = binding_of(errback, _GIVEN[how], project)
    if alone is None or binding is None or alone.surplus or alone.unexpected:
        return None
    if not binding.fits:
        return Mismatch(errback, owner, how, binding=binding)
    stored = errback.dispatch.arguments if errback.dispatch is not None else ()
    given = [each for each in stored if each.name is None]
    first = task.parameters[0] if task.parameters else None
    if not given or first is None or first.kind == "var-positional":
        return None
    same = given[0].text.rpartition(".")[2] == first.name
    if same or (how == AS_TASK and not _MEANS_ID.search(first.name)):
        return Mismatch(errback, owner, how, shifted=first, meant=given[0])
    return None
