"""The linked project as JSON: what celerylint believes, checkable against the live application."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from celerylint.findings import Span
from celerylint.outcome import ProjectRun
from celerylint.project.model import App, Dispatch, Option, Profile, Project, Setting, Task
from celerylint.project.process import Process, process_json
from celerylint.project.values import Value
from celerylint.report.claims import Claim, claim
from celerylint.report.jsonreport import VERSION, celery_versions

LIMITS = ("soft_time_limit", "time_limit")


def render(run: ProjectRun) -> str:
    """The project as one JSON object."""
    return json.dumps(document(run), indent=1) + "\n"


def document(run: ProjectRun) -> dict[str, Any]:
    """The project as dictionaries and lists, with paths relative to the working directory."""
    project, write = run.project, _Writer(run)
    return {
        "version": VERSION,
        "celery": celery_versions(run),
        "apps": [write.app(each) for each in project.apps],
        "tasks": [write.task(each) for each in project.tasks],
        "dispatches": [write.dispatch(each) for each in project.dispatches if target(each)],
        "queues": [{"name": each.name, **write.place(each.span)} for each in project.queues],
        "routes": [
            {"pattern": each.pattern, "queue": each.queue, **write.place(each.span)}
            for each in project.routes
        ],
        "schedule": [
            {"name": each.name, "task": each.task, **write.place(each.span)}
            for each in project.schedule
        ],
        "processes": [write.process(each) for each in project.processes],
        "models": [
            {"name": each.name, "kind": each.kind, **write.place(each.span)}
            for each in project.models
        ],
        "unresolved": [
            {"what": what, **write.place(span), "reason": reason}
            for what, span, reason in unresolved(project)
        ],
    }


def target(dispatch: Dispatch) -> str | None:
    """The name of what is sent, where it is known."""
    if dispatch.task is None:
        return dispatch.sent_name
    return dispatch.task.name or f"{dispatch.task.module}.{dispatch.task.function}"


def unresolved(project: Project) -> list[tuple[str, Span, str]]:
    """What could not be resolved, dispatches included, each once: (what, where, why)."""
    found = {
        (each.what, each.span.path, each.span.line): (each.span, each.reason)
        for each in project.unresolved
    }
    for each in project.dispatches:
        if target(each) is None:
            key = ("dispatch", each.span.path, each.span.line)
            found.setdefault(key, (each.span, each.reason or "not resolved"))
    return [(what, span, reason) for (what, _, _), (span, reason) in found.items()]


def effective_limit(project: Project, task: Task, name: str) -> tuple[Claim, str, Span] | None:
    """A task's limit with where it comes from (decorator, base, annotation, setting, …), or None
    where none is.

    A setting counts as its apps' production profiles say it (all profiles where none is
    production).
    """
    option = task.option(name)
    if option is not None:
        return claim(option.value), option.origin, option.span
    profiles = [each for app in project.apps if task.app in (None, app.id) for each in app.profiles]
    profiles = [each for each in profiles if each.role == "production"] or profiles
    settings = [profile.get(f"task_{name}") for profile in profiles]
    claims = {
        repr(claim(each.value)): (claim(each.value), each) for each in settings if each is not None
    }
    if not claims:
        unsure = next((each for each in profiles if each.open), None)
        reason = "the settings may hold more than was read"
        return (
            None if unsure is None else (Claim("unknown", reason=reason), "setting", unsure.place)
        )
    first, setting = next(iter(claims.values()))
    if len(claims) > 1 or None in settings:
        first = Claim("unknown", reason="the apps or profiles that may run it differ")
    return first, "setting", setting.span


class _Writer:
    """Writes places of one project relative to the working directory."""

    def __init__(self, run: ProjectRun) -> None:
        self._run = run

    def place(self, span: Span) -> dict[str, Any]:
        return {"path": self._run.reported(span.path), "line": span.line}

    def app(self, app: App) -> dict[str, Any]:
        return {
            "id": app.id,
            **self.place(app.span),
            "main": app.main,
            "namespace": app.namespace,
            "profiles": [self._profile(each) for each in app.profiles],
        }

    def _profile(self, profile: Profile) -> dict[str, Any]:
        settings = {name: self._setting(each) for name, each in sorted(profile.settings.items())}
        return {
            "name": profile.name,
            "role": profile.role,
            "open": profile.open,
            "settings": settings,
        }

    def _setting(self, setting: Setting) -> dict[str, Any]:
        return {
            **claim(setting.value).to_json(),
            "written": setting.written,
            **self.place(setting.span),
        }

    def task(self, task: Task) -> dict[str, Any]:
        limits = {name: self._limit(task, name) for name in LIMITS}
        return {
            "name": task.name,
            **self.place(task.span),
            "function": task.function,
            "app": task.app,
            "parameters": [each.name for each in task.parameters],
            "options": self._options(task.options),
            "open": task.open,
            **limits,
        }

    def _options(self, options: Mapping[str, Option]) -> dict[str, Any]:
        return {
            name: self._option(each.value, each.origin, each.span) for name, each in options.items()
        }

    def _option(self, value: Value, origin: str, span: Span) -> dict[str, Any]:
        return {**claim(value).to_json(), **self.place(span), "from": origin}

    def _limit(self, task: Task, name: str) -> dict[str, Any] | None:
        found = effective_limit(self._run.project, task, name)
        if found is None:
            return None
        claimed, origin, span = found
        return {**claimed.to_json(), "from": origin, **self.place(span)}

    def dispatch(self, dispatch: Dispatch) -> dict[str, Any]:
        return {"task": target(dispatch), "how": dispatch.how, **self.place(dispatch.span)}

    def process(self, process: Process) -> dict[str, Any]:
        written = process_json(process)
        written["app"] = process.app_id or written["app"]
        written["chain"] = [
            f"{self._run.reported(span.path)}:{span.line}" for span in process.chain
        ]
        relocated = {key: self._relocated(value) for key, value in written.items()}
        return relocated | self.place(process.span)

    def _relocated(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                str(key): self._run.reported(each) if key == "path" else self._relocated(each)
                for key, each in value.items()
            }
        if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
            return [self._relocated(each) for each in value]
        return value if value is None or isinstance(value, (str, int, float)) else repr(value)
