"""What following a project's code finds: apps, tasks, sends; the model is made of these."""

from __future__ import annotations

from typing import Any

from celerylint.project.combine import one_of, same
from celerylint.project.interpreter.machine import FrameNote
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.canvas_objects import Canvas
from celerylint.project.libraries.signals import Signals
from celerylint.project.model import OnCommit
from celerylint.project.modules import Module
from celerylint.project.objects import Arguments, ClassObject, FunctionObject, Unread
from celerylint.project.values import Call, Mapping, Site, Unknown, Value
from celerylint.structs import dataclass, field

Key = tuple[str, int]
TaskKey = tuple[str, int, str]  # the text tells tasks apart that one function makes of another


@dataclass(slots=True)
class ConfEvent:
    """One thing that happens to an app's configuration, in the order of the program.

    kind: keywords, object, envvar, update, set, setdefault, defaults, read.
    """

    kind: str
    site: Site
    value: Value = field(default_factory=Unknown)
    name: str = ""
    namespace: Value | None = None
    conditional: bool = False
    scope_module: Module | None = None


def _again(known: Value, found: Value) -> Value:
    """What code says that is followed again: the same, more since more was read, or something else
    where it is called twice."""
    if isinstance(found, Unread) and isinstance(known, Unknown) and not isinstance(known, Unread):
        return found
    if isinstance(found, Unknown) or same(known, found):
        return known
    if isinstance(known, Unknown) or (found.known() and not known.known()):
        return found
    return one_of([known, found])


@dataclass(slots=True, eq=False)
class AppRecord:
    """A Celery application; key is where it is made."""

    key: Key
    site: Site
    module: Module
    cls: ClassObject | None = None
    main: Value | None = None
    namespace: Value | None = None
    events: list[ConfEvent] = field(default_factory=list)
    base: Value | None = None  # `app.Task = ...`, or `task_cls=`
    strict: Value | None = None  # `strict_typing=`
    loader: str | None = None
    discover: list[Arguments] = field(default_factory=list)
    variables: list[tuple[Module, str]] = field(default_factory=list)

    def note(self, event: ConfEvent) -> None:
        """Remember an event once, however often the code that makes it is followed.

        What is known counts: the code may be followed again when more of the project was read.
        """
        if event.kind == "read" and self.events and self.events[-1].kind == "read":
            return
        for known in self.events:
            if (known.kind, known.name, known.site) == (event.kind, event.name, event.site):
                known.value = _again(known.value, event.value)
                return
        self.events.append(event)


@dataclass(slots=True, eq=False)
class TaskRecord:
    """A task; key is where its function or class is defined."""

    key: TaskKey
    site: Site
    place: Site
    app: AppRecord | None
    function: FunctionObject | None
    cls: ClassObject | None
    options: tuple[tuple[str, Value], ...]
    open: bool
    registered: bool = True
    shown: FunctionObject | None = None  # another function whose name Celery sees
    conditional: bool = False  # is it made in an arm that may not run?
    given: FunctionObject | None = None  # what the decorator was given, which may wrap the function

    def option(self, name: str) -> Value | None:
        """An option given at the decorator (the last one, where it is given twice)."""
        found = None
        for key, value in self.options:
            if key == name:
                found = value
        return found


@dataclass(slots=True)
class SendRecord:
    """A call that sends a task or builds a signature of one."""

    how: str
    site: Site
    task: TaskRecord | None
    name: Value | None
    arguments: Arguments
    frames: tuple[FrameNote, ...]
    app: AppRecord | None
    canvas: str | None = None
    reason: str = ""
    sent: Mapping | None = None
    nodes: tuple[Any, ...] = ()
    named: bool = False  # the first argument names the task
    here: Here | None = None


@dataclass(slots=True)
class RetryRecord:
    """A `self.retry(...)`, or what else raises to tell the worker something: how is retry, replace,
    reject or ignore. task None: of a task of which only that is known. `caller` is the call in the
    task's body where this stands in a function that is handed the task.
    """

    site: Site
    task: TaskRecord | None
    arguments: Arguments
    here: Here
    how: str = "retry"
    caller: Here | None = None


@dataclass(slots=True)
class StartRecord:
    """A call that may start a Celery process; of_app where a method of an app does."""

    site: Site
    argv: Value
    app: AppRecord | None
    of_app: bool = False


@dataclass(frozen=True, slots=True)
class SpawnRecord:
    """A call that runs a function of the project in a greenlet or thread of `library`."""

    site: Site
    target: FunctionObject
    library: str
    frames: tuple[FrameNote, ...]


@dataclass(slots=True, eq=False)
class World:
    """Everything that was found."""

    apps: dict[Key, AppRecord] = field(default_factory=dict)
    tasks: dict[TaskKey, TaskRecord] = field(default_factory=dict)
    made_of: dict[Key, TaskRecord] = field(default_factory=dict)  # by function or class
    not_tasks: dict[Key, Site] = field(default_factory=dict)  # calls that made what is not known
    sends: dict[tuple[str, int, str], SendRecord] = field(default_factory=dict)
    starts: dict[tuple[str, int], StartRecord] = field(default_factory=dict)
    retries: dict[tuple[object, ...], RetryRecord] = field(default_factory=dict)
    waits: dict[tuple[str, int], Site] = field(default_factory=dict)  # for a result
    reads: dict[tuple[str, int, int, int], tuple[str, Site, Call]] = field(default_factory=dict)
    spawns: dict[tuple[str, int], SpawnRecord] = field(default_factory=dict)
    socket_timeouts: list[Site] = field(default_factory=list)  # of all sockets, by default
    # What is built of tasks, by its place, and where it is built or first sent.
    canvases: dict[tuple[str, int, int], list[tuple[Canvas, Site]]] = field(default_factory=dict)
    current: AppRecord | None = None  # what is done to `celery.current_app`
    django_settings: list[str] = field(default_factory=list)  # module names
    django_values: list[dict[str, Value]] = field(default_factory=list)  # of production profiles
    task_wrappers: frozenset[str] = frozenset()
    aliases: dict[str, Site] = field(default_factory=dict)  # `app.tasks[name] = …`
    open_registry: bool = False  # may there be tasks under names that are not known?
    atomic_requests: tuple[Site | None] | None = None  # where it is set, once that was looked for
    commits: dict[Key, OnCommit] = field(default_factory=dict)  # what is wrong at an `on_commit`
    encoders: set[str] = field(default_factory=set)  # classes that the project registers
    signals: Signals = field(default_factory=Signals)

    def add_task(self, record: TaskRecord) -> None:
        """Keep a task."""
        self.tasks[record.key] = record
        self.made_of.setdefault(record.key[:2], record)

    def current_app(self, site: Site, module: Module) -> AppRecord:
        """`celery.current_app`, as a record of what the project does to it."""
        if self.current is None:
            self.current = AppRecord(("", 0), site, module)
        return self.current
