"""Makes canvases of what a project's code gives to Celery's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.libraries.canvas_objects import Canvas, keep, links, placed, take
from celerylint.project.libraries.canvas_state import State
from celerylint.project.objects import Arguments, FunctionObject, Lazy
from celerylint.project.values import Call, Literal, Name, OneOf, Sequence, Value

_KINDS = frozenset({"chain", "group", "chord"})

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World


def builds(function: FunctionObject, words: set[str]) -> bool:
    """May the function put tasks together without a word of theirs (`chain(fetch, save)`)? words
    are the names in its body."""
    found = _KINDS & words
    if not found:
        return False
    env = function.scope.module.env
    return "celery" in words or any(
        isinstance(value, Lazy | Name) and value.dotted.partition(".")[0] == "celery"
        for value in (env.get(name) for name in found)
    )


def composed(machine: Machine, world: World, kind: str, arguments: Arguments, here: Here) -> Value:
    """`chain(…)`, `group(…)` or `chord(…)`."""
    given, body = arguments.args, arguments.kwarg("body")
    if kind == "chord":
        header = arguments.get(0, "header")
        body = arguments.get(1, "body")
        given = (header,) if header is not None else ()
    elif (spread := _spread(machine, here)) is not None:
        given, arguments = (spread,), Arguments(kwargs=arguments.kwargs)
    if len(given) == 1 and isinstance(given[0], OneOf) and not arguments.open:
        made = [
            _compose(machine, world, kind, (each,), body, arguments, here)
            for each in given[0].options
        ]
        return one_of(made)
    return _compose(machine, world, kind, given, body, arguments, here)


def _spread(machine: Machine, here: Here) -> Value | None:
    """The list in `chain(*steps)`, which may be one of several."""
    nodes: tuple[Node, ...] = here.node[4] if here.node[0] == "call" else ()
    if len(nodes) != 1 or nodes[0][0] != "*" or nodes[0][2][0] != "name":
        return None
    value = machine.evaluate(nodes[0][2], here.scope)
    known = value.options if isinstance(value, OneOf) else (value,)
    return value if all(isinstance(each, Sequence) for each in known) else None


def _compose(
    machine: Machine,
    world: World,
    kind: str,
    given: tuple[Value, ...],
    body: Value | None,
    arguments: Arguments,
    here: Here,
) -> Value:
    parts, is_open = _members(machine, kind, given, here)
    parts = placed(parts, _written(given, here), here.scope.module)
    is_open = is_open or arguments.open
    if body is not None:
        body = _placed_body(body, here)
    take(machine, [*parts, *([] if body is None else [body])])
    made = Canvas(
        world=world,
        kind=kind,
        parts=tuple(parts),
        open=is_open,
        body=body,
        how=kind,
        site=here.site,
    )
    links(machine, made, arguments, here)
    keep(machine, made, None)
    return made


def _members(
    machine: Machine, kind: str, given: tuple[Value, ...], here: Here
) -> tuple[list[Value], bool]:
    """The steps or members that the arguments are or hold, and whether there may be others."""
    only = given[0] if len(given) == 1 else None
    if isinstance(only, Sequence):
        # A list that a loop fills is seen with as many members as one round gives it.
        return list(only.items), only.open or (kind != "chain" and not _in_place(here))
    if isinstance(only, Canvas):
        if only.kind == kind == "group" or (kind == "chord" and only.kind in {"group", "chain"}):
            take(machine, [only])
            return list(only.parts), only.open or only.state.changed
        return [only], False
    if only is None or isinstance(only, Special | Call | FunctionObject | Literal):
        return list(given), False
    return [], True  # a list that is not visible, or a signature that is not


def _written(given: tuple[Value, ...], here: Here) -> list[Node]:
    """The expressions of the members, as far as each stands for one."""
    nodes = [each[2] for each in here.node[4]] if here.node[0] == "call" else []
    if len(nodes) == 1 and nodes[0][0] == "seq":
        return list(nodes[0][4])
    if len(given) == 1 and isinstance(given[0], Sequence) and nodes and nodes[0][0] != "comp":
        return []  # a list that is built elsewhere
    return [nodes[0][4]] if len(nodes) == 1 and nodes[0][0] == "comp" else nodes


def _placed_body(body: Value, here: Here) -> Value:
    nodes = here.node[4] if here.node[0] == "call" else ()
    found = [
        each[2] for i, each in enumerate(nodes) if each[1] == "body" or (i == 1 and not each[1])
    ]
    return placed([body], found, here.scope.module)[0]


def _in_place(here: Here) -> bool:
    """Is the list of members written in the call itself?"""
    return bool(here.node[0] == "call" and here.node[4] and here.node[4][0][2][0] == "seq")


def signature(
    world: World,
    task: Value,
    how: str,
    arguments: Arguments,
    here: Here,
    named: bool = False,
) -> Canvas:
    """A signature of a task, by the method (or function) that makes it."""
    immutable: bool | None = how in {"si", "map", "starmap", "chunks"}
    if how in {"signature", "subtask"}:
        given = arguments.kwarg("immutable")
        if given is not None:
            immutable = bool(given.value) if isinstance(given, Literal) else None
        elif arguments.open_kwargs:
            immutable = None
    return Canvas(
        world=world,
        kind=how if how in {"map", "starmap", "chunks"} else "signature",
        parts=(task,),
        arguments=arguments,
        how=how,
        nodes=here.node[4] if here.node[0] == "call" else (),
        named=named,
        state=State(immutable),
        site=here.site,
    )


def options(machine: Machine, canvas: Canvas, arguments: Arguments, here: Here) -> Canvas:
    """The signature with the callbacks that its own options hold."""
    links(machine, canvas, arguments, here)
    mapping = arguments.kwarg("options")
    if mapping is not None and not mapping.known():
        canvas.state.immutable = None
    return canvas
