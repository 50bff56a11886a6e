"""Makes tasks of a project's functions and classes, as its decorators do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import one_of, text_of
from celerylint.project.interpreter import calling, classes
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.celery_objects import (
    CONNECTS,
    AppMethod,
    TaskDecorator,
    TaskObject,
)
from celerylint.project.libraries.records import AppRecord, TaskKey, TaskRecord, World
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    FunctionObject,
    Instance,
    Parameter,
    Partial,
    Unread,
)
from celerylint.project.values import (
    Call,
    Name,
    OneOf,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

SHARED = frozenset(
    {"celery.shared_task", "celery.task", "celery.task.task", "celery.decorators.task"}
)

_KEEPS_NAMES = frozenset({"wraps", "update_wrapper", "decorator", "wrapt"})

_DECORATOR_WORDS = {"task", "shared_task", "register_task"}


def task_decorator(machine: Machine, method: AppMethod, arguments: Arguments, here: Here) -> Value:
    decorator = TaskDecorator(
        world=method.world, app=method.record, options=arguments.kwargs, open=arguments.open
    )
    if arguments.args:
        return decorate(machine, decorator, Arguments(args=arguments.args[:1]), here)
    return decorator


def shared_task(world: World, machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`shared_task(...)`, with a function or with options only."""
    method = AppMethod(world=world, record=None, name="task")
    return task_decorator(machine, method, arguments, here)


def decorate(machine: Machine, decorator: TaskDecorator, arguments: Arguments, here: Here) -> Value:
    """A function becomes a task."""
    value = arguments.args[0] if arguments.args else Unknown()
    if isinstance(value, OneOf):
        made = [
            decorate(machine, decorator, Arguments(args=(each,)), here) for each in value.options
        ]
        return one_of(made)
    if isinstance(value, TaskObject):
        return value
    if isinstance(value, ClassObject):
        return class_task(machine, decorator.world, value, decorator.app, here, True)
    given = value if isinstance(value, FunctionObject) else None
    value, shown = _as_it_runs(machine, value, here)
    if not isinstance(value, FunctionObject) or value.node[0] != "def":
        machine.need(value)
        if not machine.dead and not machine.alone and not isinstance(value, Parameter | Unread):
            decorator.world.not_tasks[here.scope.module.path, here.node[1]] = here.site
        return Unknown(reason="a task made of what is not a visible function")
    world = decorator.world
    key = _task_key(value, decorator, machine)
    record = world.tasks.get(key)
    if record is None:
        record = TaskRecord(
            key,
            value.site or here.site,
            here.site,
            decorator.app,
            value,
            None,
            decorator.options,
            decorator.open,
            shown=shown,
            conditional=machine.branches > 0,
            given=given,
        )
        if not machine.dead:
            world.add_task(record)
    return TaskObject(world=world, record=record, site=value.site)


def _task_key(function: FunctionObject, decorator: TaskDecorator, machine: Machine) -> TaskKey:
    """One function can make several tasks, where the one around it is called with their names."""
    name = next((text_of(value) for key, value in decorator.options if key == "name"), None)
    return (*function.key, name if name is not None and machine.calls else "")


def _as_it_runs(machine: Machine, value: Value, here: Here) -> tuple[Value, FunctionObject | None]:
    """The function that a task is made of, and the one whose name it gets where that is another."""
    if not isinstance(value, FunctionObject):
        return value, None
    function = _unwrapped(value)
    if not isinstance(function, FunctionObject):
        return function, None
    for wrapper in function.wrappers:
        if isinstance(wrapper, FunctionObject) and not _KEEPS_NAMES.intersection(wrapper.words):
            made = calling.call(machine, wrapper, Arguments(args=(function,)), here)
            if isinstance(made, FunctionObject) and made.key != function.key:
                return function, made
    return function, None


