"""Readers of the files that start processes: one module per format, one function `read(path, text)
-> Manifest`.

A reader knows its format and nothing of Celery; it never raises for bad input but names it in
`problems`.
"""

from __future__ import annotations

from importlib import import_module

from celerylint.facts.manifests.model import Manifest, manifest

_READERS = {
    "ci": "ci",
    "celeryd": "celeryd",
    "compose": "compose",
    "dockerfile": "dockerfile",
    "ecs": "ecs",
    "env": "celeryd",
    "fly": "toml_tasks",
    "hcl": "hcl",
    "helm": "helm",
    "helm-values": "helm",
    "htcondor": "htcondor",
    "ide": "ide",
    "justfile": "makefile",
    "kubernetes": "kubernetes",
    "makefile": "makefile",
    "package-json": "ecs",
    "platform": "platform",
    "procfile": "procfile",
    "shell": "script",
    "supervisor": "supervisor",
    "systemd": "systemd",
    "taskfile": "taskfile",
    "toml": "toml_tasks",
}
"""kind -> the module that reads it."""


def read(path: str, text: str, kind: str) -> Manifest:
    """The facts of a file of this kind (see classify). Never raises: a reader's own failure is a
    problem."""
    text = text.removeprefix("\ufeff")
    try:
        module = import_module(f"{__name__}.{_READERS[kind]}")
        found: Manifest = module.read(path, text)
    except Exception as error:  # noqa: BLE001 - one bad file never stops the others
        return manifest(path, kind, text, problems=((1, f"not readable as {kind}: {error}"),))
    return found
