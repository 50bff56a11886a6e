"""The linked project: an inert, fully resolved value in Celery's words, with no files behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from celerylint.findings import Related, Span
from celerylint.project.collected import Kill
from celerylint.project.process import Chosen, Process, WebServer
from celerylint.project.reached import Reached, Shared
from celerylint.project.received import Receiver
from celerylint.project.settling import settled
from celerylint.project.spawned import Computing, Spawn
from celerylint.project.values import Unknown, Value
from celerylint.structs import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class CeleryVersions:
    """Which Celery the project runs: `allowed` lists every supported release that its files allow,
    oldest first.

    version is the pinned one (lock file or ==), specifier the range as written; source is
    "path:line".
    """

    allowed: tuple[tuple[int, ...], ...]
    version: str | None = None
    specifier: str | None = None
    source: str | None = None

    def all_at_least(self, *release: int) -> bool:
        """Is every allowed version at least this release?"""
        return all(each >= release for each in self.allowed)

    def all_below(self, *release: int) -> bool:
        """Is every allowed version older than this release?"""
        return all(each < release for each in self.allowed)


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective setting of an app in a profile, under Celery's new lower-case name."""

    name: str
    value: Value
    span: Span
    written: str
    origin: str  # "keyword", "conf", "object", "defaults", "environment"
    app: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Ineffective:
    """A name that the files write to configure an app, and that Celery does not use.

    kind is legacy (a name from before Celery 4, under a namespace), removed (none of the allowed
    releases has it any more; last: the last series that had it), unknown (no Celery ever had it) or
    shadowed (one of a keyword of `Celery(...)` and the loaded object wins over the other). setting
    is what it is about, "" where there is none any more; meant the name that is read, or wins.
    instead is where another value for it stands. origin is object, keyword or conf. always: no
    allowed release uses it; else the newer ones do. default: it says what Celery does anyway.
    """

    name: str
    span: Span
    kind: str
    setting: str = ""
    meant: str = ""
    last: str = ""
    instead: Span | None = None
    origin: str = "object"
    always: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of settings that an app can run with.

    role is production, development, test or unknown. `open` when more may be set than could be
    read;
    `place` is where a missing setting would be written, `bases` are the files whose names it takes
    over with a star-import.
    """

    name: str
    role: str
    open: bool
    settings: Mapping[str, Setting]
    place: Span
    ineffective: tuple[Ineffective, ...] = ()
    bases: frozenset[str] = frozenset()

    def get(self, name: str) -> Setting | None:
        """The setting that the project's files give, or None."""
        return self.settings.get(name)


@dataclass(frozen=True, slots=True)
class App:
    """A Celery application. id is `module:variable`; namespace is None where none is given; celery
    is what runs it, which in a repository of several projects need not be the same everywhere."""

    id: str
    span: Span
    main: str | None
    namespace: str | None
    profiles: tuple[Profile, ...]
    celery: CeleryVersions

    @property
    def named(self) -> bool:
        """Does a variable of a module hold it? The id ends with its line where none does."""
        return not self.id.rpartition(":")[2].isdigit()


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a task and where it comes from: decorator, splat, base, setting, annotation."""

    name: str
    value: Value
    span: Span
    origin: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a task's function, after `bind` took the first one away.

    kind is positional-only, positional, var-positional, keyword-only or var-keyword. `annotation`
    is the value
    that its annotation evaluates to, None where there is none; `model` the ORM class that it names.
    """

    name: str
    kind: str
    required: bool
    span: Span
    annotation: Value | None = None
    model: OrmModel | None = None


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator of a task, below `@task` or above it, each answer None where it is not known.

    name is its dotted name (`django.db.transaction.atomic`, `shop.locks.locked`), text what is
    written. transparent: what it makes takes any arguments and passes them on unchanged. replaces:
    it returns something else than the function it is given. result: "same" where a call returns
    what the function returns, "coroutine" where it returns a coroutine whatever that is.
    wants_task: it uses what only a task has, so that it has its place above `@task`.
    """

    name: str | None
    text: str
    span: Span
    transparent: bool | None = None
    replaces: bool | None = None
    result: str | None = None
    wants_task: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A Celery task. name is Celery's own name for it (an Unknown name is None); `app` None means
    shared.

    span is that of the function's (or class's) name; `place` that of the decorator. limits holds
    the effective
    `soft_time_limit` and `time_limit` without those of settings: an Option, or None where the task
    sets none.
    counts_retries tells that the body compares the number of its retries with something.
    inner are the decorators below `@task`, outer those above it, in the order of the file.
    is_async: what Celery calls returns a coroutine. self_parameter is the one that `bind` (or being
    a method) took away; uses_self what Celery's tasks have that the body takes from its first
    parameter, be it bound or not. overrides are the methods of Celery's Task that a class of the
    project replaces for this task. conditional: it is made in a branch that may not run.
    may_retry: its body, its decorators or its classes may call `retry()`.
    """

    name: str | None
    span: Span
    place: Span
    function: str
    module: str
    app: str | None
    parameters: tuple[Parameter, ...]
    options: Mapping[str, Option]
    bound: bool | None  # None where it is not known
    open: bool  # options may hold more than was read (an unresolved splat or base)
    retries: tuple[RetryCall, ...] = ()
    counts_retries: bool = False
    test: bool = False
    control: tuple[RetryCall, ...] = ()  # what else raises to tell the worker something
    guards: tuple[Guard, ...] = ()  # where limits or MaxRetriesExceededError make them matter
    outside: tuple[Try, ...] = ()  # in which the `__call__` of the task's class runs it
    inner: tuple[Decorator, ...] = ()
    outer: tuple[Decorator, ...] = ()
    is_async: bool = False
    self_parameter: Parameter | None = None
    uses_self: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    conditional: bool = False
    hands_on: tuple[str, ...] = ()  # those of overrides that only call Celery's with all they get
    may_retry: bool = True
    checked: bool | None = None  # does Celery hold a call's arguments against the function?

    def option(self, name: str) -> Option | None:
        """The task's own option of that name."""
        return self.options.get(name)


