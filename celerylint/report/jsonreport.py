"""The report for programs: one JSON object (its shape: schema.json), written from plain
dictionaries.
"""

from __future__ import annotations

import json
from typing import Any

from celerylint import __version__
from celerylint.findings import Diagnostic, Edit, Finding, Severity, page_url
from celerylint.outcome import Outcome, ProjectRun, coverage, fingerprints

VERSION = "1"


def render(outcome: Outcome) -> str:
    """The whole outcome as one line-broken JSON object. ASCII only, so that no encoding can
    spoil it.
    """
    return json.dumps(document(outcome), indent=1) + "\n"


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as dictionaries and lists."""
    pairs = zip(outcome.findings, fingerprints(outcome), strict=True)
    seen = coverage(outcome)
    return {
        "version": VERSION,
        "celerylint": __version__,
        "projects": [_project(run) for run in outcome.runs],
        "findings": [_finding(each, name, page_url(each.code, each.name)) for each, name in pairs],
        "diagnostics": [_diagnostic(each) for each in outcome.diagnostics],
        "summary": {
            "files": seen.files,
            "apps": seen.apps,
            "tasks": seen.tasks,
            "processes": seen.processes,
            "errors": seen.errors,
            "warnings": seen.warnings,
            "advice": seen.advice,
        },
    }


def celery_versions(run: ProjectRun) -> dict[str, Any]:
    """The project's Celery as its files say it, with the place that says so."""
    celery = run.summary
    source = None if celery.source is None else run.reported(celery.source)
    return {"version": celery.version, "specifier": celery.specifier, "source": source}


def _project(run: ProjectRun) -> dict[str, Any]:
    return {"root": run.root, "celery": celery_versions(run)}


def _finding(finding: Finding, fingerprint: str, url: str) -> dict[str, Any]:
    span = finding.span
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": (finding.severity or Severity.WARNING).value,
        "message": finding.message,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "help": finding.help,
        "url": url,
        "related": [
            {"path": each.span.path, "line": each.span.line, "message": each.message}
            for each in finding.related
        ],
        "fix": [_edit(each) for each in finding.fix] or None,
        "fingerprint": fingerprint,
    }


def _edit(edit: Edit) -> dict[str, Any]:
    span = edit.span
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "text": edit.text,
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "kind": diagnostic.kind,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": diagnostic.path,
        "line": diagnostic.line,
    }
