"""Processes of a deployment that a tool restarts whenever a file changes."""

from __future__ import annotations

import re

from celerylint.facts.manifests.classify import dev_marker
from celerylint.patterns import regex
from celerylint.project.process import Process

_REASON = " restarts it when files change"
_PRODUCTION = regex(r"(^|[^a-z])(prod|production|live)([^a-z]|$)", re.IGNORECASE)
_DEPLOYING = frozenset(("kubernetes", "helm", "ecs", "systemd", "platform", "fly"))
_RESTARTS = frozenset(("always", "unless-stopped"))


def reloader(process: Process) -> str | None:
    """The tool that restarts a process which a file deploys for certain; None for development,
    which is where such tools belong, and where nothing tells."""
    if not reloaded(process):
        return None
    paths = {process.deployment, *(span.path for span in process.chain)}
    if any(dev_marker(path) for path in paths):
        return None
    keys = process.keys
    restart = keys["restart"].text() if "restart" in keys else None
    deploys = (
        process.platform in _DEPLOYING
        or any(_PRODUCTION.search(path) for path in paths)
        or (process.platform == "compose" and restart in _RESTARTS)
    )
    return process.role_reason.removesuffix(_REASON) if deploys else None


def reloaded(process: Process) -> bool:
    """Does such a tool stay in front of it, be it for development or not?"""
    return process.role_reason.endswith(_REASON)
