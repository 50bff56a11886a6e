"""CEL350: a task waits for an answer from the network, and nothing ends the waiting."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Reached, Severity, hangs, rule, soft_limited


@rule(on=Reached, severity=Severity.WARNING, since="0.1")
def network_call_without_timeout(call: Reached, project: Project) -> Iterator[Finding]:
    if not hangs(call, project):
        return
    limited = all(soft_limited(each, project) for each in call.tasks)
    ends = "until the soft time limit ends the task" if limited else "for ever"
    yield Finding(
        call.span,
        f"`{call.text}` has no timeout: a server that accepts and never answers keeps "
        f"`{call.task.function}`{_others(call)} waiting {ends}, and a place in the worker with it"
        f"{f' ({call.way()})' if call.path else ''}",
        help=_cure(call),
        related=call.related(),
        severity=Severity.ADVICE if limited else None,
    )


def _others(call: Reached) -> str:
    more = len(call.tasks) - 1
    return f" (and {more} other task{'s' if more > 1 else ''})" if more else ""


def _cure(call: Reached) -> str:
    if call.callee.startswith("requests."):
        return "give it `timeout=(5, 30)`: seconds to connect, and between two pieces of the answer"
    if call.callee.endswith("urlretrieve"):
        return "use `urlopen(…, timeout=30)` and write the file: `urlretrieve` takes no timeout"
    return "give it a `timeout`, in seconds"
