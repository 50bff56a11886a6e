"""Functions that wait for `worker_process_init`, which only prefork and solo send.

Source: celery/concurrency/prefork.py (process_initializer) and solo.py; no other pool sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from celerylint.facts.syntax import Node
from celerylint.project import model
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import World
from celerylint.project.linking import registration
from celerylint.project.linking.initialising import Others, missed
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject
from celerylint.project.questions.pools import CONCURRENT
from celerylint.project.received import Receiver
from celerylint.project.values import Name, Site

SIGNAL = "worker_process_init"
_CONNECT = f"celery.signals.{SIGNAL}.connect"
_KEEPING = frozenset({"weak", "dispatch_uid", "retry"})


def receivers(
    machine: Machine,
    world: World,
    app_ids: Mapping[int, str],
    contexts: Iterable[model.Context],
    chosen: Iterable[str],
) -> tuple[Receiver, ...]:
    """Those that do what nothing else does, in the order of the files. Looked for only where
    production starts a worker of another pool."""
    wanted = {each.app.id for each in contexts if _other_pool(each)}
    if not wanted:
        return ()
    imported: dict[str, set[str]] = {}
    own: dict[str, set[str]] = {}
    for record in world.apps.values():
        name = app_ids.get(id(record))
        if name is not None and not record.module.test:
            entries = registration.entries(machine, world, record, chosen)
            named = (machine.names.find(each.module, record.module.path) for each in entries)
            for path in _with_imports(machine, {record.module.path, *filter(None, named)}, own):
                imported.setdefault(path, set()).add(name)
    others = Others(machine, SIGNAL)
    return tuple(
        Receiver(SIGNAL, function.name, site.span, lost, frozenset(imported[path]))
        for path in sorted(imported)
        if wanted & imported[path] and not machine.modules[path].test
        for function, site in _connected(machine, path)
        if (lost := missed(others, function)) is not None
    )


def _other_pool(context: model.Context) -> bool:
    return (
        isinstance(context, model.Worker)
        and context.started.role == "production"
        and context.pool() in CONCURRENT
    )


def _with_imports(machine: Machine, paths: set[str], own: dict[str, set[str]]) -> set[str]:
    """The modules that were read of those that importing these surely imports, too. own keeps what
    each module itself imports."""
    found: set[str] = set()
    while paths:
        path = paths.pop()
        module = machine.modules.get(path)
        if module is not None and path not in found:
            found.add(path)
            if path not in own:
                own[path] = set(_imported(machine, module))
            paths |= own[path]
    return found


def _imported(machine: Machine, module: Module) -> Iterator[str]:
    for node in module.body:
        yield from _of_import(machine, module, node)
    package = module.name.rpartition(".")[0]
    above = machine.names.find(package, module.path) if package else None
    if above is not None:
        yield above


def _of_import(machine: Machine, module: Module, node: Node) -> Iterator[str]:
    if node[0] == "import":
        dotted = [name for name, _ in node[3]]
    elif node[0] == "from":
        above = machine.names.relative(node[3], node[4], module.path) if node[4] else node[3]
        members = () if node[5] == "*" else node[5]
        dotted = [above, *(f"{above}.{name}" for name, _ in members)] if above else []
    else:
        return
    for each in dotted:
        path = machine.names.find(each, module.path)
        if path is not None:
            yield path


def _connected(machine: Machine, path: str) -> Iterator[tuple[FunctionObject, Site]]:
    """The functions that a module itself connects whenever it is imported."""
    module = machine.module(path)
    if module is None:
        return
    for node in module.body:
        if node[0] == "def" and len(node[6]) == 1:
            (decorator,) = node[6]
            target = decorator[3] if decorator[0] == "call" else decorator
            given = decorator[4] if decorator[0] == "call" else ()
            if _connects(machine, module, target) and not _of_sender(given):
                site = Site(module, node[4], node[4] + len(node[3]))
                yield FunctionObject(node=node, scope=module.scope, site=site), site
        elif node[0] == "expr" and node[3][0] == "call" and node[3][4]:
            call, (star, keyword, expression, *_) = node[3], node[3][4][0]
            named = star or keyword is not None or _of_sender(call[4][1:])
            if not named and _connects(machine, module, call[3]):
                value = machine.evaluate(expression, module.scope)
                if not isinstance(value, FunctionObject) or value.node[0] != "def":
                    continue
                if not value.node[6]:  # a decorator may connect it to more
                    yield value, Site(module, call[1], call[2])


def _connects(machine: Machine, module: Module, target: Node) -> bool:
    if target[0] != "attr" or target[4] != "connect":
        return False
    value = machine.evaluate(target, module.scope)
    return isinstance(value, Name) and value.dotted == _CONNECT


def _of_sender(arguments: Iterable[Node]) -> bool:
    """Is there more than how to keep the receiver: a sender, which this signal never has?"""
    return any(star or keyword not in _KEEPING for star, keyword, *_ in arguments)
