"""Which calls of things outside of the project are worth finding in the bodies of tasks."""

from __future__ import annotations

import re

from celerylint.patterns import regex

# Canonical names by the others under which the same thing can be imported.
_ALIASES = {
    "requests.session": "requests.Session",
    "requests.sessions.session": "requests.Session",
    "urllib3.poolmanager.PoolManager": "urllib3.PoolManager",
    "builtins.quit": "builtins.exit",
    "celery.current_task.update_state": "celery.Task.update_state",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "multiprocessing.process.Process": "multiprocessing.Process",
    "multiprocessing.pool.Pool": "multiprocessing.Pool",
    "multiprocessing.get_context.Process": "multiprocessing.Process",
    "multiprocessing.get_context.Pool": "multiprocessing.Pool",
    "multiprocessing.get_context.Manager": "multiprocessing.Manager",
    "torch.multiprocessing.Process": "multiprocessing.Process",
    "torch.multiprocessing.Pool": "multiprocessing.Pool",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
}
_REEXPORTS = ("requests.api.", "requests.sessions.")
_VERBS = ("get", "options", "head", "post", "put", "patch", "delete", "request")
_HTTPX = (*_VERBS, "stream")


def _each(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for name in names)


NETWORK = frozenset(
    [
        *_each("requests", _VERBS),
        *_each("requests.Session", (*_VERBS, "send")),
        *_each("httpx", _HTTPX),
        *_each("httpx.Client", (*_HTTPX, "send")),
        *_each("httpx.AsyncClient", (*_HTTPX, "send")),
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
        "urllib3.PoolManager.request",
        "urllib3.PoolManager.urlopen",
        *_each("http.client", ("HTTPConnection", "HTTPSConnection")),
        *_each("smtplib", ("SMTP", "SMTP_SSL")),
        *_each("ftplib", ("FTP", "FTP_TLS")),
        *_each("imaplib", ("IMAP4", "IMAP4_SSL")),
        *_each("poplib", ("POP3", "POP3_SSL")),
    ]
)
EXITS = frozenset(["sys.exit", "os._exit", "builtins.exit", "builtins.SystemExit"])
PROCESSES = frozenset(
    [
        *_each("multiprocessing", ("Process", "Pool", "Manager")),
        "concurrent.futures.ProcessPoolExecutor",
        "torch.utils.data.DataLoader",
        "tqdm.contrib.concurrent.process_map",
    ]
)
WAITS = frozenset(
    f"celery.result.{cls}.{name}"
    for cls in ("AsyncResult", "EagerResult", "GroupResult", "ResultSet")
    for name in ("get", "wait", "join", "join_native", "collect")
)
UPDATE_STATE = "celery.Task.update_state"
CALLS = NETWORK | EXITS | PROCESSES | WAITS | {UPDATE_STATE}
# Modules and classes that are hardly named for anything else, and the calls themselves.
_LEADING = CALLS | {
    *("requests", "requests.Session", "httpx", "httpx.Client", "httpx.AsyncClient"),
    *("urllib3", "urllib3.PoolManager", "urllib.request", "http.client", "smtplib", "ftplib"),
    *("imaplib", "poplib", "multiprocessing"),
}
# A function without any of these names, and without a name that its module binds to something of
# interest, calls nothing of the kind by itself.
WORDS = frozenset(
    [
        *("requests", "httpx", "urllib3", "urlopen", "urlretrieve", "smtplib", "ftplib"),
        *("imaplib", "poplib", "multiprocessing", "exit", "_exit", "SystemExit"),
        *("HTTPConnection", "HTTPSConnection", "ProcessPoolExecutor", "DataLoader", "process_map"),
        *("call_command", "update_state"),
    ]
)
# A module with none of these need not be read for the sake of what it calls: plain substring tests,
# which are ten times as fast as a regular expression without a literal start.
_BYTES = (
    *(b"import requests", b"from requests", b"httpx", b"urllib3", b"urllib.request", b"urlopen"),
    *(b"http.client", b"smtplib", b"ftplib", b"imaplib", b"poplib", b"multiprocessing"),
    *(b".exit(", b"_exit(", b"SystemExit", b"ProcessPool", b"import torch"),
    *(b"psycopg", b"pymysql", b"MySQLdb", b"pyodbc", b"oracledb", b"pymssql", b"pika"),
    *(b"sessionmaker", b"scoped_session", b" Session(", b"create_async_engine", b"async_session"),
    *(b"AsyncSession", b"redis.asyncio", b"AsyncOpenAI"),
)
_BESIDE = regex(rb"^from \.([A-Za-z_]\w*) import", re.MULTILINE | re.ASCII)


def canonical(dotted: str) -> str:
    """The one name under which such a thing is known here."""
    found = _ALIASES.get(dotted)
    if found is not None:
        return found
    for prefix in _REEXPORTS:
        if dotted.startswith(prefix):
            return f"requests.{dotted.removeprefix(prefix)}"
    return dotted


def leads(dotted: str) -> bool:
    """Is this something of interest, or a module or class that is hardly used for anything else?"""
    return canonical(dotted) in _LEADING


def reaches_out(data: bytes) -> bool:
    """May a module with these bytes call something of the kind?"""
    return any(word in data for word in _BYTES)


def neighbours(data: bytes) -> tuple[str, ...]:
    """The modules of its own package that a module with these bytes imports from: base classes and
    helpers often lie beside."""
    return tuple(sorted({found.decode("ascii") for found in _BESIDE.findall(data)}))
