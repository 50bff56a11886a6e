"""Reads a project with celerylint and loads it with real Celery, and compares the two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from .compare import Comparison, compare
from .live import Live, Load


class LiveError(Exception):
    """Real Celery cannot load a project; `kind` is the name of the exception."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def claims_of(tree: Any) -> dict[str, Any]:
    """What celerylint believes about a project: paths and texts, or a folder."""
    linting = import_module("celerylint.linting")
    from celerylint.tree import MemoryTree

    if isinstance(tree, Mapping):
        tree = MemoryTree({path: text.encode() for path, text in tree.items()})
    claimed = linting.project_json(str(tree) if isinstance(tree, Path) else tree)
    claims: dict[str, Any] = json.loads(json.dumps(claimed))
    return claims


def asked_settings(claims: Mapping[str, Any]) -> list[str]:
    """Every setting that is claimed somewhere."""
    profiles = [profile for app in claims["apps"] for profile in app["profiles"]]
    return sorted({name for profile in profiles for name in profile["settings"]})


def with_profile(load: Load, profile: str) -> Load:
    """The same, with a Django settings module in the environment."""
    env = {"DJANGO_SETTINGS_MODULE": profile} if profile else {}
    return Load(**{**vars(load), "env": {**load.env, **env}})


def judge_files(live: Live, files: Mapping[str, str], load: Load, profile: str = "") -> Comparison:
    """Compares a project given as texts. Raises LiveError."""
    claims = claims_of(files)
    load = Load(**{**vars(with_profile(load, profile)), "ask": asked_settings(claims)})
    found = live.load_files(files, load)
    return judged(claims, found, load, profile)


def judge_folder(live: Live, root: Path, load: Load, profile: str = "") -> Comparison:
    """Compares a project on disk. Raises LiveError."""
    claims = claims_of(root)
    load = Load(**{**vars(with_profile(load, profile)), "ask": asked_settings(claims)})
    return judged(claims, live.load(root, load), load, profile)


def judged(
    claims: Mapping[str, Any], found: Mapping[str, Any], load: Load, profile: str
) -> Comparison:
    """The comparison of two descriptions; raises LiveError where the live one is none."""
    if "error" in found:
        raise LiveError(found["error"], found.get("traceback") or found["message"])
    env = [name for name in load.env if name != "DJANGO_SETTINGS_MODULE"]
    return compare(claims, found, load.app, profile, env)
