"""Names of queues that workers are given, and that nothing in the project sends to or declares.

Sources: celery/app/routes.py (Router.route), celery/app/amqp.py (Queues.select, Queues.deselect).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from typing import TypeGuard

from celerylint.findings import Span
from celerylint.project.combine import text_of
from celerylint.project.model import Canvas, Context, Dispatch, Project, Worker
from celerylint.project.process import Chosen
from celerylint.project.questions.consuming import consumed
from celerylint.project.questions.meant_names import distance
from celerylint.project.values import Call, OneOf, Sequence, Value
from celerylint.project.values import Mapping as MappingValue
from celerylint.structs import dataclass, replace

_PLAIN = ("delay", "s", "si", "delay_on_commit", "map", "starmap", "chunks")
_SHORT, _LONG = 4, 7  # how long names are that differ by one letter, and by two


@dataclass(frozen=True, slots=True)
class Slip:
    """A name in a worker's `-Q` or `-X` (option: queues, exclude_queues), and the queue that was
    likely meant. alone: the worker takes from no other queue. waiting: no worker that is started
    takes from the one that was meant."""

    option: str
    name: str
    meant: str
    span: Span
    alone: bool = False
    waiting: bool = False


def slips(worker: Worker, project: Project) -> Iterator[Slip]:
    """The names of a worker's queues that are likely misspelled; nothing where tasks may be sent to
    queues that the files do not tell."""
    for option in ("queues", "exclude_queues"):
        chosen = worker.started.option(option)
        text = text_of(chosen.value) if chosen is not None else None
        known = known_queues(project) if text else None
        given = [each.strip() for each in (text or "").split(",")]
        for name in given if known else ():
            near = [each for each in known or () if _is_like(name, each)]
            if name not in (known or ()) and len(near) == 1 and near[0] not in given:
                assert chosen is not None
                span, alone = _within(chosen, name), len(given) == 1
                yield from _told(Slip(option, name, near[0], span, alone), worker, project)


def _told(slip: Slip, worker: Worker, project: Project) -> Iterator[Slip]:
    """The slip, unless another worker beside this one takes from the queue that was meant: then
    the name may be that of a queue of its own."""
    if slip.option == "exclude_queues":
        queues = worker.setting("task_queues")
        if queues is not None and slip.meant in set(_declared(queues.value)):
            yield slip
        return
    others = [
        each
        for each in project.running
        if isinstance(each, Worker) and {slip.meant, None} & consumed(each)
    ]
    if not any(each.started.deployment == worker.started.deployment for each in others):
        yield replace(slip, waiting=not others)


def names(project: Project) -> frozenset[str]:
    """The names that may be misspelled, as far as the linked project tells."""
    workers = (each for each in project.running if isinstance(each, Worker))
    return frozenset(each.name for worker in workers for each in slips(worker, project))


def unwritten(
    names: Iterable[str], paths: Iterable[str], read: Callable[[str], bytes]
) -> frozenset[str]:
    """Those of the names that no Python file has as a text of its own.

    read raises OSError for what cannot be read; that may be the file which has them.
    """
    left = set(names)
    for path in paths if left else ():
        try:
            data = read(path)
        except (OSError, ValueError):
            return frozenset()
        left = {each for each in left if not _has(each.encode(), data)}
    return frozenset(left)


def _has(name: bytes, data: bytes) -> bool:
    return name in data and re.search(rb"[\"']%s[\"']" % re.escape(name), data) is not None


def _is_like(name: str, known: str) -> bool:
    """May one be a slip for the other? Not where digits tell them apart: such names are a row."""
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", known):
        return False
    steps = 2 if min(len(name), len(known)) >= _LONG else 1
    return min(len(name), len(known)) >= _SHORT and distance(name, known) <= steps


def _within(chosen: Chosen, name: str) -> Span:
    """The place of one name in the list of them, where the list stands in the file as it is."""
    text, span = text_of(chosen.value) or "", chosen.span
    if span.line != span.end_line or span.end_column - span.column != len(text):
        return span
    at = re.search(rf"(?:^|,)\s*({re.escape(name)})\s*(?:,|$)", text)
    start = span.column + (at.start(1) if at is not None else 0)
    return replace(span, column=start, end_column=start + len(name))


def known_queues(project: Project) -> Set[str] | None:
    """The queues that the project's apps send to or declare; None where there may be others."""
    if ("known queues",) not in project.told:
        found = set(_all(project))
        project.told["known queues",] = None if None in found else found
    queues: Set[str] | None = project.told["known queues",]
    return queues


