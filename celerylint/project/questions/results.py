"""Where an app keeps its results, and which tasks keep any."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint import oracle
from celerylint.findings import Span
from celerylint.oracle import Release, urls
from celerylint.project.choices import Reading, readings
from celerylint.project.model import Context, Project, Task
from celerylint.project.questions.consuming import SENDING
from celerylint.project.questions.limits import runners
from celerylint.project.values import Default, Joined, OneOf, Value
from celerylint.structs import dataclass

# Each backend object of these opens connections of its own when it stores a result or waits for
# one (celery/backends/redis.py: client, mongodb.py: _get_connection, cache.py: client). The others
# share what the app has (rpc), open one for each store whatever the pool (database), or none.
CONNECTING = frozenset({"redis", "mongodb", "cache"})


@dataclass(frozen=True, slots=True)
class ResultBackend:
    """A backend that a context surely uses: `family` as the oracle names it (redis for rediss and
    sentinel, `disabled`, …), `written` the scheme or name as the project has it. `span` is where
    it is given; `guesses` holds its value where the environment may name another backend.
    """

    family: str
    written: str
    span: Span
    guesses: tuple[Value, ...]


def result_backend(context: Context) -> ResultBackend | None:
    """The backend of the worker's command line, else of the settings; None where not known."""
    option = context.process.option("result_backend") if context.process is not None else None
    setting = context.setting("result_backend")
    chosen = option or setting
    if chosen is None:
        return None
    found = list(_starts(chosen.value))
    releases = oracle.representatives(context.app.celery.allowed)
    families = {_family(text, release) for text, _ in found for release in releases}
    if len(families) != 1 or None in families:
        return None
    text, _ = found[0]
    written = urls.url_scheme(text or "") or (text or "").partition("://")[0]
    guesses = (chosen.value,) if any(env for _, env in found) else ()
    return ResultBackend(families.pop() or "", written, chosen.span, guesses)


def _family(text: str | None, release: Release) -> str | None:
    if text is not None and text.startswith("cache+memory"):
        return "memory"
    return None if text is None else urls.result_backend(text, release)


def _starts(value: Value, env: tuple[str, ...] = ()) -> Iterator[Reading]:
    """What each alternative of a URL begins with as far as it decides (None: not known), and the
    variables that it depends on. What is empty unless a variable is set, is not known."""
    if isinstance(value, OneOf):
        for each in value.options:
            yield from _starts(each, env)
    elif isinstance(value, Default) and "://" in value.prefix:
        yield value.prefix, env
    elif isinstance(value, Default):
        if value.default is None:
            yield None, env
        else:
            yield from _starts(value.default, (*env, value.env))
    elif isinstance(value, Joined) and "://" in value.prefix():
        yield value.prefix(), env
    elif value.must(lambda each: each is None):
        yield None if env else "", env
    else:
        for text, names in readings(value):
            yield text or (None if env or names else text), (*env, *names)


def keeps_result(task: Task, context: Context) -> bool | None:
    """Does the task keep its result in this context? None where it is not known."""
    option = task.option("ignore_result")
    value = None if option is None else option.value
    if option is None:
        setting = context.setting("task_ignore_result")
        value = None if setting is None else setting.value
        if task.open or (setting is None and context.profile.open):
            return None
    if value is None or not value.may(bool):
        return True
    return False if value.must(bool) else None


def keepers(tasks: tuple[Task, ...], context: Context, project: Project) -> tuple[Task, ...]:
    """Those of the tasks that surely keep a result, calls that ignore theirs left out."""
    return tuple(
        task for task in tasks if keeps_result(task, context) and not _ignored(task, project)
    )


def sent_and_kept(context: Context, project: Project) -> tuple[Task, ...]:
    """The tasks that code other than tasks sends in this context, and that surely keep a result."""
    bodies = {(task.span.path, task.span.line) for task in project.tasks}
    sent = {
        id(each.task)
        for each in project.dispatches
        if each.how in SENDING
        and "/management/" not in each.span.path
        and not any((f.span.path, f.span.line) in bodies for f in each.frames)
    }
    own = [
        task
        for task in project.tasks
        if id(task) in sent and context.app in runners(task, project.apps)
    ]
    return keepers(tuple(own), context, project)


def _ignored(task: Task, project: Project) -> bool:
    """Does every known call of the task say `ignore_result=True`?"""
    calls = [each for each in project.dispatches if each.task is task]
    given = [each.options.get("ignore_result") for each in calls]
    return bool(given) and all(each is not None and each.must(bool) for each in given)