def _unwrapped(function: FunctionObject) -> Value:
    """The function whose name `functools.wraps` gives to another one, which becomes the task."""
    for wrapper in function.wrappers:
        if isinstance(wrapper, Call) and wrapper.dotted == "functools.wraps" and wrapper.args:
            inner = wrapper.args[0]
            return _unwrapped(inner) if isinstance(inner, FunctionObject) else inner
    return function


def register(machine: Machine, method: AppMethod, arguments: Arguments, here: Here) -> Value:
    value = arguments.get(0, "task")
    if isinstance(value, TaskObject):
        value.record.registered = True
        value.record.app = value.record.app or method.record
        return value
    if isinstance(value, ClassObject):
        return class_task(machine, method.world, value, method.record, here, True)
    method.world.open_registry = True
    return Unknown(reason="a registered task that is not known")


def class_task(
    machine: Machine,
    world: World,
    cls: ClassObject,
    app: AppRecord | None,
    here: Here,
    registered: bool,
) -> Value:
    record = world.made_of.get(cls.key)
    if record is None:
        run = classes.find(machine, cls, "run")
        function = run if isinstance(run, FunctionObject) else None
        record = TaskRecord(
            (*cls.key, ""),
            cls.site or here.site,
            here.site,
            app,
            function,
            cls,
            (),
            False,
            registered,
            conditional=machine.branches > 0,
        )
        if not machine.dead:
            world.add_task(record)
    record.registered = record.registered or registered
    return TaskObject(world=world, record=record, site=cls.site)


def decorator_handler(
    world: World, machine: Machine, decorator: Value, value: Value, here: Here
) -> Value | None:
    """What a decorator makes of a function, where it makes a task of it (None: it makes none)."""
    if isinstance(decorator, OneOf):
        for each in decorator.options:
            made = decorator_handler(world, machine, each, value, here)
            if made is not None:
                return made
        return None
    if isinstance(decorator, Unread):
        machine.need(decorator)  # it may make tasks
        return None
    if isinstance(decorator, TaskDecorator) or (
        isinstance(decorator, AppMethod) and decorator.name == "task"
    ):
        return calling.call(machine, decorator, Arguments(args=(value,)), here)
    if isinstance(decorator, AppMethod) and decorator.name in CONNECTS:
        calling.call(machine, decorator, Arguments(args=(value,)), here)
        return None
    if isinstance(decorator, Name) and decorator.dotted in SHARED:
        return shared_task(world, machine, Arguments(args=(value,)), here)
    if _configured(world, decorator):
        made_by = TaskDecorator(world=world, app=None, options=(), open=True)
        return decorate(machine, made_by, Arguments(args=(value,)), here)
    if isinstance(value, FunctionObject) and _may_make_task(machine, decorator):
        made = calling.call(machine, decorator, Arguments(args=(value,)), here)
        return next((each for each in made.alternatives() if isinstance(each, TaskObject)), None)
    return None


def _configured(world: World, decorator: Value) -> bool:
    if not world.task_wrappers:
        return False
    each = decorator
    while isinstance(each, FunctionObject):
        if f"{each.scope.module.name}.{each.name}" in world.task_wrappers:
            return True
        each = each.scope.owner  # `@job(queue="x")` applies a function that stands in `job`
    return isinstance(decorator, Name | Call) and decorator.dotted in world.task_wrappers


def _may_make_task(machine: Machine, decorator: Value) -> bool:
    if isinstance(decorator, FunctionObject):
        return bool(_DECORATOR_WORDS.intersection(decorator.words))
    if isinstance(decorator, Partial):
        return _may_make_task(machine, decorator.function) or isinstance(
            decorator.function, AppMethod | TaskDecorator | Name
        )
    if isinstance(decorator, Instance) and isinstance(decorator.cls, ClassObject):
        found = classes.find(machine, decorator.cls, "__call__")
        return isinstance(found, FunctionObject) and _may_make_task(machine, found)
    function = getattr(decorator, "function", None)
    return isinstance(function, FunctionObject) and _may_make_task(machine, function)
