"""Binds the arguments of a call to the parameters of the task, as Python does when it runs."""

from __future__ import annotations

from collections.abc import Mapping

from celerylint import oracle
from celerylint.project.model import Argument, Dispatch, Parameter, Project, Task
from celerylint.structs import dataclass

# Calls whose arguments are all that the task gets: what the previous step of a chain returns is put
# before those of `s()` and `signature()`.
_COMPLETE = frozenset(
    {
        "delay",
        "apply_async",
        "delay_on_commit",
        "apply_async_on_commit",
        "send_task",
        "apply",
        "si",
    }
)
_PARTIAL = frozenset({"s", "signature", "subtask"})
# Methods that may change what the function gets, where a class of the project has its own.
_DECIDE = frozenset({"__call__", "apply", "delay", "s", "si", "signature", "subtask"}) | _COMPLETE
_BY_POSITION = ("positional-only", "positional")


@dataclass(frozen=True, slots=True)
class Binding:
    """How a call's arguments meet the parameters.

    arguments holds the argument of each parameter of which it is known. The rest are mismatches,
    each of which is sure to raise TypeError: missing parameters, surplus positional arguments,
    unexpected keywords, and keywords of parameters that are also given by position (twice).
    """

    arguments: Mapping[str, Argument]
    missing: tuple[Parameter, ...] = ()
    surplus: tuple[Argument, ...] = ()
    unexpected: tuple[Argument, ...] = ()
    twice: tuple[Argument, ...] = ()
    rest: tuple[Argument, ...] = ()  # the keywords that `**kwargs` takes

    @property
    def fits(self) -> bool:
        """Is nothing known to be wrong?"""
        return not (self.missing or self.surplus or self.unexpected or self.twice)


def exact(task: Task) -> bool:
    """Does the function surely get what a call gives? Not behind a decorator or a method of a base
    class that may change it."""
    return (
        not task.open
        and task.bound is not None
        and all(each.transparent for each in task.inner)
        and not any(each.replaces is not False for each in task.outer)
        and _DECIDE.isdisjoint({*task.overrides} - {*task.hands_on})
    )


def bound(dispatch: Dispatch, project: Project) -> Binding | None:
    """How the arguments of a call that names its task meet the task's parameters; None where the
    function may get others, or the task is not known.
    """
    task = dispatch.task
    if task is None or dispatch.canvas is not None or not exact(task):
        return None
    if dispatch.how not in _COMPLETE | _PARTIAL:
        return None
    binding = _bind(dispatch, task.parameters)
    if not binding.fits and dispatch.sent_name is not None:
        namesakes = [each for each in project.tasks if each.name == dispatch.sent_name]
        if len(namesakes) > 1:
            return None
    return binding


def complete(dispatch: Dispatch) -> bool:
    """Does the task surely get these arguments and no others?"""
    if dispatch.open or not all(each.sure for each in dispatch.arguments):
        return False
    if dispatch.how in _PARTIAL:
        immutable = dispatch.options.get("immutable")
        return immutable is not None and immutable.must(bool)
    return dispatch.how in _COMPLETE


def _bind(dispatch: Dispatch, parameters: tuple[Parameter, ...]) -> Binding:
    whole = complete(dispatch)
    named = {each.name: each for each in dispatch.arguments if each.name is not None}
    given = [each for each in dispatch.arguments if each.name is None]
    sure = [each for each in given if each.sure]
    kinds = {each.kind for each in parameters}
    places = [each for each in parameters if each.kind in _BY_POSITION]
    taken = {each.name for each in places[: len(sure)]}
    found: dict[str, Argument] = {}
    if len(sure) == len(given) and (whole or dispatch.how not in _PARTIAL):
        found |= {each.name: value for each, value in zip(places, given, strict=False)}
    keywords = {each.name for each in parameters if each.kind in {"positional", "keyword-only"}}
    found |= {name: each for name, each in named.items() if name in keywords}
    unexpected = [each for name, each in named.items() if each.sure and name not in keywords]
    return Binding(
        found,
        tuple(each for each in parameters if whole and each.required and each.name not in found),
        () if "var-positional" in kinds else tuple(sure[len(places) :]),
        () if "var-keyword" in kinds else tuple(unexpected),
        tuple(each for name, each in named.items() if each.sure and name in taken & keywords),
        tuple(unexpected) if "var-keyword" in kinds else (),
    )


def execution_options() -> frozenset[str]:
    """The options of a message that Celery documents."""
    return oracle.task_options(oracle.released()[-1]).documented


def fate(dispatch: Dispatch) -> str:
    """What becomes of a call whose arguments do not fit."""
    checked = dispatch.task.checked if dispatch.task is not None else None
    if dispatch.how == "apply":
        return "it fails with TypeError, which `apply()` keeps in its result"
    if dispatch.how == "send_task" or checked is False:
        return "the call is accepted, and the task fails with TypeError on the worker"
    if checked is None:
        return "it fails with TypeError"
    if dispatch.how in _PARTIAL or dispatch.how == "si":
        return "sending it raises TypeError"
    if dispatch.how.endswith("_on_commit"):
        return "TypeError is raised after the commit, and nothing is sent"
    return "the call raises TypeError, and nothing is sent"


def signature_of(task: Task) -> str:
    """The task's function with its parameters, as a caller sees them."""
    parts: list[str] = []
    for each in task.parameters:
        if each.kind == "keyword-only" and not any(part.startswith("*") for part in parts):
            parts.append("*")
        mark = {"var-positional": "*", "var-keyword": "**"}.get(each.kind, "")
        parts.append(f"{mark}{each.name}{'' if mark or each.required else '=…'}")
    return f"{task.function}({', '.join(parts)})"