@dataclass(frozen=True, slots=True)
class Handler:
    """An `except` clause, or a `with contextlib.suppress(...)`, as a try statement has them.

    span is that of `except` and its type, text the type as written ("" for none). catches are the
    dotted names of the classes, `open` tells that it may catch others. ends says how control may
    leave: reraise (what it caught), raise (something else), return, jump (break, continue), fall
    (behind the statement). `asks` tells that a condition looks at what was caught, `resends` that
    a retry stands in it; name is what `as` binds.
    """

    span: Span
    text: str
    catches: tuple[str, ...]
    open: bool = False
    ends: frozenset[str] = frozenset({"fall"})
    asks: bool = False
    resends: bool = False
    name: str | None = None

    def swallows(self) -> bool:
        """Does no way through it raise what it caught again?"""
        return "reraise" not in self.ends


@dataclass(frozen=True, slots=True)
class Try:
    """A try statement that a place stands in: part is body, handler, else or finally; handler the
    one that the place stands in. loop is the loop around the statement; `drops` the return in its
    `finally`, which loses every exception.
    """

    span: Span
    part: str
    handlers: tuple[Handler, ...] = ()
    handler: Handler | None = None
    loop: Span | None = None
    drops: Span | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A try statement that runs when a task runs: tries are the statement itself and those around
    it, function the name of the one that it stands in, and path how the task gets there (nothing
    for its own body). calls are the callees in its body as written; loops tells that there is a
    loop in it.
    """

    tries: tuple[Try, ...]
    function: str
    calls: tuple[str, ...]
    loops: bool = False
    path: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryArgument:
    """An argument of `retry()`: position or keyword (the other is None), and what is written.

    exceptions are the dotted names of its class and that class's ancestors where it is an
    exception; `caught` is the handler whose `as` name it is.
    """

    position: int | None
    keyword: str | None
    value: Value
    span: Span
    text: str
    exceptions: tuple[str, ...] = ()
    caught: Handler | None = None


@dataclass(frozen=True, slots=True)
class RetryCall:
    """A `self.retry(...)` in a task's body, or in a project function that the body hands the task
    to; max_retries is the argument of that name, None where not given.

    how is retry, replace (`self.replace(...)`), reject or ignore (`Reject()`, to be raised). used
    is what the statement does with the call: raise, return, alone, other. tries are the statements
    around it, inner first, then those around the call of the function; trail tells of that call.
    """

    span: Span
    max_retries: Value | None
    open: bool = False
    how: str = "retry"
    arguments: tuple[RetryArgument, ...] = ()
    used: str = "other"
    tries: tuple[Try, ...] = ()
    trail: tuple[Related, ...] = ()

    def argument(self, keyword: str, position: int | None = None) -> RetryArgument | None:
        """The argument of that keyword, or at that position (from 0)."""
        for each in self.arguments:
            if each.keyword == keyword or (position is not None and each.position == position):
                return each
        return None

    def throws(self) -> bool:
        """Does it surely raise what tells the worker? Not with `throw=False`."""
        given = self.argument("throw", 3)
        return not self.open if given is None else given.value.must(bool)


@dataclass(frozen=True, slots=True)
class Form:
    """What kind of object a value surely is, where some serializer refuses that.

    It is encoded where one of `rows` of `celerylint.oracle.encodings` is; what is the kind in words
    ("a set"), names are those of its class and ancestors. inside: the value is no such object, but
    holds one.
    """

    rows: tuple[str, ...]
    what: str
    names: tuple[str, ...] = ()
    inside: bool = False
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """A return statement of a task that keeps its results, and the forms of what it returns."""

    span: Span
    text: str
    task: Task
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as it is sent: name is the keyword, or None for a positional one; `model` is the
    dotted
    name of the ORM class that it is an instance (or query set) of, None where it is not known to be
    one.
    `shape` is instance or queryset; `text` is what is written; `sure` that it is always given (what
    comes out of a splat may not be)."""

    name: str | None
    value: Value
    span: Span
    text: str
    model: str | None = None
    shape: str | None = None
    proof: tuple[Related, ...] = ()
    sure: bool = True
    forms: tuple[Form, ...] = ()  # where some serializer refuses it


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing that a call stands in: kind is function, class, lambda, loop, try, except, finally,
    with, if,
    else; detail is e.g. the caught exceptions or the managers as written."""

    kind: str
    span: Span
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction of the database that a call surely stands in.

    kind is block, function (a decorator), request (`ATOMIC_REQUESTS`), admin or signal; span what
    opens it, text that as written, for a signal its name. writes are places that write in it, where
    the code shows them; created the one that makes the row whose key the call is given.
    """

    kind: str
    span: Span
    text: str
    writes: tuple[Related, ...] = ()
    created: Related | None = None
    deferrable: bool = False  # the task has `delay_on_commit`, from Celery 5.4 on
    used: bool = False  # the code looks at what the call returns


