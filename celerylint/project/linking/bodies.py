"""What the body of one function calls, as far as rules about bodies ask for it.

A function is followed once, by itself: its parameters are what their annotations say, and the
attributes of `self` what `__init__` makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from celerylint.facts.syntax import unparse
from celerylint.project import interest
from celerylint.project.interpreter import classes, functions
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import commands
from celerylint.project.libraries.celery_objects import TaskMethod, TaskObject
from celerylint.project.libraries.records import TaskRecord, World
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Partial,
    Unread,
)
from celerylint.project.values import Call, Name, OneOf, Site, Value
from celerylint.structs import dataclass, field

MOST_FUNCTIONS = 1_500
# Statements that following one body may cost, with what is followed for the sake of values.
MOST_STEPS = 1_000
_EXIT = "SystemExit"
_ANY = Arguments(open_args=True, open_kwargs=True)
_RUNS_HERE = frozenset({"apply", "run"})
# Functions that call the function that they are given.
_CALLS_FIRST = frozenset({"asgiref.sync.async_to_sync", "asgiref.sync.sync_to_async"})


@dataclass(frozen=True, slots=True)
class External:
    """A call of something outside of the project; receiver made the object of a method."""

    callee: str
    site: Site
    text: str
    nodes: tuple[object, ...]
    arguments: Arguments
    frames: tuple[FrameNote, ...]
    receiver: Call | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Inner:
    """A call of a function of the project, with the receiver where it is a method. command: it is
    the `handle` of a management command, whose options decide what it does."""

    function: FunctionObject
    receiver: Value | None
    site: Site
    frames: tuple[FrameNote, ...]
    arguments: Arguments = Arguments()
    command: bool = False


@dataclass(slots=True)
class Summary:
    """What a function calls."""

    name: str
    names: frozenset[str]
    external: list[External] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)


@dataclass(slots=True)
class Bodies:
    """The functions that were followed. handed is where objects were made that other code was
    given; demanded are files that would have to be read, of those that reaches_out accepts."""

    machine: Machine
    world: World
    reaches_out: Callable[[str], bool]
    summaries: dict[tuple[object, ...], Summary] = field(default_factory=dict)
    selves: dict[tuple[str, int], Value] = field(default_factory=dict)
    handed: set[tuple[str, int]] = field(default_factory=set)
    demanded: set[str] = field(default_factory=set)

    def summary(self, function: FunctionObject, receiver: Value | None) -> Summary | None:
        """What the function calls; None where too many were followed."""
        key = key_of(function, receiver)
        if key not in self.summaries:
            if len(self.summaries) >= MOST_FUNCTIONS:
                return None
            self.summaries[key] = made = Summary(name_of(function), frozenset(function.words))
            with suppress(RecursionError):
                self._follow(function, receiver, made)
        return self.summaries[key]

    def start(self, record: TaskRecord) -> tuple[FunctionObject, Value | None] | None:
        """The function that a task runs, and its `self`."""
        function: Value | None = record.function
        bind = record.option("bind")
        receiver: Value | None = None
        if record.cls is not None:
            function = classes.find(self.machine, record.cls, "run")
            receiver = TaskObject(world=self.world, record=record, bound=True)
        elif bind is not None and bind.must(lambda each: each is True):
            receiver = TaskObject(world=self.world, record=record, bound=True)
        return (function, receiver) if isinstance(function, FunctionObject) else None

    def _follow(self, function: FunctionObject, receiver: Value | None, summary: Summary) -> None:
        def listen(machine: Machine, called: Value, arguments: Arguments, here: Here) -> None:
            _note(self, summary, called, arguments, here)

        own = receiver if receiver is not None else functions.receiver_of(function)
        with _alone(self.machine) as machine:
            machine.listeners = [listen]
            machine.frames = list(_decorators(function))
            _run(machine, function, None if own is None else self._settled(own))

    def _settled(self, receiver: Value) -> Value:
        """The receiver; for an instance one whose `__init__` was followed by itself."""
        if not isinstance(receiver, Instance) or not isinstance(receiver.cls, ClassObject):
            return receiver
        cls = receiver.cls
        if cls.key not in self.selves:
            self.selves[cls.key] = made = Instance(cls=cls)
            start = classes.find(self.machine, cls, "__init__")
            if isinstance(start, FunctionObject):
                with suppress(RecursionError), _alone(self.machine) as machine:
                    machine.listeners = []
                    _run(machine, start, made)
        return self.selves[cls.key]


@contextmanager
def _alone(machine: Machine) -> Iterator[Machine]:
    with machine.aside():
        machine.alone = True
        machine.steps, machine.spent = 0, functions.MOST_IN_ALL - MOST_STEPS
        yield machine


def _run(machine: Machine, function: FunctionObject, receiver: Value | None) -> None:
    scope = functions.own_scope(machine, function, receiver)
    body = function.body()
    machine.run_apart(_raised(body) if _EXIT in function.words else body, scope)


def _raised(code: Any) -> Any:
    """The code with `raise SystemExit` as the call that it is."""
    if not isinstance(code, tuple):
        return code
    if len(code) == 4 and code[0] == "raise" and code[3] and code[3][0] == "name":
        name = code[3]
        return (*code[:3], ("call", *name[1:3], name, ())) if name[3] == _EXIT else code
    return tuple(_raised(each) for each in code)


def _decorators(function: FunctionObject) -> Iterator[FrameNote]:
    nodes = function.node[6] if function.node[0] == "def" else ()
    values = (*reversed(function.wrappers), *[None] * len(nodes))
    for node, value in zip(nodes, values, strict=False):
        named = value.dotted if isinstance(value, Name | Call) else unparse(node)
        yield FrameNote("decorator", Site(function.scope.module, node[1], node[2]), named)


def key_of(function: FunctionObject, receiver: Value | None) -> tuple[object, ...]:
    """What tells bodies apart: one method does different things for different classes."""
    cls = receiver.cls if isinstance(receiver, Instance) else None
    return (*function.key, cls.key if isinstance(cls, ClassObject) else None)


def name_of(function: FunctionObject) -> str:
    """How messages call a function: by its class where it makes an instance."""
    if function.owner is None:
        return function.name
    if function.name == "__init__":
        return function.owner.name
    return f"{function.owner.name}.{function.name}"


def _note(
    bodies: Bodies, summary: Summary, called: Value, arguments: Arguments, here: Here
) -> None:
    if not isinstance(called, Name):
        _hand(bodies, arguments)
    for each in called.options[:4] if isinstance(called, OneOf) else (called,):
        if isinstance(each, Partial):
            given = Arguments(each.args + arguments.args, open_args=True, open_kwargs=True)
            _note(bodies, summary, each.function, given, here)
        elif isinstance(each, Unread):
            if not (each.called or each.member):
                bodies.demanded |= {path for path in each.paths if bodies.reaches_out(path)}
        elif isinstance(each, Name):
            _external(bodies, summary, each.dotted, arguments, here)
        elif isinstance(each, Bound) and each.function is None:
            _method(bodies, summary, each, arguments, here)
        else:
            _inner(bodies, summary, _functions(bodies, each), arguments, here)


def _inner(
    bodies: Bodies,
    summary: Summary,
    called: Iterable[tuple[FunctionObject, Value | None]],
    arguments: Arguments,
    here: Here,
) -> None:
    for function, receiver in called:
        frames = tuple(bodies.machine.frames)
        summary.inner.append(Inner(function, receiver, here.site, frames, arguments))


def _hand(bodies: Bodies, arguments: Arguments) -> None:
    """What gets an object from outside of the project may change it."""
    for each in (*arguments.args, *(value for _, value in arguments.kwargs)):
        if isinstance(each, Call) and each.site is not None:
            bodies.handed |= {(at.file.path, at.start) for at in (each.site, *each.via)}


def _functions(bodies: Bodies, called: Value) -> Iterator[tuple[FunctionObject, Value | None]]:
    """The project's functions that a call of this runs."""
    if isinstance(called, FunctionObject):
        yield called, None
    elif isinstance(called, Bound) and called.function is not None:
        yield called.function, called.receiver
    elif isinstance(called, ClassObject):
        start = classes.find(bodies.machine, called, "__init__")
        if isinstance(start, FunctionObject):
            yield start, Instance(cls=called)
    elif isinstance(called, Instance) and isinstance(called.cls, ClassObject):
        found = classes.find(bodies.machine, called.cls, "__call__")
        if isinstance(found, FunctionObject):
            yield found, called
    elif isinstance(called, TaskMethod) and called.name in _RUNS_HERE:
        yield from _functions(bodies, called.task)
    elif isinstance(called, TaskObject):
        start_of = bodies.start(called.record)
        if start_of is not None:
            yield start_of


