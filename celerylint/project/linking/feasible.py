"""Whether a way to a call can be gone with the arguments that are handed on along it.

`validate(None)` never gets into `if name:`. Only conditions count that ask for nothing but
parameters which the body does not bind anew; everything else may hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.facts.syntax import Node
from celerylint.project import walking
from celerylint.project.combine import truth
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.linking.bodies import Inner
from celerylint.project.objects import FunctionObject, Parameter, Scope
from celerylint.project.values import Value
from celerylint.structs import replace


def feasible(machine: Machine, calls: Iterable[Inner], last: tuple[FrameNote, ...]) -> bool:
    """Can these calls, each in the body of the one before, come to one that stands in `last`? The
    first is made by a task, of whose arguments nothing is known."""
    function: FunctionObject | None = None
    scope: Scope | None = None
    for call in calls:
        if function is not None and not _passes(machine, function, scope, call.frames):
            return False
        scope = _bound(machine, call, scope)
        function = call.function
    return function is None or _passes(machine, function, scope, last)


def _bound(machine: Machine, call: Inner, caller: Scope | None) -> Scope:
    """The scope of the called function, with the values that its caller gives it."""
    given = call.arguments
    args = tuple(_handed(each, caller) for each in given.args)
    if call.receiver is not None:
        args = (call.receiver, *args)
    kwargs = tuple((name, _handed(value, caller)) for name, value in given.kwargs)
    scope = call.function.scope.child("function", call.function)
    with machine.aside():
        made = replace(given, args=args, kwargs=kwargs)
        functions.bind(machine, call.function, made, scope)
    return scope


def _handed(value: Value, caller: Scope | None) -> Value:
    if isinstance(value, Parameter) and caller is not None:
        return caller.env.get(value.name, value)
    return value


def _passes(
    machine: Machine,
    function: FunctionObject,
    scope: Scope | None,
    frames: tuple[FrameNote, ...],
) -> bool:
    arms = {each.site.start: each.kind for each in frames if each.kind in {"if", "else"}}
    if scope is None or not arms or function.node[0] != "def":
        return True
    body = function.body()
    fixed = scope.env.keys() - walking.bound(body)
    for node in walking.nodes(body):
        if node[0] == "if" and node[1] in arms and _asks_only(node[3], fixed):
            with machine.aside():
                known = truth(machine.evaluate(node[3], scope))
            if known is not None and known != (arms[node[1]] == "if"):
                return False
    return True


def _asks_only(test: Node, names: set[str]) -> bool:
    met = [each for each in walking.nodes(test) if each[0] in {"name", "call", "attr", "walrus"}]
    return bool(met) and all(each[0] == "name" and each[3] in names for each in met)
