"""Console scripts of the project that are Celery's command under another name.

`gwcelery = "gwcelery:main"` whose `main` calls `app.start(...)` is `celery -A gwcelery:app`; a
script that hands its words to `celery -A literal` gives the app to `NAME celery worker`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.deployment.place import Home
from celerylint.structs import dataclass

_STARTS_APP = regex(r"\b([A-Za-z_]\w*)\.(?:start|worker_main)\(")
_RUNS_CELERY = regex(r"(?:execvp?e?|Popen|run|call|check_call)\(")
_APP_WORDS = regex(r"[\"'](?:-A|--app)[\"']\s*,\s*[\"']([\w.:]+)[\"']|[\"']--app=([\w.:]+)[\"']")
_SETUP = regex(r"console_scripts[\"']?\s*[:=]\s*(\[.*?\]|[\"'].*?[\"'])", re.DOTALL)
_PAIR = regex(r"([\w.-]+)\s*=\s*([\w.]+):([\w.]+)")


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """direct: the script's words are Celery's own (`NAME worker`); else they follow `NAME celery`.
    span is where the app is decided."""

    name: str
    app: str
    direct: bool
    span: Span


def entry_points(files: Files) -> Mapping[str, EntryPoint]:
    """The project's console scripts that start Celery, by name."""
    found: dict[str, EntryPoint] = {}
    for name, module, function in _scripts(files):
        entry = _entry(name, module, function, files)
        if entry is not None:
            found.setdefault(name, entry)
    return found


def _scripts(files: Files) -> Iterator[tuple[str, str, str]]:
    for path in files.named("pyproject.toml"):
        yield from _pyproject(files.text(path) or "")
    for path in (*files.named("setup.py"), *files.named("setup.cfg")):
        text = files.text(path) or ""
        if path.endswith(".cfg"):
            text = text.partition("console_scripts")[2].partition("\n[")[0]
            yield from _PAIR.findall(text)
        else:
            for block in _SETUP.findall(text):
                yield from _PAIR.findall(block)


def _pyproject(text: str) -> Iterator[tuple[str, str, str]]:
    if "scripts" not in text:
        return
    import tomli

    try:
        data: Any = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
        table: Any = data
        for key in keys:
            table = table.get(key, {}) if isinstance(table, dict) else {}
        for name, target in table.items() if isinstance(table, dict) else ():
            module, colon, function = str(target).partition(":")
            if colon:
                yield name, module, function


def _entry(name: str, module: str, function: str, files: Files) -> EntryPoint | None:
    path = _module(module, files)
    text = files.text(path) if path is not None else None
    if path is None or text is None:
        return None
    body = _function(text, function)
    started = _STARTS_APP.search(text, *body) if body is not None else None
    if started is not None and re.search(
        rf"^{started.group(1)}\s*=|import.*\b{started.group(1)}\b", text, re.MULTILINE
    ):
        return EntryPoint(
            name, f"{module}:{started.group(1)}", True, _span(path, text, started.start())
        )
    return _runner(name, path, files)


def _runner(name: str, path: str, files: Files) -> EntryPoint | None:
    """A module of the same package that runs `celery -A literal`."""
    package = path.split("/")[0] + "/"
    for other in files.paths:
        if not other.startswith(package) or not other.endswith(".py"):
            continue
        if "test" in other or "celery" not in posixpath.basename(other) + posixpath.dirname(other):
            continue
        text = files.text(other) or ""
        words = _APP_WORDS.search(text)
        if words is not None and "celery" in text and _RUNS_CELERY.search(text):
            app = words.group(1) or words.group(2)
            return EntryPoint(name, app, False, _span(other, text, words.start()))
    return None


def _module(module: str, files: Files) -> str | None:
    base = module.replace(".", "/")
    for folder in ("", "src/"):
        for path in (f"{folder}{base}.py", f"{folder}{base}/__init__.py"):
            if path in files:
                return path
    return None


def _function(text: str, name: str) -> tuple[int, int] | None:
    start = re.search(rf"^def {re.escape(name)}\b", text, re.MULTILINE)
    if start is None:
        return None
    end = re.compile(r"^\S", re.MULTILINE).search(text, start.end())
    return start.start(), end.start() if end is not None else len(text)


def _span(path: str, text: str, offset: int) -> Span:
    newlines = tuple(match.end() for match in re.finditer("\n", text))
    return Home(path, newlines).span(offset, offset)