def _external(
    bodies: Bodies,
    summary: Summary,
    dotted: str,
    arguments: Arguments,
    here: Here,
    receiver: Call | None = None,
) -> None:
    callee = interest.canonical(dotted)
    if callee in _CALLS_FIRST and arguments.args:
        _note(bodies, summary, arguments.args[0], _ANY, here)
    if callee == commands.CALL:
        runs = commands.handle(bodies.machine, arguments, bodies.reaches_out, bodies.demanded)
        frames = tuple(bodies.machine.frames)
        for method, command, given in runs:
            summary.inner.append(Inner(method, command, here.site, frames, given, command=True))
    if callee in interest.CALLS:
        node = here.node
        text = unparse(node[3] if node[0] == "call" else node)
        nodes = node[4] if node[0] == "call" else ()
        frames = tuple(bodies.machine.frames)
        summary.external.append(
            External(callee, here.site, text, nodes, arguments, frames, receiver, summary.names)
        )


def _method(
    bodies: Bodies, summary: Summary, bound: Bound, arguments: Arguments, here: Here
) -> None:
    """A method of something that a call from outside of the project made."""
    made = bound.receiver
    if isinstance(made, Instance) and isinstance(made.cls, Name):
        made = Call(dotted=made.cls.dotted)
    if isinstance(made, TaskObject):
        _external(bodies, summary, f"celery.Task.{bound.name}", arguments, here)
    if isinstance(made, Call):
        dotted = f"{interest.canonical(made.dotted)}.{bound.name}"
        _external(bodies, summary, dotted, arguments, here, made)
