"""Whether a way to a call can be gone with the arguments that are handed on along it.

`validate(None)` never gets into `if name:`. Only conditions count that ask for nothing but
parameters which the body neither binds anew nor changes; everything else may hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.facts.syntax import Body, Node
from celerylint.project import walking
from celerylint.project.combine import truth
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.linking.bodies import Inner
from celerylint.project.objects import Arguments, FunctionObject, Parameter, Scope
from celerylint.project.values import Value
from celerylint.structs import dataclass, replace


def feasible(machine: Machine, calls: Iterable[Inner], last: tuple[FrameNote, ...]) -> bool:
    """Can these calls, each in the body of the one before, come to one that stands in `last`? The
    first is made by a task, of whose arguments nothing is known."""
    caller: _Called | None = None
    for call in calls:
        if caller is not None and not _passes(machine, caller, call.frames):
            return False
        caller = _called(machine, call, caller)
    return caller is None or _passes(machine, caller, last)


@dataclass(frozen=True, slots=True)
class _Called:
    """A function with what its caller gives it; fixed are the names that still hold it."""

    function: FunctionObject
    scope: Scope
    body: Body
    fixed: frozenset[str]


def _called(machine: Machine, call: Inner, caller: _Called | None) -> _Called:
    """The called function, with the values that its caller gives it."""
    function = call.function
    given = call.arguments
    if caller is not None:
        given = _evaluated(machine, call, caller) or replace(
            given,
            args=tuple(_handed(each, caller.scope) for each in given.args),
            kwargs=tuple((name, _handed(value, caller.scope)) for name, value in given.kwargs),
        )
    if call.receiver is not None:
        given = replace(given, args=(call.receiver, *given.args))
    scope = function.scope.child("function", function)
    with machine.aside():
        functions.bind(machine, function, given, scope)
    body = function.body() if function.node[0] == "def" else ()
    fixed = frozenset(scope.env) - walking.bound(body) - walking.changed(body)
    return _Called(function, scope, body, fixed)


def _evaluated(machine: Machine, call: Inner, caller: _Called) -> Arguments | None:
    """The arguments as they are written, by what the caller was given itself; None where they are
    not those of a plain call."""
    for node in walking.nodes(caller.body):
        if node[0] == "call" and node[1:3] == (call.site.start, call.site.end):
            break
    else:
        return None
    positional = [each for star, keyword, each, *_ in node[4] if not star and keyword is None]
    named = {keyword: each for star, keyword, each, *_ in node[4] if not star and keyword}
    given = call.arguments
    if len(positional) != len(given.args) or list(named) != [name for name, _ in given.kwargs]:
        return None

    def value(written: Node, known: Value) -> Value:
        if not _asks_only(written, caller.fixed):
            return _handed(known, caller.scope)
        with machine.aside():
            return machine.evaluate(written, caller.scope)

    pairs = zip(positional, given.args, strict=True)
    return replace(
        given,
        args=tuple(value(written, known) for written, known in pairs),
        kwargs=tuple((name, value(named[name], known)) for name, known in given.kwargs),
    )


def _handed(value: Value, caller: Scope) -> Value:
    return caller.env.get(value.name, value) if isinstance(value, Parameter) else value


def _passes(machine: Machine, called: _Called, frames: tuple[FrameNote, ...]) -> bool:
    arms = {each.site.start: each.kind for each in frames if each.kind in {"if", "else"}}
    if not arms:
        return True
    for node in walking.nodes(called.body):
        if node[0] == "if" and node[1] in arms and _asks_only(node[3], called.fixed):
            with machine.aside():
                known = truth(machine.evaluate(node[3], called.scope))
            if known is not None and known != (arms[node[1]] == "if"):
                return False
    return True


def _asks_only(test: Node, names: frozenset[str]) -> bool:
    met = [each for each in walking.nodes(test) if each[0] in {"name", "call", "attr", "walrus"}]
    return bool(met) and all(each[0] == "name" and each[3] in names for each in met)
