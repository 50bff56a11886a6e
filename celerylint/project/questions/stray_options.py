"""Options of a call that Celery does not know, and what they were meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint import oracle
from celerylint.findings import Span
from celerylint.oracle import TaskTable
from celerylint.project.model import Dispatch, Project
from celerylint.project.questions.binding import exact
from celerylint.project.values import Literal, Mapping, Sequence, Value, text_prefix
from celerylint.structs import dataclass

_CALLS = frozenset({"apply_async", "apply_async_on_commit", "send_task", "signature", "subtask"})
_SIGNATURES = frozenset({"signature", "subtask"})
# How much alike two names are of which one is a slip of the other.
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Stray:
    """An option that no release of Celery that runs the project knows.

    kind: parameter (of the task, so that it was meant as its argument), attribute (of a task, which
    a message cannot set), slip (for the option `meant`) or unknown. meant is the name without the
    slip.
    """

    name: str
    span: Span
    kind: str
    meant: str = ""


def strays(dispatch: Dispatch, project: Project) -> Iterator[Stray]:
    """The options of a call that do nothing, or something else than what they are given for."""
    if not takes_options(dispatch):
        return
    tables = [oracle.task_options(each) for each in project.celery.allowed[-1:]]
    tables += [oracle.task_options(each) for each in project.celery.allowed[:1]]
    for name, span in dispatch.option_spans.items():
        kind, meant = _kind(dispatch, project, name, tables)
        if kind:
            yield Stray(name, span, kind, meant)


def takes_options(dispatch: Dispatch) -> bool:
    """Does the call give options to Celery itself? Not to an `apply_async` of a base class, nor to
    what may be no task at all."""
    task = dispatch.task
    if task is not None and "apply_async" in {*task.overrides} - {*task.hands_on}:
        return False
    known = task is not None or dispatch.sent_name is not None
    return known and dispatch.how in _CALLS and dispatch.canvas in (None, "signature")


def _kind(
    dispatch: Dispatch, project: Project, name: str, tables: list[TaskTable]
) -> tuple[str, str]:
    """The kind of a stray option and what it was meant to be; nothing for what Celery knows."""
    import difflib

    parameter = _is_parameter(dispatch, name)
    if any(name in table.send for table in tables):
        by_chance = any(name in table.message for table in tables)
        return ("parameter", "") if parameter and by_chance else ("", "")
    if any(name in table.properties for table in tables) or _is_stamp(dispatch, name):
        return "", ""
    if dispatch.how in _SIGNATURES and name in oracle.call_order("signature"):
        return "", ""
    if parameter:
        return "parameter", ""
    own = {each for table in tables for each in (*table.attributes, *table.decorator, *table.retry)}
    if name in own:
        return "attribute", name
    close = difflib.get_close_matches(name, sorted(tables[0].send | own), 1, _ALIKE)
    if close:
        return "slip" if close[0] in tables[0].send else "attribute", close[0]
    hidden = project.option_readers or (dispatch.task is not None and dispatch.task.open)
    return ("", "") if hidden or _read_by_settings(project) else ("unknown", "")


def _is_parameter(dispatch: Dispatch, name: str) -> bool:
    """Is it a parameter of the task that the call does not give otherwise?"""
    task = dispatch.task
    if task is None or not exact(task) or any(each.name == name for each in dispatch.arguments):
        return False
    named = [each for each in task.parameters if each.kind in {"positional", "keyword-only"}]
    given = sum(each.name is None for each in dispatch.arguments)
    return name in {each.name for i, each in enumerate(named) if i >= given}


def _is_stamp(dispatch: Dispatch, name: str) -> bool:
    """Does `stamped_headers` name it, or may it?"""
    stamps = dispatch.options.get("stamped_headers")
    return stamps is not None and stamps.may(lambda each: name in each)


def _read_by_settings(project: Project) -> bool:
    """May a router or a transport of the project's own read the option?"""
    for context in project.contexts:
        routes = context.setting("task_routes")
        if routes is not None and not all(map(_is_plain, routes.value.alternatives())):
            return True
        transport = context.setting("broker_transport")
        url = context.setting("broker_url")
        for setting in (transport, url):
            texts = [] if setting is None else map(text_prefix, setting.value.alternatives())
            if any(text is not None and "." in text.partition("://")[0] for text in texts):
                return True
    return False


def _is_plain(routes: Value) -> bool:
    """Are these routes data, of which no function is asked?"""
    if isinstance(routes, Sequence):
        return not routes.open and all(map(_is_plain, routes.items))
    return isinstance(routes, Mapping) or (isinstance(routes, Literal) and routes.value is None)
