"""Connections that a module opens when it is imported, which is before a prefork worker forks.

Seen with four processes and one socket: of 60 tasks that asked over it, 28 got the answer of
another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from celerylint.facts.syntax import Node, unparse
from celerylint.findings import Related
from celerylint.project import model, walking
from celerylint.project.bodies import name_of
from celerylint.project.interest import canonical
from celerylint.project.machine import Machine
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, Lazy
from celerylint.project.reached import Shared
from celerylint.project.records import World
from celerylint.project.values import Call, Name, Site

# These connect when they are called, and know nothing of forks.
CONNECTS = frozenset(
    [
        *("psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "MySQLdb.connect"),
        *("pymysql.connect", "pymysql.connections.Connection", "mysql.connector.connect"),
        *("pyodbc.connect", "oracledb.connect", "cx_Oracle.connect", "pymssql.connect"),
        *("pika.BlockingConnection", "socket.create_connection"),
    ]
)
MOST_HOPS = 3
_MOST_WAYS = 100


def shared(machine: Machine, world: World, tasks: dict[int, model.Task]) -> tuple[Shared, ...]:
    """The connections of modules that workers import, where a task uses them. tasks are those of
    the model by the identity of their record."""
    found: list[Shared] = []
    for module in _imported(machine, world):
        for name, value in module.env.items():
            if isinstance(value, Call) and canonical(value.dotted) in CONNECTS:
                found += _used(machine, world, tasks, module, name)
    return tuple(sorted(found, key=lambda each: each.span))


def _imported(machine: Machine, world: World) -> list[Module]:
    """The modules of tasks and apps, and those that they import at their top."""
    todo = [each.site.file for each in world.tasks.values() if each.registered]
    todo += [each.module for each in world.apps.values()]
    met: dict[str, Module] = {}
    while todo:
        module = todo.pop()
        if module.path in met or module.test:
            continue
        met[module.path] = module
        for value in module.env.values():
            if isinstance(value, Lazy):
                todo += _modules(machine, module, value)
    return [met[path] for path in sorted(met)]


def _modules(machine: Machine, module: Module, value: Lazy) -> Iterator[Module]:
    for dotted in (value.dotted, f"{value.dotted}.{value.attribute}"):
        path = machine.names.find(dotted, module.path)
        found = None if path is None else machine.modules.get(path)
        if found is not None:
            yield found


def _used(
    machine: Machine, world: World, tasks: dict[int, model.Task], module: Module, name: str
) -> Iterator[Shared]:
    node = _opened(machine, module, name)
    if node is None:
        return
    users = [each for each in _functions(machine) if _knows(machine, each, module, name)]
    own = [each for each in _functions(machine) if each.scope.module is module]
    if any(_rebinds(each, name) for each in own if name in each.words):
        return
    made = {record.function.key: record for record in world.tasks.values() if record.function}
    ways: list[tuple[FunctionObject, ...]] = [(each,) for each in users]
    for _ in range(MOST_HOPS + 1):
        for way in ways:
            record = made.get(way[-1].key)
            task = None if record is None else tasks.get(id(record))
            if task is not None:
                site = Site(module, node[1], node[2])
                text = unparse(node[3])
                yield Shared(name, text, site.span, task, _proof(name, way))
                return
        ways = [
            (*way, each)
            for way in ways
            for each in _functions(machine)
            if way[-1].owner is None
            and each not in way
            and _knows(machine, each, way[-1].scope.module, way[-1].name)
        ][:_MOST_WAYS]


def _opened(machine: Machine, module: Module, name: str) -> Node | None:
    """The call that opens the connection while the module is imported, where one statement at its
    top does so for sure: a lambda or a proxy would do it later."""
    found = [
        node[4]
        for node in module.body
        if node[0] == "assign" and any(each[0] == "name" and each[3] == name for each in node[3])
    ]
    if len(found) != 1 or found[0][0] != "call":
        return None
    with machine.aside():
        called = machine.evaluate(found[0][3], module.scope)
    direct = isinstance(called, Name) and canonical(called.dotted) in CONNECTS
    return found[0] if direct or isinstance(called, FunctionObject) else None


def _functions(machine: Machine) -> list[FunctionObject]:
    return list({each.key: each for each, _ in machine.defined}.values())


def _knows(machine: Machine, function: FunctionObject, module: Module, name: str) -> bool:
    """Does a function use what a module binds to a name?"""
    here = function.scope.module
    if name not in function.words or here.test:
        return False
    if here is not module and not any(
        module in _modules(machine, here, each)
        for each in here.env.values()
        if isinstance(each, Lazy)
    ):
        return False
    own = {each[0] for each in function.params} | walking.bound(function.body())
    return name not in own


def _rebinds(function: FunctionObject, name: str) -> bool:
    body = function.body()
    return any(each[0] == "scope" and name in each[3] for each in walking.nodes(body))


def _proof(name: str, way: tuple[FunctionObject, ...]) -> tuple[Related, ...]:
    steps = [f"`{name_of(way[0])}` uses `{name}`"]
    steps += [f"`{name_of(caller)}` calls `{name_of(called)}`" for called, caller in pairwise(way)]
    sites = [each.site for each in way]
    return tuple(
        Related(site.span, step)
        for site, step in zip(reversed(sites), reversed(steps), strict=True)
        if site is not None
    )
