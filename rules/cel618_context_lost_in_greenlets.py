"""CEL618: what a task runs in another greenlet or thread has no Flask application context."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, rule

_WHERE = {"gevent": "a greenlet", "eventlet": "a greenlet"}


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def context_lost_in_greenlets(project: Project, _: Project) -> Iterator[Finding]:
    for spawn in project.spawns:
        where = _WHERE.get(spawn.library, spawn.library)
        yield Finding(
            spawn.span,
            f"`{spawn.target}` runs in {where} of its own, which does not have the application "
            f"context of `{spawn.task.function}`: `{spawn.uses}` raises RuntimeError there",
            help=f"push a context inside `{spawn.target}` (`with app.app_context():`), or send a "
            "task for each piece of work",
            related=(
                Related(spawn.place, f"`{spawn.target}` uses `{spawn.uses}`"),
                Related(spawn.task.span, f"the task `{spawn.task.function}`"),
            ),
        )
