"""Which calls of the network wait for as long as the other side says nothing.

What each library does without a `timeout` was tried against a server that accepts and never
answers: requests, urllib, urllib3's pools, http.client, smtplib, ftplib, imaplib and poplib wait
for ever; httpx gives up after 5 seconds. `socket.setdefaulttimeout()` bounds them all but requests,
which sets its own (none) on every socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.interest import NETWORK
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.model import Project, Task
from celerylint.project.objects import Arguments
from celerylint.project.questions.limits import SOFT, limit, where_run
from celerylint.project.questions.pools import enforces
from celerylint.project.reached import Reached
from celerylint.project.values import Name, Value

if TYPE_CHECKING:
    from celerylint.project.libraries.records import World

# The position from which on an argument may be the timeout; None where it is a keyword only.
TIMEOUT_AT: dict[str, int | None] = {
    **{name: None for name in NETWORK if name.startswith("requests.")},
    "requests.Session.request": 8,
    "urllib.request.urlopen": 2,
    "urllib.request.urlretrieve": None,
    "urllib3.PoolManager.request": None,
    "urllib3.PoolManager.urlopen": None,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 3,
    "ftplib.FTP": 4,
    "ftplib.FTP_TLS": 4,
    "imaplib.IMAP4": 2,
    "imaplib.IMAP4_SSL": 2,
    "poplib.POP3": 2,
    "poplib.POP3_SSL": 2,
}
# These connect where they are given a host, and else later.
_NEEDS_HOST = ("smtplib.", "ftplib.")
_SET_DEFAULT = "setdefaulttimeout"


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep it where it gives all sockets a timeout."""
    if isinstance(function, Name) and function.dotted == f"socket.{_SET_DEFAULT}":
        world.socket_timeouts.append(here.site)


def sets_default(machine: Machine, world: World) -> bool:
    """May code of the project call `socket.setdefaulttimeout()`?"""
    return bool(world.socket_timeouts) or any(
        _SET_DEFAULT in function.words for function, _ in machine.defined
    )


def hangs(call: Reached, project: Project) -> bool:
    """Does the call surely wait without an end for a peer that accepts and never answers?"""
    if call.changed or call.timed():
        return False
    given = call.argument("timeout")
    if given is not None:
        return given.value.is_none()
    if call.open or (project.socket_timeout and not call.callee.startswith("requests.")):
        return False
    made_with = dict(call.made_with)
    if call.callee.startswith("httpx."):
        own = made_with.get("timeout")
        return own is not None and own.is_none()
    if call.callee not in TIMEOUT_AT or "timeout" in made_with:
        return False
    positional = sum(each.name is None for each in call.arguments)
    if call.callee.startswith(_NEEDS_HOST) and not positional and call.argument("host") is None:
        return False
    last = TIMEOUT_AT[call.callee]
    return last is None or positional <= last


def soft_limited(task: Task, project: Project) -> bool:
    """Does a soft time limit surely end the task, wherever production runs it?"""
    near = where_run(task, project)
    return bool(near) and all(
        enforces(each, SOFT) and limit(task, SOFT, each).set is True for each in near
    )
