"""Canvases as a project's code builds them: signatures, and what is put together of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celerylint.facts.syntax import Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.libraries.canvas_state import Linked, Sent, State
from celerylint.project.objects import Arguments
from celerylint.project.values import Call, Literal, OneOf, Sequence, Site, Unknown, Value
from celerylint.structs import dataclass, field, replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World

RESULT = "celery.result.AsyncResult"
EAGER = "celery.result.EagerResult"  # of what ran here, so that it is done
# What one expression builds, which may be of several lists.
MOST_HERE = 8
_SENDS = frozenset({"delay", "apply_async"})
# Reading these gives away what the canvas holds, which may then be changed.
_INSIDE = frozenset({"tasks", "body", "args", "kwargs", "options", "update", "immutable"})
_FLUENT = frozenset({"set", "link", "link_error", "on_error", "clone", "stamp"})
LINKS = {"link": "callbacks", "link_error": "errbacks", "on_error": "errbacks"}


@dataclass(frozen=True, slots=True, eq=False)
class Canvas(Special):
    """A signature, chain, group, chord, map, starmap or chunks that the code builds.

    parts: of a signature its task, of a chain its steps, of a group or chord the members; `open`
    where there may be more. how: the method or function that made it, or "|". linked: it is what
    `.link()` returned.
    """

    world: World
    kind: str
    parts: tuple[Value, ...]
    open: bool = False
    body: Value | None = None
    arguments: Arguments = Arguments()  # of a signature
    how: str = ""
    nodes: tuple[Any, ...] = ()  # of these arguments
    named: bool = False  # the first of them names the task
    state: State = field(default_factory=State)
    linked: Linked | None = None

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if name in {"task", "name"} and len(self.parts) == 1:
            named = getattr(self.parts[0], "name", None)
            if isinstance(named, Value):
                return named
        if name in _INSIDE:
            self.state.changed = True
        return CanvasMethod(canvas=self, name=name)

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        self.state.changed = True

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        self.state.changed = True

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.kind == "chord" and (arguments.args or arguments.kwarg("body")):
            given = [each for each in (arguments.get(0, "body"),) if each is not None]
            nodes = [each[2] for each in here.node[4]]
            (body,) = placed(given, nodes, here.scope.module)
            whole = replace(self, body=body, site=here.site)
            return _send(machine, whole, "()", Arguments(), here)
        if self.kind == "signature":
            return Unknown(reason="a signature that is called runs its task here")
        return _send(machine, self, "()", arguments, here)

    def dropped(self, machine: Machine, here: Here) -> None:
        if is_fresh(self, here):
            self.state.dropped = True
            keep(machine, self, here.site)

    def operate(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        return chained(machine, self, other, here) if sign == "|" else None

    def reflected(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        if sign != "|":
            return None
        if isinstance(other, OneOf):
            return one_of([chained(machine, each, self, here) for each in other.options])
        return chained(machine, other, self, here)


@dataclass(frozen=True, slots=True, eq=False)
class CanvasMethod(Special):
    """A method of a canvas, not called yet."""

    canvas: Canvas
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        canvas = self.canvas
        if self.name in _SENDS:
            return _send(machine, canvas, self.name, arguments, here)
        if self.name in LINKS:
            return self._link(machine, arguments, here)
        if self.name == "set":
            _set(machine, canvas, arguments, here)
            return canvas
        if self.name in {"clone", "partial", "replace"}:
            given = arguments.args or arguments.kwargs or arguments.open
            own = Arguments(open_args=True, open_kwargs=True) if given else canvas.arguments
            return replace(cloned(canvas), arguments=own)
        if self.name == "group" and canvas.kind == "chunks":
            return replace(canvas, kind="group", parts=(), open=True, state=State())
        if self.name in {"stamp", "skew", "s", "si"}:
            return canvas
        if self.name in {"set_immutable", "unchain_tasks", "extend_list_option"}:
            canvas.state.changed = True
        return Call(dotted=EAGER if self.name == "apply" else RESULT)

    def dropped(self, machine: Machine, here: Here) -> None:
        if self.name in _SENDS:
            unsent(machine, self.canvas.world, self.canvas, self.name, here)

    def _link(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        given = arguments.args[0] if arguments.args else None
        if given is None:
            return Unknown(reason="nothing linked")
        linked = getattr(self.canvas.state, LINKS[self.name])
        nodes = [each[2] for each in here.node[4]] if here.node[0] == "call" else []
        linked += take(machine, placed([given], nodes, here.scope.module))
        keep(machine, self.canvas, here.site)
        if self.name == "on_error":
            return self.canvas
        if isinstance(given, Canvas):
            return replace(given, linked=Linked(self.canvas, self.name, here.site))
        return given


def is_fresh(canvas: Canvas, here: Here) -> bool:
    """Does the expression build the canvas? Else it only does something with it."""
    while canvas.linked is not None:
        canvas = canvas.linked.canvas
    node = here.node
    while node[0] == "call" and node[3][0] == "attr" and node[3][4] in _FLUENT:
        node = node[3][3]
    return canvas.site is not None and (canvas.site.start, canvas.site.end) == node[1:3]


def unsent(machine: Machine, world: World, what: Value, method: str, here: Here) -> None:
    """A statement names a method that would send something, and does not call it."""
    state = State(dropped=True)
    made = Canvas(
        world=world, kind="method", parts=(what,), how=method, state=state, site=here.site
    )
    keep(machine, made, here.site)


def _send(machine: Machine, canvas: Canvas, how: str, arguments: Arguments, here: Here) -> Value:
    links(machine, canvas, arguments, here)
    canvas.state.sent.append(Sent(here.site, how, arguments))
    keep(machine, canvas, here.site)
    task = canvas.parts[:1] if canvas.kind == "signature" else ()
    given = arguments.kwarg("ignore_result") or canvas.state.options.get("ignore_result")
    kwargs = () if given is None else (("ignore_result", given),)
    return Call(dotted=RESULT, args=task, kwargs=kwargs)


def _set(machine: Machine, canvas: Canvas, arguments: Arguments, here: Here) -> None:
    given = arguments.kwarg("immutable") or (arguments.args[0] if arguments.args else None)
    if given is not None:
        _fix(machine, canvas, given)
    if arguments.open_kwargs:
        canvas.state.immutable = None
    canvas.state.options.update(arguments.kwargs)
    links(machine, canvas, arguments, here)


def _fix(machine: Machine, canvas: Canvas, given: Value) -> None:
    """`.set(immutable=…)`, which a group and a chord hand on to their members."""
    if isinstance(given, Literal) and given.value is None:
        return
    if canvas.kind in {"group", "chord"}:
        for part in canvas.parts:
            for each in part.options if isinstance(part, OneOf) else (part,):
                if isinstance(each, Canvas):
                    _fix(machine, each, given)
        return
    known = bool(given.value) if isinstance(given, Literal) else None
    if machine.branches and canvas.state.immutable is not known:
        known = None
    canvas.state.immutable = known


def links(machine: Machine, canvas: Canvas, arguments: Arguments, here: Here) -> None:
    """Take the callbacks of a canvas out of the options of a call."""
    nodes = here.node[4] if here.node[0] == "call" else ()
    for name, kind in (("link", "callbacks"), ("link_error", "errbacks")):
        given = arguments.kwarg(name)
        if given is not None:
            found = getattr(canvas.state, kind)
            given_here = placed(listed(given), option(nodes, name), here.scope.module)
            found += [each for each in take(machine, given_here) if each not in found]
            keep(machine, canvas, None)


def option(nodes: tuple[Node, ...], name: str) -> list[Node]:
    """The expressions that are given for an option of a call, one by one."""
    found: list[Node] = [each[2] for each in nodes if each[1] == name]
    return list(found[0][4]) if found and found[0][0] == "seq" else found


def listed(value: Value) -> list[Value]:
    """The callbacks that an option holds: one, or a list of them."""
    found: list[Value] = []
    for each in value.options if isinstance(value, OneOf) else (value,):
        found += each.items if isinstance(each, Sequence) else (each,)
    return [each for each in found if not (isinstance(each, Literal) and each.value is None)]


def keep(machine: Machine, canvas: Canvas, site: Site | None) -> None:
    """Remember a canvas that the code being followed builds or sends."""
    if machine.listening() and not machine.dead:
        at = canvas.site or site
        if at is not None:
            found = canvas.world.canvases.setdefault((at.file.path, at.start, at.end), [])
            if len(found) < MOST_HERE and not any(canvas is each for each, _ in found):
                found.append((canvas, at))


def take(machine: Machine, parts: list[Value]) -> list[Value]:
    """The parts of another canvas, which speaks for them from now on."""
    if machine.listening() and not machine.dead:
        for part in parts:
            for each in part.options if isinstance(part, OneOf) else (part,):
                if isinstance(each, Canvas):
                    each.state.part = True
    return parts


def placed(values: list[Value], nodes: list[Node], file: Any) -> list[Value]:
    """The values as they are written here, where each is written as one expression."""
    if len(values) != len(nodes) or any(each[0] == "star" for each in nodes):
        return values
    return [
        value if isinstance(value, Canvas | OneOf) else value.at(Site(file, node[1], node[2]))
        for value, node in zip(values, nodes, strict=True)
    ]


def chained(machine: Machine, left: Value, right: Value, here: Here) -> Value:
    """`left | right`."""
    world = left.world if isinstance(left, Canvas) else None
    if world is None:
        assert isinstance(right, Canvas)
        world = right.world
    steps: tuple[Value, ...] = (left,)
    if isinstance(left, Canvas) and left.kind == "chain" and left.how == "|" and _plain(left.state):
        steps = left.parts
    take(machine, [left, right])
    if here.node[0] == "bin":
        (right,) = placed([right], [here.node[5]], here.scope.module)
        if len(steps) == 1:
            steps = tuple(placed([left], [here.node[4]], here.scope.module))
    made = Canvas(world=world, kind="chain", parts=(*steps, right), how="|", site=here.site)
    keep(machine, made, None)
    return made


def _plain(state: State) -> bool:
    """Did nothing happen to the canvas that its parts do not tell?"""
    return not (state.changed or state.callbacks or state.errbacks or state.immutable is not False)


def cloned(canvas: Canvas) -> Canvas:
    """A copy that shares nothing with the canvas."""
    return replace(canvas, state=canvas.state.copy())
