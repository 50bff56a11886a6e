"""Which functions are worth following for what they call, told from the names in their bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from celerylint.project import interest
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.commands import CALL
from celerylint.project.modules import Module
from celerylint.project.objects import ClassObject, FunctionObject, Lazy
from celerylint.project.values import Call, Name, OneOf, Site, Value
from celerylint.structs import dataclass, field

MOST_HOPS = 4
_NO_STATEMENTS = frozenset({"expr", "assign", "return", "aug", "ann", "raise", "def"})
# Methods that objects of all kinds have.
_COMMON = frozenset(
    [
        *(
            "get",
            "post",
            "put",
            "delete",
            "save",
            "create",
            "update",
            "run",
            "start",
            "stop",
            "send",
        ),
        *(
            "index",
            "close",
            "all",
            "filter",
            "first",
            "execute",
            "add",
            "remove",
            "append",
            "items",
        ),
        *("read", "write", "open", "join", "format", "info", "error", "call", "handle", "load"),
        *("to_dict", "clean", "check", "process", "set", "list", "search", "fetch"),
    ]
)
_RUNS = CALL.rpartition(".")[2]
BY_CLASS = frozenset({"__init__", "__call__", "__enter__"})


@dataclass(slots=True)
class Relevance:
    """For each function that may lead to a call of interest, how many hops away that is at least.

    A name stands for everything that bears it.
    """

    machine: Machine
    reaches_out: Callable[[str], bool]
    hops: dict[tuple[str, int], int] = field(default_factory=dict)
    known: set[tuple[str, int]] = field(default_factory=set)
    imports: dict[tuple[str, str | None], bool] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)  # by module

    def matters(self, function: FunctionObject, hops: int) -> bool:
        """Is it worth following with so many hops left? One that nobody looked at is."""
        if function.key not in self.known:
            return True
        return self.hops.get(function.key, hops + 1) <= hops

    def leading_to(self, path: str) -> frozenset[tuple[str, int]]:
        """The functions that matter and may lead to one of a file (or are one of it)."""
        mattering = [each for each, _ in self.machine.defined if each.key in self.hops]
        hops = {
            each.key: 0
            for each in mattering
            # What runs a management command names it in a string.
            if each.key[0] == path or _RUNS in each.words
        }
        others = [each for each in mattering if each.key not in hops]
        _spread(self.machine, hops, others)
        return frozenset(hops)

    def names_in(self, module: Module) -> frozenset[str]:
        """The names that matter in a module: those that do everywhere, and its own for the same
        things and for what may be in a module that was not read."""
        if module.path not in self.names:
            self.names[module.path] = _names(self, module)
        return self.names[module.path]

    def unread(self, dotted: str, attribute: str | None, importer: str) -> str | None:
        """The file behind an import that was not read and may matter."""
        names = self.machine.names
        path = names.find(dotted, importer)
        if path is not None and path.endswith("/"):
            path = names.find(f"{dotted}.{attribute}", importer)
        if path is None or path in self.machine.modules or path not in names.files:
            return None
        return path if self.reaches_out(path) else None

    def imported(self, value: Lazy) -> bool:
        """May an import bring something that matters? What it brings may be imported there, too."""
        met: list[tuple[str, str | None]] = []
        matters = False
        step: Lazy | None = value
        while step is not None and not matters:
            key = (step.dotted, step.attribute)
            if key in self.imports:  # known, or met before: imports in a circle
                matters = self.imports[key]
                break
            met.append(key)
            self.imports[key] = False
            matters = interest.leads(".".join(each for each in key if each)) or bool(
                self.unread(step.dotted, step.attribute, step.module.path)
            )
            step = self._handed_on(step)
        self.imports |= dict.fromkeys(met, matters)
        return matters

    def _handed_on(self, value: Lazy) -> Lazy | None:
        """The import by which a module that was read has what others import from it."""
        path = self.machine.names.find(value.dotted, value.module.path)
        module = None if path is None else self.machine.modules.get(path)
        found = None if module is None else module.env.get(value.attribute or "")
        return found if isinstance(found, Lazy) else None


def of(machine: Machine, reaches_out: Callable[[str], bool], places: Iterable[Site]) -> Relevance:
    """Look at the names of every function: those that occur in one which matters make it matter,
    too. places are calls that matter, whatever they are called."""
    found = Relevance(machine, reaches_out)
    for path, module in list(machine.modules.items()):
        if module.state == "new" and not module.test:  # read on demand, and used by no body
            machine.module(path)
    starts: dict[str, list[int]] = {}
    for site in places:
        starts.setdefault(site.file.path, []).append(site.start)
    waiting = []
    for function in {each.key: each for each, _ in machine.defined}.values():
        found.known.add(function.key)
        node, path = function.node, function.scope.module.path
        holds = any(node[1] < at < node[2] for at in starts.get(path, ())) or (
            "apply" in function.words and "get" in function.words  # of a task that is run at once
        )
        if holds or not found.names_in(function.scope.module).isdisjoint(function.words):
            found.hops[function.key] = 0
        else:
            waiting.append(function)
    _spread(machine, found.hops, waiting)
    return found


def _spread(
    machine: Machine, found: dict[tuple[str, int], int], waiting: list[FunctionObject]
) -> None:
    """Add the waiting functions from which those that were found may be reached, with the hops."""
    matter = [each for each, _ in machine.defined if each.key in found]
    renames = renamed(machine)
    for hops in range(1, MOST_HOPS + 1):
        owners: dict[str, set[str]] = {}
        for each in matter:
            for name in (_called(each), *renames.get(_called(each), ())):
                owners.setdefault(name, set()).add(_known_by(each))
        later, matter = [], []
        for each in waiting:
            if owners.keys().isdisjoint(each.words) or not _may_call(each, owners):
                later.append(each)
            else:
                found[each.key] = hops
                matter.append(each)
        waiting = later


def renamed(machine: Machine) -> dict[str, set[str]]:
    """Under which other names modules import things."""
    found: dict[str, set[str]] = {}
    for module in machine.modules.values():
        for name, value in module.env.items():
            if isinstance(value, Lazy) and value.attribute not in (None, name):
                found.setdefault(value.attribute or "", set()).add(name)
    return found


def _may_call(function: FunctionObject, owners: dict[str, set[str]]) -> bool:
    """A method with a name that everything has counts where the module knows its class."""
    known = function.scope.module.env
    return any(
        "" in owners[word] or not owners[word].isdisjoint(known)
        for word in function.words
        if word in owners
    )


def _known_by(function: FunctionObject) -> str:
    """The name that a caller's module has to know; "" where the function's own says enough."""
    common = function.owner is not None and function.name in _COMMON
    return function.owner.name if common and function.owner is not None else ""


def _called(function: FunctionObject) -> str:
    """Under which name others call it."""
    if function.owner is not None and function.name in BY_CLASS:
        return function.owner.name
    return function.name


def _names(found: Relevance, module: Module) -> frozenset[str]:
    names = set(interest.WORDS)
    for name, value in module.env.items():
        if _matters(found, value):
            names.add(name)
        elif isinstance(value, ClassObject):
            names |= _fields(value)
    return frozenset(names)


def _matters(found: Relevance, value: Value) -> bool:
    if isinstance(value, OneOf):
        return any(_matters(found, each) for each in value.options)
    if isinstance(value, Lazy):
        return found.imported(value)
    return isinstance(value, Name | Call) and interest.leads(value.dotted)


def _fields(cls: ClassObject) -> set[str]:
    """Attributes that `__init__` sets to something that matters."""
    start = cls.env.get("__init__")
    if not isinstance(start, FunctionObject) or interest.WORDS.isdisjoint(start.words):
        return set()
    found = set()
    for node in start.body():
        if node[0] == "assign" and _mentions(node[4]):
            found |= {each[4] for each in node[3] if each[0] == "attr"}
        elif node[0] == "ann" and node[3][0] == "attr" and node[5] and _mentions(node[5]):
            found.add(node[3][4])
    return found


def _mentions(node: Any) -> bool:
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack.extend(part)
        elif isinstance(part, str) and part in interest.WORDS:
            return True
    return False


def imported_inside(found: Relevance, function: FunctionObject) -> set[str]:
    """Files that a function imports in its body, that were not read and may matter."""
    here = function.scope.module
    paths: set[str | None] = set()
    stack: list[tuple[Any, ...]] = [function.body()]
    while stack:
        part = stack.pop()
        if not part or part[0] in _NO_STATEMENTS:
            continue
        if part[0] == "from":
            names = found.machine.names
            dotted = names.relative(part[3], part[4], here.path) if part[4] else part[3]
            if dotted is not None and part[5] != "*":
                paths |= {found.unread(dotted, name, here.path) for name, _ in part[5]}
        else:
            stack.extend(each for each in part if isinstance(each, tuple))
    return {path for path in paths if path is not None}
