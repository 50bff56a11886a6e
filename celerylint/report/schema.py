"""The shape of the JSON report as a pydantic model: the source of schema.json, never imported by
a run.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["error", "warning", "advice"]
FromOne = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


class Shape(BaseModel):
    """Every object of the report: no key is left out and none is added within one version."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CeleryVersions(Shape):
    """Which Celery the project runs: a pinned version, or a range as written, and the place that
    says so.
    """

    version: str | None
    specifier: str | None
    source: str | None


class Project(Shape):
    """A project of the run; root is relative to the working directory."""

    root: str
    celery: CeleryVersions


class Related(Shape):
    """A further place that proves a finding."""

    path: str
    line: FromOne
    message: str


class Edit(Shape):
    """Replace what stands between two places with a text."""

    path: str
    line: FromOne
    column: FromOne
    end_line: FromOne
    end_column: FromOne
    text: str


class Finding(Shape):
    """A hazard. Lines and columns count from 1, columns in characters; end_column is behind the
    last one.
    """

    code: Annotated[str, Field(pattern=r"^CEL\d{3}$")]
    name: str
    severity: Level
    message: str
    path: str
    line: FromOne
    column: FromOne
    end_line: FromOne
    end_column: FromOne
    help: str
    url: str
    related: list[Related]
    fix: list[Edit] | None
    fingerprint: str


class Diagnostic(Shape):
    """Something about the run itself, such as a file that could not be parsed."""

    kind: str
    severity: Level
    message: str
    path: str | None
    line: FromOne | None


class Summary(Shape):
    """What was looked at and how much was found."""

    files: Count
    apps: Count
    tasks: Count
    processes: Count
    errors: Count
    warnings: Count
    advice: Count


class Report(Shape):
    """The output of `celerylint --output-format json`."""

    version: Literal["1"]
    celerylint: str
    projects: list[Project]
    findings: list[Finding]
    diagnostics: list[Diagnostic]
    summary: Summary


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a report, as it stands in schema.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Report.model_json_schema()}
