"""Every case of every rule page, and of tests/rules, is a small project that is linted."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from celerylint import config, linting, page, registry
from celerylint.findings import Finding
from celerylint.outcome import Outcome, Overrides
from celerylint.registry import RuleInfo
from celerylint.report.text import concise
from celerylint.tree import MemoryTree

REPOSITORY = Path(__file__).parent.parent
PAGES = sorted((REPOSITORY / "rules").glob("cel*.md"))
MORE = sorted((REPOSITORY / "tests" / "rules").glob("cel*.md"))


@dataclasses.dataclass(frozen=True)
class Example:
    """A case with the page that it stands on."""

    file: Path
    sheet: page.Page
    case: page.Case

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(REPOSITORY).as_posix()}:{self.case.line}"


def _examples() -> list[Example]:
    found = []
    for file in (*PAGES, *MORE):
        read = page.read(file.read_text(encoding="utf-8"))
        found += [Example(file, read, case) for case in read.cases]
    return found


EXAMPLES = _examples()


def _lint(example: Example, rules: tuple[RuleInfo, ...] | None) -> Outcome:
    files = {path: text.encode() for path, text in example.case.files.items()}
    settings = config.find(example.case.files.get)
    outcome = linting.lint_tree(MemoryTree(files), settings, rules)
    assert not outcome.failed, f"{example.place}: {outcome.diagnostics}"
    return outcome


def _rules(example: Example) -> tuple[RuleInfo, ...]:
    """The page's own rule and those that its markers name."""
    named = {example.sheet.code, *(marker.rule for marker in example.case.markers if marker.rule)}
    codes = {registry.named(name).code for name in named}
    return tuple(rule for rule in registry.all_rules() if rule.code in codes)


def _difference(example: Example, findings: tuple[Finding, ...]) -> list[str]:
    """What is found but not expected (+), and expected but not found (-)."""
    left = Counter(range(len(findings)))
    lines = []
    for marker in example.case.markers:
        code = registry.named(marker.rule or example.sheet.code).code
        hit = next((i for i in left if left[i] and _fits(findings[i], marker, code)), None)
        if hit is None:
            words = f" ...{marker.words}..." if marker.words else ""
            lines.append(f"- {marker.path}:{marker.line}: {code}{words}")
        else:
            left[hit] = 0
    return lines + [f"+ {concise(findings[i])}" for i in left if left[i]]


def _fits(finding: Finding, marker: page.Marker, code: str) -> bool:
    place = (finding.span.path, finding.span.line, finding.code)
    return place == (marker.path, marker.line, code) and marker.words in finding.message


def _ids(examples: list[Example]) -> list[str]:
    return [f"{each.place}-{each.case.title}" for each in examples]


@pytest.mark.parametrize("example", EXAMPLES, ids=_ids(EXAMPLES))
def test_case(example: Example, request: pytest.FixtureRequest) -> None:
    case = example.case
    outcome = _lint(example, _rules(example))
    if case.output is not None:
        said = "".join(f"{concise(each)}\n" for each in outcome.findings)
        if request.config.getoption("--update-pages"):
            _rewrite(example, said)
        else:
            assert said == case.output, example.place
    if case.output is None or case.markers:
        assert not _difference(example, outcome.findings), example.place


SILENT = [each for each in EXAMPLES if each.case.silent]


@pytest.mark.parametrize("example", SILENT, ids=_ids(SILENT))
def test_a_cure_trips_no_other_rule(example: Example) -> None:
    outcome = _lint(example, registry.chosen(config.Config(), Overrides()))
    assert not _difference(example, outcome.findings), example.place


def _rewrite(example: Example, said: str) -> None:
    """Fences above change nothing about those below only while each keeps its number of lines:
    so look again.
    """
    text = example.file.read_text(encoding="utf-8")
    for case in page.read(text).cases:
        if (case.title, case.files) == (example.case.title, example.case.files):
            text = page.rewritten(text, {case.output_lines: said})
            example.file.write_text(text, encoding="utf-8")
            return


def test_every_rule_has_a_page_and_every_page_was_collected() -> None:
    modules = {file.stem for file in (REPOSITORY / "rules").glob("cel*.py")}
    assert modules == {file.stem for file in PAGES}
    assert {file.stem for file in MORE} <= modules
    rules = [rule for rule in registry.all_rules() if rule.specs]
    assert len(rules) == len(modules)
    assert {each.file for each in EXAMPLES} == {*PAGES, *MORE}
