"""Work that a task's body hands to greenlets and threads, which start without its context.

Sources: gevent.Greenlet, eventlet.spawn, threading.Thread and concurrent.futures begin with an
empty (or copied-from-nowhere) contextvars.Context; flask.globals keeps its contexts there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from celerylint.findings import Span
from celerylint.project import model
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.records import SpawnRecord, World
from celerylint.project.objects import Arguments, Bound, FunctionObject, Partial
from celerylint.project.spawned import Spawn
from celerylint.project.values import Call, Name, Value

# A function that holds one of these may spawn, and is followed for it.
WORDS = frozenset({"spawn", "spawn_n", "Thread", "submit", "ThreadPoolExecutor", "Pool", "pool"})
_FIRST = frozenset(
    {
        *("gevent.spawn", "gevent.Greenlet", "gevent.Greenlet.spawn"),
        *("eventlet.spawn", "eventlet.spawn_n", "eventlet.greenthread.spawn"),
    }
)
_POOLS = frozenset(
    {
        *("gevent.pool.Pool", "gevent.pool.Group", "gevent.threadpool.ThreadPool"),
        *("eventlet.GreenPool", "eventlet.greenpool.GreenPool"),
        *("concurrent.futures.ThreadPoolExecutor", "multiprocessing.pool.ThreadPool"),
        "concurrent.futures.thread.ThreadPoolExecutor",
    }
)
_METHODS = frozenset({"spawn", "spawn_n", "map", "imap", "imap_unordered", "apply_async", "submit"})
_CONTEXTUAL = frozenset(
    f"flask.{name}" for name in ("current_app", "g", "globals.current_app", "globals.g")
)
_EXTENSIONS = frozenset({"flask_sqlalchemy.SQLAlchemy", "flask_sqlalchemy.extension.SQLAlchemy"})
_PUSHES = frozenset({"app_context", "test_request_context", "request_context"})


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep it where it starts a greenlet or a thread."""
    library, target = "", None
    if isinstance(function, Name) and function.dotted in _FIRST:
        library, target = function.dotted.partition(".")[0], arguments.get(0, "run")
    elif isinstance(function, Name) and function.dotted == "threading.Thread":
        library, target = "a thread", arguments.get(1, "target")
    elif isinstance(function, Bound) and _of_pool(function):
        green = _of_pool(function).partition(".")[0]
        library = green if green in ("gevent", "eventlet") else "a thread"
        target = arguments.get(0, "fn")
    while isinstance(target, Partial):
        target = target.function
    if isinstance(target, FunctionObject):
        key = (here.scope.module.path, here.node[1])
        frames = tuple(machine.frames)
        world.spawns.setdefault(key, SpawnRecord(here.site, target, library, frames))


def _of_pool(method: Bound) -> str:
    """The class of the pool whose method runs a function elsewhere, "" for anything else."""
    made = method.receiver.dotted if isinstance(method.receiver, Call) else ""
    return made if made in _POOLS and method.name in _METHODS else ""


def spawns(machine: Machine, world: World, tasks: Mapping[int, model.Task]) -> Iterator[Spawn]:
    """Those in the bodies of tasks whose function needs a context and makes none."""
    bodies = {
        (record.function.scope.module.path, record.function.node[1]): tasks[id(record)]
        for record in world.tasks.values()
        if isinstance(record.function, FunctionObject) and id(record) in tasks
    }
    for _, record in sorted(world.spawns.items()):
        task = next(filter(None, (_task(frame, bodies) for frame in record.frames)), None)
        uses = _needs(machine, record.target)
        if task is not None and uses is not None and not record.site.file.test:
            target = record.target
            place = target.scope.module.span(target.node[1], target.node[2])
            first = Span(place.path, place.line, place.column)
            yield Spawn(record.site.span, task, target.name, first, uses, record.library)


def _task(frame: FrameNote, bodies: Mapping[tuple[str, int], model.Task]) -> model.Task | None:
    key = (frame.site.file.path, frame.site.start)
    return bodies.get(key) if frame.kind == "function" else None


def _needs(machine: Machine, function: FunctionObject) -> str | None:
    """The name in its body that fails outside of a context; None where it pushes one."""
    words = set(function.words)
    if words & _PUSHES or function.wrappers or (function.node[0] == "def" and function.node[6]):
        return None
    scope = function.scope.module.scope
    for word in sorted(words & scope.env.keys()):
        value = machine.evaluate(("name", 0, 0, word), scope)
        if isinstance(value, Name) and value.dotted in _CONTEXTUAL:
            return word
        extension = isinstance(value, Call) and value.dotted in _EXTENSIONS
        if extension and "session" in words:
            return f"{word}.session"
    return None
