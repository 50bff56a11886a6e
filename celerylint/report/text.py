"""The report for people: each finding with its source line, what to do and what proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from celerylint.findings import Diagnostic, Finding, Related, Severity
from celerylint.outcome import Outcome, coverage, lines_of
from celerylint.report.terminal import Paint, escaped, shown_line

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}
_MANY = 8


def render(outcome: Outcome, color: bool = False) -> str:
    """Every finding in full, then the line of coverage."""
    return _put_together(outcome, "\n\n".join(_blocks(outcome, Paint(color))))


def render_concise(outcome: Outcome) -> str:
    """One line for each finding, then the line of coverage."""
    return _put_together(outcome, "\n".join(concise(each) for each in outcome.findings), "\n")


def render_statistics(outcome: Outcome) -> str:
    """How many findings each rule has, most first, then the line of coverage."""
    counts = Counter((each.code, each.name, _level(each)) for each in outcome.findings)
    width = max((len(str(count)) for count in counts.values()), default=1)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [f"{count:>{width}}  {code}  {level:7}  {name}" for (code, name, level), count in ranked]
    return _put_together(outcome, "\n".join(rows))


def _put_together(outcome: Outcome, body: str, gap: str = "\n\n") -> str:
    return f"{body}{gap if body else ''}{found_line(outcome)}\n{coverage_line(outcome)}\n"


def concise(finding: Finding) -> str:
    """`path:line:column: CODE message [name]`."""
    span = finding.span
    place = f"{escaped(span.path)}:{span.line}:{span.column}"
    return f"{place}: {finding.code} {escaped(finding.message)} [{finding.name}]"


def _level(finding: Finding) -> str:
    return (finding.severity or Severity.WARNING).value


def _blocks(outcome: Outcome, paint: Paint) -> Iterator[str]:
    last, lines = None, []
    for finding in outcome.findings:
        if finding.span.path != last:
            last = finding.span.path
            text = outcome.sources(last)
            lines = [] if text is None else lines_of(text)
        yield "\n".join(_block(finding, lines, paint))


def _block(finding: Finding, lines: list[str], paint: Paint) -> Iterator[str]:
    span = finding.span
    style = _STYLES[finding.severity or Severity.WARNING]
    place = f"{paint(escaped(span.path), 'bold')}:{span.line}:{span.column}"
    head = f"{paint(_level(finding), style)} {paint(finding.code, style)}"
    yield f"{place}: {head} {escaped(finding.message)} [{finding.name}]"
    margin = " " * (len(str(span.line)) + 2)
    bar, equals = paint("|", "blue"), paint("=", "blue")
    if 0 < span.line <= len(lines):
        line = lines[span.line - 1]
        end = span.end_column - 1 if span.end_line == span.line else len(line)
        shown, column, width = shown_line(line, span.column - 1, end)
        yield f" {paint(str(span.line), 'blue')} {bar} {shown}"
        yield f"{margin}{bar} {' ' * column}{paint('^' * width, style)}"
    for row in _proof(finding.related):
        yield f"{margin}{equals} {row}"
    if finding.help:
        yield f"{margin}{equals} {paint('help', 'green')}: {escaped(finding.help)}"


def _proof(related: tuple[Related, ...]) -> Iterator[str]:
    for each in related[:_MANY]:
        yield f"{escaped(each.span.path)}:{each.span.line}: {escaped(each.message)}"
    if len(related) > _MANY:
        yield f"and {counted(len(related) - _MANY, 'more place')} (--output-format json lists them)"


def diagnostics(outcome: Outcome, verbose: bool = False, quiet: bool = False) -> str:
    """What went wrong or stayed unclear, one line each; with `verbose` also what could not be
    resolved.
    """
    rows = [_diagnostic(each) for each in outcome.diagnostics if not quiet or _is_grave(each)]
    if verbose:
        for run in outcome.runs:
            for what, span, reason in run.summary.unresolved:
                place = f"{run.reported(span.path)}:{span.line}"
                rows.append(f"{escaped(place)}: {what} not resolved: {escaped(reason)}")
    return "".join(f"{row}\n" for row in rows)


def _is_grave(each: Diagnostic) -> bool:
    return each.severity is Severity.ERROR or each.kind == "internal-error"


def _diagnostic(each: Diagnostic) -> str:
    place = f"{each.path}:{each.line}" if each.path and each.line else each.path
    prefix = f"{escaped(place)}: " if place else ""
    return f"{prefix}{each.severity.value}: {each.kind}: {escaped(each.message)}"


def coverage_line(outcome: Outcome) -> str:
    """What was looked at, in one line: nobody should take silence for a clean project by
    mistake.
    """
    seen = coverage(outcome)
    things = [
        counted(seen.apps, "app"),
        counted(seen.tasks, "task"),
        counted(seen.workers, "worker command"),
    ]
    parts = [f"{', '.join(things)} in {counted(seen.files, 'file')}"]
    if len(outcome.runs) > 1:
        parts[0] += f" of {len(outcome.runs)} projects"
    if seen.not_parsed:
        parts.append(f"{counted(seen.not_parsed, 'file')} not parsed")
    if seen.settings_unresolved:
        parts.append(f"{counted(seen.settings_unresolved, 'setting')} not resolvable")
    return "; ".join(parts)


def found_line(outcome: Outcome) -> str:
    """How much was found, in one line."""
    seen = coverage(outcome)
    found = [counted(seen.errors, "error")] if seen.errors else []
    found += [counted(seen.warnings, "warning")] if seen.warnings else []
    found += [f"{seen.advice} advice"] if seen.advice else []
    return f"found {', '.join(found)}" if found else "nothing found"


def counted(count: int, word: str) -> str:
    """`1 task`, `2,345 tasks`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
