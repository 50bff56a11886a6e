"""Soft time limits that a broad handler takes for an error."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.libraries.exceptions import SOFT_LIMIT
from celerylint.project.model import Context, Guard, Project, Task, Worker
from celerylint.project.questions.consuming import tasks_of
from celerylint.project.questions.limits import HARD, SOFT, Limit, limit, runners
from celerylint.project.questions.pools import enforces
from celerylint.project.questions.swallowing import Swallowed, taken
from celerylint.structs import dataclass

# Calls that return at once: a limit hardly ever ends in them.
_QUICK = regex(
    r"(?:^|\.)(?:debug|info|warn(?:ing)?|error|exception|critical|log|print|echo|len|str|int|float"
    r"|bool|list|dict|set|tuple|frozenset|isinstance|getattr|hasattr|type|append|extend|add|items"
    r"|keys|values|format|join|split|strip|lower|upper|encode|decode|loads|dumps|isoformat|strftime"
    r"|fromisoformat|strptime|now|utcnow|today|time|monotonic|pop|sorted|max|min|sum|range|any|all"
    r"|enumerate|zip|replace|startswith|endswith|UUID|Decimal|incr|gauge|counter|timedelta|datetime"
    r"|repr|round|abs|partial|capture_exception)$|^metrics\."
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A soft limit that ends in a handler: looped where the handler goes on with a loop. guard is
    None where the handler is that of the class's `__call__`; killed tells that a hard limit stops
    the task later. missed is the task's own handler for the limit, which never gets it."""

    task: Task
    limit: Limit
    found: Swallowed
    guard: Guard | None
    loop: Span | None
    killed: bool
    missed: Span | None = None


def hidden_limits(project: Project) -> Iterator[Hidden]:
    """Where the soft limits of tasks are swallowed, of tasks that surely have one which the pools
    of their workers raise."""
    found = [(task, list(_swallowers(task))) for task in project.tasks]
    reached = _takers(project) if any(each for _, each in found) else {}
    for task, places in found:
        own = _limit(task, project, reached) if places else None
        if own is None:
            continue
        soft, killed = own
        for swallower, guard in places:
            loop = None if guard is None else guard.tries[0].loop
            missed = _handler_for_it(task) if guard is not None and guard.path else None
            yield Hidden(task, soft, swallower, guard, loop, killed, missed)


def surely_limited(task: Task, project: Project) -> Span | None:
    """Where the soft limit is given that the task has wherever production runs it."""
    if task.option(SOFT) is None and not any(
        each.fact(SOFT) is not None for each in (*project.contexts, *project.running)
    ):
        return None
    own = _limit(task, project, _takers(project))
    return None if own is None else own[0].span


def _handler_for_it(task: Task) -> Span | None:
    handlers = [each for guard in task.guards if not guard.path for each in guard.tries[0].handlers]
    return next((each.span for each in handlers if SOFT_LIMIT in each.catches), None)


def _swallowers(task: Task) -> Iterator[tuple[Swallowed, Guard | None]]:
    outer = taken(task.outside, SOFT_LIMIT)
    if outer is not None and _ends(outer):
        yield outer, None
    looped: set[str] = set()
    for guard in sorted(task.guards, key=lambda each: each.tries[0].loop is None):
        own = guard.tries[0]
        found = taken(guard.tries, SOFT_LIMIT)
        if found is None or not _ends(found) or all(map(_QUICK.search, guard.calls)):
            continue
        if found.handler not in own.handlers and found.span != own.drops:
            continue  # an outer statement, which is a guard of its own
        if own.loop is not None:
            looped.add(guard.function)
            yield found, guard
        elif guard.loops and guard.function not in looped:
            yield found, guard


def _ends(found: Swallowed) -> bool:
    """Does the task surely not fail by the handler?"""
    return found.handler is None or not found.handler.ends & {"raise", "reraise"}


def _takers(project: Project) -> dict[int, list[Worker]]:
    """The workers of production that may take a task, by the identity of the task."""
    found: dict[int, list[Worker]] = {}
    for each in project.running:
        if isinstance(each, Worker) and each.started.role != "development":
            surely, maybe = tasks_of(each, project)
            for task in (*surely, *maybe):
                found.setdefault(id(task), []).append(each)
    return found


def _limit(
    task: Task, project: Project, takers: dict[int, list[Worker]]
) -> tuple[Limit, bool] | None:
    """The soft limit that the task has wherever production runs it, and whether a hard one is there
    too; None where it may have none, or its pool raises none."""
    apps = runners(task, project.apps)
    contexts: list[Context] = [*takers.get(id(task), ())]
    if not contexts:
        near = [each for each in project.contexts if each.app in apps]
        contexts = [each for each in near if each.profile.role in ("production", "unknown")]
        contexts = contexts or [each for each in near if each.profile.role != "test"]
    if not contexts:
        return _without_app(task)
    soft = [limit(task, SOFT, each) for each in contexts if enforces(each, SOFT)]
    if len(soft) < len(contexts) or not all(each.set for each in soft):
        return None
    hard = all(limit(task, HARD, each).set for each in contexts)
    return soft[0], hard


def _without_app(task: Task) -> tuple[Limit, bool] | None:
    """What the task itself says, where no app is known that runs it."""
    soft, hard = task.option(SOFT), task.option(HARD)
    if soft is None or not soft.value.must(lambda each: each not in (None, 0)):
        return None
    return Limit(True, soft.origin, soft.span, soft.value), hard is not None
