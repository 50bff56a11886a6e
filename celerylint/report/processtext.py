"""The processes of a project, as people read them: what starts, with what, and where it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from celerylint.findings import Span
from celerylint.project.model import Context, Project
from celerylint.project.process import Chosen, Process, chosen_json
from celerylint.report.terminal import escaped

_OPTIONS = (
    ("pool", "pool"),
    ("concurrency", "concurrency"),
    ("queues", "queues"),
    ("soft_time_limit", "soft limit"),
    ("time_limit", "hard limit"),
    ("prefetch_multiplier", "prefetch"),
)


def lines(project: Project, place: Callable[[Span], str]) -> Iterator[str]:
    """A line for each process, and below it what decides how it runs and where that comes from."""
    for process in project.processes:
        contexts = [each for each in project.running if each.process is process]
        service = f" ({process.service})" if process.service else ""
        role = f", {process.role}" if process.role != "production" else ""
        yield f"  {process.kind} of {_app(process)}{escaped(service)}{role}  {place(process.span)}"
        facts = _facts(process, contexts, place)
        if facts:
            yield f"      {'; '.join(facts)}"


def _app(process: Process) -> str:
    asked = process.app.text() if process.app is not None else None
    if process.app_id is not None:
        return escaped(process.app_id)
    return f"`{escaped(asked)}`, no app that is known" if asked else "no app that is known"


def _facts(
    process: Process, contexts: Sequence[Context], place: Callable[[Span], str]
) -> list[str]:
    said = []
    for name, word in _OPTIONS:
        chosen = contexts[0].fact(name) if contexts else process.option(name)
        if chosen is not None:
            said.append(f"{word} {_value(chosen)} ← {escaped(chosen.origin)} {place(chosen.span)}")
    for word, given in (("replicas", process.replicas), ("stop time", process.grace)):
        if given is not None:
            said.append(f"{word} {_value(given)} ← {escaped(given.origin)}")
    if process.open:
        said.append("the command line may hold more than was read")
    return said


def _value(chosen: Chosen) -> str:
    claimed: dict[str, Any] = chosen_json(chosen) or {}
    if "value" not in claimed:
        return f"? ({escaped(str(claimed.get('reason', 'not known')))})"
    text = escaped(str(claimed["value"]))
    return f"{text} unless {claimed['env']} is set" if claimed.get("env") else text
