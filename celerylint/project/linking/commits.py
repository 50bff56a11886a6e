"""What is given to `on_commit`: a callback, or by mistake something else; and what it holds of the
loop that it is made in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node, body_of, dotted, unparse
from celerylint.findings import Related
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import tries
from celerylint.project.libraries.canvas_objects import Canvas
from celerylint.project.libraries.celery_objects import TaskMethod
from celerylint.project.linking import atomic
from celerylint.project.model import OnCommit
from celerylint.project.objects import Arguments, FunctionObject, Scope
from celerylint.project.values import Call, Literal, Name, Value
from celerylint.project.walking import blocks, bound, nodes, targets

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World

_SENDS = frozenset({"delay", "apply_async", "send_task"})
_RESULTS = frozenset({"celery.result.AsyncResult", "celery.result.EagerResult"})
_LEAVES = frozenset({"return", "raise"})


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep it where it hands something wrong to Django's `on_commit`."""
    if not isinstance(function, Name) or not function.dotted.endswith(".on_commit"):
        return
    if not function.dotted.startswith("django.db.") or here.node[0] != "call":
        return
    value = arguments.get(0, "func")
    given = next((each[2] for each in here.node[4] if each[1] in {None, "func"}), None)
    key = (here.scope.module.path, here.node[1])
    if value is None or given is None or key in world.commits:
        return
    found = _called(machine, value, given, here) or _late(machine, value, given, here)
    if found is not None:
        world.commits[key] = found


def _called(machine: Machine, value: Value, given: Node, here: Here) -> OnCommit | None:
    """What is no callback: a result of sending, or a signature, which runs the task when called."""
    span = here.at(given).span
    if isinstance(value, Canvas) and value.kind == "signature":
        return OnCommit("signature", span, unparse(given), here.scope.module.test)
    if given[0] != "call":
        return None
    sent = isinstance(value, Call) and value.dotted in _RESULTS
    if isinstance(value, Literal) and value.value is None and dotted(given[3]) is not None:
        function = machine.evaluate(given[3], here.scope)
        sent = isinstance(function, TaskMethod) or (
            isinstance(function, FunctionObject) and not _SENDS.isdisjoint(function.words)
        )
    return OnCommit("sent", span, unparse(given[3]), here.scope.module.test) if sent else None


def _late(machine: Machine, value: Value, given: Node, here: Here) -> OnCommit | None:
    """A callback that is made in a loop and looks at names of it when the loop is over."""
    if not isinstance(value, FunctionObject) or value.scope.module is not here.scope.module:
        return None
    function = tries.function_of(here.scope)
    if function is None or function.node[0] != "def":
        return None
    body = function.body()
    steps = tries.path(body, here.node[1])
    for i, (node, part, _) in enumerate(steps):
        if node[0] not in {"for", "while"} or part != "body":
            continue
        names = free(value.node) & _changing(node)
        made_here = node[1] <= value.node[1] < node[2]
        if names and made_here and not _runs_within(machine, steps[i:], here.scope):
            place = Related(
                here.scope.module.span(node[1], node[1] + len(node[0])),
                f"the loop that binds {_and(names)}",
            )
            span = here.at(given).span
            test = here.scope.module.test
            return OnCommit("late", span, _sends(value.node), test, tuple(sorted(names)), (place,))
    return None


def _and(names: frozenset[str]) -> str:
    return " and ".join(f"`{each}`" for each in sorted(names))


def free(function: Node) -> frozenset[str]:
    """The names that a function or lambda looks up around itself when it is called."""
    code = body_of(function) if function[0] == "def" else function[4]
    own = {each[0] for each in (function[5] if function[0] == "def" else function[3])}
    used = set()
    for node in nodes(code, later=True):
        if node[0] == "name":
            used.add(node[3])
        elif node[0] == "comp":
            own = own.union(*(targets(each[0]) for each in node[5]))
        elif node[0] in {"def", "lambda"}:
            own |= {each[0] for each in (node[5] if node[0] == "def" else node[3])}
            own |= bound(body_of(node)) if node[0] == "def" else frozenset()
    return frozenset(used - own - bound(code))


def _changing(loop: Node) -> frozenset[str]:
    """The names that each round of a loop binds anew: its own, and what is made of these."""
    found = targets(loop[3]) if loop[0] == "for" else set()
    body = loop[5] if loop[0] == "for" else loop[4]
    varies = loop[0] == "while"
    for node in nodes(body):
        if node[0] == "for" and _uses(node[4], found):
            found |= targets(node[3])
        elif node[0] == "assign" and node[4][0] != "const" and (varies or _uses(node[4], found)):
            found = found.union(*map(targets, node[3]))
    return frozenset(found)


def _uses(code: Node, names: set[str]) -> bool:
    return any(each[0] == "name" and each[3] in names for each in nodes(code, later=True))


def _runs_within(machine: Machine, steps: tuple[tries.Step, ...], scope: Scope) -> bool:
    """May the callback run before the next round begins: since a transaction ends in this one, or
    since there is no next one?"""
    for node, part, _ in steps[1:]:
        if node[0] == "with" and part:
            for item, _target in node[3]:
                if atomic.enters(machine, item, scope) or not _is_foreign(machine, item, scope):
                    return True
    return any(_leaves(block, steps[-1][0][1]) for block in _around(steps))


def _is_foreign(machine: Machine, item: Node, scope: Scope) -> bool:
    """Is this manager none of the project's, and none of Django's?"""
    function = item[3] if item[0] == "call" else item
    value = machine.evaluate(function, scope) if dotted(function) is not None else None
    return isinstance(value, Name) and not value.dotted.startswith("django.")


def _around(steps: tuple[tries.Step, ...]) -> Iterator[Body]:
    """The blocks of the loop that hold the call."""
    place = steps[-1][0][1]
    for node, _part, _ in steps:
        for block in blocks(node):
            if block and block[0][1] <= place < block[-1][2]:
                yield block


def _leaves(block: Body, place: int) -> bool:
    """Does the loop end behind a statement of a block?"""
    behind = [each for each in block if each[1] > place]
    return any(each[0] in _LEAVES or (each[0] == "jump" and each[3] == "break") for each in behind)


def _sends(function: Node) -> str:
    """What a callback calls, as it is shown."""
    code = body_of(function) if function[0] == "def" else function[4]
    calls = [each for each in nodes(code) if each[0] == "call"]
    sends = [each for each in calls if each[3][0] == "attr" and each[3][4] in _SENDS]
    chosen = next(iter(sends or calls), None)
    return "" if chosen is None else unparse(chosen[3])
