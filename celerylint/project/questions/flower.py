"""Who can reach a Flower, and whether it asks who they are.

Sources: flower/options.py (defaults), flower/views/__init__.py and flower/api/__init__.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.project.process import Chosen, Process
from celerylint.project.values import Literal
from celerylint.structs import dataclass

_ASKS = ("basic_auth", "auth", "auth_provider", "conf", "unix_socket")
_SELF = ("127.", "localhost", "[::1]", "::1")
_OTHERS = ("supervisor", "systemd", "procfile", "kubernetes", "helm", "dockerfile", "ecs")


@dataclass(frozen=True, slots=True)
class Exposed:
    """A Flower that asks nobody who they are. published is the port that leads to it from outside
    its host, None where it is only not bound to the host itself; api is what opens its API too."""

    published: Span | None
    api: Span | None


def exposed(process: Process) -> Exposed | None:
    """Whether others than its own host reach a Flower without a password; None where not sure."""
    if process.kind != "flower" or process.open or process.environment_open:
        return None
    if any(_given(process, name) is not None for name in _ASKS):
        return None
    address = _given(process, "address")
    if address is not None and (address.text() or "localhost").startswith(_SELF):
        return None
    opened = process.environment.get("FLOWER_UNAUTHENTICATED_API")
    api = opened.span if opened is not None and opened.must(bool) else None
    published = next(_published(process), None)
    if published is None and process.platform not in _OTHERS:
        return None
    return Exposed(published, api)


def _given(process: Process, name: str) -> Chosen | None:
    """An option, or the variable that Flower reads in its place."""
    chosen = process.option(name)
    value = process.environment.get(f"FLOWER_{name.upper()}")
    if chosen is None and value is not None and value != Literal(""):
        return Chosen(value, f"environment FLOWER_{name.upper()}", value.span or process.span)
    return chosen


def _published(process: Process) -> Iterator[Span]:
    """The ports of a compose service that lead to Flower's from everywhere."""
    if process.platform != "compose":
        return
    chosen = _given(process, "port")
    inside = "5555" if chosen is None else chosen.text()
    for port in process.ports:
        outside, _, target = (port.text() or "").partition("/")[0].rpartition(":")
        if target == inside and not outside.startswith(_SELF) and outside:
            yield port.span
