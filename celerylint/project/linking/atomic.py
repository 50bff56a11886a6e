"""What opens a transaction of Django's default database: `atomic`, by whatever name and through
one wrapper of the project.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node, dotted
from celerylint.patterns import regex
from celerylint.project.interpreter import classes
from celerylint.project.objects import Bound, ClassObject, FunctionObject, Scope, Unread
from celerylint.project.values import Call, Name, OneOf, Value
from celerylint.project.walking import nodes

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

ATOMIC = frozenset({"django.db.transaction.atomic", "django.db.transaction.Atomic"})
_WORDS = frozenset({"atomic", "Atomic"})  # a wrapper without these is not read
METHOD_DECORATOR = "django.utils.decorators.method_decorator"
_MANAGERS = frozenset({"contextlib.contextmanager"})
# A decorator in a module that was not read is worth reading where its name says so.
_TELLING = regex(r"atomic|transact|commit|rollback|savepoint", re.IGNORECASE)
_DEFAULT = frozenset({"default", "DEFAULT_DB_ALIAS"})
# What code names the database with that it writes to, whichever that is.
_WRITTEN_TO = frozenset({"using", "db", "_db", "db_for_write"})


def enters(machine: Machine, node: Node, scope: Scope) -> bool:
    """Does `with node:` surely stand in a transaction of the default database?"""
    function = node[3] if node[0] == "call" else node
    if dotted(function) is None:
        return False
    value = machine.evaluate(function, scope)
    machine.need(value)
    return _enters(machine, value, node, scope)


def _enters(machine: Machine, value: Value, node: Node, scope: Scope) -> bool:
    if isinstance(value, OneOf):
        return all(_enters(machine, each, node, scope) for each in value.options)
    if isinstance(value, Bound):
        value = value.function if value.function is not None else value
    if isinstance(value, FunctionObject):
        return node[0] == "call" and _manages(machine, value)
    if isinstance(value, Call):
        return node[0] != "call" and value.dotted in ATOMIC and not (value.args or value.kwargs)
    return node[0] == "call" and _is_atomic(machine, value) and _of_default(node)


def _is_atomic(machine: Machine, value: Value) -> bool:
    if isinstance(value, ClassObject):
        return classes.descends(machine, value, ATOMIC)
    return isinstance(value, Name) and value.dotted in ATOMIC


def _of_default(call: Node) -> bool:
    """Is it the transaction of the database that is written to?"""
    for i, (star, keyword, value, _start, _end) in enumerate(call[4]):
        if keyword == "using" or (keyword is None and i == 0):
            return not star and _is_default(value)
    return True


def _is_default(node: Node) -> bool:
    if node[0] == "const":
        return node[3] is None or node[3] in _DEFAULT
    name = (dotted(node[3] if node[0] == "call" else node) or "").rpartition(".")[2]
    return name in _DEFAULT or name in _WRITTEN_TO


def _manages(machine: Machine, function: FunctionObject) -> bool:
    """Is this a context manager that yields inside a transaction, or a function that returns
    `atomic()`?"""
    if function.node[0] != "def" or _WORDS.isdisjoint(function.words):
        return False
    body = function.body()
    if any(isinstance(each, Name) and each.dotted in _MANAGERS for each in function.wrappers):
        yields = {each[1] for each in nodes(body) if each[0] == "yield"}
        inside = {
            each[1]
            for node in nodes(body)
            if node[0] == "with" and _opens(machine, node, function.scope)
            for each in nodes(node[4])
            if each[0] == "yield"
        }
        return bool(yields) and yields == inside
    returns = [each[3] for each in nodes(body) if each[0] == "return"]
    return bool(returns) and all(
        each is not None and _direct(machine, each, function.scope) for each in returns
    )


def _opens(machine: Machine, node: Node, scope: Scope) -> bool:
    return any(_direct(machine, item, scope) for item, _ in node[3])


def _direct(machine: Machine, node: Node, scope: Scope) -> bool:
    """Is this `atomic(...)` itself, and no wrapper of it?"""
    if node[0] != "call" or dotted(node[3]) is None:
        return False
    return _is_atomic(machine, machine.evaluate(node[3], scope)) and _of_default(node)


def decorates(machine: Machine, node: Node, scope: Scope) -> bool:
    """Does `@node` make each call of a function a transaction of the default database?"""
    function = node[3] if node[0] == "call" else node
    name = dotted(function)
    if name is None:
        return False
    value = machine.evaluate(function, scope)
    if isinstance(value, Unread) and _TELLING.search(name):
        machine.need(value)
    if isinstance(value, Name) and value.dotted == METHOD_DECORATOR:
        return node[0] == "call" and _method_decorator(machine, node, scope)
    if _is_atomic(machine, value):
        return node[0] != "call" or _of_default(node)
    if not isinstance(value, FunctionObject) or value.node[0] != "def":
        return False
    if node[0] == "call" and _manages(machine, value):
        return True
    return _runs_inside(machine, value)


def _method_decorator(machine: Machine, node: Node, scope: Scope) -> bool:
    given = [value for star, keyword, value, *_ in node[4] if keyword is None and not star]
    inner = given[0] if given else None
    if inner is None:
        return False
    several = inner[4] if inner[0] == "seq" else (inner,)
    return any(decorates(machine, each, scope) for each in several)


def method_name(node: Node) -> str | None:
    """The method that `@method_decorator(…, name="dispatch")` on a class is about."""
    for _, keyword, value, *_ in node[4] if node[0] == "call" else ():
        if keyword == "name" and value[0] == "const":
            return str(value[3])
    return None


def _runs_inside(machine: Machine, function: FunctionObject) -> bool:
    """A decorator of the project: does what it makes call the decorated function in `atomic`, and
    nowhere else?"""
    if _WORDS.isdisjoint(function.words):
        return False
    body = function.body()
    given = {each[0] for each in function.params}
    for node in nodes(body, later=True):
        if node[0] == "def":
            given |= {each[0] for each in node[5]}
    every = {each[1] for each in nodes(body, later=True) if _calls(each, given)}
    inside = set()
    for node in nodes(body, later=True):
        if node[0] == "with" and _opens(machine, node, function.scope):
            inside |= {each[1] for each in nodes(node[4]) if _calls(each, given)}
        elif node[0] == "call" and dotted(node[3]) is not None:
            if not _is_atomic(machine, machine.evaluate(node[3], function.scope)):
                continue
            first = [value for star, keyword, value, *_ in node[4] if not (star or keyword)]
            if first and first[0][0] == "name" and first[0][3] in given:
                inside.add(node[1])
    return bool(inside) and every <= inside


def _calls(node: Node, given: set[str]) -> bool:
    return node[0] == "call" and node[3][0] == "name" and node[3][3] in given
