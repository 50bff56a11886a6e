"""What a loaded Celery application is: effective settings, tasks with options, ORM models.

Runs in the analysed project's interpreter: keep to syntax that Python 3.8 reads.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterable
from typing import Any

from .encoding import dotted_name, encode

# Settings that Celery reads although `celery.app.defaults.NAMESPACES` does not list them, with the
# release that first did.
UNLISTED = {
    "result_backend_thread_safe": (5, 3),
    "redis_backend_health_check_interval": (5, 1),
    "redis_client_name": (5, 6),
    "dynamodb_endpoint_url": (4, 2),
    "cassandra_secure_bundle_path": (5, 3),
}
# Settings whose value is another one's until somebody sets them.
FOLLOWS = {
    "broker_read_url": "broker_url",
    "broker_write_url": "broker_url",
    "task_default_exchange": "task_default_queue",
    "task_default_routing_key": "task_default_queue",
}
# What a project can say about one task; what else is on a task object is Celery's own business.
OPTIONS = (
    "acks_late",
    "acks_on_failure_or_timeout",
    "autoretry_for",
    "compression",
    "default_retry_delay",
    "delivery_mode",
    "dont_autoretry_for",
    "exchange",
    "expires",
    "ignore_result",
    "max_retries",
    "priority",
    "queue",
    "rate_limit",
    "reject_on_worker_lost",
    "resultrepr_maxsize",
    "retry_backoff",
    "retry_backoff_max",
    "retry_jitter",
    "retry_kwargs",
    "routing_key",
    "send_events",
    "serializer",
    "soft_time_limit",
    "store_eager_result",
    "store_errors_even_if_ignored",
    "throws",
    "time_limit",
    "track_started",
    "trail",
    "typing",
)
# What Celery itself puts on every task.
MACHINERY = ("abstract", "app", "from_config", "name", "request_stack", "run")
MISSING = object()
# Keys of the beat schedule that add_periodic_task put there: calls, not settings.
PERIODIC: list[str] = []


def record_periodic_tasks() -> None:
    """Notes from now on what `add_periodic_task` writes into the beat schedule."""
    from celery import Celery

    write = Celery._add_periodic_task

    def noted(app: Any, key: Any, entry: Any) -> Any:
        PERIODIC.append(str(key))
        return write(app, key, entry)

    Celery._add_periodic_task = noted


def describe(app: Any, root: str, ask: Iterable[str]) -> dict[str, Any]:
    """The application as JSON; `ask` names further settings to read."""
    tasks = {str.__str__(name): task for name, task in app.tasks.items()}
    described = {name: describe_task(app, task, root) for name, task in tasks.items()}
    return {
        "settings": describe_settings(app, ask),
        "tasks": {
            name: task
            for name, task in described.items()
            if not name.startswith("celery.") or task["path"] is not None
        },
        "models": describe_models(root),
        "periodic": sorted(PERIODIC),
        "imported": imported_files(root),
    }


def imported_files(root: str) -> list[str]:
    """The project's files that were imported, relative to its root with "/"."""
    top = os.path.realpath(root) + os.sep
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    paths = {os.path.realpath(file) for file in files if isinstance(file, str)}
    return sorted(path[len(top) :].replace(os.sep, "/") for path in paths if path.startswith(top))


def describe_settings(app: Any, ask: Iterable[str]) -> dict[str, Any]:
    """Every setting that Celery knows or that was asked for; default: is it untouched?"""
    from celery import VERSION
    from celery.app import defaults

    listed = defaults.flatten(defaults.NAMESPACES)
    known = {name: getattr(option, "default", None) for name, option in listed}
    known.update({name: None for name, since in UNLISTED.items() if VERSION[:2] >= since})
    found = {}
    for name in sorted({*known, *ask}):
        value = read_setting(app, name)
        if value is not MISSING:
            untouched = name in known and same(value, untouched_value(app, name, known[name]))
            found[name] = {"value": encode(value), "default": untouched}
    return found


