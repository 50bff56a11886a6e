"""Options of automatic retries, and the tasks that have them without being retried by them.

Source: celery/app/autoretry.py, which does nothing for a task without `autoretry_for`.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint import oracle
from celerylint.findings import Span
from celerylint.project.model import Option, Project, Task
from celerylint.project.values import Literal, Mapping

AUTORETRY_OPTIONS = oracle.task_options(oracle.released()[-1]).retry


def without_autoretry(
    project: Project, names: frozenset[str]
) -> Iterator[tuple[Task, list[Option]]]:
    """The tasks that surely lack `autoretry_for`, with what they set of these options.

    An option that several tasks share comes once, with the first of them, and not where one of them
    does have `autoretry_for`. Left out is what the project's code reads, where that may be for this
    task.
    """
    found: dict[Span, tuple[Task, list[Option]]] = {}
    used: set[Span] = set()
    for task in project.tasks:
        options = [
            each
            for name, each in task.options.items()
            if name in names and each.span != task.place and each.value.may(bool)
            if not (task.may_retry and name in project.read_options)
        ]
        if not options:
            continue
        auto = task.option("autoretry_for")
        if task.open or (auto is not None and auto.value.may(bool)):
            used.update(each.span for each in options)
        else:
            options.sort(key=lambda each: each.span)
            found.setdefault(options[0].span, (task, options))
    for span, (task, options) in found.items():
        if span not in used:
            yield task, options


def retry_keywords(option: Option) -> Iterator[tuple[str, Span]]:
    """The keys of `retry_kwargs` that are options of automatic retries, and no arguments of
    `retry()`.
    """
    if isinstance(option.value, Mapping):
        for key, value in option.value.entries:
            if isinstance(key, Literal) and key.value in AUTORETRY_OPTIONS:
                yield key.value, key.span or value.span or option.span
