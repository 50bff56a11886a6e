"""A form: a small project in one way that people write Celery, and what real Celery makes of it.

The text of a form is its files: a line `--- path` opens one. A path that begins with `!` exists
for the live side only (a stand-in for a package that is not installed, which celerylint must know
by its import name).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

LIVE_ONLY = "!"


@dataclass(frozen=True)
class Form:
    """One project; `settings` and `tasks` say what the live application is.

    tasks maps a name to the options expected on it. profiles are settings modules: each is loaded
    once, as DJANGO_SETTINGS_MODULE; "" loads without one. error is the exception that loading
    ends in. unknown is the number of settings, tasks and options that celerylint may call
    unknown. since and before bound Celery, python is the oldest Python that can load it.
    """

    id: str
    files: Mapping[str, str]
    stand_ins: Mapping[str, str]
    app: str
    settings: Mapping[str, Any]
    tasks: Mapping[str, Mapping[str, Any]]
    env: Mapping[str, str] = field(default_factory=dict)
    profiles: Sequence[str] = ("",)
    paths: Sequence[str] = (".",)
    error: str | None = None
    unknown: int = 0
    python: tuple[int, ...] = (3, 8)
    since: tuple[int, ...] = (0,)
    before: tuple[int, ...] = (99,)

    def runs_on(self, versions: Mapping[str, str]) -> bool:
        """Does this form mean something to those versions of Celery and Python?"""
        celery, python = release(versions["celery"]), release(versions["python"])
        return self.since <= celery < self.before and python >= self.python

    def read_files(self, version: str) -> dict[str, str]:
        """What celerylint reads: the project's files and the version that it pins."""
        pin = {"requirements.txt": f"celery=={version}\n"}
        return {**pin, **self.files}

    def live_files(self) -> dict[str, str]:
        """What real Celery loads."""
        return {**self.files, **self.stand_ins}


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version: (5, 7, 0)."""
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def form(
    name: str,
    *texts: str,
    app: str = "proj:app",
    settings: Mapping[str, Any] | None = None,
    tasks: Mapping[str, Mapping[str, Any]] | Sequence[str] = (),
    **more: Any,
) -> Form:
    """A form from the texts of its files, one after the other; `tasks` may be just their names."""
    files = split_files("\n".join(dedent(text).strip("\n") for text in texts))
    options = tasks if isinstance(tasks, Mapping) else {task: {} for task in tasks}
    return Form(
        id=name,
        files={path: body for path, body in files.items() if not path.startswith(LIVE_ONLY)},
        stand_ins={
            p.removeprefix(LIVE_ONLY): body for p, body in files.items() if p.startswith(LIVE_ONLY)
        },
        app=app,
        settings=settings or {},
        tasks=options,
        **more,
    )


def split_files(text: str) -> dict[str, str]:
    """The files of a form's text, by path; a path that occurs again is continued."""
    files: dict[str, str] = {}
    path = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("--- "):
            path = line[4:].strip()
            files.setdefault(path, "")
        else:
            files[path] += line.rstrip("\n") + "\n"
    return {name: body.rstrip("\n") + "\n" if body.strip() else "" for name, body in files.items()}
