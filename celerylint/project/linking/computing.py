"""Tasks that compute for long in libraries written for it, as far as their own code shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from celerylint.findings import Span
from celerylint.project import model
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import World
from celerylint.project.objects import FunctionObject, Unread
from celerylint.project.process import Process
from celerylint.project.spawned import Computing
from celerylint.project.values import Call, Name

# What computes without giving way to other greenlets: its work is done in C, or in long loops.
_HEAVY = frozenset(
    {
        *("numpy", "pandas", "polars", "scipy", "sklearn", "torch", "tensorflow", "transformers"),
        *("spacy", "PIL", "cv2", "matplotlib", "reportlab", "weasyprint", "easy_thumbnails"),
        *("gzip", "bz2", "lzma", "zipfile", "tarfile"),
    }
)
_GREEN = frozenset({"gevent", "eventlet"})
_MOST_HOPS = 3


def computing(
    machine: Machine,
    world: World,
    tasks: Mapping[int, model.Task],
    processes: Iterable[Process],
) -> tuple[Computing, ...]:
    """The tasks whose bodies, or functions that they call, use such a library. Looked for only
    where a worker of greenlets is started; asks for the files of what the tasks themselves
    call."""
    if not any(_is_green(each) for each in processes):
        return ()
    needed, unread = set(machine.needed), set[str]()
    found = [
        made
        for record in world.tasks.values()
        if isinstance(record.function, FunctionObject) and id(record) in tasks
        for made in _of_task(machine, record.function, tasks[id(record)], unread)
    ]
    machine.needed = needed | unread
    return tuple(sorted(found, key=lambda each: each.span))


def _is_green(process: Process) -> bool:
    pool = process.option("pool")
    return pool is not None and pool.value.may(lambda each: each in _GREEN)


def _of_task(
    machine: Machine, function: FunctionObject, task: model.Task, unread: set[str]
) -> Iterator[Computing]:
    """The first library on the shortest way from the task's body; the files that its own names lead
    to come into `unread` where they were not read."""
    front, seen = [function], {function.key}
    for hops in range(_MOST_HOPS + 1):
        behind: list[FunctionObject] = []
        for each in front:
            for library, inner in _used(machine, each, set() if hops else unread):
                if library:
                    yield Computing(task, library, each.name, _place(each))
                    return
                if inner is not None and inner.key not in seen:
                    seen.add(inner.key)
                    behind.append(inner)
        front = behind


def _used(
    machine: Machine, function: FunctionObject, unread: set[str]
) -> Iterator[tuple[str, FunctionObject | None]]:
    """What the names in a function's body stand for: libraries, functions of the project."""
    scope = function.scope.module.scope
    for word in sorted(set(function.words) & scope.env.keys()):
        value = machine.evaluate(("name", 0, 0, word), scope)
        if isinstance(value, Name | Call):
            library = value.dotted.partition(".")[0]
            yield (library if library in _HEAVY else ""), None
        elif isinstance(value, FunctionObject):
            yield "", value
        elif isinstance(value, Unread):
            unread |= value.paths


def _place(function: FunctionObject) -> Span:
    span = function.scope.module.span(function.node[1], function.node[1])
    return Span(span.path, span.line, span.column)
