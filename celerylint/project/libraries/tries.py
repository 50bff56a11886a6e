"""The try statements around a place in a function: what their handlers take, and how these end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from celerylint.facts.syntax import Body, Node, unparse
from celerylint.project import model
from celerylint.project.libraries import exceptions
from celerylint.project.objects import FunctionObject, Scope
from celerylint.project.values import Name

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

Step = tuple[Node, str, Any]  # a statement, in which part of it, the handler of a try
# Calls that end a function where they stand; what they are called on is not asked for.
_ENDS = frozenset({"retry", "replace", "exit", "_exit", "abort"})
_FILLS = frozenset({"append", "add", "insert", "put"})
_DEFINES = frozenset({"def", "lambda", "class"})
_FALL = frozenset({"fall"})


def path(body: Body, place: int) -> tuple[Step, ...]:
    """The statements around an offset, outer first; the last one holds it in an expression."""
    for node in body:
        if node[1] <= place < node[2]:
            for part, inner, handler in _blocks(node):
                found = path(inner, place)
                if found:
                    return ((node, part, handler), *found)
            return ((node, "", None),)
    return ()


def _blocks(node: Node) -> Iterator[tuple[str, Body, Any]]:
    tag = node[0]
    if tag == "try":
        yield "body", node[3], None
        for handler in node[4]:
            yield "handler", handler[4], handler
        yield "else", node[5], None
        yield "finally", node[6], None
    elif tag in {"if", "for", "while"}:
        first = 5 if tag == "for" else 4
        yield "body", node[first], None
        yield "else", node[first + 1], None
    elif tag == "with":
        yield "body", node[4], None
    elif tag == "match":
        for case in node[4]:
            yield "body", case[2], None


def around(
    machine: Machine, scope: Scope, place: int, whole: Body | None = None
) -> tuple[model.Try, ...]:
    """The try statements around an offset of the function that a scope belongs to, inner first;
    `whole` is its body where that is at hand."""
    function = function_of(scope)
    if function is None:
        return ()
    whole = function.body() if whole is None else whole
    steps = path(whole, place)
    found = []
    for index in range(len(steps) - 1, -1, -1):
        node, part, _ = steps[index]
        if node[0] == "try" or (node[0] == "with" and part and _suppressed(machine, node, scope)):
            loop = next(
                (s[0] for s in reversed(steps[:index]) if s[0][0] in {"for", "while"}), None
            )
            found.append(make(machine, scope, whole, steps[index], loop))
    return tuple(found)


def function_of(scope: Scope | None) -> FunctionObject | None:
    """The function in whose body names of a scope are bound."""
    while scope is not None:
        if scope.kind == "function" and isinstance(scope.owner, FunctionObject):
            return scope.owner
        scope = scope.parent
    return None


def make(machine: Machine, scope: Scope, whole: Body, step: Step, loop: Node | None) -> model.Try:
    """The try of the model: of a try statement, or of a `with` that suppresses exceptions."""
    node, part, chosen = step
    file = scope.module
    if node[0] == "with":
        handlers = tuple(_suppressed(machine, node, scope))
        final: Body = ()
    else:
        handlers = tuple(handler_of(machine, each, scope, whole) for each in node[4])
        final = node[6]
    within = None
    if chosen is not None:
        within = handlers[next(i for i, each in enumerate(node[4]) if each is chosen)]
    drop = next((each for each in final if each[0] == "return"), None)
    return model.Try(
        file.span(node[1], node[1] + len(node[0])),
        part,
        handlers,
        within,
        None if loop is None else file.span(loop[1], loop[1] + len(loop[0])),
        None if drop is None or part == "finally" else file.span(drop[1], drop[2]),
    )


def handler_of(machine: Machine, handler: Node, scope: Scope, whole: Body) -> model.Handler:
    """The handler of the model; `whole` is the body of the function that it stands in."""
    start, _end, caught, name, body = handler
    names, more = exceptions.named(machine, caught, scope)
    end = caught[2] if caught is not None else start + len("except")

    def gone(call: Node) -> bool:
        return _never_returns(machine, call, scope)

    ends = ways_out(body, name, gone)
    asks = False
    if name is not None:
        later = _raised_later(body, name, whole)
        ends |= {"reraise"} if later else set()
        asks = later or _asks(body, name)
    span = scope.module.span(start, end)
    text = _written(caught)
    return model.Handler(span, text, names, more, ends, asks, _resends(body), name)


def _written(caught: Node | None) -> str:
    if caught is not None and caught[0] == "seq":
        return f"({', '.join(unparse(each) for each in caught[4])})"
    return unparse(caught)


def _suppressed(machine: Machine, node: Node, scope: Scope) -> list[model.Handler]:
    found = []
    for item, _target in node[3]:
        if item[0] == "call" and unparse(item[3]).endswith("suppress"):
            function = machine.evaluate(item[3], scope)
            if isinstance(function, Name) and function.dotted == "contextlib.suppress":
                parts = [exceptions.named(machine, each[2], scope) for each in item[4]]
                names = tuple(name for names, _ in parts for name in names)
                more = any(each for _, each in parts)
                span = scope.module.span(item[1], item[2])
                found.append(model.Handler(span, unparse(item), names, more))
    return found


def ways_out(body: Body, caught: str | None, gone: Callable[[Node], bool]) -> frozenset[str]:
    """How control may leave a block; `gone` tells of a call that never comes back. See
    `model.Handler`.
    """
    found: set[str] = set()
    for node in body:
        out = _out(node, caught, gone)
        found |= out - _FALL
        if "fall" not in out:
            return frozenset(found)
    return frozenset(found | _FALL)


def _out(node: Node, caught: str | None, gone: Callable[[Node], bool]) -> frozenset[str]:
    tag = node[0]
    if tag == "raise":
        same = node[3] is None or (node[3][0] == "name" and node[3][3] == caught)
        return frozenset({"reraise" if same else "raise"})
    if tag in {"expr", "assign", "return"}:
        value = node[4] if tag == "assign" else node[3]
        if value is not None and value[0] == "call" and gone(value):
            return frozenset({"raise"})
        return frozenset({tag}) if tag == "return" else _FALL
    if tag == "jump":
        return frozenset({tag})
    parts = [ways_out(inner, caught, gone) for _, inner, _ in _blocks(node)]
    if tag == "if":
        return parts[0] | parts[1]
    if tag in {"for", "while"}:
        return (parts[0] | parts[1] | _FALL) - {"jump"}
    if tag == "match":
        return _FALL.union(*parts)
    if tag == "try":
        return _of_try(parts)
    return parts[0] if tag == "with" else _FALL


def _of_try(parts: list[frozenset[str]]) -> frozenset[str]:
    body, *handlers, orelse, final = parts
    ended = body if "fall" not in body else (body - _FALL) | orelse
    ended = ended.union(*handlers)
    return final if "fall" not in final else ended | (final - _FALL)


def _never_returns(machine: Machine, call: Node, scope: Scope) -> bool:
    """Does a call raise for sure, by its name or by the project's function that it calls?"""
    target = call[3]
    name = target[4] if target[0] == "attr" else target[3] if target[0] == "name" else ""
    if name in _ENDS:
        return not any(keyword == "throw" for _, keyword, *_ in call[4])
    if target[0] != "name":
        return False
    function = machine.evaluate(target, scope)
    if not isinstance(function, FunctionObject) or function.node[0] != "def":
        return False
    return not ways_out(function.body(), None, lambda each: False) & {"fall", "return"}


