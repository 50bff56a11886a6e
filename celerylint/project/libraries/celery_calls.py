"""What Celery's functions and the methods of an app do when a project's code calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.interpreter import calling, classes, functions
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import (
    apps,
    canvas_making,
    canvas_objects,
    result_reads,
    task_making,
)
from celerylint.project.libraries.canvas_objects import Canvas
from celerylint.project.libraries.celery_objects import (
    CONNECTS,
    SENDS,
    AppMethod,
    AppObject,
    TaskByName,
    TaskMethod,
    TaskObject,
)
from celerylint.project.libraries.records import World
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    FunctionObject,
    Instance,
    Partial,
)
from celerylint.project.values import (
    Call,
    Literal,
    Name,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

APP_CLASSES = frozenset({"celery.Celery"})
TASK_CLASSES = frozenset({"celery.Task", "celery.contrib.django.task.DjangoTask"})
SIGNATURE_CLASSES = frozenset(
    {"celery.Signature", "celery.chain", "celery.group", "celery.chord", "celery.canvas._chain"}
)
CURRENT = frozenset({"celery.current_app", "celery.app.default_app"})
# A function with one of these names in it may configure an app.
CONFIGURES = frozenset({"conf", "config_from_object", "config_from_envvar", "add_defaults"})
PROXIES = (
    "celery.local.Proxy",
    "celery.local.PromiseProxy",
    "lazy_object_proxy.Proxy",
    "werkzeug.local.LocalProxy",
    "django.utils.functional.SimpleLazyObject",
    "django.utils.functional.lazy",
)


def app_method(machine: Machine, method: AppMethod, arguments: Arguments, here: Here) -> Value:
    """A method of an app is called."""
    record, name = method.record, method.name
    if name == "task":
        return task_making.task_decorator(machine, method, arguments, here)
    if name == "tasks.get":
        return TaskByName(world=method.world, name=arguments.get(0, "key") or Unknown(), app=record)
    if name == "send_task":
        return Call(dotted="celery.result.AsyncResult")
    if name == "signature":
        task = TaskByName(
            world=method.world, name=arguments.get(0, "name") or Unknown(), app=record
        )
        return _named(machine, method.world, task, arguments, here)
    if name in CONNECTS:
        return _connected(machine, method, arguments, here)
    if name in {"register_task", "tasks.register"}:
        return task_making.register(machine, method, arguments, here)
    if not machine.dead and name in apps.METHODS:
        if record is None:
            record = method.world.current_app(here.site, here.scope.module)
        apps.method(machine, record, name, arguments, here)
    return Unknown(reason=f"the result of app.{name}()")


def _connected(machine: Machine, method: AppMethod, arguments: Arguments, here: Here) -> Value:
    """`app.on_after_configure.connect(receiver)`: the app is what the receiver is called with."""
    receiver = arguments.get(0, "fun")
    if receiver is None:
        return method  # a decorator with options
    if isinstance(receiver, FunctionObject) and CONFIGURES.intersection(receiver.words):
        app = AppObject(world=method.world, record=method.record)
        given = Arguments(kwargs=(("sender", app),), open_kwargs=True)
        functions.call(machine, receiver, given, here)
    return receiver


def class_handler(
    world: World, machine: Machine, cls: ClassObject, arguments: Arguments, here: Here
) -> Value | None:
    """What an instance of a class of the project is that descends from one of Celery's."""
    if classes.descends(machine, cls, APP_CLASSES):
        return apps.make(world, machine, cls, arguments, here)
    if classes.descends(machine, cls, TASK_CLASSES):
        return task_making.class_task(machine, world, cls, None, here, False)
    return None


def attribute_handler(
    world: World, machine: Machine, base: Value, name: str, here: Here
) -> Value | None:
    """`current_app.name`, and what is annotated as an app or a signature."""
    if isinstance(base, Name) and base.dotted in CURRENT:
        return AppObject(world=world, record=None).attribute(machine, name, here)
    if isinstance(base, Instance) and isinstance(base.cls, Name):
        if base.cls.dotted in APP_CLASSES:
            return AppObject(world=world, record=None).attribute(machine, name, here)
        if base.cls.dotted in SIGNATURE_CLASSES:
            return Canvas(world=world, kind="signature", parts=()).attribute(machine, name, here)
        if base.cls.dotted in TASK_CLASSES and name == "app":
            return AppObject(world=world, record=None)
    if isinstance(base, Call) and name in result_reads.READS:
        result_reads.keep(world, machine, base, name, here)
    return None


def handlers(world: World) -> dict[str, CallHandler]:
    """Celery's functions by canonical name."""

    def canvas(kind: str) -> CallHandler:
        def make(machine: Machine, arguments: Arguments, here: Here) -> Value:
            return canvas_making.composed(machine, world, kind, arguments, here)

        return make

    def signature(machine: Machine, arguments: Arguments, here: Here) -> Value:
        given = arguments.get(0, "varies") or Unknown()
        if isinstance(given, Canvas):
            return canvas_objects.cloned(given)
        task = TaskByName(world=world, name=given, app=None)
        return _named(machine, world, task, arguments, here)

    def share(machine: Machine, arguments: Arguments, here: Here) -> Value:
        return task_making.shared_task(world, machine, arguments, here)

    def app(machine: Machine, arguments: Arguments, here: Here) -> Value:
        return apps.make(world, machine, None, arguments, here)

    table: dict[str, CallHandler] = dict.fromkeys(task_making.SHARED, share)
    table |= dict.fromkeys(APP_CLASSES, app)
    table |= {f"celery.{kind}": canvas(kind) for kind in ("chain", "group", "chord")}
    table |= {"celery.signature": signature, "celery.Signature": signature}
    table["celery.maybe_signature"] = signature
    table["functools.partial"] = _partial
    table["django.db.transaction.on_commit"] = _on_commit
    table["method:on_commit"] = _method_on_commit
    table["method:__init__"] = apps.super_initialise
    table |= dict.fromkeys(PROXIES, _proxy)
    return table


def _named(
    machine: Machine, world: World, task: TaskByName, arguments: Arguments, here: Here
) -> Canvas:
    """The signature of a task by its name, or of the task that is given instead of one."""
    known = task.name if isinstance(task.name, TaskObject) else task
    made = canvas_making.signature(world, known, "signature", arguments, here, named=True)
    return canvas_making.options(machine, made, arguments, here)


def _proxy(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """A lazy proxy stands for what its factory returns."""
    if not arguments.args:
        return Unknown(reason="a proxy of nothing")
    return calling.call(machine, arguments.args[0], Arguments(), here)


def _partial(machine: Machine, arguments: Arguments, here: Here) -> Value:
    if not arguments.args:
        return Unknown(reason="partial of nothing")
    function = arguments.args[0]
    rest = Arguments(
        arguments.args[1:], arguments.kwargs, arguments.open_args, arguments.open_kwargs
    )
    if isinstance(function, TaskMethod) and function.name in SENDS:
        later = Arguments(rest.args, rest.kwargs, True, True)  # whoever calls it may add some
        machine.tell(function, later, here)
    return Partial(function=function, args=rest.args, kwargs=rest.kwargs)


def _on_commit(machine: Machine, arguments: Arguments, here: Here) -> Value:
    function = arguments.get(0, "func")
    if isinstance(function, TaskMethod) and function.name in SENDS:
        machine.tell(function, Arguments(), here)
    return Literal(value=None)


def _method_on_commit(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return _on_commit(machine, Arguments(arguments.args[1:], arguments.kwargs), here)
