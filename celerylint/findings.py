"""What is reported, and where: plain values with no knowledge of rules, files or output formats."""

from __future__ import annotations

import enum

from celerylint.structs import dataclass

_REPOSITORY = "https://github.com/celerylint/celerylint/blob/main/"


class Severity(str, enum.Enum):
    """How bad it is: error breaks or loses work, warning hurts under load or failure, advice is
    opinion.
    """

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for advice, 1 for warning, 2 for error."""
        return (Severity.ADVICE, Severity.WARNING, Severity.ERROR).index(self)

    def lowered(self) -> Severity:
        """One step milder; advice stays advice."""
        return (Severity.ADVICE, Severity.ADVICE, Severity.WARNING)[self.rank]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file: path relative to the project's root with `/`; lines and columns from
    1.

    Columns count characters; `end_column` is the column behind the last character.
    """

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """A further place that proves a finding, or that the finding also speaks of."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands at `span` with `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one place.

    A rule fills message (what will happen), help (what to do, one line) and the places that prove
    it.
    `severity` may only lower the rule's own; `code` and `name` are stamped by the engine.
    """

    span: Span
    message: str
    help: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    fix: tuple[Edit, ...] = ()
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something about the run itself: a file that could not be read, a setting that could not be
    resolved.

    kind is a kebab-case word such as `not-parsed`, `not-readable`, `too-large`, `too-deep`,
    `internal-error`,
    `configuration`. path is None where no file is meant; line is None where no line is.
    """

    kind: str
    message: str
    path: str | None = None
    line: int | None = None
    severity: Severity = Severity.WARNING


def page_url(code: str, name: str) -> str:
    """Where a rule's page can be read; CEL0xx are described with the configuration."""
    if code.startswith("CEL0"):
        return f"{_REPOSITORY}docs/configuration.md#{name}"
    return f"{_REPOSITORY}rules/{code.lower()}_{name.replace('-', '_')}.md"


def order(finding: Finding) -> tuple[str, int, int, str]:
    """The order of reports: path, line, column, code."""
    return finding.span.path, finding.span.line, finding.span.column, finding.code
