"""The report for GitHub Actions: workflow commands, which become annotations in the diff."""

from __future__ import annotations

from celerylint.findings import Diagnostic, Finding, Severity
from celerylint.outcome import Outcome
from celerylint.report.terminal import escaped
from celerylint.report.text import coverage_line

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(outcome: Outcome) -> str:
    """One command for each finding and diagnostic, then the line of coverage (which is no
    command).
    """
    rows = [_finding(each) for each in outcome.findings]
    rows += [_diagnostic(each) for each in outcome.diagnostics]
    return "".join(f"{row}\n" for row in (*rows, coverage_line(outcome)))


def _finding(finding: Finding) -> str:
    span = finding.span
    properties = {"file": span.path, "line": str(span.line), "col": str(span.column)}
    if span.end_line in (0, span.line):
        # Columns are read only where the annotation stays on one line.
        properties |= {"endColumn": str(span.end_column)} if span.end_column else {}
    else:
        properties["endLine"] = str(span.end_line)
    properties["title"] = f"{finding.code} {finding.name}"
    lines = [
        finding.message,
        *(f"{r.span.path}:{r.span.line}: {r.message}" for r in finding.related),
    ]
    lines += [f"help: {finding.help}"] if finding.help else []
    return _command(finding.severity or Severity.WARNING, properties, lines)


def _diagnostic(diagnostic: Diagnostic) -> str:
    properties = {"file": diagnostic.path} if diagnostic.path else {}
    properties |= {"line": str(diagnostic.line)} if diagnostic.path and diagnostic.line else {}
    properties["title"] = f"celerylint {diagnostic.kind}"
    return _command(diagnostic.severity, properties, [diagnostic.message])


def _command(severity: Severity, properties: dict[str, str], lines: list[str]) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = "\n".join(escaped(line) for line in lines)
    return f"::{_COMMANDS[severity]} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
