"""Makes canvases of the model out of what the code builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from celerylint.findings import Span
from celerylint.project import model
from celerylint.project.interpreter import list_use
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import canvas_objects
from celerylint.project.libraries.celery_objects import Returned, TaskByName, TaskObject
from celerylint.project.libraries.records import SendRecord, World
from celerylint.project.linking import dispatches
from celerylint.project.objects import Arguments, FunctionObject, Unset
from celerylint.project.questions import unrolling
from celerylint.project.values import Call, Joined, Literal, OneOf, Sequence, Site, Value
from celerylint.project.values import Mapping as MappingValue
from celerylint.structs import dataclass, field, replace

DEEPEST = 24
# Of one canvas: what code builds in steps can double with each line (`y = y | y`).
MOST_PARTS = 2_000
# Sends whose `link` and `link_error` are callbacks of the task.
_SENDS = frozenset({"apply_async", "apply_async_on_commit", "send_task", "apply"})


def make(
    machine: Machine,
    world: World,
    tasks: Mapping[int, model.Task],
    apps: Mapping[int, str],
) -> tuple[model.Canvas, ...]:
    """Every canvas that is part of no other one, in the order of the files; tasks are those of the
    model by the identity of their record."""
    by_name = {task.name: task for task in tasks.values() if task.name is not None}
    maker = _Maker(machine, world, dict(tasks), dict(apps), by_name)
    found = [
        maker.whole(canvas, site)
        for canvas, site in chain.from_iterable(world.canvases.values())
        if not site.file.test and (not canvas.state.part or canvas.state.dropped or canvas.linked)
    ]
    found += [
        made
        for record in world.sends.values()
        if not record.site.file.test and (made := maker.of_send(record)) is not None
    ]
    return tuple(sorted(found, key=lambda each: each.span))


@dataclass(slots=True)
class _Maker:
    machine: Machine
    world: World
    tasks: dict[int, model.Task]
    apps: dict[int, str]
    by_name: dict[str, model.Task]
    inside: list[canvas_objects.Canvas] = field(default_factory=list)
    made: int = 0

    def whole(self, value: canvas_objects.Canvas, site: Site) -> model.Canvas:
        """A canvas that is part of no other one."""
        self.made = 0
        return self.canvas(value, site)

    def part(self, value: Value, around: Site) -> model.Canvas:
        """A part of a canvas, which need not be one itself; around is the place of the whole."""
        if isinstance(value, canvas_objects.Canvas):
            return self.canvas(value, around)
        span = _place(value, around).span
        if isinstance(value, OneOf):
            options = [each for each in value.options if not isinstance(each, Unset)]
            return model.Canvas(
                "one-of", span, parts=tuple(self.part(each, around) for each in options)
            )
        kind = _kind(self.machine, value)
        return model.Canvas(kind, span, text=self._text(value), task=self._task(value))

    def canvas(self, value: canvas_objects.Canvas, around: Site) -> model.Canvas:
        """A canvas with its parts."""
        site, state = value.site or around, value.state
        self.made += 1
        again = any(each is value for each in self.inside) or self.made > MOST_PARTS
        if again or len(self.inside) >= DEEPEST or (state.changed and value.kind != "method"):
            return model.Canvas("unknown", site.span, test=site.file.test)
        self.inside.append(value)
        try:
            return self._canvas(value, site)
        finally:
            self.inside.pop()

    def _canvas(self, value: canvas_objects.Canvas, site: Site) -> model.Canvas:
        state = value.state
        single = value.kind in {"signature", "map", "starmap", "chunks", "method"}
        dispatch = self._dispatch(value, site) if single and value.kind != "method" else None
        known = not single or value.kind == "method" or dispatch is not None
        linked = value.linked
        return model.Canvas(
            kind=value.kind if known else "unknown",
            span=site.span,
            how=value.how,
            text=self._text(value),
            task=dispatch.task if dispatch is not None else self._task(value),
            dispatch=dispatch,
            parts=() if single else self._parts(value, site),
            open=value.open,
            body=None if value.body is None else self.part(value.body, site),
            immutable=state.immutable,
            options={**(dispatch.options if dispatch is not None else {}), **state.options},
            callbacks=tuple(self.part(each, site) for each in state.callbacks),
            errbacks=tuple(self.part(each, site) for each in state.errbacks),
            sent=tuple(each.site.span for each in state.sent),
            dropped=state.dropped,
            linked=None
            if linked is None
            else model.Linked(
                linked.method, linked.site.span, self.part(linked.canvas, linked.site)
            ),
            test=site.file.test,
        )

    def _parts(self, value: canvas_objects.Canvas, site: Site) -> tuple[model.Canvas, ...]:
        made = [self.part(each, site) for each in value.parts]
        if value.kind == "chain":
            for i, before in enumerate(made[:-1]):
                if unrolling.group_in(before) is not None:
                    listed = _listed(value.parts[i + 1])
                    made[i + 1] = replace(made[i + 1], listed=listed)
        return tuple(made)

    def of_send(self, record: SendRecord) -> model.Canvas | None:
        """The send of a task that says which callbacks its task has."""
        if record.how not in _SENDS or record.canvas is not None:
            return None
        callbacks, errbacks = self._given(record, "link"), self._given(record, "link_error")
        if not (callbacks or errbacks):
            return None
        made = dispatches.make(
            self.machine, self.world, record, self.tasks, self.apps, self.by_name
        )
        return model.Canvas(
            kind="signature",
            span=record.site.span,
            how=record.how,
            text=_named(made),
            task=made.task,
            dispatch=made,
            options=made.options,
            callbacks=callbacks,
            errbacks=errbacks,
            sent=(record.site.span,),
            test=record.site.file.test,
        )

    def _given(self, record: SendRecord, name: str) -> tuple[model.Canvas, ...]:
        """The callbacks that an option of a send holds."""
        value = record.arguments.kwarg(name)
        if value is None:
            return ()
        nodes = canvas_objects.option(record.nodes, name)
        found = canvas_objects.placed(canvas_objects.listed(value), nodes, record.site.file)
        return tuple(self.part(each, record.site) for each in found)

    def _dispatch(self, value: canvas_objects.Canvas, site: Site) -> model.Dispatch | None:
        """The call that made a signature; None where what it is of is not known."""
        task = value.parts[0] if len(value.parts) == 1 else None
        if not isinstance(task, TaskObject | TaskByName):
            return None
        record = SendRecord(
            value.how,
            site,
            task.record if isinstance(task, TaskObject) else None,
            task.name if isinstance(task, TaskByName) else None,
            value.arguments,
            (),
            task.app if isinstance(task, TaskByName) else None,
            nodes=value.nodes,
            named=value.named,
        )
        return dispatches.make(
            self.machine, self.world, record, self.tasks, self.apps, self.by_name
        )

    def _task(self, value: Value) -> model.Task | None:
        """The task that a value is, or is the result or a signature of."""
        if isinstance(value, Call):
            return self._task(value.args[0]) if value.args else None
        if isinstance(value, Returned):
            return None if value.task is None else self._task(value.task)
        if isinstance(value, TaskObject):
            return self.tasks.get(id(value.record))
        if isinstance(value, canvas_objects.Canvas) and value.kind in {"signature", "method"}:
            return self._task(value.parts[0]) if value.parts else None
        return None

    def _text(self, value: Value) -> str:
        """A short name for a message: the task's function, else what the thing is."""
        task = self._task(value)
        if task is not None:
            return task.function
        if isinstance(value, canvas_objects.Canvas) and value.parts:
            only = value.parts[0]
            if isinstance(only, TaskByName) and isinstance(only.name, Literal):
                return str(only.name.value)
            return value.kind if value.kind != "method" else self._text(only)
        return repr(value.value) if isinstance(value, Literal) else ""


