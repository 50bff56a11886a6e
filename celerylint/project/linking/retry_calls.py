"""Makes the model's retries of what was heard: arguments, the tries around them, the way there."""

from __future__ import annotations

from celerylint.facts.syntax import Node, unparse
from celerylint.findings import Related, Span
from celerylint.project import model
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import exceptions, tries
from celerylint.project.libraries.records import RetryRecord
from celerylint.project.values import Value


def make(machine: Machine, record: RetryRecord) -> model.RetryCall:
    """The call of the model."""
    here, caller = record.here, record.caller
    around = tries.around(machine, here.scope, here.node[1])
    arguments = _arguments(machine, record, around)
    trail: tuple[Related, ...] = ()
    if caller is not None:
        around += tries.around(machine, caller.scope, caller.node[1])
        trail = (Related(caller.site.span, "the task is handed on here"),)
    return model.RetryCall(
        record.site.span,
        record.arguments.kwarg("max_retries"),
        record.arguments.open,
        record.how,
        arguments,
        _used(here),
        around,
        trail,
    )


def _arguments(
    machine: Machine, record: RetryRecord, around: tuple[model.Try, ...]
) -> tuple[model.RetryArgument, ...]:
    nodes = record.here.node[4] if record.here.node[0] == "call" else ()
    splat = any(star for star, *_ in nodes)
    made = []
    given: list[tuple[int | None, str | None, Value]] = [
        (position, None, value) for position, value in enumerate(record.arguments.args)
    ]
    given += [(None, keyword, value) for keyword, value in record.arguments.kwargs]
    for position, keyword, value in given:
        node = _node(nodes, None if splat else position, keyword)
        span = record.site.span if node is None else _span(record.here, node)
        text = "" if node is None else unparse(node)
        machine.need(value)
        raised = exceptions.classes_of(machine, value)
        handler = _bound_by(node, around)
        made.append(model.RetryArgument(position, keyword, value, span, text, raised, handler))
    return tuple(made)


def _node(nodes: tuple[Node, ...], position: int | None, keyword: str | None) -> Node | None:
    """The expression of an argument; none for one that a splat brings."""
    for index, (star, name, expression, _start, _end) in enumerate(nodes):
        if not star and (name == keyword if keyword else name is None and index == position):
            found: Node = expression
            return found
    return None


def _span(here: Here, node: Node) -> Span:
    return here.scope.module.span(node[1], node[2])


def _bound_by(node: Node | None, around: tuple[model.Try, ...]) -> model.Handler | None:
    """The handler around the call whose exception a name is."""
    if node is None or node[0] != "name":
        return None
    handlers = [each.handler for each in around if each.handler is not None]
    return next((each for each in handlers if each.name == node[3]), None)


def _used(here: Here) -> str:
    """What the statement does with the call."""
    function = tries.function_of(here.scope)
    steps = tries.path(function.body(), here.node[1]) if function is not None else ()
    if not steps:
        return "other"
    node = steps[-1][0]
    words = {"raise": "raise", "return": "return", "expr": "alone"}
    same = node[0] in words and node[3] is not None and node[3][1:3] == here.node[1:3]
    return words[node[0]] if same else "other"