@dataclass(frozen=True, slots=True)
class OnCommit:
    """What is given to `transaction.on_commit()` and does something else than it seems to.

    kind is sent (the task is sent before `on_commit` is called with the result), signature (calling
    it runs the task in this process) or late (the callback looks at `names` of a loop when the loop
    is over). text is what sends or is called, as written.
    """

    kind: str
    span: Span
    text: str
    test: bool = False
    names: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A place that sends a task (or builds a signature of one).

    how is delay, apply_async, s, si, signature, subtask, send_task, apply, delay_on_commit, map,
    starmap, chunks.
    task is the Task where it is known; `sent_name` the name where only that is.
    """

    how: str
    span: Span
    task: Task | None
    sent_name: str | None
    arguments: tuple[Argument, ...]
    options: Mapping[str, Value]
    open: bool  # arguments may hold more than was read (a splat)
    frames: tuple[Frame, ...] = ()
    app: str | None = None
    reason: str = ""  # why the task is not known
    test: bool = False
    canvas: str | None = None  # signature, chain, group or chord, where one is sent
    one_of: tuple[str, ...] = ()  # the names that it may send, where it is one of several
    options_of: tuple[Mapping[str, Value], ...] = ()  # the options of each name of one_of
    option_spans: Mapping[str, Span] = field(default_factory=dict)  # the names of the options
    whole: Mapping[str, Argument] = field(default_factory=dict)  # what is given as args and kwargs
    transaction: Transaction | None = None  # where it is surely sent before that is committed


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the code builds of tasks: a root of the project's canvases, or a part of one.

    kind is signature, chain, group, chord, map, starmap or chunks; one-of (each of its parts may be
    it); method (a method that would send, not called); or, where a signature belongs and none is,
    result (of a send), task, call (of a task as a function), function or text; else unknown. how:
    the method or function that makes it, "|", or the method that is not called.

    dispatch is the call that makes a signature. parts are the steps of a chain, the members of a
    group, the header of a chord; `open` where there may be others. immutable: it takes no result
    (None: not known). sent are the places that send it; `dropped` tells that a statement builds it
    and nobody gets it. linked: it is what `.link()` or `.link_error()` of another canvas returned.
    listed is where the task of a signature that follows a group takes its first parameter for a
    list.
    """

    kind: str
    span: Span
    how: str = ""
    text: str = ""
    task: Task | None = None
    dispatch: Dispatch | None = None
    parts: tuple[Canvas, ...] = ()
    open: bool = False
    body: Canvas | None = None
    immutable: bool | None = False
    options: Mapping[str, Value] = field(default_factory=dict)
    callbacks: tuple[Canvas, ...] = ()
    errbacks: tuple[Canvas, ...] = ()
    sent: tuple[Span, ...] = ()
    dropped: bool = False
    linked: Linked | None = None
    listed: Span | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """A call of `.link()` or `.link_error()` (method), and the canvas that it was made on."""

    method: str
    span: Span
    canvas: Canvas


