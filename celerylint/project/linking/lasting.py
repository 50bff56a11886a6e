"""Which functions use what a module makes when it is imported, and how tasks get to them.

Told from the code as it is written: a name counts where the imports lead to the module's own, and a
method where its class or `self` is written before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from celerylint.facts.syntax import Node, body_of
from celerylint.findings import Related
from celerylint.project import model, walking
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import World
from celerylint.project.linking.bodies import name_of
from celerylint.project.linking.relevance import BY_CLASS, renamed
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, Lazy
from celerylint.structs import dataclass, field

MOST_HOPS = 3
_MOST_WAYS = 100
_DEEPEST = 8  # imports that hand a name on

Way = tuple[FunctionObject, ...]  # what uses it, then each one's caller
Meaning = tuple[Module, str]  # a module's own name; "" for the module itself


def _never(function: FunctionObject) -> bool:
    return False


@dataclass(slots=True)
class Uses:
    """The functions of the project, by what they use. tasks are those of the model by the identity
    of their record."""

    machine: Machine
    world: World
    tasks: dict[int, model.Task]
    _functions: list[FunctionObject] | None = None
    _bindings: dict[str, dict[str, list[Node]]] = field(default_factory=dict)
    _nodes: dict[tuple[str, int], list[Node]] = field(default_factory=dict)
    _meanings: dict[tuple[str, int], Callable[[str], Meaning | None]] = field(default_factory=dict)
    _naming: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)
    _by_word: dict[str, list[FunctionObject]] = field(default_factory=dict)
    _renamed: dict[str, set[str]] = field(default_factory=dict)
    _task_of: dict[tuple[str, int], model.Task] = field(default_factory=dict)

    def users(self, module: Module, name: str) -> list[FunctionObject]:
        """The functions that use a module's name."""
        return [each for each in self._with(name) if any(self.places(each, module, name))]

    def places(self, function: FunctionObject, module: Module, name: str) -> Iterator[Node]:
        """Where a function, or one that it defines, uses a module's name."""
        meant = self.meanings(function)
        wanted = (module, name)
        for node in self._mentions(function):
            if (node[0] == "name" and meant(node[3]) == wanted) or (
                node[0] == "attr"
                and node[4] == name
                and node[3][0] == "name"
                and meant(node[3][3]) == (module, "")
            ):
                yield node

    def references(self, function: FunctionObject, callee: FunctionObject) -> Iterator[Node]:
        """Where a function uses another one."""
        scope = callee.scope.module
        if callee.owner is None:
            yield from self.places(function, scope, callee.name)
            return
        cls = callee.owner
        meant = self.meanings(function)
        own = function.owner is not None and function.owner.key == cls.key
        for node in self._mentions(function):
            if callee.name in BY_CLASS and node[0] == "call":
                if node[3][0] == "name" and meant(node[3][3]) == (scope, cls.name):
                    yield node
            elif node[0] == "attr" and node[4] == callee.name:
                base = node[3][3] if node[3][0] == "call" else node[3]
                if base[0] == "name" and (
                    meant(base[3]) == (scope, cls.name) or (own and base[3] in {"self", "cls"})
                ):
                    yield node

    def callers(self, callee: FunctionObject) -> list[FunctionObject]:
        """The functions that use another one; none of a function that another one defines, whose
        names are those of that one, too."""
        if callee.scope.kind not in {"module", "class"}:
            return []
        cls = callee.owner
        near = self._with(cls.name if cls is not None and callee.name in BY_CLASS else callee.name)
        if cls is not None:
            known = {each.key for each in self._with(cls.name)}
            near = [
                each
                for each in near
                if each.key in known or (each.owner is not None and each.owner.key == cls.key)
            ]
        return [
            each for each in near if each.key != callee.key and any(self.references(each, callee))
        ]

    def ways(
        self, module: Module, name: str, stops: Callable[[FunctionObject], bool] = _never
    ) -> Iterator[tuple[model.Task, Way]]:
        """The shortest way to each task that comes to use a module's name, over functions at which
        nothing stops."""
        front: list[Way] = [(each,) for each in self.users(module, name) if not stops(each)]
        seen = {way[0].key for way in front}
        for _ in range(MOST_HOPS + 1):
            behind: list[Way] = []
            for way in front:
                task = self.task_of(way[-1])
                if task is not None:
                    yield task, way
                for each in self.callers(way[-1]):
                    if each.key not in seen and not stops(each):
                        seen.add(each.key)
                        behind.append((*way, each))
            front = behind[:_MOST_WAYS]

    def bound_once(self, module: Module, name: str) -> Node | None:
        """The one call that a module binds to a name while it is imported: no other statement binds
        it to anything but None. A lambda or a proxy would call later."""
        if module.path not in self._bindings:
            self._bindings[module.path] = _bindings(module)
        found = self._bindings[module.path].get(name, ())
        calls = [each for each in found if each[0] != "const" or each[3] is not None]
        return calls[0] if len(calls) == 1 and calls[0][0] == "call" else None

    def naming(self, words: frozenset[str]) -> frozenset[str]:
        """The functions of modules in which one of these words occurs."""
        if words not in self._naming:
            self._naming[words] = frozenset(
                each.name
                for each in self._functions or self._all()
                if each.owner is None and not words.isdisjoint(each.words)
            )
        return self._naming[words]

    def task_of(self, function: FunctionObject) -> model.Task | None:
        """The task that runs a function."""
        return self._task_of.get(function.key)

    def rebinds(self, module: Module, name: str) -> bool:
        """Does a function of the module bind its name anew?"""
        return any(
            node[0] == "scope" and name in node[3]
            for each in self._with(name)
            if each.scope.module is module
            for node in walking.nodes(each.body())
        )

    def meanings(self, function: FunctionObject) -> Callable[[str], Meaning | None]:
        """What names mean in a function: None for its own ones."""
        if function.key not in self._meanings:
            self._meanings[function.key] = self._read(function)
        return self._meanings[function.key]

    def _mentions(self, function: FunctionObject) -> list[Node]:
        """The names, attributes and calls in a function."""
        if function.key not in self._nodes:
            self._nodes[function.key] = [
                each
                for each in walking.nodes(function.body(), later=True)
                if each[0] in {"name", "attr", "call"}
            ]
        return self._nodes[function.key]

    def _read(self, function: FunctionObject) -> Callable[[str], Meaning | None]:
        body = function.body()
        here = function.scope.module
        own = {each[0] for each in function.params}
        imports: dict[str, Meaning | None] = {}
        for node in walking.nodes((body,), later=True):
            if node[0] == "from" and node[5] != "*":
                for name, alias in node[5]:
                    imports[alias or name] = self._from(here, node, name)
            elif node[0] == "def":
                own |= {each[0] for each in node[5]} | walking.bound(body_of(node))
        own |= walking.bound(body)

        def meant(name: str) -> Meaning | None:
            if name in imports:
                return imports[name]
            return None if name in own else self.origin(here, name)

        return meant

    def origin(self, module: Module, name: str) -> Meaning | None:
        """Whose name an imported one is."""
        for _ in range(_DEEPEST):
            value = module.env.get(name)
            if value is None:
                return None
            if not isinstance(value, Lazy):
                return module, name
            found = self._leads(module, value.dotted, value.attribute)
            if found is None or not found[1]:
                return found
            module, name = found
        return None

    def _from(self, here: Module, node: Node, name: str) -> Meaning | None:
        names = self.machine.names
        dotted = names.relative(node[3], node[4], here.path) if node[4] else node[3]
        found = None if dotted is None else self._leads(here, dotted, name)
        return found if found is None or not found[1] else self.origin(*found)

    def _leads(self, module: Module, dotted: str, attribute: str | None) -> Meaning | None:
        found = self._module(dotted, module)
        if attribute is None:
            return None if found is None else (found, "")
        if found is not None and attribute in found.env:
            return found, attribute
        inner = self._module(f"{dotted}.{attribute}", module)
        return None if inner is None else (inner, "")

    def _module(self, dotted: str, importer: Module) -> Module | None:
        path = self.machine.names.find(dotted, importer.path)
        return None if path is None else self.machine.modules.get(path)

    def _with(self, name: str) -> list[FunctionObject]:
        """The functions in which a name, or one that a module imports it under, occurs."""
        if name not in self._by_word:
            functions = self._functions or self._all()
            words = {name, *self._renamed.get(name, ())}
            self._by_word[name] = [each for each in functions if not words.isdisjoint(each.words)]
        return self._by_word[name]

    def _all(self) -> list[FunctionObject]:
        """Asked for only where a module makes something of the kind, which few do."""
        found = {each.key: each for each, _ in self.machine.defined}
        self._functions = [each for each in found.values() if not each.scope.module.test]
        self._renamed = renamed(self.machine)
        for record in self.world.tasks.values():
            task = self.tasks.get(id(record))
            if record.function is not None and task is not None:
                self._task_of[record.function.key] = task
        return self._functions


def _bindings(module: Module) -> dict[str, list[Node]]:
    """What the statements at the top of a module bind to names."""
    found: dict[str, list[Node]] = {}
    for node in walking.nodes(module.body):
        if node[0] == "assign":
            for name in set().union(*map(walking.targets, node[3])):
                found.setdefault(name, []).append(node[4])
        elif node[0] == "ann" and node[5] is not None:
            for name in walking.targets(node[3]):
                found.setdefault(name, []).append(node[5])
    return found


def proof(name: str, way: Way) -> tuple[Related, ...]:
    """From the task to what uses the name."""
    steps = [f"`{name_of(way[0])}` uses `{name}`"]
    steps += [f"`{name_of(caller)}` calls `{name_of(called)}`" for called, caller in pairwise(way)]
    sites = [each.site for each in way]
    return tuple(
        Related(site.span, step)
        for site, step in zip(reversed(sites), reversed(steps), strict=True)
        if site is not None
    )