def _asks(body: Body, name: str) -> bool:
    return any(
        each[0] in {"if", "ifexp", "match", "while"} and _mentions(each[3], name)
        for each in nodes(body)
    )


def _raised_later(body: Body, name: str, whole: Body) -> bool:
    """Does the handler keep the exception for a `raise` somewhere else?"""
    kept: set[str] = set()
    for node in nodes(body):
        if node[0] == "assign" and _mentions(node[4], name):
            kept |= {target[3] for target in node[3] if target[0] == "name"}
        elif _fills(node) and any(_mentions(each[2], name) for each in node[4]):
            kept.add(node[3][3][3])  # errors.append(error)
    if not kept:
        return False
    raised = [each[3] for each in nodes(whole) if each[0] == "raise" and each[3] is not None]
    return any(_mentions(each, name) for each in raised for name in kept)


def _fills(node: Node) -> bool:
    """Is this a call that puts something into a container with a name?"""
    if node[0] != "call" or node[3][0] != "attr":
        return False
    return node[3][4] in _FILLS and bool(node[3][3][0] == "name")


def _mentions(test: Node, name: str) -> bool:
    return any(each[0] == "name" and each[3] == name for each in nodes((test,)))


def _resends(body: Body) -> bool:
    return any(
        each[0] == "call" and each[3][0] == "attr" and each[3][4] == "retry" for each in nodes(body)
    )


def nodes(body: Body) -> Iterator[Node]:
    """Every node in a block, without those of functions that are defined in it."""
    stack: list[Any] = [body] if body else []
    while stack:
        node = stack.pop()
        tag = node[0]
        if type(tag) is str and len(node) > 2 and type(node[1]) is int:
            yield node
            if tag in _DEFINES:
                continue
        stack.extend([each for each in reversed(node) if type(each) is tuple and each])