def read_setting(app: Any, name: str) -> Any:
    """As Celery itself reads it: some attributes consult the environment, subscripts do not."""
    try:
        value = getattr(app.conf, name)
    except AttributeError:
        value = app.conf.get(name, MISSING)
    if name == "beat_schedule" and PERIODIC:
        return {key: entry for key, entry in value.items() if key not in PERIODIC}
    return value


def untouched_value(app: Any, name: str, default: Any) -> Any:
    """The value of a setting that nobody set; Django's own TIME_ZONE stands in for `timezone`."""
    if name in FOLLOWS:
        return read_setting(app, FOLLOWS[name])
    global_settings = sys.modules.get("django.conf.global_settings")
    if name == "timezone" and global_settings and os.environ.get("DJANGO_SETTINGS_MODULE"):
        value = read_setting(app, name)
        return value if value == global_settings.TIME_ZONE else default
    return default


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: tuples are lists, True is not 1."""
    return repr(encode(left)) == repr(encode(right))


def describe_task(app: Any, task: Any, root: str) -> dict[str, Any]:
    """One task: its options, which of them the project changed, function and bases."""
    from celery.app.task import Task

    settings = dict(Task.from_config)
    options, changed = {}, []
    for name in (*OPTIONS, *custom_options(task)):
        value = getattr(task, name, MISSING)
        if value is MISSING:
            continue
        options[name] = encode(value)
        baseline = getattr(Task, name, None)
        if baseline is None and name in settings:
            baseline = app.conf.get(settings[name])
        if name == "typing":
            baseline = app.strict_typing
        if name in OPTIONS and not same(value, baseline):
            changed.append(name)
    run = inspect.unwrap(getattr(task, "__wrapped__", None) or task.run)
    run = getattr(run, "__func__", run)
    return {
        "options": options,
        "changed": changed,
        "bound": not isinstance(inspect.getattr_static(task, "run"), staticmethod),
        "bases": [dotted_name(base) for base in type(task).__mro__[1:]],
        "function": getattr(run, "__name__", None),
        "parameters": parameters_of(task),
        "hidden": hasattr(task.run, "__wrapped__"),
        "path": path_of(run, root),
        "limits": {
            name: encode(getattr(task, name, None) or app.conf.get(f"task_{name}"))
            for name in ("soft_time_limit", "time_limit")
        },
    }


def custom_options(task: Any) -> list[str]:
    """Other names that the decorator, an annotation or a base class put on the task."""
    from celery.app.task import Task

    own = [cls for cls in type(task).__mro__ if cls not in Task.__mro__]
    found = {name for cls in own for name in vars(cls)} - {*OPTIONS, *MACHINERY}
    return sorted(name for name in found if not name.startswith("_"))


def parameters_of(task: Any) -> list[str] | None:
    """The names of what a caller may pass, or None where Python cannot tell."""
    try:
        return list(inspect.signature(task.run).parameters)
    except (TypeError, ValueError):
        return None


def path_of(function: Any, root: str) -> str | None:
    """Where a function is written, relative to the project's root with "/"; None outside of it."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    path = os.path.relpath(os.path.realpath(code.co_filename), os.path.realpath(root))
    return None if path.startswith("..") else path.replace(os.sep, "/")


def describe_models(root: str) -> list[str]:
    """Dotted names of the Django models that are written below the project's root."""
    registry = sys.modules.get("django.apps")
    if registry is None or not registry.apps.ready:
        return []
    found = []
    for model in registry.apps.get_models(include_auto_created=False):
        file = getattr(sys.modules.get(model.__module__), "__file__", None)
        inside = file and os.path.realpath(file).startswith(os.path.realpath(root) + os.sep)
        if inside and "site-packages" not in str(file):
            found.append(dotted_name(model))
    return sorted(found)
