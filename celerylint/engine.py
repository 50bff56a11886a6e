"""Runs it all: finds the projects, and lints those whose answer is not remembered.

What lints is imported late: most of the time of a run in which nothing changed would go there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from celerylint import config as configuration
from celerylint.answers import Answers
from celerylint.config import Config
from celerylint.facts.pool import collector_off
from celerylint.findings import Diagnostic, order
from celerylint.outcome import Outcome, Request
from celerylint.structs import replace
from celerylint.tree import DiskTree, OverlayTree, Root, Tree, find_roots


def run(request: Request) -> Outcome:
    """Lint (or only link) what a request asks for. Raises ConfigError and UnknownSelector."""
    paths = [request.stdin_filename] if request.stdin_filename else list(request.paths)
    absolute = [os.path.join(request.cwd, path) for path in paths]
    missing = _missing(request, paths, absolute)
    with collector_off():
        parts = [_run_root(request, root) for root in find_roots(absolute)]
    findings = [finding for part in parts for finding in part.findings]
    diagnostics = [*missing, *(each for part in parts for each in part.diagnostics)]
    return Outcome(
        tuple(run for part in parts for run in part.runs),
        tuple(sorted(findings, key=order)),
        tuple(diagnostics),
        _sources([part.sources for part in parts]),
    )


def _missing(request: Request, paths: Sequence[str], absolute: Sequence[str]) -> list[Diagnostic]:
    if request.stdin is not None:
        return []
    gone = [path for path, where in zip(paths, absolute, strict=True) if not os.path.lexists(where)]
    return [Diagnostic("not-readable", "there is no such file or folder", path) for path in gone]


def _sources(parts: Sequence[Callable[[str], str | None]]) -> Callable[[str], str | None]:
    def text(path: str) -> str | None:
        return next((found for found in (part(path) for part in parts) if found is not None), None)

    return text


def _run_root(request: Request, root: Root) -> Outcome:
    shown = os.path.relpath(root.path, request.cwd).replace(os.sep, "/")
    answers = Answers.open(root.path, request.cache_dir, request.use_cache)
    config = _configured(request, root, shown, answers.memory)
    disk = DiskTree(root.path, root.named, config.exclude)
    key = answers.key(disk, config, request, shown, root.named)
    outcome = answers.recall(key, disk, config)
    if outcome is None:
        outcome = _linted(request, root, shown, disk, config)
        answers.keep(key, outcome)
    answers.save()
    return outcome


def _linted(request: Request, root: Root, shown: str, disk: DiskTree, config: Config) -> Outcome:
    from celerylint.facts.cache import Cache
    from celerylint.linting import run_tree
    from celerylint.reading import Library

    cache = Cache.open(root.path, request.cache_dir, request.use_cache)
    tree: Tree = disk
    if request.stdin is not None and root.named:
        tree = OverlayTree(disk, {root.named[0]: request.stdin})
    library = Library(tree, config, cache, request.jobs)
    outcome = run_tree(library, request, root.named, shown)
    cache.save(library.present())
    if cache.problem is not None:
        outcome = replace(outcome, diagnostics=(*outcome.diagnostics, cache.problem))
    return outcome


def _configured(request: Request, root: Root, shown: str, memory: dict[str, Any]) -> Config:
    prefix = "" if shown in {"", "."} else f"{shown}/"
    if request.config_file is not None:
        named = os.path.join(request.cwd, request.config_file)
        text = _text_of(named)
        if text is None:
            raise configuration.ConfigError("not readable", request.config_file)
        found = configuration.load(request.config_file, text, memory) or Config()
    else:
        found = configuration.find(
            lambda name: _text_of(os.path.join(root.path, name)), memory, prefix
        )
    if request.celery_version is not None:
        found = replace(found, celery_version=request.celery_version)
    return found


def _text_of(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read()
    except OSError:
        return None
