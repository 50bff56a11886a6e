"""The try statements in the bodies of tasks, and of the project's functions that they call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from celerylint.facts.syntax import Body as Nodes
from celerylint.facts.syntax import Node, dotted, unparse
from celerylint.findings import Related
from celerylint.patterns import regex
from celerylint.project import model
from celerylint.project.interpreter import classes, functions
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import tries
from celerylint.project.libraries.records import TaskRecord, World
from celerylint.project.linking import tasks
from celerylint.project.objects import ClassObject, FunctionObject, Parameter, Scope
from celerylint.project.process import Process
from celerylint.project.values import Unknown, Value
from celerylint.structs import dataclass, field, replace

MOST_FUNCTIONS = 60
_LOOPS = frozenset({"for", "while"})
_IMPORTS = frozenset({"import", "from"})
_OTHER = regex(r"(?<!MaxRetriesExceeded)(?<!Celery)(?<!Task)Error$|DoesNotExist$")
_RUNS = regex(r"self\.run$|super\(.*\)\.(__call__|run)$")
# How marshal writes the tag of a try statement: bodies without it need no second look.
_TRY = b"\x03try"


def needed(task: model.Task, record: TaskRecord, limited: bool) -> bool:
    """Does a rule ask for the task's try statements? limited: there are soft limits in the
    settings, or on the command lines."""
    if record.function is None:
        return False
    own = task.option("soft_time_limit") is not None
    return limited or own or "MaxRetriesExceededError" in record.function.words


def limited(apps: Iterable[model.App], processes: Iterable[Process]) -> bool:
    """May a soft limit hold for tasks that do not set one?"""
    names = ("task_soft_time_limit", "task_annotations")
    profiles = [profile for app in apps for profile in app.profiles]
    return any(profile.get(name) is not None for profile in profiles for name in names) or any(
        each.option("soft_time_limit") is not None for each in processes
    )


@dataclass(slots=True)
class Guards:
    """The try statements of functions, each of which is looked at once."""

    machine: Machine
    world: World
    bodies: dict[tuple[str, int], tuple[model.Guard, ...]] = field(default_factory=dict)
    calls: dict[tuple[str, int], tuple[model.Try, ...]] = field(default_factory=dict)

    def of_task(self, record: TaskRecord) -> tuple[model.Guard, ...]:
        """The try statements that run when the task runs: those in its own body, then those in the
        functions of the project that it calls."""
        function = record.function
        if function is None:
            return ()
        body = function.body()
        within = list(tries.nodes(body))
        scope = _scope(self.machine, function, within)
        found = list(_guards(self.machine, scope, body, within, function.name))
        seen = {function.key}
        for inner, hop in _called(self.machine, scope, within):
            if inner.key not in seen and len(seen) < MOST_FUNCTIONS:
                seen.add(inner.key)
                found += [replace(each, path=(hop,)) for each in self._inner(inner)]
        return tuple(found)

    def outside(self, record: TaskRecord) -> tuple[model.Try, ...]:
        """The try statements in which the `__call__` of the task's class runs it."""
        base = record.cls
        start = base if base is not None else tasks.base_of(self.machine, self.world, record)
        method = None if start is None else classes.find(self.machine, start, "__call__")
        if not isinstance(method, FunctionObject) or _TRY not in method.node[7]:
            return ()
        if method.key not in self.calls:
            self.calls[method.key] = self._around_run(method)
        return self.calls[method.key]

    def _around_run(self, method: FunctionObject) -> tuple[model.Try, ...]:
        body = method.body()
        within = list(tries.nodes(body))
        scope = _scope(self.machine, method, within)
        for node in within:
            if node[0] == "call" and _RUNS.match(unparse(node[3])):
                return tries.around(self.machine, scope, node[1], body)
        return ()

    def _inner(self, function: FunctionObject) -> tuple[model.Guard, ...]:
        if function.key not in self.bodies:
            guards: tuple[model.Guard, ...] = ()
            if _TRY in function.node[7] or "suppress" in function.words:
                body = function.body()
                within = list(tries.nodes(body))
                scope = _scope(self.machine, function, within)
                guards = tuple(_guards(self.machine, scope, body, within, function.name))
            self.bodies[function.key] = guards
        return self.bodies[function.key]


