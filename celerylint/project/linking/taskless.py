"""Calls of `delay()` and `apply_async()` on what is certainly no task.

Only what nobody can have changed counts: a name of a function that is bound to nothing but
containers and constants, a plain function of the project, a name that a module lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from celerylint.facts.syntax import Body, Node, body_of, unparse
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.libraries.orm import Query
from celerylint.project.libraries.records import SendRecord, World
from celerylint.project.libraries.tries import function_of
from celerylint.project.model import NoTask
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, ModuleObject, Scope

_SENDS = frozenset({"delay", "apply_async", "delay_on_commit"})
_ASKS = ("hasattr", "getattr", "isinstance", "callable", "AttributeError")
# What binds names that no statement shows.
_DYNAMIC = frozenset({"globals", "setattr", "exec", "eval", "vars", "modules", "__getattr__"})
_KINDS = {"dict": "a dict", "list": "a list", "tuple": "a tuple", "set": "a set"}
_CONSTANTS = {str: "a text", bytes: "bytes", int: "a number", float: "a number", bool: "a bool"}
_ALIKE = 0.8


def find(machine: Machine, world: World) -> tuple[NoTask, ...]:
    """The calls, in the order of the files."""
    found = []
    unknown = [each for each in world.sends.values() if each.reason and each.how in _SENDS]
    with machine.aside():
        machine.listeners = []
        for record in sorted(unknown, key=lambda each: each.site.span):
            here = record.here
            if here is None:
                continue
            target = here.node[3] if here.node[0] == "call" else here.node
            if record.site.file.test or target[0] != "attr" or any(map(_asks, record.frames)):
                continue
            made = _judged(machine, record, target, here.scope)
            if made is not None:
                found.append(made)
    return tuple(found)


def _asks(frame: FrameNote) -> bool:
    return any(word in frame.detail for word in _ASKS)


def _judged(machine: Machine, record: SendRecord, target: Node, scope: Scope) -> NoTask | None:
    receiver, how, span = target[3], target[4], record.site.span
    function = function_of(scope)
    if receiver[0] == "name" and _in_comprehension(scope, receiver[3]):
        return None
    if receiver[0] == "name" and function is not None:
        bound = list(_bindings(function.body(), receiver[3]))
        given = any(each[0] == receiver[3] for each in function.params)
        if bound or given:
            kinds = {None if each is None else _kind(machine, each, scope) for each in bound}
            kind = kinds.pop() if len(kinds) == 1 and not given else None
            return None if kind is None else NoTask(span, how, receiver[3], "value", kind)
    if receiver[0] == "name" and _is_own(scope, receiver[3]):
        value = machine.evaluate(receiver, scope)
        if isinstance(value, FunctionObject) and _is_plain(machine, value, receiver[3]):
            place = None if value.site is None else value.site.span
            return NoTask(span, how, receiver[3], "function", place=place)
    if receiver[0] == "attr" and receiver[3][0] == "name":
        return _of_module(machine, record, target, scope)
    return None


def _of_module(machine: Machine, record: SendRecord, target: Node, scope: Scope) -> NoTask | None:
    import difflib

    receiver, span = target[3], record.site.span
    base, name, text = machine.evaluate(receiver[3], scope), receiver[4], unparse(receiver)
    if not isinstance(base, ModuleObject) or base.module.test:
        return None
    module = base.module
    value = machine.member(module, name)
    if isinstance(value, FunctionObject):
        place = None if value.site is None else value.site.span
        plain = _is_plain(machine, value, name)
        return NoTask(span, target[4], text, "function", place=place) if plain else None
    if name in module.env or not is_complete(machine, module, name):
        return None
    near = difflib.get_close_matches(name, list(module.env), 1, _ALIKE)
    return NoTask(span, target[4], text, "nothing", module.path, meant="".join(near))


def _in_comprehension(scope: Scope, name: str) -> bool:
    step: Scope | None = scope
    while step is not None and step.kind not in {"function", "module"}:
        if name in step.env:
            return True
        step = step.parent
    return False


def _is_own(scope: Scope, name: str) -> bool:
    """Is the name one of the module, whatever functions stand in between?"""
    step: Scope | None = scope
    while step is not None and step.kind != "module":
        if name in step.env:
            return False
        step = step.parent
    return True


def _is_plain(machine: Machine, function: FunctionObject, name: str) -> bool:
    """Is it a function of a module that nobody makes a task, or gives a method?"""
    if function.wrappers or function.owner is not None or function.scope.kind != "module":
        return False
    module = function.scope.module
    if module.test or not _is_static(module) or function.node[0] != "def":
        return False
    return not _is_set(machine, {name, function.name, *_SENDS})


def is_complete(machine: Machine, module: Module, name: str) -> bool:
    """Is everything known that the module binds?"""
    if module.open or module.unread_stars or module.state != "done" or module.early:
        return False
    if module.package and machine.names.find(f"{module.name}.{name}", module.path) is not None:
        return False
    return _is_static(module) and not _is_set(machine, {name})


def _is_static(module: Module) -> bool:
    """Does no code of the module bind names in ways that cannot be seen?"""
    for node in _nodes(module.body):
        if node[0] == "def" and (node[3] in _DYNAMIC or not _DYNAMIC.isdisjoint(node[10])):
            return False
        if node[0] == "name" and node[3] in _DYNAMIC:
            return False
        if node[0] == "attr" and node[4] in _DYNAMIC:
            return False
    return True


def _is_set(machine: Machine, names: set[str]) -> bool:
    """Does any code that was read set an attribute of such a name?"""
    return any(_sets(each.body, names) for each in machine.modules.values())


def _sets(body: Body, names: set[str]) -> bool:
    for node in _nodes(body):
        if node[0] == "assign" and any(t[0] == "attr" and t[4] in names for t in node[3]):
            return True
        if node[0] == "def" and not names.isdisjoint(node[10]) and _sets(body_of(node), names):
            return True
        setter = node[0] == "call" and node[3][0] == "name" and node[3][3] == "setattr"
        if setter and any(each[2][0] == "const" and each[2][3] in names for each in node[4]):
            return True
    return False


def _bindings(body: Body, name: str) -> Iterator[Node | None]:
    """What a function binds to a name: each expression, None for what is none."""
    for node in _nodes(body):
        if node[0] == "assign" and any(t[0] == "name" and t[3] == name for t in node[3]):
            yield node[4]
        elif node[0] == "ann" and _holds(node[3], name):
            yield node[5]
        elif node[0] in _BINDS and _BINDS[node[0]](node, name):
            yield None


def _define(node: Node, name: str) -> bool:
    return node[3] == name or (node[0] == "def" and any(_bindings_outside(node, name)))


_BINDS: dict[str, Callable[[Node, str], bool]] = {
    "assign": lambda node, name: any(_holds(each, name) for each in node[3]),
    "for": lambda node, name: _holds(node[3], name),
    "aug": lambda node, name: _holds(node[3], name),
    "walrus": lambda node, name: _holds(node[3], name),
    "with": lambda node, name: any(_holds(each, name) for _, each in node[3] if each),
    "scope": lambda node, name: name in node[3],
    "def": _define,
    "class": _define,
    "import": lambda node, name: _imports(node, name),
    "from": lambda node, name: _imports(node, name),
    "try": lambda node, name: any(each[3] == name for each in node[4]),
    "match": lambda node, name: any(name in captured for captured, _, _ in node[4]),
    "del": lambda node, name: any(_holds(each, name) for each in node[3]),
}


def _bindings_outside(function: Node, name: str) -> Iterator[bool]:
    """True where an inner function binds a name of the function around it."""
    if name in function[10]:
        yield any(each[0] == "scope" and name in each[3] for each in _nodes(body_of(function)))


def _imports(node: Node, name: str) -> bool:
    names = node[3] if node[0] == "import" else node[5]
    return names == "*" or any((alias or each).partition(".")[0] == name for each, alias in names)


def _holds(target: Node, name: str) -> bool:
    if target[0] == "name":
        return bool(target[3] == name)
    if target[0] == "seq":
        return any(_holds(each, name) for each in target[4])
    return target[0] == "star" and _holds(target[3], name)


def _kind(machine: Machine, node: Node, scope: Scope) -> str | None:
    """What an expression surely makes, where that has no methods of a task."""
    if node[0] == "dict":
        return _KINDS["dict"]
    if node[0] == "seq" or (node[0] == "comp" and node[3] in _KINDS):
        return _KINDS.get(node[3])
    if node[0] == "const":
        return "None" if node[3] is None else _CONSTANTS.get(type(node[3]))
    if node[0] == "fstr":
        return _CONSTANTS[str]
    if node[0] == "call" and node[3][0] == "attr" and node[3][4] == "bulk_create":
        manager = isinstance(machine.evaluate(node[3][3], scope), Query)
        return _KINDS["list"] if manager else None
    return None


def _nodes(code: Any) -> Iterator[Node]:
    """Every node of a piece of code, those inside of functions excepted."""
    stack = [code]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple) and part:
            if isinstance(part[0], str) and len(part) > 2 and isinstance(part[1], int):
                yield part
            stack.extend(each for each in part if isinstance(each, tuple))