def _all(project: Project) -> Iterator[str | None]:
    """The names, None for each that is not known."""
    for context in project.contexts:
        if context.profile.role != "test":
            yield from _of_settings(context)
    for task in project.tasks:
        option = task.option("queue")
        loose = {"routing_key", "exchange"} & task.options.keys()
        if task.open or loose or "apply_async" in task.overrides:
            yield None
        if option is not None:
            yield from _texts(option.value)
    for each in project.dispatches:
        yield from _of_send(each)
    for canvas in project.canvases:
        yield from _of_canvas(canvas)


def _of_send(send: Dispatch) -> Iterator[str | None]:
    if send.open and send.how not in _PLAIN:
        yield None
    for options in (send.options, *send.options_of):
        if "routing_key" in options or "exchange" in options:
            yield None
        if "queue" in options:
            yield from _texts(options["queue"])


def _of_canvas(canvas: Canvas) -> Iterator[str | None]:
    queue = canvas.options.get("queue")
    yield from _texts(queue) if queue is not None else ()
    body = () if canvas.body is None else (canvas.body,)
    for each in (*canvas.parts, *body, *canvas.callbacks, *canvas.errbacks):
        yield from _of_canvas(each)


def _of_settings(context: Context) -> Iterator[str | None]:
    if context.profile.open:
        yield None
    default = context.setting("task_default_queue")
    yield from ["celery"] if default is None else _texts(default.value)
    queues, routes = context.setting("task_queues"), context.setting("task_routes")
    if queues is not None:
        yield from _declared(queues.value)
    if routes is not None:
        yield from _routed(routes.value)
    schedule = context.setting("beat_schedule")
    if schedule is not None:
        yield from _scheduled(schedule.value)


def _declared(value: Value) -> Iterator[str | None]:
    """The names in `task_queues`: a list of kombu's queues, or a mapping by name."""
    if isinstance(value, Sequence) and not value.open:
        for each in value.items:
            name = (each.args[0] if each.args else each.kwarg("name")) if _queue(each) else None
            yield from _texts(name) if name is not None else (None,)
    elif isinstance(value, MappingValue) and not value.open:
        for key, _ in value.entries:
            yield from _texts(key)
    elif not value.is_none():
        yield None


def _routed(value: Value) -> Iterator[str | None]:
    """The queues in `task_routes`; a function or a class that routes may name any."""
    if isinstance(value, MappingValue) and not value.open:
        for _, route in value.entries:
            yield from _destination(route)
    elif isinstance(value, Sequence) and not value.open:
        for each in value.items:
            if isinstance(each, Sequence) and len(each.items) == 2:  # (pattern, route)
                yield from _destination(each.items[1])
            else:
                yield from _routed(each)
    elif not value.is_none():
        yield None


def _destination(route: Value) -> Iterator[str | None]:
    if isinstance(route, MappingValue):
        queue = route.get("queue")
        yield from (None,) if queue is None or route.open else _texts(queue)
    else:
        yield from _texts(route)


def _scheduled(value: Value) -> Iterator[str | None]:
    for _, entry in value.entries if isinstance(value, MappingValue) else ():
        options = entry.get("options") if isinstance(entry, MappingValue) else None
        queue = options.get("queue") if isinstance(options, MappingValue) else None
        if isinstance(options, MappingValue) and (options.get("routing_key") or options.open):
            yield None
        yield from _texts(queue) if queue is not None else ()
    if not isinstance(value, MappingValue) or value.open:
        yield None


def _texts(value: Value) -> Iterator[str | None]:
    """Each text that a value may be; what a variable of the environment decides is not known."""
    for each in value.options if isinstance(value, OneOf) else (value,):
        if _queue(each):
            yield from _declared(Sequence("list", (each,)))
        elif not each.is_none():
            yield text_of(each)


def _queue(value: Value) -> TypeGuard[Call]:
    return isinstance(value, Call) and value.dotted.startswith("kombu.")