def _scope(machine: Machine, function: FunctionObject, within: Iterable[Node]) -> Scope:
    """The scope of a body that was not followed, with what the body imports."""
    scope = functions.own_scope(machine, function, None)
    for node in within:
        if node[0] in _IMPORTS:
            machine.run((node,), scope)
    return scope


def _guards(
    machine: Machine, scope: Scope, body: Nodes, within: Iterable[Node], name: str
) -> Iterator[model.Guard]:
    for node in within:
        if node[0] not in {"try", "with"} or not _may_take(node):
            continue
        inner = node[3] if node[0] == "try" else node[4]
        around = tries.around(machine, scope, inner[0][1], body) if inner else ()
        span = scope.module.span(node[1], node[1] + len(node[0]))
        if around and around[0].span == span:
            inside = list(tries.nodes(inner))
            calls = tuple(unparse(each[3]) for each in inside if each[0] == "call")
            yield model.Guard(around, name, calls, any(each[0] in _LOOPS for each in inside))


def _may_take(node: Node) -> bool:
    """May it take an error of Celery's? What only names errors of other kinds is most."""
    if node[0] == "with":
        return any(item[0] == "call" for item, _ in node[3])
    if any(each[0] == "return" for each in node[6]):
        return True
    for handler in node[4]:
        caught = handler[2]
        names = caught[4] if caught is not None and caught[0] == "seq" else (caught,)
        if not all(each is not None and _OTHER.search(unparse(each)) for each in names):
            return True
    return False


def _called(
    machine: Machine, scope: Scope, within: Sequence[Node]
) -> Iterator[tuple[FunctionObject, Related]]:
    """The functions of the project that a body calls by their name, or as methods of an object that
    it makes, and where it does first."""
    seen: set[str] = set()
    makers: Mapping[str, Node] | None = None
    for node in within:
        if node[0] != "call":
            continue
        text = unparse(node[3])
        if text in seen:
            continue
        seen.add(text)
        found = _by_name(machine, scope, node[3])
        if found is None and node[3][0] == "attr":
            makers = _makers(within) if makers is None else makers
            found = _method(machine, scope, node[3], makers)
        if isinstance(found, FunctionObject) and found.node[0] == "def":
            span = scope.module.span(node[1], node[2])
            yield found, Related(span, f"calls `{found.name}`")


def _by_name(machine: Machine, scope: Scope, node: Node) -> Value | None:
    """What stands under a dotted name, as far as it is not made in the body itself."""
    text = dotted(node)
    if text is None or isinstance(scope.env.get(text.partition(".")[0]), Parameter):
        return None
    found = machine.evaluate(node, scope)
    return None if isinstance(found, Unknown) else found


def _method(machine: Machine, scope: Scope, node: Node, makers: Mapping[str, Node]) -> Value | None:
    """The method that is called of `Class(...)`, or of the only object that a name is given."""
    made = node[3]
    if made[0] == "name":
        made = makers.get(made[3], made)
    cls = _by_name(machine, scope, made[3]) if made[0] == "call" else None
    return classes.find(machine, cls, node[4]) if isinstance(cls, ClassObject) else None


def _makers(within: Iterable[Node]) -> Mapping[str, Node]:
    """The calls that make what a body's names hold, of names that are bound in one place."""
    bound: dict[str, list[Node]] = {}
    for node in within:
        for target, value in _bindings(node):
            for each in tries.nodes((target,)):
                if each[0] == "name":
                    bound.setdefault(each[3], []).append(value if each is target else target)
    return {name: found[0] for name, found in bound.items() if len(found) == 1}


def _bindings(node: Node) -> Iterator[tuple[Node, Node]]:
    """(target, what it is given) of one node; the target itself where that is not an expression."""
    if node[0] == "assign":
        yield from ((target, node[4]) for target in node[3])
    elif node[0] == "ann" and node[5] is not None:
        yield node[3], node[5]
    elif node[0] in ("aug", "for", "walrus"):
        yield node[3], node[4] if node[0] == "walrus" else node[3]
    elif node[0] == "with":
        yield from ((target, target) for _, target in node[3] if target is not None)
