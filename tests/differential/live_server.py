"""Loads Celery projects and says what they are: a request per line, an answer per line.

Celery (and Django, where it is installed) is imported once; each request is served in a forked
child, so that no example sees another one's modules. Started by `live.py`; keep to syntax that
Python 3.8 reads.

A request: {"root", "paths", "app", "env", "ask", "setup", "checks"}; an answer: {"settings",
"tasks", "models", "versions"} or {"error"}. `app` is "module:attribute" (an attribute that ends
in "()" is called).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback
from typing import Any

from .live_dump import describe, record_periodic_tasks

PRELOADED = (
    "celery.app.amqp",
    "celery.app.base",
    "celery.app.builtins",
    "celery.app.defaults",
    "celery.app.task",
    "celery.app.trace",
    "celery.backends.base",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.loaders.default",
    "celery.schedules",
    "celery.worker.request",
    "kombu",
    "django.apps",
    "django.conf",
    "django.conf.global_settings",
    "django.contrib.auth.hashers",
    "django.contrib.contenttypes",
    "django.core.checks",
    "django.core.management",
    "django.core.validators",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "django.urls",
    "sqlalchemy.orm",
    "celery.contrib.django.task",
)
CELERY_VARIABLES = ("DJANGO_SETTINGS_MODULE", "APP", "F", "BROKER", "BACKEND")
TIME_LIMIT = float(os.environ.get("CELERYLINT_DIFF_TIMEOUT", "30"))


def preload() -> dict[str, str]:
    """Imports what every example needs; answers the versions found."""
    for module in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    found = {"python": sys.version.split()[0]}
    for package in ("celery", "kombu", "django"):
        if package in sys.modules:
            found[package] = str(sys.modules[package].__version__)
    gc.collect()
    gc.freeze()
    return found


def prepare(request: dict[str, Any]) -> None:
    """Puts the child where the project's worker would stand: folder, path and environment."""
    os.chdir(request["root"])
    sys.dont_write_bytecode = True
    sys.argv[:] = ["celery", "worker"]
    for name in list(os.environ):
        if name.startswith(("CELERY", "BROKER_")) or name in CELERY_VARIABLES:
            del os.environ[name]
    if not request.get("checks"):
        os.environ["CELERY_SKIP_CHECKS"] = "true"
    os.environ.update(request.get("env", {}))
    sys.path[:0] = [os.path.join(request["root"], path) for path in request.get("paths", ["."])]
    importlib.invalidate_caches()


def load_app(target: str) -> Any:
    """The application that "module:attribute" names, after what its worker imports."""
    record_periodic_tasks()
    module, _, path = target.partition(":")
    app: Any = importlib.import_module(module)
    for name in path.split("."):
        app = getattr(app, name.replace("()", ""))
        app = app() if name.endswith("()") else app
    app = getattr(app, "_get_current_object", lambda: app)()
    app.loader.import_default_modules()
    app.finalize()
    return app


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What the project of one request is, or the error that loading it ended in."""
    try:
        prepare(request)
        if request.get("setup"):
            importlib.import_module("django").setup()
        app = load_app(request["app"])
        # The very first read differs from later ones under a namespace (Celery 5.7.0); a worker has
        # read them all before its first task arrives.
        dict(app.conf)
        return describe(app, request["root"], request.get("ask", []))
    except BaseException as error:  # noqa: BLE001 (whatever the project raises is the answer)
        text = traceback.format_exc(limit=-6)
        return {"error": type(error).__name__, "message": str(error), "traceback": text}


def serve_one(request: dict[str, Any]) -> bytes:
    """Runs a request in a forked child and answers the line to send."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()
        os.close(reader)
        os.dup2(2, 1)
        status = 1
        try:
            data = json.dumps(answer(request)).encode()
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(data)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    sent = read_all(reader)
    if sent is None:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    reason = f"no answer in {TIME_LIMIT:g} s" if sent is None else "the child gave no answer"
    return sent or json.dumps({"error": "Died", "message": reason, "traceback": ""}).encode()


def read_all(reader: int) -> bytes | None:
    """Everything from a pipe until its end, or None when nothing comes for TIME_LIMIT seconds."""
    parts: list[bytes] = []
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while True:
            ready, _, _ = select.select([pipe], [], [], TIME_LIMIT)
            if not ready:
                return None
            part = pipe.read(1 << 16)
            if not part:
                return b"".join(parts)
            parts.append(part)


def main() -> None:
    """Serves until standard input ends; the first line sent names the versions."""
    # Projects print; their output must not mix with the answers.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    out.write(json.dumps(preload()).encode() + b"\n")
    for line in sys.stdin.buffer:
        out.write(serve_one(json.loads(line)) + b"\n")
