"""Sessions of SQLAlchemy that a module makes when it is imported, and that tasks share.

Seen with PostgreSQL and SQLAlchemy 2.1 in a worker of one process, with a plain and with a scoped
session: after a flush, a statement or a connection that failed, every later task of the process
fails (PendingRollbackError, InFailedSqlTransaction) until something rolls the session back. In a
pool of threads or of greenlets tasks use it at the same time: of 20 that each added a row, none (of
8 threads) and none (of 8 greenlets) came through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from celerylint.facts.syntax import Body, Node, unparse
from celerylint.patterns import regex
from celerylint.project import walking
from celerylint.project.interpreter.calling import RESULT
from celerylint.project.linking.lasting import Uses, proof
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, Lazy
from celerylint.project.questions.pools import POOLS
from celerylint.project.reached import Shared
from celerylint.project.values import Call, Name, OneOf, Site, Unknown, Value

_SESSIONS = frozenset(
    {"sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session"}
)
_MAKERS = frozenset({"sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker"})
_SCOPED = frozenset({"sqlalchemy.orm.scoped_session", "sqlalchemy.orm.scoping.scoped_session"})
# What ends a transaction after a failure, by whatever name the session goes there …
_HEALS = frozenset({"rollback", "close_all_sessions", "begin_nested", "rollback_all"})
# … and what does so where it is asked of a session.
_HEALS_SESSION = frozenset({"remove", "close", "begin", "reset", "invalidate"})
_LIKE_SESSION = regex(r"(?i)sess|scope|\bdb|db\b|_db|database")
_MANAGER = "contextmanager"


def shared(uses: Uses) -> Iterator[Shared]:
    """The sessions of modules that tasks use."""
    for module in list(uses.machine.modules.values()):
        if module.test:
            continue
        for name, value in list(module.env.items()):
            if not isinstance(value, Lazy) and _may_be(value):
                yield from _used(uses, module, name)


def _may_be(value: Value) -> bool:
    """Could a name with this value hold a session? What calling a maker gives is not known."""
    if isinstance(value, OneOf):
        return any(map(_may_be, value.options))
    if isinstance(value, Call):
        return value.dotted in _SESSIONS or value.dotted in _SCOPED
    return isinstance(value, Unknown) and value.reason == RESULT


def _used(uses: Uses, module: Module, name: str) -> Iterator[Shared]:
    node = uses.bound_once(module, name)
    kind = None if node is None else _kind(uses, module, node)
    if node is None or kind is None or uses.rebinds(module, name):
        return
    heals = _healing(uses, module, name)
    healed = _healed_by_others(uses, module, name, heals)
    ways = [] if healed else list(uses.ways(module, name, heals))
    healed = not ways
    if healed:
        ways = list(uses.ways(module, name))
    if ways:
        task, way = ways[0]
        yield Shared(
            name,
            unparse(node[3]),
            Site(module, node[1], node[2]).span,
            task,
            proof(name, way),
            kind=kind,
            tasks=tuple(each for each, _ in ways),
            healed=healed,
            pools=_made_for(uses, module, node),
            made=_class(uses, module, node),
        )


def _kind(uses: Uses, module: Module, node: Node) -> str | None:
    with uses.machine.aside():
        called = uses.machine.evaluate(node[3], module.scope)
    options = called.options if isinstance(called, OneOf) else (called,)
    if all(isinstance(each, Call) and each.dotted in _MAKERS | _SCOPED for each in options):
        return "session"
    if not isinstance(called, Name):
        return None
    if called.dotted in _SESSIONS:
        return "session"
    return "scoped" if called.dotted in _SCOPED else None


def _class(uses: Uses, module: Module, node: Node) -> str:
    """The class that is called; empty for a maker, which knows its engine."""
    with uses.machine.aside():
        called = uses.machine.evaluate(node[3], module.scope)
    return called.dotted if isinstance(called, Name) else ""


def _made_for(uses: Uses, module: Module, made: Node) -> tuple[str, ...]:
    """The pools that an `if` around a call at the top of a module asks for, itself or in a function
    of the project."""
    for node in walking.nodes(module.body):
        if node[0] == "if" and node[4] and node[4][0][1] <= made[1] < node[4][-1][2]:
            tests = [node[3]]
            if node[3][0] == "call":
                with uses.machine.aside():
                    called = uses.machine.evaluate(node[3][3], module.scope)
                tests += [called.body()] if isinstance(called, FunctionObject) else []
            found = {pool for test in tests for pool in _asked_for(test)}
            if found:
                return tuple(sorted(found))
    return ()


def _asked_for(test: Node | Body) -> Iterator[str]:
    """Names of pools that something is compared with."""
    for node in walking.nodes(test):
        if node[0] == "un" and node[3] == "not":
            return
        for operator, right in node[4] if node[0] == "cmp" else ():
            if operator in {"==", "in"}:
                yield from (
                    each[3]
                    for each in walking.nodes(right)
                    if each[0] == "const" and each[3] in POOLS
                )


def _healing(uses: Uses, module: Module, name: str) -> Callable[[FunctionObject], bool]:
    """Does a function, or one that it uses, end the session's transaction after a failure?"""

    def own(function: FunctionObject) -> bool:
        if not _HEALS.isdisjoint(function.words):
            return True
        meant = uses.meanings(function)
        for node in walking.nodes(function.body(), later=True):
            if node[0] == "attr" and node[4] in _HEALS_SESSION and _like(node[3]):
                return True
            if node[0] == "with" and any(_is(each, meant) for each, _ in node[3]):
                return True
        return False

    def _is(node: Node, meant: Callable[[str], object]) -> bool:
        return node[0] == "name" and (meant(node[3]) == (module, name) or _like(node))

    known: dict[tuple[str, int], bool] = {}

    def heals(function: FunctionObject) -> bool:
        if function.key not in known:
            known[function.key] = own(function)
        return known[function.key]

    @cache
    def healers() -> frozenset[str]:
        users = uses.users(module, name)
        return frozenset(each.name for each in users if heals(each))

    def on_the_way(function: FunctionObject) -> bool:
        return heals(function) or not healers().isdisjoint(function.words)

    return on_the_way


def _like(node: Node) -> bool:
    """Is this called as sessions are?"""
    return _LIKE_SESSION.search(unparse(node)) is not None


def _healed_by_others(
    uses: Uses, module: Module, name: str, heals: Callable[[FunctionObject], bool]
) -> bool:
    """Does a receiver of a signal, a method of a base class of tasks, or a function that is handed
    to other code, end it after each task?"""
    for each in uses.users(module, name):
        if not heals(each):
            continue
        decorators = each.node[6] if each.node[0] == "def" else ()
        wraps = any(_MANAGER not in unparse(one) for one in decorators)
        if each.owner is not None or (wraps and uses.task_of(each) is None) or _handed(each):
            return True
    return False


def _handed(function: FunctionObject) -> bool:
    """Is a function an argument of a call that its module makes when it is imported?"""
    for node in walking.nodes(function.scope.module.body):
        if node[0] == "call" and any(
            each[0] == "name" and each[3] == function.name for _, _, each, _, _ in node[4]
        ):
            return True
    return False
