"""What a function sets up that nothing else in the project does."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import Node, unparse
from celerylint.patterns import regex
from celerylint.project.machine import Machine
from celerylint.project.objects import FunctionObject
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
_WEB = ("wsgi.py", "asgi.py")


@dataclass(slots=True)
class Others:
    """The code of the project that may set up the same things."""

    machine: Machine
    signal: str  # what it is connected to, which is no call of it
    _called: list[tuple[str, frozenset[str]]] | None = field(default=None)

    def mention(self, names: frozenset[str], function: FunctionObject) -> bool:
        """May another function, or a call in a module's own code, use all of these names?"""
        return any(names <= set(each.words) for each in self.functions(function)) or any(
            names <= called for path, called in self._calls() if not path.endswith(_WEB)
        )

    def functions(self, function: FunctionObject) -> Iterator[FunctionObject]:
        """All but that one, those of tests and web servers left out."""
        for each, _ in self.machine.defined:
            module = each.scope.module
            if each.key != function.key and not (module.test or module.path.endswith(_WEB)):
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


def missed(others: Others, function: FunctionObject) -> str | None:
    """What is missing for the lack of a call of the function; None where that may be nothing: it
    lets go of what a fork hands on, or something else does it, too."""
    body = function.body()
    names = {word for node in nodes(body) if node[0] == "call" for word in _names(node[3])}
    words = {word.lower() for name in (*names, function.name) for word in _WORD.findall(name)}
    if words & _AFTER_FORK:
        return None
    if others.mention(frozenset({function.name}), function):
        return None
    globals_ = {name for node in nodes(body) if node[0] == "scope" for name in node[3]}
    for node in nodes(body):
        if node[0] == "assign":
            for name in sorted(globals_ & set().union(*map(targets, node[3]))):
                if not _set_elsewhere(others, function, name):
                    return f"`{name}` is never set"
        elif node[0] == "expr" and node[3][0] == "call":
            call = node[3]
            if _matters(others.machine, function, call) and not others.mention(
                _names(call[3]), function
            ):
                return f"`{unparse(call)}` is never called"
    return None


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


def _matters(machine: Machine, function: FunctionObject, call: Node) -> bool:
    """Does the call do more than to log, or to tell Python something about this process?"""
    target = call[3]
    while target[0] in ("attr", "call"):
        target = target[3]
    if target[0] != "name" or "log" in target[3].lower():
        return False
    top = _imported(function, target[3])
    if top is None:
        value = machine.evaluate(target, function.scope)
        top = value.dotted.partition(".")[0] if isinstance(value, Name) else ""
    return top not in sys.stdlib_module_names and top not in ("builtins", "celery", "django")


def _imported(function: FunctionObject, name: str) -> str | None:
    """The top package that the function itself imports the name from."""
    for node in nodes(function.body()):
        if node[0] in ("import", "from") and node[-1] != "*":
            for each, alias in node[-1]:
                if name == (alias or each.partition(".")[0]):
                    dotted: str = each if node[0] == "import" else "" if node[4] else node[3]
                    return dotted.partition(".")[0]
    return None
