"""The decorators around a task: which stand below `@task` and above it, and what each of them does
with the function that it is given.
"""

from __future__ import annotations

from celerylint.facts.syntax import Node, unparse
from celerylint.project import model
from celerylint.project.interpreter import classes, functions
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.celery_objects import AppMethod
from celerylint.project.libraries.records import TaskRecord
from celerylint.project.linking import wrapping
from celerylint.project.linking.wrapping import PASSES_ON, SAME, Effect
from celerylint.project.objects import (
    ClassObject,
    FunctionObject,
    Instance,
    Partial,
    Scope,
)
from celerylint.project.values import Call, Name, Site, Value

# Decorators from outside the project that return another function, which passes on whatever it is
# called with.
_PASS_ON = frozenset(
    {
        "backoff.on_exception",
        "backoff.on_predicate",
        "deprecated.deprecated",
        "django.db.transaction.atomic",
        "django.test.override_settings",
        "django.test.utils.override_settings",
        "django.utils.translation.override",
        "functools.cache",
        "functools.lru_cache",
        "tenacity.retry",
        "typing_extensions.deprecated",
        "warnings.deprecated",
    }
)
_PASS_ON_ROOTS = frozenset({"ddtrace", "newrelic", "sentry_sdk"})
# Those that return what they are given.
_RETURN = frozenset(
    {
        "atexit.register",
        "builtins.staticmethod",
        "django.db.transaction.non_atomic_requests",
        "django.dispatch.receiver",
        "typing.no_type_check",
        "typing.overload",
    }
)


def of_task(
    machine: Machine, record: TaskRecord
) -> tuple[tuple[model.Decorator, ...], tuple[model.Decorator, ...]]:
    """The task's decorators below `@task` and those above it, each as they stand in the file.

    A function of the project that makes the task of a wrapper of its own stands below it, too.
    """
    function = record.function
    if function is None or function.node[0] != "def":
        return (), ()
    nodes: tuple[Node, ...] = function.node[6]
    first = _first_inner(nodes, record, function)
    values = list(reversed(function.wrappers))
    inner = [
        _decorator(machine, node, function.scope, values[i] if i < len(values) else None)
        for i, node in enumerate(nodes[first:])
    ]
    hidden = _hidden(record, function, nodes[first - 1] if 0 < first <= len(nodes) else None)
    outer = [
        _decorator(machine, node, function.scope, machine.evaluate(node, function.scope))
        for node in nodes[: max(first - 1, 0)]
    ]
    return (*hidden, *inner), tuple(outer)


def _first_inner(nodes: tuple[Node, ...], record: TaskRecord, function: FunctionObject) -> int:
    """The index of the first decorator below the one that makes the task."""
    place = record.place
    if place.file is function.scope.module:
        for i, node in enumerate(nodes):
            if node[1] <= place.start and place.end <= node[2]:
                return i + 1
    return len(nodes) - len(function.wrappers)


def _decorator(machine: Machine, node: Node, scope: Scope, value: Value | None) -> model.Decorator:
    manager = _manager(machine, node, scope)
    effect = PASSES_ON if manager is not None else effect_of(machine, machine.need(value))
    site = Site(scope.module, node[1], node[2])
    return _made(name_of(manager or value), unparse(node), site, effect)


def _made(name: str | None, text: str, site: Site, effect: Effect) -> model.Decorator:
    found = (effect.transparent, effect.replaces, effect.result, effect.wants_task)
    return model.Decorator(name, text, site.span, *found)


def _hidden(
    record: TaskRecord, function: FunctionObject, node: Node | None
) -> tuple[model.Decorator, ...]:
    """The wrapper that a decorator of the project makes before it makes a task of that."""
    given = record.given
    if given is None or given.key == function.key:
        return ()
    effect = wrapping.of_wrapper(given, wrapping.names_of(given, function))
    site = record.place if node is None else Site(function.scope.module, node[1], node[2])
    return (_made(name_of(given), unparse(node) if node is not None else given.name, site, effect),)


def _manager(machine: Machine, node: Node, scope: Scope) -> FunctionObject | None:
    """The generator that a context manager is made of, which can be used as a decorator."""
    if node[0] != "call":
        return None
    made = machine.need(machine.evaluate(node[3], scope))
    if isinstance(made, FunctionObject) and functions.has_wrapper(made, functions.MANAGERS):
        return made
    return None


def effect_of(machine: Machine, value: Value | None) -> Effect:
    """What a decorator does with its function, by what the decorator is."""
    if isinstance(value, Name | Call):
        return _external(value.dotted)
    if isinstance(value, FunctionObject):
        return wrapping.of_decorator(value, 1 if value.owner is not None else 0)
    if isinstance(value, Partial) and isinstance(value.function, FunctionObject):
        return wrapping.of_decorator(value.function, len(value.args))
    if isinstance(value, Instance) and isinstance(value.cls, ClassObject):
        found = classes.find(machine, value.cls, "__call__")
        if isinstance(found, FunctionObject):
            return wrapping.of_decorator(found, 1)
        if found is None and classes.descends(
            machine, value.cls, frozenset({"contextlib.ContextDecorator"})
        ):
            return PASSES_ON
    function = getattr(value, "function", None)
    if isinstance(function, FunctionObject):  # a method that is bound to its receiver
        return wrapping.of_decorator(function, 1)
    return SAME if (name_of(value) or "").endswith(".connect") else Effect()


def _external(dotted: str) -> Effect:
    if dotted in _PASS_ON or dotted.partition(".")[0] in _PASS_ON_ROOTS:
        return PASSES_ON
    if dotted in _RETURN or dotted.endswith(".connect"):
        return SAME
    return Effect()


def name_of(value: Value | None) -> str | None:
    """The dotted name under which a decorator is known: of what lies outside the project its own,
    else that of the function or class of the project that it is or comes from."""
    if isinstance(value, Name | Call):
        return value.dotted
    if isinstance(value, FunctionObject):
        scope = value.scope
        while scope.kind == "function" and isinstance(scope.owner, FunctionObject):
            value, scope = scope.owner, scope.owner.scope
        return f"{scope.module.name}.{value.name}"
    if isinstance(value, Instance):
        return name_of(value.cls)
    if isinstance(value, ClassObject):
        return value.dotted
    if isinstance(value, Partial):
        return name_of(value.function)
    return f"celery.Celery.{value.name}" if isinstance(value, AppMethod) else None
