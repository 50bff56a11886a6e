"""Connections that a module opens when it is imported, which is before a prefork worker forks.

Seen with four processes and one socket: of 60 tasks that asked over it, 28 got the answer of
another one.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.syntax import unparse
from celerylint.project.interest import canonical
from celerylint.project.linking.lasting import Uses, proof
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, Lazy
from celerylint.project.reached import Shared
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


def shared(uses: Uses) -> Iterator[Shared]:
    """The connections of modules that workers import, where a task uses them."""
    for module in _imported(uses):
        for name, value in module.env.items():
            if isinstance(value, Call) and canonical(value.dotted) in CONNECTS:
                yield from _used(uses, module, name)


def _imported(uses: Uses) -> list[Module]:
    """The modules of tasks and apps, and those that they import at their top."""
    todo = [each.site.file for each in uses.world.tasks.values() if each.registered]
    todo += [each.module for each in uses.world.apps.values()]
    met: dict[str, Module] = {}
    while todo:
        module = todo.pop()
        if module.path in met or module.test:
            continue
        met[module.path] = module
        for value in module.env.values():
            if isinstance(value, Lazy):
                todo += _modules(uses, module, value)
    return [met[path] for path in sorted(met)]


def _modules(uses: Uses, module: Module, value: Lazy) -> Iterator[Module]:
    for dotted in (value.dotted, f"{value.dotted}.{value.attribute}"):
        path = uses.machine.names.find(dotted, module.path)
        found = None if path is None else uses.machine.modules.get(path)
        if found is not None:
            yield found


def _used(uses: Uses, module: Module, name: str) -> Iterator[Shared]:
    node = uses.bound_once(module, name)
    if node is None:
        return
    with uses.machine.aside():
        called = uses.machine.evaluate(node[3], module.scope)
    direct = isinstance(called, Name) and canonical(called.dotted) in CONNECTS
    if not (direct or isinstance(called, FunctionObject)) or uses.rebinds(module, name):
        return
    for task, way in uses.ways(module, name):
        span = Site(module, node[1], node[2]).span
        yield Shared(name, unparse(node[3]), span, task, proof(name, way))
        return
