"""Joins processes with the apps and profiles that they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from celerylint.project.combine import text_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.app_names import find_app
from celerylint.project.libraries.profiles import VARIABLE
from celerylint.project.linking.app_targets import no_app, unnamed
from celerylint.project.model import App, Context, Profile, Worker
from celerylint.project.process import Process
from celerylint.structs import replace


def joined(
    machine: Machine,
    processes: Iterable[Process],
    app_ids: Mapping[int, str],
    made: Sequence[tuple[str, str]],
) -> tuple[Process, ...]:
    """The processes, each with the id of the app that it runs, where that is one of the project, or
    with why there is none. made are the paths of the modules that make apps, with the apps' ids."""
    return tuple(_with_app(machine, each, app_ids, made) for each in processes)


def _with_app(
    machine: Machine,
    process: Process,
    app_ids: Mapping[int, str],
    made: Sequence[tuple[str, str]],
) -> Process:
    text = process.app.text() if process.app is not None else None
    if process.app is None:
        return replace(process, no_app=unnamed(machine, process, made))
    if text is None:
        return process
    record = find_app(machine, text, process.workdir.strip("/") if process.workdir else "")
    name = app_ids.get(id(record)) if record is not None else None
    own = process.app.origin == "entry point" or "PYTHONPATH" in process.environment
    if record is None and not own:
        return replace(process, no_app=no_app(machine, text, made))
    return process if name is None else replace(process, app_id=name)


def contexts_of(processes: Iterable[Process], apps: Iterable[App]) -> tuple[Context, ...]:
    """One context for each process, its app, and each profile that it may use."""
    by_id = {app.id: app for app in apps}
    found: list[Context] = []
    for process in processes:
        app = by_id.get(process.app_id or "")
        if app is not None:
            made = Worker if process.kind == "worker" else Context
            found += [made(app, profile, process) for profile in _profiles(process, app)]
    return tuple(found)


def _profiles(process: Process, app: App) -> list[Profile]:
    """The profile that the process's environment names; else those of its role; else all that are
    not for tests."""
    named = text_of(process.environment.get(VARIABLE))
    exact = [each for each in app.profiles if each.name == named]
    if exact:
        return exact
    same = [each for each in app.profiles if each.role == process.role]
    return same or [each for each in app.profiles if each.role != "test"] or list(app.profiles)
