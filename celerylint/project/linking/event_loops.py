"""Clients of asyncio that a module makes when it is imported, and that tasks use in one event loop
after another.

Seen in a worker of one process (redis 8.1, httpx 0.28, openai 3.54, SQLAlchemy 2.1 with asyncpg
0.32), where tasks call asyncio.run, async_to_sync or a loop of their own: with redis, httpx and
openai every second task fails (RuntimeError: Event loop is closed), with an engine on asyncpg every
one after the first (every second with pool_pre_ping; none of those that find each connection older
than pool_recycle). All went well with one loop for all tasks, NullPool, SQLite, psycopg, a client
that is closed before the loop ends, and with one task for each process.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.syntax import Node, unparse
from celerylint.project import walking
from celerylint.project.linking.lasting import Uses, Way, proof
from celerylint.project.modules import Module
from celerylint.project.objects import FunctionObject, Lazy
from celerylint.project.reached import Shared
from celerylint.project.values import Call, Name, Site, Value, text_prefix

ENGINES = frozenset(
    {
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
    }
)
_MAKERS = frozenset(
    {
        "sqlalchemy.ext.asyncio.async_sessionmaker",
        "sqlalchemy.ext.asyncio.session.async_sessionmaker",
        *("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker"),
    }
)
_REDIS = ("redis.asyncio", "redis.asyncio.client", "redis.asyncio.utils")
_CLIENTS = frozenset(
    [
        *(f"{each}.{name}" for each in _REDIS for name in ("Redis", "StrictRedis", "from_url")),
        *(f"{each}.{name}.from_url" for each in _REDIS for name in ("Redis", "StrictRedis")),
        *("httpx.AsyncClient", "openai.AsyncOpenAI", "openai.AsyncAzureOpenAI"),
    ]
)
_OF_NO_LOOP = ("sqlite", "postgresql+psycopg")
_OF_A_LOOP = "postgresql+asyncpg"
RUNS = frozenset({"asyncio.run", "asyncio.runners.run", "anyio.run"})
TO_SYNC = frozenset({"asgiref.sync.async_to_sync", "asgiref.sync.AsyncToSync"})
_IN_LOOP = "run_until_complete"
_NEW_LOOP = "new_event_loop"
# What ends the connections before the loop does.
_CLOSES = frozenset({"aclose", "dispose", "disconnect"})
_WORDS = frozenset({"run", "async_to_sync", "AsyncToSync", _IN_LOOP})


def shared(uses: Uses) -> Iterator[Shared]:
    """The clients of modules that tasks use in several loops."""
    engines: set[Site | None] = set()
    for module in list(uses.machine.modules.values()):
        if module.test:
            continue
        for name, value in list(module.env.items()):
            client = None if isinstance(value, Lazy) else _client(value)
            if client is None or client.site in engines:
                continue
            for each in _used(uses, module, name, client):
                engines.add(client.site)
                yield each


def _client(value: Value) -> Call | None:
    """The client that a value is, or an engine that it makes sessions of."""
    if not isinstance(value, Call):
        return None
    if value.dotted in _MAKERS:
        bound = value.kwarg("bind") or next(iter(value.args), None)
        return _client(bound) if isinstance(bound, Call) and bound.dotted in ENGINES else None
    if value.dotted in ENGINES:
        return value if _pools(value) else None
    return value if value.dotted in _CLIENTS else None


def _pools(engine: Call) -> bool:
    """Does an engine keep connections that belong to a loop? Those of SQLite and of psycopg do not,
    and NullPool keeps none."""
    if any(name in {"poolclass", "pool", "**"} for name, _ in engine.kwargs):
        return False
    return not any(text.startswith(_OF_NO_LOOP) for text in _urls(engine))


def _urls(engine: Call) -> list[str]:
    """How the engine's URL begins, as far as that is known."""
    url = engine.kwarg("url") or next(iter(engine.args), None)
    found = (text_prefix(each) for each in (() if url is None else url.alternatives()))
    return [each for each in found if each is not None]


def _used(uses: Uses, module: Module, name: str, client: Call) -> Iterator[Shared]:
    node = uses.bound_once(module, name)
    if node is None or uses.rebinds(module, name):
        return

    def closes(function: FunctionObject) -> bool:
        if _cleans(uses, function):
            return True
        used = {each[1:3] for each in uses.places(function, module, name)}
        return any(
            (node[0] == "with" and any(each[1:3] in used for each, _ in node[3]))
            or (node[0] == "attr" and node[4] == "close" and node[3][1:3] in used)
            for node in (walking.nodes(function.body(), later=True) if used else ())
        )

    found = []
    for task, way in uses.ways(module, name, closes):
        loop = _loop(uses, module, name, way)
        if loop is not None:
            found.append((task, way, loop))
    if found:
        task, way, loop = found[0]
        site = client.site or Site(module, node[1], node[2])
        yield Shared(
            _called(site, name),
            client.dotted.rpartition(".")[2],
            site.span,
            task,
            proof(name, way),
            kind="client",
            tasks=tuple(each for each, _, _ in found),
            made=client.dotted,
            loop=loop,
            sure=client.dotted not in ENGINES
            or any(each.startswith(_OF_A_LOOP) for each in _urls(client)),
        )


