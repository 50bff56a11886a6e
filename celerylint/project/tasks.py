"""Makes tasks of the model: names as Celery computes them, options as they come to count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import PARAM_KINDS
from celerylint.findings import Span
from celerylint.project import classes, model
from celerylint.project.combine import text_of
from celerylint.project.machine import Machine
from celerylint.project.objects import ClassObject, FunctionObject, Instance, Unread
from celerylint.project.records import AppRecord, RetryRecord, TaskRecord, World
from celerylint.project.values import Literal, Name, Unknown, Value

# Options of the decorator that are about the decorating, or are no attribute of the task.
_NOT_OPTIONS = frozenset({"base", "name", "lazy", "shared", "filter", "bind", "_force_evaluate"})
# What a class says about itself that is no option of a task.
_CLASS_NOISE = frozenset({"abstract", "name", "run", "app"})


def name_of(machine: Machine, record: TaskRecord) -> str | None:
    """The name under which Celery registers the task; None where it is not known."""
    given = record.option("name")
    if given is None and record.cls is not None:
        given = classes.find(machine, record.cls, "name")
    if given is None and record.cls is None:
        base = base_of(machine, record)
        named = None if base is None else classes.find(machine, base, "name")
        given = named if isinstance(named, Literal) and named.value else None
    if given is not None and not (isinstance(given, Literal) and given.value is None):
        machine.need(given)
        return _as_text(given)
    owner = record.cls or record.function
    if owner is None:
        return None
    return f"{owner.scope.module.name}.{owner.name}"


def _as_text(value: Value) -> str | None:
    """A string, or a member of a string enum."""
    if isinstance(value, Instance) and "value" in value.fields:
        return text_of(value.fields["value"])
    if value.environment():
        first = next(iter(value.alternatives()), None)
        return text_of(first)
    return text_of(value)


def base_of(machine: Machine, record: TaskRecord) -> Value | None:
    """The task's base class: `base=`, else the app's `Task` or `task_cls`."""
    base = record.option("base")
    if base is None and record.app is not None:
        base = record.app.base
    if isinstance(base, Literal) and isinstance(base.value, str):
        module, _, attribute = base.value.replace(":", ".").rpartition(".")
        base = machine.imported(module, attribute, record.site.file)
    machine.need(base)
    if isinstance(base, ClassObject | Name | Unread | Unknown):
        return base
    return None


def options_of(machine: Machine, record: TaskRecord) -> tuple[dict[str, model.Option], bool]:
    """The task's own options by name, and whether it may have more than these."""
    options: dict[str, model.Option] = {}
    is_open = record.open
    for name, value in record.options:
        machine.need(value)
        if name not in _NOT_OPTIONS:
            span = value.span or record.place.span
            if isinstance(value, Literal) and value.value is None and name != "max_retries":
                continue
            options[name] = model.Option(name, value, _near(record, span), "decorator")
    inherited, hidden = _inherited(machine, record)
    for name, (value, span) in inherited.items():
        if name not in options:
            options[name] = model.Option(name, value, span, "base")
    if "max_retries" in options and not _is_set(record, "max_retries", inherited):
        del options["max_retries"]
    return options, is_open or hidden


def _near(record: TaskRecord, span: Span) -> Span:
    """An option that comes from elsewhere is still given at the decorator, if that is no literal."""
    return span if span.path == record.place.span.path else record.place.span


def _is_set(record: TaskRecord, name: str, inherited: dict[str, tuple[Value, Span]]) -> bool:
    return record.option(name) is not None or name in inherited


def _inherited(machine: Machine, record: TaskRecord) -> tuple[dict[str, tuple[Value, Span]], bool]:
    start: Value | None = record.cls if record.cls is not None else base_of(machine, record)
    if start is None:
        return {}, False
    found: dict[str, tuple[Value, Span]] = {}
    hidden = False
    for each in classes.ancestry(machine, start):
        if isinstance(each, ClassObject):
            for name, value in _attributes(machine, each):
                place = (value.site or each.site or record.site).span
                if name not in found and not hidden:
                    found[name] = (value, place)
        elif not isinstance(each, Name):
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


def parameters_of(machine: Machine, record: TaskRecord) -> tuple[model.Parameter, ...]:
    """The parameters of the task as callers see them."""
    function = record.function
    if function is None:
        return ()
    params = list(function.params)
    if params and (record.cls is not None or is_bound(record)):
        params = params[1:]
    return tuple(_parameter(machine, function, each) for each in params)


def _parameter(
    machine: Machine, function: FunctionObject, param: tuple[object, ...]
) -> model.Parameter:
    from celerylint.project import hints

    name, kind, default, annotation, start, end = param
    value = None
    if annotation is not None:
        value = hints.annotated_class(machine, annotation, function.scope)  # type: ignore[arg-type]
    kind_name = PARAM_KINDS[kind]  # type: ignore[call-overload]
    required = default is None and not kind_name.startswith("var-")
    span = function.scope.module.span(start, end)  # type: ignore[arg-type]
    return model.Parameter(str(name), kind_name, required, span, value)


def is_bound(record: TaskRecord) -> bool:
    """Does the task get itself as first argument?"""
    bind = record.option("bind")
    return bind is not None and bind.must(lambda each: each is True)


def make(
    machine: Machine,
    world: World,
    record: TaskRecord,
    apps: dict[int, str],
    retries: Iterable[RetryRecord],
) -> model.Task:
    """The task of the model."""
    options, is_open = options_of(machine, record)
    owner = record.cls or record.function
    module = record.site.file
    app = None if record.app is None else apps.get(id(record.app))
    return model.Task(
        name=name_of(machine, record),
        span=record.site.span,
        place=record.place.span,
        function=owner.name if owner is not None else "?",
        module=module.name,
        app=app,
        parameters=parameters_of(machine, record),
        options=options,
        bound=is_bound(record),
        open=is_open,
        retries=tuple(_retry(each) for each in retries),
        test=module.test,
    )


def _retry(record: RetryRecord) -> model.RetryCall:
    arguments = record.arguments
    given = arguments.kwarg("max_retries")
    return model.RetryCall(record.site.span, given, arguments.open)


def app_names(apps: Iterable[AppRecord]) -> dict[int, str]:
    """The id of each app in the model, by the identity of its record."""
    names: dict[int, str] = {}
    for record in apps:
        module = record.module
        own = [name for where, name in record.variables if where is module]
        others = [f"{where.name}:{name}" for where, name in record.variables if where is not module]
        if own:
            names[id(record)] = f"{module.name}:{own[0]}"
        else:
            names[id(record)] = others[0] if others else f"{module.name}:{record.site.span.line}"
    return names
