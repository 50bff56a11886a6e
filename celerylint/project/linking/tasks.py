"""Makes tasks of the model: names as Celery computes them, options as they come to count."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from celerylint.findings import Span
from celerylint.project import model
from celerylint.project.combine import one_of, text_of
from celerylint.project.interpreter import classes, functions
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.records import AppRecord, RetryRecord, TaskRecord, World
from celerylint.project.linking import (
    checking,
    decorators,
    handing_on,
    parameters,
    retry_calls,
    sources,
    task_traits,
)
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    FunctionObject,
    Instance,
    Unread,
    Unset,
)
from celerylint.project.questions import retrying
from celerylint.project.values import Literal, Name, OneOf, Unknown, Value

# Options of the decorator that are about the decorating, or are no attribute of the task.
_NOT_OPTIONS = frozenset({"base", "name", "lazy", "shared", "filter", "bind", "_force_evaluate"})
# Options of which None means what the setting says (celery/app/task.py: Task.from_config).
FROM_SETTINGS = frozenset(
    [
        "acks_late",
        "acks_on_failure",
        "acks_on_failure_or_timeout",
        "acks_on_timeout",
        "ignore_result",
        "priority",
        "rate_limit",
        "reject_on_worker_lost",
        "retry_on_worker_lost",
        "serializer",
        "soft_time_limit",
        "store_eager_result",
        "store_errors_even_if_ignored",
        "time_limit",
        "track_started",
    ]
)
# Packages outside the project whose classes set none of a task's options; a base class of any other
# may.
_SETS_NO_OPTION = sys.stdlib_module_names | {
    "builtins",
    "celery",
    "celery_once",
    "celery_singleton",
}
# What a class says about itself that is no option of a task.
_CLASS_NOISE = frozenset({"abstract", "name", "run", "app"})


def name_of(machine: Machine, world: World, record: TaskRecord) -> str | None:
    """The name under which Celery registers the task; None where it is not known."""
    given = record.option("name")
    if given is None and record.cls is not None:
        given = classes.find(machine, record.cls, "name")
    if given is None and record.cls is None:
        base = base_of(machine, world, record)
        named = None if base is None else classes.find(machine, base, "name")
        given = named if isinstance(named, Literal) and named.value else None
    if given is not None and not (isinstance(given, Literal) and given.value is None):
        machine.need(given)
        return _as_text(given)
    owner = record.cls or record.function
    return None if owner is None else _automatic(machine, world, record, owner)


def _automatic(
    machine: Machine, world: World, record: TaskRecord, owner: ClassObject | FunctionObject
) -> str | None:
    """The name that every app which runs the task makes of module and function."""
    owner = record.shown or owner
    module = owner.scope.module
    names: set[str | None] = set()
    for app in _apps_of(world, record):
        namer = None if app.cls is None else classes.find(machine, app.cls, "gen_task_name")
        if isinstance(namer, FunctionObject):
            here = Here(namer.node, namer.scope)
            given = Arguments((Unknown(), Literal(value=owner.name), Literal(value=module.name)))
            names.add(text_of(functions.call(machine, namer, given, here)))
        elif namer is not None:
            names.add(None)
        else:
            names.add(f"{module.name}.{owner.name}")
    return names.pop() if len(names) == 1 else None if names else f"{module.name}.{owner.name}"


def _apps_of(world: World, record: TaskRecord) -> list[AppRecord]:
    """The apps that make the task: its own, or for a shared one all."""
    if record.app is not None:
        return [record.app]
    return [each for each in world.apps.values() if not each.module.test]


def _as_text(value: Value) -> str | None:
    """A string, or a member of a string enum."""
    if isinstance(value, Instance) and "value" in value.fields:
        return text_of(value.fields["value"])
    if value.environment():
        first = next(iter(value.alternatives()), None)
        return text_of(first)
    return text_of(value)


def base_of(machine: Machine, world: World, record: TaskRecord) -> Value | None:
    """The task's base class: `base=`, else the `Task` or `task_cls` of the apps that run it."""
    base = record.option("base")
    if base is None or (isinstance(base, Literal) and base.value is None):
        found = [_task_class(machine, each) for each in _apps_of(world, record)]
        base = one_of([each or Name(dotted="celery.Task") for each in found]) if found else None
    machine.need(base)
    if isinstance(base, ClassObject | Name | Unread | Unknown | OneOf):
        return base
    return None if base is None else Unknown(reason="a base class that is not known")


def _task_class(machine: Machine, app: AppRecord) -> Value | None:
    base = app.base
    if (base is None or (isinstance(base, Literal) and base.value is None)) and app.cls is not None:
        base = classes.find(machine, app.cls, "task_cls")
    if isinstance(base, Literal) and isinstance(base.value, str):
        module, _, attribute = base.value.replace(":", ".").rpartition(".")
        base = machine.imported(module, attribute, app.module)
    return None if isinstance(base, Literal) else base


