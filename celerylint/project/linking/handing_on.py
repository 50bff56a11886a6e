"""Methods of a task's class that only stand around those of Celery: they hand on all they get."""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from functools import lru_cache

from celerylint.facts.syntax import Node, body_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.objects import ClassObject, FunctionObject
from celerylint.project.values import Value

_STARS = {2: "*", 4: "**"}  # by kind of parameter, as in facts.syntax.PARAM_KINDS


def handed_on(machine: Machine, start: Value | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these methods that every class of the project hands on as they are called."""
    if start is None or not names:
        return ()
    owners = [each for each in classes.ancestry(machine, start) if isinstance(each, ClassObject)]
    found = {
        name: [machine.settle(each.env[name]) for each in owners if name in each.env]
        for name in names
    }
    return tuple(name for name, methods in found.items() if all(map(_hands_on, methods)))


def _hands_on(method: Value) -> bool:
    """Does the method use its arguments for nothing but one call, which gets them as they are?"""
    if not isinstance(method, FunctionObject) or method.node[0] != "def" or method.wrappers:
        return False
    kinds = tuple((each[0], each[1]) for each in method.params)
    return bool(kinds) and _only_calls(kinds, method.node[7])


@lru_cache(maxsize=256)  # many tasks have the same base class
def _only_calls(kinds: tuple[tuple[str, int], ...], body: bytes) -> bool:
    itself, *params = kinds
    if not any(kind in _STARS for _, kind in params):
        return False
    names = {name for name, _ in params}
    wanted = [(_STARS.get(kind, ""), name) for name, kind in params]
    calls = 0
    for node in _outermost(marshal.loads(body), names):
        if node[0] != "call" or _given(node, itself[0]) != wanted:
            return False
        calls += 1
    return calls == 1


def _outermost(body: object, names: set[str]) -> Iterator[Node]:
    """The calls that take one of the names as an argument, and the names that stand elsewhere."""
    stack = [body]
    while stack:
        node = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == "name" and len(node) == 4 and node[3] in names:
            yield node
        elif node[0] == "call" and any(_named(each[2]) in names for each in node[4]):
            yield node
            stack.append(node[3])
        elif node[0] == "def" and isinstance(node[7], bytes):
            stack.append(body_of(node))
        else:
            stack.extend(node)


def _given(call: Node, itself: str) -> list[tuple[str, str | None]]:
    """The arguments of a call as stars and names, without the method's `self` in front."""
    found = [
        (star, _named(value) if keyword in (None, _named(value)) else None)
        for star, keyword, value, *_ in call[4]
    ]
    return found[1:] if found[:1] == [("", itself)] else found


def _named(node: Node) -> str | None:
    return str(node[3]) if node[0] == "name" else None