@dataclass(frozen=True, slots=True)
class ResultRead:
    """Code that asks for the result or the state of a task that it sent: what is the attribute or
    method, sent the call that sent the task, ignore_result what that call says of it."""

    what: str
    span: Span
    task: Task
    sent: Span
    ignore_result: Value | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that the configuration declares."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Route:
    """An entry of `task_routes`."""

    pattern: str
    queue: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class BeatEntry:
    """An entry of the beat schedule."""

    name: str
    task: str | None
    span: Span


# What a worker's option overrides; an option that is not here has no setting.
OPTION_SETTINGS = {
    "pool": "worker_pool",
    "concurrency": "worker_concurrency",
    "prefetch_multiplier": "worker_prefetch_multiplier",
    "soft_time_limit": "task_soft_time_limit",
    "time_limit": "task_time_limit",
    "max_tasks_per_child": "worker_max_tasks_per_child",
    "max_memory_per_child": "worker_max_memory_per_child",
    "task_events": "worker_send_task_events",
    "disable_prefetch": "worker_disable_prefetch",
}


@dataclass(frozen=True, slots=True)
class Context:
    """One app in one profile and, where a file starts one, in one process.

    Its settings are those that are effective there: what the process's environment sets for certain
    settles the look-ups of the settings.
    """

    app: App
    profile: Profile
    process: Process | None = None

    def setting(self, name: str) -> Setting | None:
        """The effective setting, or None where no file sets it."""
        found = self.profile.get(name)
        if found is None or self.process is None or not found.value.environment():
            return found
        value = settled(found.value, self.process.environment)
        return found if value is found.value else replace(found, value=value)

    def fact(self, option: str) -> Chosen | None:
        """What decides an option of the worker, by click's parameter name (`pool`, `concurrency`,
        …):
        the command line or the environment, else the setting behind it. None where nothing gives
        it;
        a Chosen with an Unknown value where more may be given than was read.
        """
        if self.process is not None:
            given = self.process.option(option)
            if given is not None and not (option == "pool" and self._pool_yields(given)):
                return given
            if self.process.open:
                reason = "the command line may hold more than was read"
                return Chosen(Unknown(reason=reason), "option", self.process.span)
        name = OPTION_SETTINGS.get(option)
        if option == "pool" and self.app.celery.all_at_least(5) and self.app.celery.all_below(5, 1):
            return None  # the default of `--pool` always won
        setting = self.setting(name) if name is not None else None
        if setting is not None:
            return Chosen(setting.value, f"setting {setting.name}", setting.span)
        if name is not None and self.profile.open:
            reason = "the settings may hold more than was read"
            return Chosen(Unknown(reason=reason), "setting", self.profile.place)
        return None

    def _pool_yields(self, given: Chosen) -> bool:
        """From 5.1 on the word `prefork` cannot be told from the option's default, so the setting
        wins (celery/bin/worker.py: WorkersPool.convert)."""
        setting = self.setting("worker_pool")
        known = setting is not None and setting.value.known()
        return known and given.text() == "prefork" and self.app.celery.all_at_least(5, 1)

    def pool(self) -> str | None:
        """The name of the worker's pool, `prefork` where nothing gives
        one; None where not known.
        """
        chosen = self.fact("pool")
        if chosen is None:
            return "prefork"
        return _POOLS.get(chosen.text() or "", chosen.text())


@dataclass(frozen=True, slots=True)
class Worker(Context):
    """A context whose process is a worker that a file starts: app, profile and process together."""

    @property
    def started(self) -> Process:
        """The process, which a worker always has."""
        assert self.process is not None
        return self.process


# celery/concurrency/__init__.py: ALIASES, as names of the class behind them.
_POOLS = {
    "processes": "prefork",
    "celery.concurrency.prefork:TaskPool": "prefork",
    "celery.concurrency.gevent:TaskPool": "gevent",
    "celery.concurrency.eventlet:TaskPool": "eventlet",
    "celery.concurrency.thread:TaskPool": "threads",
    "celery.concurrency.solo:TaskPool": "solo",
}


