"""What the body of a task comes to call, and over which functions of the project it gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.findings import Related, Span
from celerylint.patterns import regex
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.model import Argument, Frame, Task
    from celerylint.project.values import Value

# What ends a call that takes too long, as a context manager or as a decorator.
_TIMER = regex(r"(?i)\w*(?:timeout|time_?limit|deadline|fail_after|move_on_after)\w* *(?:\(|,|$)")


@dataclass(frozen=True, slots=True)
class Hop:
    """A function of the project calls another one at `span`; frames are what the call stands in."""

    caller: str
    callee: str
    span: Span
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A call of something outside of the project that runs when a task runs.

    callee is its canonical dotted name; of a method the class's and its own
    (`requests.Session.get`). task is the one with the shortest way, `path` that way (empty where
    the call stands in the task itself), tasks all that get there. frames are those of the function
    that the call stands in, text is what is written. maker is the span of the call that made the
    receiver of a method; changed tells that the code around that may have given it other defaults.
    names are all that occur in the body that the call stands in.
    """

    task: Task
    tasks: tuple[Task, ...]
    callee: str
    text: str
    span: Span
    arguments: tuple[Argument, ...] = ()
    open: bool = False
    frames: tuple[Frame, ...] = ()
    path: tuple[Hop, ...] = ()
    maker: Span | None = None
    made_with: tuple[tuple[str, Value], ...] = ()
    changed: bool = False
    names: frozenset[str] = frozenset()

    def argument(self, name: str, position: int | None = None) -> Argument | None:
        """The argument of that name, or else the one at that position."""
        for each in self.arguments:
            if each.name == name:
                return each
        positional = [each for each in self.arguments if each.name is None]
        if position is not None and position < len(positional):
            return positional[position]
        return None

    def inside(self, kind: str) -> tuple[Frame, ...]:
        """Everything of that kind that the call stands in, on the whole way from the task."""
        frames = [frame for hop in self.path for frame in hop.frames] + [*self.frames]
        return tuple(each for each in frames if each.kind == kind)

    def timed(self) -> bool:
        """Does something around the call end it after a while?"""
        around = (*self.inside("with"), *self.inside("decorator"))
        return any(_TIMER.search(each.detail) for each in around)

    def caught(self, *names: str) -> bool:
        """Does a `try` on the way catch one of these exceptions (or everything)?"""
        wanted = {"everything", *names}
        return any(
            name.strip("() ").rpartition(".")[2] in wanted
            for each in self.inside("try")
            for name in each.detail.split(",")
        )

    def way(self) -> str:
        """`sync_stock → fetch_page (inventory/client.py:31) → requests.get`."""
        steps = [self.task.function]
        steps += [f"{hop.callee} ({hop.span.path}:{hop.span.line})" for hop in self.path]
        return " → ".join([*steps, self.text])

    def related(self) -> tuple[Related, ...]:
        """The calls on the way, and the task."""
        hops = [Related(hop.span, f"`{hop.caller}` calls `{hop.callee}`") for hop in self.path]
        return (Related(self.task.span, f"the task `{self.task.function}`"), *hops)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a module makes when it is imported and tasks share that should not: name is the module's
    variable, text the call as written, at `span`; proof the way from the task to where it is used.

    kind is connection (of the processes of a prefork pool), session (of SQLAlchemy), scoped (a
    session for each thread) or client (whose connections belong to an event loop). tasks are all
    that come to use it, `task` is the one with the shortest way. healed: of a session, everything
    that was read rolls it back or closes it; pools are those that it is made for, where its module
    asks for the pool. made is the class or function that makes it, by its dotted name (empty where
    something else does); loop is the call that makes an event loop for each run, as written; sure:
    it is known of the client that it cares which loop it is.
    """

    name: str
    text: str
    span: Span
    task: Task
    proof: tuple[Related, ...]
    kind: str = "connection"
    tasks: tuple[Task, ...] = ()
    healed: bool = False
    pools: tuple[str, ...] = ()
    made: str = ""
    loop: str = ""
    sure: bool = True
