"""A project's own signals, Django's and blinker's: who sends them, and what is connected to them.

Which files do is told from their bytes; what connects or sends in these is then followed, and
nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import orm
from celerylint.project.libraries.signal_words import CONNECTS, SENDS, sending
from celerylint.project.objects import (
    Arguments,
    Bound,
    FunctionObject,
    Unread,
)
from celerylint.project.values import (
    Call,
    Literal,
    Site,
    Unknown,
    Value,
)
from celerylint.structs import dataclass, field

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

# Their receivers get the sender as a keyword; those of blinker's, as the first argument.
_KEYWORDS = frozenset({"django.dispatch.Signal", "celery.utils.dispatch.Signal"})
_NAMED = "blinker.Namespace.signal"
_CLASSES = _KEYWORDS | {"blinker.Signal", _NAMED}
_WORDS = SENDS | CONNECTS

Key = tuple[str, int]  # a file and an offset
Identity = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that sends a signal; positional where the sender is the receiver's first argument."""

    site: Site
    arguments: Arguments
    positional: bool

    def passed(self, name: str, first: bool) -> Value | None:
        """What a parameter gets; None where that is not known."""
        if self.arguments.open:
            return None
        if (first if self.positional else name == "sender") and self.arguments.args:
            return self.arguments.args[0]
        return self.arguments.kwarg(name)


@dataclass(slots=True)
class Signals:
    """Everything that was found of a project's own signals.

    made says whether any file may make one; users which files have a word of `signal_words`, and
    how often; `given` is where the parameters got their values, by the place of the parameter.
    """

    users: Callable[[str], MappingOf[str, int]] = lambda word: {}
    made: Callable[[], bool] = bool
    given: dict[Key, tuple[Site, ...]] = field(default_factory=dict)
    followed: set[str] = field(default_factory=set)
    connects: dict[Key, tuple[Call, Value]] = field(default_factory=dict)
    sends: dict[Key, tuple[Identity, list[Sent]]] = field(default_factory=dict)

    def listener(self, machine: Machine, function: Value, arguments: Arguments, here: Here) -> None:
        """A call stands here: keep it where it connects or sends a signal of the project."""
        if isinstance(function, Unread) and _WORDS.intersection(_called(here.node)):
            machine.need(function)
        if not isinstance(function, Bound) or not isinstance(function.receiver, Call):
            return
        signal, place = function.receiver, (here.scope.module.path, here.node[1])
        identity = identity_of(signal)
        if identity is None:
            return
        if function.name in CONNECTS:
            receiver = machine.need(arguments.get(0, "receiver"))
            self.connects[place] = (signal, receiver or Unknown())
        elif function.name in SENDS:
            sent = Sent(here.site, arguments, signal.dotted not in _KEYWORDS)
            self.sends.setdefault(place, (identity, []))[1].append(sent)


def handlers() -> dict[str, CallHandler]:
    """`Namespace().signal(name)` of blinker."""
    return {"method:signal": _named}


def _named(machine: Machine, arguments: Arguments, here: Here) -> Value:
    bound = arguments.args[0]
    space = bound.receiver if isinstance(bound, Bound) else None
    if isinstance(space, Call) and space.dotted == "blinker.Namespace":
        return Call(dotted=_NAMED, args=(space, *arguments.args[1:2]), site=here.site)
    return Unknown(reason="not handled")


def identity_of(signal: Call) -> Identity | None:
    """The object that it is: by where it is made, or by its name in a namespace."""
    if signal.dotted not in _CLASSES or signal.site is None:
        return None
    made, name = signal.site, ""
    if signal.dotted == _NAMED:
        if len(signal.args) < 2 or not isinstance(signal.args[1], Literal):
            return None
        made, name = signal.args[0].site or made, str(signal.args[1].value)
    return (made.file.path, made.start, name)


def sends_of(machine: Machine, signals: Signals, signal: Call) -> list[Sent] | None:
    """What sends the signal, under the names that its module has for it; None where a call with
    such a name is not known."""
    identity, site = identity_of(signal), signal.site
    if identity is None or site is None:
        return None
    names = [
        name
        for name, value in site.file.env.items()
        if isinstance(value, Call) and identity_of(value) == identity
    ]
    found: list[Sent] = []
    for name in names:
        users = signals.users(sending(name))
        if not follow(machine, signals, users):
            return None
        for path, times in users.items():
            here = [
                sent
                for place, (which, sent) in signals.sends.items()
                if place[0] == path and which == identity
            ]
            if len(here) != times:
                return None
            found += [each for sent in here for each in sent]
    return found


def follow(machine: Machine, signals: Signals, paths: Iterable[str]) -> bool:
    """Follow what connects or sends signals in these files; False where some were not read."""
    unread = {path for path in paths if path not in machine.modules}
    machine.needed |= unread
    for path in paths if not unread else ():
        if path not in signals.followed:
            signals.followed.add(path)
            _follow_file(machine, signals, path)
    return not unread


def _follow_file(machine: Machine, signals: Signals, path: str) -> None:
    module = machine.module(path)
    with machine.aside():
        machine.alone, machine.listeners = True, [signals.listener]
        for node in machine.modules[path].body:
            if node[0] == "expr" and _WORDS.intersection(_called(node[3])):
                machine.evaluate(node[3], machine.modules[path].scope)
    for function, _ in list(machine.defined):
        if function.scope.module is module:
            _hear(machine, signals, function, functions.receiver_of(function))


def _called(node: Node) -> tuple[str, ...]:
    return (node[3][4],) if node[0] == "call" and node[3][0] == "attr" else ()


def _hear(
    machine: Machine, signals: Signals, function: FunctionObject, receiver: Value | None
) -> None:
    if _WORDS.isdisjoint(function.words):
        return
    with machine.aside():
        machine.alone, machine.listeners = True, [signals.listener]
        machine.steps = 0
        scope = functions.own_scope(machine, function, receiver)
        orm.receivers(machine, function, scope)
        _, nested = machine.run_apart(function.body(), scope)
    for inner, _frames in nested:
        if isinstance(inner, FunctionObject):
            _hear(machine, signals, inner, functions.receiver_of(inner))