def _place(value: Value, around: Site) -> Site:
    """Where a part is used, as far as it is not only known where it is defined."""
    site = value.site
    if site is None or (isinstance(value, TaskObject) and site == value.record.site):
        return around
    named = isinstance(value, FunctionObject) and value.node[0] == "def"
    if named and site.start == value.node[4]:  # type: ignore[attr-defined]  # it is a function
        return around
    return site


def _listed(following: Value) -> Span | None:
    """Where the task that follows a group takes what it gets for a list."""
    if not isinstance(following, canvas_objects.Canvas) or following.kind != "signature":
        return None
    task = following.parts[0] if following.parts else None
    function = task.record.function if isinstance(task, TaskObject) else None
    if function is None or not isinstance(task, TaskObject):
        return None
    bind = task.record.option("bind")
    bound = task.record.cls is not None or (bind is not None and bind.must(bool))
    node = list_use.takes_list(function, 1 if bound else 0)
    return None if node is None else function.scope.module.span(node[1], node[2])


def _named(dispatch: model.Dispatch) -> str:
    if dispatch.task is not None:
        return dispatch.task.function
    return dispatch.sent_name or "the task"


def _kind(machine: Machine, value: Value) -> str:
    """What stands where a signature belongs."""
    if isinstance(value, Call) and value.dotted == canvas_objects.RESULT:
        return "result"
    if isinstance(value, TaskObject | TaskByName):
        return "task"
    if isinstance(value, Returned) and value.task is not None and _is_plain(machine, value):
        return "call"
    if isinstance(value, FunctionObject) and not value.wrappers:
        return "function"
    return "text" if isinstance(value, Literal) and isinstance(value.value, str) else "unknown"


def _is_plain(machine: Machine, value: Returned) -> bool:
    """Does a task that is called as a function return what is surely no signature?"""
    function = value.task.record.function if value.task is not None else None
    if function is None or function.wrappers or function.node[9]:
        return False
    from celerylint.project.interpreter import functions
    from celerylint.project.interpreter.special import Here

    given = Arguments(open_args=True, open_kwargs=True)
    made = functions.call(machine, function, given, Here(function.node, function.scope))
    return all(isinstance(each, Literal | Sequence | MappingValue | Joined) for each in _flat(made))


def _flat(value: Value) -> Iterator[Value]:
    yield from value.options if isinstance(value, OneOf) else (value,)
