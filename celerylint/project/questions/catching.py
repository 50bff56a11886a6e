"""What `autoretry_for` takes for an error although it ends a task on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.libraries.exceptions import REJECT, SOFT_LIMIT, canonical, lineage
from celerylint.project.model import Guard, Project, Task
from celerylint.project.questions.retrying import autoretry, keyword, own_bound
from celerylint.project.questions.soft_limits import surely_limited
from celerylint.project.questions.swallowing import swallowed, taken
from celerylint.project.values import Literal, Name, Sequence, Value
from celerylint.structs import dataclass


@dataclass(frozen=True, slots=True)
class Caught:
    """What `autoretry_for` retries that ends a task on purpose: names are those of Celery's
    exceptions, text the class that takes them, bound the number of retries (None: any)."""

    span: Span
    text: str
    names: tuple[str, ...]
    bound: int | None
    proof: tuple[tuple[Span, str], ...]


def caught(task: Task, project: Project) -> Caught | None:
    """The exceptions of Celery's that the task surely meets and `autoretry_for` retries, though
    it does not name them (celery/app/autoretry.py excludes only Ignore and Retry)."""
    auto = autoretry(task)
    named = () if auto is None else _named(auto.value)
    broad = next((name for name in named if name in lineage(REJECT)[1:]), None)
    bound, known = own_bound(task)
    by_keyword = keyword(task, "max_retries")
    if isinstance(by_keyword, Literal) and isinstance(by_keyword.value, int):
        bound, known = by_keyword.value, True
    if auto is None or broad is None or not known or bound == 0:
        return None
    excluded = task.option("dont_autoretry_for")
    out = () if excluded is None else _named(excluded.value)
    if excluded is not None and "" in out:
        return None
    found = dict(_met(task, project, broad))
    names = tuple(
        name for name in found if name not in named and not set(lineage(name)).intersection(out)
    )
    if not names:
        return None
    short = tuple(name.rpartition(".")[2] for name in names)
    text = broad.rpartition(".")[2]
    return Caught(auto.span, text, short, bound, tuple(found[name] for name in names))


def _met(task: Task, project: Project, broad: str) -> Iterator[tuple[str, tuple[Span, str]]]:
    soft = None if broad not in lineage(SOFT_LIMIT) else surely_limited(task, project)
    handled = any(_takes_limit(each) for each in task.guards)
    if soft is not None and not handled:
        yield SOFT_LIMIT, (soft, "the soft time limit")
    for call in task.control:
        if call.how == "reject" and call.used == "raise" and not swallowed(call):
            yield REJECT, (call.span, "rejects its message")
            return


def _takes_limit(guard: Guard) -> bool:
    named = any(SOFT_LIMIT in h.catches for each in guard.tries for h in each.handlers)
    return named or taken(guard.tries, SOFT_LIMIT) is not None


def _named(value: Value) -> tuple[str, ...]:
    """The classes in an option, "" for one that is not known."""
    if not isinstance(value, Sequence):
        return ("",)
    names = [
        canonical(each.dotted) if isinstance(each, Name) else _other(each) for each in value.items
    ]
    return tuple([*names, ""] if value.open else names)


def _other(value: Value) -> str:
    return str(getattr(value, "dotted", ""))
