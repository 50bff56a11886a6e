"""What configures a Celery app when a project's code makes one or calls its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import text_of
from celerylint.project.interpreter import calling, classes, functions
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.celery_objects import AppObject
from celerylint.project.libraries.conf_objects import event
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.objects import Arguments, Bound, ClassObject, FunctionObject, Super
from celerylint.project.values import Literal, Mapping, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# Keywords of Celery(...) that configure the app object itself, as celery/app/base.py:
# Celery.__init__ names them.
OWN_KEYWORDS = frozenset(
    [
        "main",
        "loader",
        "amqp",
        "events",
        "log",
        "control",
        "set_as_current",
        "tasks",
        "config_source",
        "fixups",
        "task_cls",
        "autofinalize",
        "namespace",
        "strict_typing",
    ]
)
METHODS = frozenset(
    ["add_defaults", "autodiscover_tasks", "config_from_envvar", "config_from_object"]
)
LOADERS = frozenset(
    ["app", "default", "celery.loaders.app:AppLoader", "celery.loaders.default:Loader"]
)
POSITIONS = [
    "main",
    "loader",
    "backend",
    "amqp",
    "events",
    "log",
    "control",
    "set_as_current",
    "tasks",
    "broker",
    "include",
    "changes",
    "config_source",
    "fixups",
    "task_cls",
    "autofinalize",
    "namespace",
    "strict_typing",
]


def make(
    world: World, machine: Machine, cls: ClassObject | None, arguments: Arguments, here: Here
) -> Value:
    """`Celery(...)`, or an instance of a subclass."""
    key = (here.scope.module.path, here.node[1])
    record = world.apps.get(key)
    if record is None:
        record = AppRecord(key, here.site, here.scope.module, cls)
        if not machine.dead:
            world.apps[key] = record
    made = AppObject(world=world, record=record)
    start = None if cls is None else classes.find(machine, cls, "__init__")
    if isinstance(start, FunctionObject) and start.key not in machine.calls:
        given = Arguments(
            (made, *arguments.args), arguments.kwargs, arguments.open_args, arguments.open_kwargs
        )
        functions.call(machine, start, given, here)
    elif start is not None:
        opening = Arguments(arguments.args, arguments.kwargs, True, True)
        initialise(machine, record, opening, here)
    else:
        initialise(machine, record, arguments, here)
    return made


def initialise(machine: Machine, record: AppRecord, arguments: Arguments, here: Here) -> None:
    """`Celery.__init__` with these arguments."""
    given = dict(zip(POSITIONS, arguments.args, strict=False)) | dict(arguments.kwargs)
    record.main = _surer(record.main, given.get("main", Literal(value=None)))
    record.namespace = _surer(record.namespace, given.get("namespace"))
    record.base = _surer(record.base, given.get("task_cls"))
    record.strict = _surer(record.strict, given.get("strict_typing"))
    _load_with(machine, record, given.get("loader"), here)
    changes = given.pop("changes", None)
    settings = {key: value for key, value in given.items() if key not in OWN_KEYWORDS}
    entries = tuple((Literal(value=key), value) for key, value in settings.items())
    keywords = Mapping(entries=entries, open=arguments.open, site=here.site)
    if entries or keywords.open:
        record.note(event("keywords", machine, here, keywords))
    if changes is not None:
        record.note(event("update", machine, here, changes))
    source = given.get("config_source")
    if source is not None and not source.is_none():
        record.note(event("object", machine, here, source))


def _load_with(machine: Machine, record: AppRecord, loader: Value | None, here: Here) -> None:
    if loader is None or loader.is_none():
        return
    record.loader = text_of(loader)
    if record.loader not in LOADERS:
        record.note(event("update", machine, here, Unknown(reason="what its loader reads")))


def _surer(known: Value | None, found: Value | None) -> Value | None:
    """A module may be followed twice, the second time with more that is known."""
    return found if known is None or isinstance(known, Unknown) else known


def super_initialise(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`super().__init__(...)` in a subclass of Celery."""
    bound = arguments.args[0]
    receiver = bound.receiver if isinstance(bound, Bound) else None
    if not isinstance(receiver, Super) or not isinstance(receiver.receiver, AppObject):
        return Unknown(reason="not handled")
    record = receiver.receiver.record
    if record is not None:
        given = Arguments(
            arguments.args[1:], arguments.kwargs, arguments.open_args, arguments.open_kwargs
        )
        initialise(machine, record, given, here)
    return Literal(value=None)


def method(
    machine: Machine, record: AppRecord, name: str, arguments: Arguments, here: Here
) -> None:
    """A method of an app is called that changes how it is configured."""
    if name == "config_from_object":
        source = arguments.get(0, "obj") or Unknown()
        namespace = arguments.get(3, "namespace")
        record.note(event("object", machine, here, source, namespace))
    elif name == "config_from_envvar":
        record.note(event("envvar", machine, here, arguments.get(0, "variable_name") or Unknown()))
    elif name == "add_defaults":
        source = arguments.get(0, "fun") or Unknown()
        if isinstance(source, FunctionObject):
            source = calling.call(machine, source, Arguments(), here)
        record.note(event("defaults", machine, here, source))
    elif name == "autodiscover_tasks":
        record.discover.append(arguments)