def _cleans(uses: Uses, function: FunctionObject) -> bool:
    """Does a function, or one that it calls, close connections?"""
    return not (_CLOSES | uses.naming(_CLOSES)).isdisjoint(function.words)


def _called(site: Site, name: str) -> str:
    """The variable that has what is made at a place; else the one that it is used by."""
    held = site.file.env.items()
    return next(
        (each for each, value in held if isinstance(value, Call) and value.site == site), name
    )


def _loop(uses: Uses, module: Module, name: str, way: Way) -> str | None:
    """What makes a new event loop, on a way, for the coroutine that gets to the client."""
    for n, function in enumerate(way):
        if _is_async(function):
            decorated = _decorator(uses, function)
            if decorated is not None:
                return decorated
            continue
        if n == 0:
            used = list(uses.places(function, module, name))
        elif _is_async(way[n - 1]):
            used = list(uses.references(function, way[n - 1]))
        else:
            continue
        found = _starts(uses, function, used)
        if found is not None:
            return found
    return None


def _is_async(function: FunctionObject) -> bool:
    return bool(function.node[0] == "def" and function.node[9])


def _decorator(uses: Uses, function: FunctionObject) -> str | None:
    """`@async_to_sync` over a coroutine function."""
    for node in function.node[6]:
        if unparse(node).rpartition(".")[2] in {"async_to_sync", "AsyncToSync"}:
            return _runs(uses, function, node)
    return None


def _starts(uses: Uses, function: FunctionObject, used: list[Node]) -> str | None:
    """The call in a function that makes a loop and runs in it what one of these nodes is of."""
    body = function.body()
    inner = [each for each in walking.nodes((body,), later=True) if each[0] == "def"]
    names = {each[3] for each in inner if _within(used, each)}
    for node in walking.nodes(body):
        if node[0] != "call" or not _hands(node, used, names):
            continue
        found = _runs(uses, function, node[3]) or _wrapper(uses, function, node[3])
        if found is not None:
            return found
    return None


def _within(used: list[Node], node: Node) -> bool:
    return any(node[1] <= each[1] < node[2] for each in used)


def _hands(call: Node, used: list[Node], names: set[str]) -> bool:
    """Is a coroutine of these an argument of a call?"""
    for _, _, value, start, end in call[4]:
        if any(start <= each[1] < end for each in used):
            return True
        if any(each[0] == "name" and each[3] in names for each in walking.nodes(value)):
            return True
    return False


def _runs(uses: Uses, function: FunctionObject, called: Node) -> str | None:
    """What makes an event loop for one run: as messages call it."""
    if called[0] == "attr" and called[4] == _IN_LOOP:
        return _own_loop(function)
    if called[0] not in {"name", "attr"}:
        return None
    dotted = _imported(function, unparse(called))
    if dotted is None:
        with uses.machine.aside():
            value = uses.machine.evaluate(called, function.scope)
        dotted = value.dotted if isinstance(value, Name) else ""
    return f"{unparse(called)}()" if dotted in RUNS | TO_SYNC else None


def _imported(function: FunctionObject, called: str) -> str | None:
    """What a function that imports it in its body calls."""
    first, dot, rest = called.partition(".")
    for node in walking.nodes(function.body()):
        for name, alias in node[-1] if node[0] in {"import", "from"} and node[-1] != "*" else ():
            if (alias or name) == first:
                return f"{node[3]}.{name}{dot}{rest}" if node[0] == "from" else f"{name}{dot}{rest}"
    return None


def _own_loop(function: FunctionObject) -> str | None:
    """A loop that the function makes, and does not keep anywhere."""
    body = function.body()
    for node in walking.nodes(body):
        if node[0] == "assign" and node[4][0] == "call" and node[4][3][-1] == _NEW_LOOP:
            kept = any(each[0] == "scope" for each in walking.nodes(body))
            plain = all(each[0] == "name" for each in node[3])
            return f"{unparse(node[4][3])}()" if plain and not kept else None
    return None


def _wrapper(uses: Uses, function: FunctionObject, called: Node) -> str | None:
    """A function of the project that runs the coroutine that it is given."""
    if called[0] not in {"name", "attr"}:
        return None
    with uses.machine.aside():
        value = uses.machine.evaluate(called, function.scope)
    if not isinstance(value, FunctionObject) or _WORDS.isdisjoint(value.words):
        return None
    if _cleans(uses, value):
        return None
    given = {each[0] for each in value.params}
    for node in walking.nodes(value.body()):
        if node[0] == "call" and any(
            each[0] == "name" and each[3] in given
            for _, _, one, _, _ in node[4]
            for each in walking.nodes(one)
        ):
            found = _runs(uses, value, node[3])
            if found is not None:
                return found
    return None
