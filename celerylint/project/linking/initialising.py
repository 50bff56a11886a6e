"""What a function sets up that nothing else in the project does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import Node, unparse
from celerylint.patterns import regex
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.machine import Machine
from celerylint.project.objects import FunctionObject, Scope, Unread
from celerylint.project.values import Name
from celerylint.project.walking import nodes, targets
from celerylint.structs import dataclass, field

# Words in names of what only has to be done after a fork: what was inherited is let go.
_AFTER_FORK = frozenset(
    {
        *(
            "atfork",
            "clean",
            "cleanup",
            "clear",
            "close",
            "discard",
            "disconnect",
            "dispose",
            "drop",
        ),
        *("fork", "forked", "invalidate", "reconnect", "recreate", "recycle", "refresh", "reinit"),
        *("reinitialise", "reinitialize", "release", "reload", "remove", "renew", "reset"),
        *("reseed", "restart", "seed", "shutdown", "stop", "terminate"),
    }
)
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+")
_WEB = frozenset({"wsgi", "asgi"})
_IMPORTS = frozenset({"import", "from"})
_OF_PROCESS = frozenset({"builtins", "celery", "django"})  # Celery sets Django up by itself


@dataclass(slots=True)
class Others:
    """The code of the project that may set up the same things."""

    machine: Machine
    signal: str  # what it is connected to, which is no call of it
    _called: list[tuple[str, frozenset[str]]] | None = field(default=None)

    def mention(self, names: frozenset[str], function: FunctionObject) -> bool:
        """May another function, or a call in a module's own code, use all of these names?"""
        return any(names <= set(each.words) for each in self.functions(function)) or any(
            names <= called for path, called in self._calls() if not _is_web(path)
        )

    def functions(self, function: FunctionObject) -> Iterator[FunctionObject]:
        """All but that one, those of tests and web servers left out."""
        for each, _ in self.machine.defined:
            module = each.scope.module
            if each.key != function.key and not (module.test or _is_web(module.path)):
                yield each

    def _calls(self) -> list[tuple[str, frozenset[str]]]:
        if self._called is None:
            self._called = [
                (module.path, names)
                for module in self.machine.modules.values()
                if not module.test
                for node in nodes(module.body)
                if node[0] == "call" and self.signal not in (names := _names(node))
            ]
        return self._called


def _is_web(path: str) -> bool:
    return not _WEB.isdisjoint(path.removesuffix(".py").split("/"))


def missed(others: Others, function: FunctionObject) -> str | None:
    """What is missing for the lack of a call of the function; None where that may be nothing: it
    lets go of what a fork hands on, or something else does it, too."""
    body = function.body()
    names = {word for node in nodes(body) if node[0] == "call" for word in _names(node[3])}
    words = {word.lower() for name in (*names, function.name) for word in _WORD.findall(name)}
    if words & _AFTER_FORK or others.mention(frozenset({function.name}), function):
        return None
    for name in _globals(function):
        if not _set_elsewhere(others, function, name):
            return f"`{name}` is never set"
    scope = functions.own_scope(others.machine, function, None)
    with others.machine.aside():
        others.machine.listeners, others.machine.alone = [], True
        others.machine.run(tuple(each for each in nodes(body) if each[0] in _IMPORTS), scope)
        for node in nodes(body):
            call = node[3] if node[0] == "expr" and node[3][0] == "call" else None
            if call is not None and _matters(others, function, call[3], scope):
                return f"`{unparse(call)}` is never called"
    return None


def _matters(others: Others, function: FunctionObject, target: Node, scope: Scope) -> bool:
    """Does a call do more than to log, or to tell Python something about this process, and does
    nothing else do it?"""
    root = target
    while root[0] in ("attr", "call"):
        root = root[3]
    if root[0] != "name" or "log" in root[3].lower():
        return False
    known = others.machine.evaluate(root, scope)
    top = known.dotted.partition(".")[0] if isinstance(known, Name) else ""
    if top in sys.stdlib_module_names or top in _OF_PROCESS:
        return False
    if others.mention(_names(target), function):
        return False
    called = others.machine.need(others.machine.evaluate(target, scope))
    if isinstance(called, FunctionObject):
        return not any(_set_elsewhere(others, called, name) for name in _globals(called))
    return not isinstance(called, Unread)


def _globals(function: FunctionObject) -> list[str]:
    """The names of its module that a function sets."""
    body = function.body()
    named = {name for node in nodes(body) if node[0] == "scope" for name in node[3]}
    bound = {each for node in nodes(body) if node[0] == "assign" for each in node[3]}
    return sorted(named & set().union(*map(targets, bound)))


def _names(code: Node) -> frozenset[str]:
    """The names and attributes in an expression."""
    found = (each for each in nodes(code) if each[0] in ("name", "attr"))
    return frozenset(each[3] if each[0] == "name" else each[4] for each in found)


def _set_elsewhere(others: Others, function: FunctionObject, name: str) -> bool:
    """Has the global name another value than None before, or may another function set it?"""
    module = function.scope.module
    for node in nodes(module.body):
        bound = node[3] if node[0] == "assign" else [node[3]] if node[0] in ("ann", "aug") else []
        if any(name in targets(each) for each in bound) and not _is_none(node[-1]):
            return True
    return any(_sets(each, name) for each in others.functions(function) if name in each.words)


def _is_none(value: Node | None) -> bool:
    return value is None or (value[0] == "const" and value[3] is None)


def _sets(function: FunctionObject, name: str) -> bool:
    bound: Iterable[Node] = nodes(function.body(), later=True)
    for node in bound:
        if node[0] == "scope" and name in node[3]:
            return True
        if node[0] == "assign" and any(t[0] == "attr" and t[4] == name for t in node[3]):
            return True
    return False