def options_of(
    machine: Machine, world: World, record: TaskRecord
) -> tuple[dict[str, model.Option], bool]:
    """The task's own options by name, and whether it may have more than these."""
    options: dict[str, model.Option] = {}
    for name, value in record.options:
        machine.need(value)
        value = sources.of_django(world, value)
        if name not in _NOT_OPTIONS:
            span = value.span or record.place.span
            options[name] = model.Option(name, value, _near(record, span), "decorator")
    inherited, hidden = _inherited(machine, world, record)
    for name, (value, span) in inherited.items():
        if name not in options:
            options[name] = model.Option(name, value, span, "base")
    for name in [name for name in options if name in FROM_SETTINGS]:
        if isinstance(value := options[name].value, Literal) and value.value is None:
            del options[name]
    return options, record.open or hidden


def _near(record: TaskRecord, span: Span) -> Span:
    """An option that comes from another file is still given at the decorator."""
    return span if span.path == record.place.span.path else record.place.span


def _inherited(
    machine: Machine, world: World, record: TaskRecord
) -> tuple[dict[str, tuple[Value, Span]], bool]:
    start: Value | None = record.cls if record.cls is not None else base_of(machine, world, record)
    if start is None:
        return {}, False
    if not isinstance(start, OneOf):
        return _of_base(machine, record, start)
    every = [_of_base(machine, record, each) for each in start.options]
    merged: dict[str, tuple[Value, Span]] = {}
    for name in dict.fromkeys(name for found, _ in every for name in found):
        given = [found.get(name) for found, _ in every]
        values = [Unset(reason="not with every base class") if g is None else g[0] for g in given]
        merged[name] = (one_of(values), next(each[1] for each in given if each is not None))
    return merged, any(hidden for _, hidden in every)


def _of_base(
    machine: Machine, record: TaskRecord, start: Value
) -> tuple[dict[str, tuple[Value, Span]], bool]:
    found: dict[str, tuple[Value, Span]] = {}
    hidden = False
    for each in classes.ancestry(machine, start):
        if isinstance(each, ClassObject):
            for name, value in _attributes(machine, each):
                place = (value.site or each.site or record.site).span
                if name not in found and not hidden:
                    found[name] = (value, place)
        elif not (isinstance(each, Name) and each.dotted.split(".")[0] in _SETS_NO_OPTION):
            hidden = True
    return found, hidden


def _attributes(machine: Machine, cls: ClassObject) -> Iterator[tuple[str, Value]]:
    for name, value in cls.env.items():
        value = machine.settle(value)
        if (
            name.startswith("_")
            or name in _CLASS_NOISE
            or isinstance(value, FunctionObject | ClassObject)
        ):
            continue
        machine.need(value)
        yield name, value


def parameters_of(
    machine: Machine, record: TaskRecord
) -> tuple[model.Parameter | None, tuple[model.Parameter, ...]]:
    """The parameter that holds the task itself, and those that callers see."""
    function = record.function
    if function is None:
        return None, ()
    params = [parameters.make(machine, function, each) for each in function.params]
    taken = record.cls is not None or is_bound(record)
    if taken and params and params[0].kind in {"positional-only", "positional"}:
        return params[0], tuple(params[1:])
    return None, tuple(params)


def is_bound(record: TaskRecord) -> bool | None:
    """Does the task get itself as first argument? None where that is not known."""
    bind = record.option("bind")
    if bind is None:
        return None if record.open else False
    return True if bind.must(bool) else None if bind.may(bool) else False


def make(
    machine: Machine,
    world: World,
    record: TaskRecord,
    apps: dict[int, str],
    retries: Iterable[RetryRecord],
) -> model.Task:
    """The task of the model."""
    options, is_open = options_of(machine, world, record)
    owner = record.cls or record.function
    module = record.site.file
    calls = [retry_calls.make(machine, each) for each in retries]
    app = None if record.app is None else apps.get(id(record.app))
    itself, params = parameters_of(machine, record)
    inner, outer = decorators.of_task(machine, record)
    base = record.cls if record.cls is not None else base_of(machine, world, record)
    overrides = task_traits.overrides(machine, base)
    return model.Task(
        name=name_of(machine, world, record),
        span=record.site.span,
        place=record.place.span,
        function=owner.name if owner is not None else "?",
        module=module.name,
        app=app,
        parameters=params,
        options=options,
        bound=is_bound(record) if record.function is not None else None,
        open=is_open,
        retries=tuple(each for each in calls if each.how == "retry"),
        control=tuple(each for each in calls if each.how != "retry"),
        counts_retries=record.function is not None and retrying.counts(record.function),
        test=module.test,
        inner=inner,
        outer=outer,
        is_async=task_traits.is_async(record, inner),
        self_parameter=itself,
        uses_self=task_traits.uses_self(record.function),
        overrides=overrides,
        hands_on=handing_on.handed_on(machine, base, overrides),
        conditional=record.conditional,
        may_retry=task_traits.may_retry(machine, record, inner, base),
        checked=checking.checks(record, options, inner, _apps_of(world, record)),
    )