@dataclass(frozen=True, slots=True)
class OrmModel:
    """An ORM class: kind is django, sqlalchemy or sqlmodel."""

    name: str
    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A call that sends a task by a name which no task of the project has.

    kind: nothing (its module has nothing of that name), plain (it has, but no task: `place`), other
    (a task, which has the name `meant`), module (there is no such module), kin (there are tasks
    with names like it). meant is the name that was likely meant, "" where that is not known.
    """

    name: str
    span: Span
    kind: str
    place: Span | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True)
class NoTask:
    """A call of a task's method on what surely is none.

    how is the method, text its receiver as written. kind: value (the function around binds the name
    to nothing else; what says to what: "a list"), function (a plain one of the project, at
    `place`), nothing (the module does not bind the name; what is its path, meant a name like it).
    """

    span: Span
    how: str
    text: str
    kind: str
    what: str = ""
    place: Span | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Undiscovered:
    """A module of tasks that no worker imports.

    kind: ignored (its name is not there, and nothing is said), fails (it is not there, and the
    worker does not start), refused (`name` is a task in it, and Python cannot import it). near is
    what was likely meant, or what refuses it; meant the name of that module.
    """

    name: str
    span: Span
    kind: str
    near: Related | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that could not be resolved: what is dispatch, setting, task, app, module."""

    what: str
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Project:
    """What runs: apps, tasks, dispatches and the rest, all resolved; no files behind it."""

    root: str
    celery: CeleryVersions
    apps: tuple[App, ...] = ()
    tasks: tuple[Task, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    canvases: tuple[Canvas, ...] = ()
    queues: tuple[Queue, ...] = ()
    routes: tuple[Route, ...] = ()
    schedule: tuple[BeatEntry, ...] = ()
    processes: tuple[Process, ...] = ()
    running: tuple[Context, ...] = ()  # one per process, its app, and each profile that it may use
    models: tuple[OrmModel, ...] = ()
    contexts: tuple[Context, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    servers: tuple[WebServer, ...] = ()  # web servers of greenlets
    kills: tuple[Kill, ...] = ()  # commands of scripts that kill processes by name
    computing: tuple[Computing, ...] = ()  # asked only where a worker of greenlets is started
    spawns: tuple[Spawn, ...] = ()  # what tasks run in greenlets and threads without their context
    receivers: tuple[Receiver, ...] = ()  # of signals that a worker of production never sends
    waits: tuple[Span, ...] = ()  # the calls that wait for a task's result
    reads: tuple[ResultRead, ...] = ()
    unknown_names: tuple[UnknownName, ...] = ()
    no_tasks: tuple[NoTask, ...] = ()
    undiscovered: tuple[Undiscovered, ...] = ()
    read_options: frozenset[str] = frozenset()  # of tasks, by code of the project
    local_zone: str | None = None  # Django's TIME_ZONE, which it makes that of the process
    option_readers: bool = False  # may code of the project read options that Celery does not know?
    reached: tuple[Reached, ...] = ()  # what the bodies of tasks come to call
    shared: tuple[Shared, ...] = ()  # what modules make and tasks should not share
    socket_timeout: bool = False  # may code of the project call `socket.setdefaulttimeout()`?
    loose_retries: tuple[RetryCall, ...] = ()  # of tasks of which only that is known
    commits: tuple[OnCommit, ...] = ()
    encoders: frozenset[str] = frozenset()  # classes that the project taught its serializers
    returned: tuple[Returned, ...] = ()  # what some serializer refuses
    packages: Mapping[str, Span] = field(
        default_factory=dict
    )  # of facts.requirement.PACKAGES: where asked for
    idle_variables: frozenset[str] = frozenset()  # of option_variables, what no file reads
    unwritten_queues: frozenset[str] = frozenset()  # of queue_names, what no Python file writes
    # What several rules ask and takes long to tell, by the question; filled as they ask.
    told: dict[tuple[Any, ...], Any] = field(default_factory=dict, compare=False, repr=False)

    def subjects(self, kind: type[Any]) -> Iterator[Any]:
        """Every subject of one of the model's types, in the order of the files."""
        if kind is Project:
            yield self
        elif kind is Setting:
            for app in self.apps:
                for profile in app.profiles:
                    yield from profile.settings.values()
        else:
            yield from {
                App: self.apps,
                Task: self.tasks,
                Dispatch: self.dispatches,
                Canvas: self.canvases,
                Queue: self.queues,
                Route: self.routes,
                BeatEntry: self.schedule,
                Process: self.processes,
                Worker: [each for each in self.running if isinstance(each, Worker)],
                Context: self.contexts,
                UnknownName: self.unknown_names,
                NoTask: self.no_tasks,
                Undiscovered: self.undiscovered,
                Reached: self.reached,
                Shared: self.shared,
            }[kind]
