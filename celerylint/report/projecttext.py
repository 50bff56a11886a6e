"""The linked project for people: apps with their settings, tasks, what sends them, and what
starts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from celerylint.findings import Span
from celerylint.outcome import ProjectRun
from celerylint.patterns import regex
from celerylint.project.model import App, CeleryVersions, Profile, Task
from celerylint.report import processtext
from celerylint.report.claims import Claim, claim
from celerylint.report.projectjson import LIMITS, effective_limit, target, unresolved
from celerylint.report.terminal import Paint, escaped
from celerylint.report.text import counted

_PASSWORD = regex(r"(?<=://)([^/@\s:]*):[^@/\s]+@")
_LONG = 100


def render(run: ProjectRun, color: bool = False) -> str:
    """The project as text, one fact a line, each with its place."""
    return "".join(f"{line.rstrip()}\n" for line in _Text(run, Paint(color)).lines())


class _Text:
    def __init__(self, run: ProjectRun, paint: Paint) -> None:
        self._run, self._project, self._paint = run, run.project, paint

    def lines(self) -> Iterator[str]:
        root = self._paint(escaped(self._run.root), "bold")
        yield f"{root}: {self._celery(self._project.celery)}"
        for app in self._project.apps:
            yield ""
            yield from self._app(app)
        yield from self._tasks()
        yield from self._dispatches()
        yield from self._rest()
        yield from self._unresolved()

    def _celery(self, celery: CeleryVersions) -> str:
        which = celery.version or celery.specifier
        if which is None:
            return "no Celery version is written in it"
        source = f" ({escaped(self._run.reported(celery.source))})" if celery.source else ""
        return f"Celery {escaped(which)}{source}"

    def _place(self, span: Span) -> str:
        return self._paint(f"{escaped(self._run.reported(span.path))}:{span.line}", "dim")

    def _app(self, app: App) -> Iterator[str]:
        more = f", namespace {escaped(app.namespace)}" if app.namespace else ""
        more += f", {self._celery(app.celery)}" if app.celery != self._project.celery else ""
        yield f"{self._paint('app', 'blue')} {escaped(app.id)}  {self._place(app.span)}{more}"
        for profile in app.profiles:
            more = ", may hold more than was read" if profile.open else ""
            yield f"  profile {escaped(profile.name)} ({profile.role}{more})"
            yield from self._settings(profile)

    def _settings(self, profile: Profile) -> Iterator[str]:
        for name, setting in sorted(profile.settings.items()):
            said = _said(claim(setting.value))
            yield f"    {escaped(name)} = {said}  {self._place(setting.span)}"

    def _tasks(self) -> Iterator[str]:
        if self._project.tasks:
            yield ""
            yield self._paint(counted(len(self._project.tasks), "task"), "blue")
        for task in self._project.tasks:
            name = task.name or f"(name not known) {task.module}.{task.function}"
            yield f"  {escaped(name)}  {self._place(task.span)}  {self._options(task)}"

    def _options(self, task: Task) -> str:
        said = [
            f"{escaped(name)}={_said(claim(option.value))}"
            for name, option in task.options.items()
            if name not in LIMITS
        ]
        for name in LIMITS:
            limit = effective_limit(self._project, task, name)
            if limit is not None:
                said.append(f"{name}={_said(limit[0])} ({limit[1]})")
        return ", ".join(said)

    def _dispatches(self) -> Iterator[str]:
        known = [each for each in self._project.dispatches if target(each) is not None]
        if not known:
            return
        ways = ", ".join(
            f"{how} {count}" for how, count in Counter(each.how for each in known).most_common()
        )
        yield ""
        yield self._paint(f"{counted(len(known), 'call')} that send tasks ({ways})", "blue")
        for each in known:
            yield f"  {escaped(target(each) or '')}  {each.how}  {self._place(each.span)}"

    def _rest(self) -> Iterator[str]:
        project = self._project
        if project.processes:
            yield ""
            yield self._paint(f"processes: {len(project.processes)}", "blue")
            yield from processtext.lines(project, self._place)
        groups = {
            "queue": [(each.name, each.span) for each in project.queues],
            "route": [(f"{each.pattern} -> {each.queue}", each.span) for each in project.routes],
            "schedule entry": [
                (f"{each.name}: {each.task}", each.span) for each in project.schedule
            ],
            "ORM class": [(f"{each.name} ({each.kind})", each.span) for each in project.models],
        }
        for word, rows in groups.items():
            if rows:
                yield ""
                yield self._paint(f"{word}: {len(rows)}", "blue")
            for text, span in rows:
                yield f"  {escaped(text)}  {self._place(span)}"

    def _unresolved(self) -> Iterator[str]:
        rows = unresolved(self._project)
        if rows:
            yield ""
            yield self._paint(f"not resolved: {len(rows)}", "blue")
        for what, span, reason in rows:
            yield f"  {what}  {self._place(span)}  {escaped(reason)}"


def _said(claimed: Claim) -> str:
    """The claim in a few words, without passwords of URLs."""
    if claimed.certainty == "unknown":
        return f"? ({escaped(claimed.reason)})"
    text = _PASSWORD.sub(r"\1:***@", repr(claimed.value))
    if len(text) > _LONG:
        text = text[: _LONG - 1] + "…"
    if claimed.certainty == "one-of":
        return f"one of {escaped(text)}"
    return escaped(text) + (f" unless {', '.join(claimed.env)} is set" if claimed.env else "")
