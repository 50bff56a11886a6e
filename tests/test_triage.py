"""Which findings are reported, and how severe they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from celerylint import registry, suppressions, triage
from celerylint.config import Config, ConfigError
from celerylint.findings import Finding, Related, Severity, Span
from celerylint.outcome import Overrides
from celerylint.project.model import Project, Task
from celerylint.registry import RuleInfo, UnknownSelector
from celerylint.rule import RuleSpec
from celerylint.structs import replace
from celerylint.testcode import is_test_path


def _nothing(subject: object, project: Project) -> Iterator[Finding]:
    yield from ()


def info(code: str, name: str, **changes: object) -> RuleInfo:
    spec = RuleSpec(Task, _nothing, Severity.ERROR, "0.1", True, False)
    category = registry.CATEGORIES[code[3]]
    rule = RuleInfo(code, name, category, Severity.ERROR, True, False, "0.1", (spec,))
    return replace(rule, **changes)  # type: ignore[arg-type]


RULES = (
    *registry.BUILT_IN,
    info("CEL201", "database-broker"),
    info("CEL301", "missing-soft-time-limit", severity=Severity.WARNING),
    info("CEL302", "orm-object-argument"),
    info("CEL310", "picky", default=False),
    info("CEL501", "unbounded-retries", preview=True),
)


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "all_rules", lambda: RULES)


def finding(code: str, line: int, path: str = "a.py", **more: object) -> Finding:
    span = Span(path, line, 1, line, 5)
    return replace(Finding(span, "it fails", code=code), **more)  # type: ignore[arg-type]


def sheet(text: str, path: str = "a.py", **more: Any) -> triage.Desk:
    """A project of one file whose comments are found by a plain scan."""
    desk = triage.Desk(
        rules=RULES,
        comments={path: suppressions.scan(path, text)},
        text={path: text}.get,
    )
    return replace(desk, **more)


def codes(found: tuple[Finding, ...]) -> list[tuple[int, str]]:
    return [(each.span.line, each.code) for each in found]


class TestSelection:
    def names(self, config: Config | None = None, **overrides: object) -> set[str]:
        chosen = registry.chosen(config or Config(), Overrides(**overrides))  # type: ignore[arg-type]
        return {rule.name for rule in chosen if rule.specs}

    def test_default_rules_run_without_a_word(self) -> None:
        assert self.names() == {"database-broker", "missing-soft-time-limit", "orm-object-argument"}

    @pytest.mark.parametrize(
        "selector",
        ["CEL3", "cel3", "tasks", "CEL30,orm"],
        ids=["prefix", "lower", "category", "list"],
    )
    def test_a_family_by_prefix_or_category(self, selector: str) -> None:
        wanted = ("CEL3",) if "," in selector else (selector,)
        assert self.names(select=wanted) == {
            "missing-soft-time-limit",
            "orm-object-argument",
            "picky",
        }

    def test_a_code_and_a_name_mean_the_same(self) -> None:
        assert self.names(select=("CEL302",)) == self.names(select=("orm-object-argument",))

    def test_extend_select_adds_an_opt_in_rule(self) -> None:
        assert "picky" in self.names(extend_select=("picky",))

    def test_the_more_specific_selector_wins(self) -> None:
        config = Config(ignore=("CEL3",), extend_select=("CEL302",))
        assert self.names(config) == {"database-broker", "orm-object-argument"}
        assert self.names(select=("CEL30",), ignore=("CEL3",)) == {
            "missing-soft-time-limit",
            "orm-object-argument",
        }

    def test_ignore_wins_a_draw(self) -> None:
        assert self.names(select=("CEL302",), ignore=("orm-object-argument",)) == set()

    def test_all_takes_opt_in_rules_too(self) -> None:
        assert "picky" in self.names(select=("ALL",))

    def test_a_preview_rule_needs_preview(self) -> None:
        assert "unbounded-retries" not in self.names(select=("unbounded-retries",))
        assert self.names(select=("unbounded-retries",), preview=True) == {"unbounded-retries"}

    def test_select_on_the_command_line_replaces_the_configuration(self) -> None:
        config = Config(select=("CEL2",), ignore=("CEL302",))
        assert self.names(config, select=("CEL302",)) == {"orm-object-argument"}
        assert self.names(config, extend_select=("CEL301",)) == {
            "database-broker",
            "missing-soft-time-limit",
        }

    def test_an_unknown_selector_of_the_configuration_has_file_and_line(self) -> None:
        config = Config(ignore=("orm-object-arg",), path="pyproject.toml", lines=(("ignore", 7),))
        with pytest.raises(ConfigError) as caught:
            registry.chosen(config)
        assert str(caught.value) == (
            "pyproject.toml:7: `ignore`: no rule is selected by `orm-object-arg`; "
            "did you mean `orm-object-argument`?"
        )

    def test_an_unknown_selector_of_the_command_line_names_the_nearest(self) -> None:
        with pytest.raises(UnknownSelector, match="did you mean `CEL302`"):
            registry.chosen(Config(), Overrides(select=("CEL3O2",)))

    def test_a_family_without_rules_is_still_a_family(self) -> None:
        assert self.names(select=("CEL8",)) == self.names(select=("routing",)) == set()


class TestSuppressions:
    @pytest.mark.parametrize(
        "comment",
        [
            "# celerylint: ignore[database-broker]",
            "# celerylint: ignore[CEL201]",
            "# celerylint: ignore[cel201] because it is a toy",
            "# celerylint:ignore[ orm-object-argument , database-broker ]",
            "# noqa: CEL201",
            "# noqa: E501,CEL201",
            "# NOQA:E501 CEL201",
            "# type: ignore  # celerylint: ignore[database-broker]",
        ],
    )
    def test_on_the_line(self, comment: str) -> None:
        desk = sheet(f"x = 1  {comment}\n", rules=RULES[2:])
        assert triage.triage([finding("CEL201", 1)], desk) == ()

    @pytest.mark.parametrize(
        "comment", ["# noqa", "# noqa: E501", "# celerylint: ignore[orm-object-argument]"]
    )
    def test_what_does_not_count(self, comment: str) -> None:
        desk = sheet(f"x = 1  {comment}\n", rules=RULES[2:])
        assert codes(triage.triage([finding("CEL201", 1)], desk)) == [(1, "CEL201")]

    def test_on_the_line_above_and_over_a_block_of_comments(self) -> None:
        text = "# celerylint: ignore[database-broker] a toy\n# and more of why\nx = 1\ny = 2\n"
        found = [finding("CEL201", 3), finding("CEL201", 4)]
        assert codes(triage.triage(found, sheet(text))) == [(4, "CEL201")]

    def test_a_trailing_comment_says_nothing_about_the_next_line(self) -> None:
        text = "x = 1  # celerylint: ignore[database-broker]\ny = 2\n"
        found = [finding("CEL201", 1), finding("CEL201", 2)]
        assert codes(triage.triage(found, sheet(text))) == [(2, "CEL201")]

    @pytest.mark.parametrize("marked", [1, 3], ids=["first line", "the finding's line"])
    def test_in_a_statement_of_several_lines(self, marked: int) -> None:
        lines = ["app = Celery(", "    'shop',", "    broker='sqla+sqlite:///x',", ")"]
        lines[marked - 1] += "  # celerylint: ignore[database-broker]"
        assert triage.triage([finding("CEL201", 3)], sheet("\n".join(lines))) == ()

    def test_above_a_statement_of_several_lines(self) -> None:
        text = "# celerylint: ignore[database-broker]\nx = f(\n    1,\n)\n"
        assert triage.triage([finding("CEL201", 3)], sheet(text)) == ()

    def test_for_the_whole_file(self) -> None:
        text = "# celerylint: ignore-file[database-broker]\nx = 1\ny = 2\n"
        found = [finding("CEL201", 3), finding("CEL302", 2)]
        assert codes(triage.triage(found, sheet(text))) == [(2, "CEL302")]

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            (
                "deploy/worker.service",
                "; celerylint: ignore[database-broker]\nExecStart=celery worker",
            ),
            ("Procfile", "# celerylint: ignore[database-broker]\nworker: celery worker"),
            ("compose.yml", "command: celery worker # celerylint: ignore[database-broker]"),
        ],
    )
    def test_in_manifests(self, path: str, line: str) -> None:
        at = line.count("\n") + 1
        assert triage.triage([finding("CEL201", at, path)], sheet(line, path)) == ()

    def test_a_hash_inside_a_word_is_no_comment(self) -> None:
        assert suppressions.scan("Procfile", "worker: a#celerylint: ignore[x]") == ()


class TestSuppressionsThatAreWrong:
    def complaints(self, text: str, found: list[Finding] | None = None, **more: Any) -> list[str]:
        reported = triage.triage(found or [], sheet(text, **more))
        return [
            f"{each.span.line}:{each.span.column} {each.name} {each.message}" for each in reported
        ]

    def test_an_unused_name_is_reported_where_it_stands(self) -> None:
        text = "x = 1  # why  # celerylint: ignore[database-broker, CEL302] toy\n"
        assert self.complaints(text, [finding("CEL302", 1)]) == [
            (
                "1:17 unused-suppression `database-broker` has nothing to say here, "
                "so nothing is suppressed"
            )
        ]

    def test_an_unused_noqa(self) -> None:
        assert self.complaints("x = 1  # noqa: E501, CEL201\n") == [
            "1:8 unused-suppression `CEL201` has nothing to say here, so nothing is suppressed"
        ]

    def test_a_rule_that_did_not_run_leaves_its_suppressions_alone(self) -> None:
        rules = tuple(rule for rule in RULES if rule.code != "CEL201")
        assert self.complaints("x = 1  # celerylint: ignore[database-broker]\n", rules=rules) == []

    def test_an_editors_buffer_is_not_judged(self) -> None:
        assert self.complaints("x = 1  # celerylint: ignore[CEL201]\n", judge_comments=False) == []

    def test_an_unknown_name_is_reported_in_a_buffer_too(self) -> None:
        assert self.complaints("x = 1  # celerylint: ignore[nope]\n", judge_comments=False)

    def test_an_ignored_file_is_not_judged(self) -> None:
        config = Config(per_file_ignores=(("a.py", ("CEL201",)),))
        assert self.complaints("x = 1  # celerylint: ignore[CEL201]\n", config=config) == []

    def test_an_unknown_name_names_the_nearest(self) -> None:
        text = "x = 1  # celerylint: ignore[databse-broker]\n"
        (found,) = triage.triage([], sheet(text))
        assert (found.name, found.severity) == ("unknown-suppression", Severity.WARNING)
        assert found.message.startswith("no rule is called `databse-broker`")
        assert found.help == "did you mean `database-broker`?"

    @pytest.mark.parametrize(
        "comment", ["celerylint: ignore", "celerylint: ignore[]", "celerylint: disable[x]"]
    )
    def test_a_comment_that_cannot_be_understood(self, comment: str) -> None:
        (found,) = triage.triage([], sheet(f"x = 1  # {comment}\n"))
        assert found.name == "unknown-suppression"
        assert found.span == Span("a.py", 1, 10, 1, 10 + len(comment))

    def test_prose_about_us_is_no_suppression(self) -> None:
        assert self.complaints("# celerylint: see the docs for why\nx = 1\n") == []

    def test_the_complaint_itself_can_be_suppressed(self) -> None:
        text = "x = 1  # celerylint: ignore[CEL201, unused-suppression]\n"
        assert self.complaints(text) == []


class TestPaths:
    @pytest.mark.parametrize(
        ("glob", "path", "matches"),
        [
            ("scripts/*", "scripts/a.py", True),
            ("scripts/*", "scripts/b/a.py", True),
            ("scripts/*.py", "scripts/b/a.py", False),
            ("scripts/**/*.py", "scripts/b/a.py", True),
            ("scripts/**/*.py", "scripts/a.py", True),
            ("scripts/", "scripts/a.py", True),
            ("scripts", "old/scripts/a.py", True),
            ("./scripts/x", "old/scripts/x", False),
            ("*.py", "a/b/c.py", True),
            ("a?.py", "ab.py", True),
            ("a[!b].py", "ab.py", False),
            ("a[bc].py", "ac.py", True),
            ("**/migrations/**", "shop/migrations/x.py", True),
            ("a+b.py", "aab.py", False),
        ],
    )
    def test_globs(self, glob: str, path: str, matches: bool) -> None:
        assert triage.glob_matches(glob, path) is matches

    def test_per_file_ignores(self) -> None:
        config = Config(per_file_ignores=(("scripts/*", ("CEL2",)),))
        desk = triage.Desk(rules=RULES, config=config)
        found = [finding("CEL201", 1, "scripts/a.py"), finding("CEL302", 1, "scripts/a.py")]
        assert codes(triage.triage(found, desk)) == [(1, "CEL302")]

    def test_only_what_was_asked_for_is_reported(self) -> None:
        desk = triage.Desk(rules=RULES, asked=("a/tasks.py", "b"))
        paths = ["a/tasks.py", "a/tasks.pyi", "b/c/d.py", "bb/d.py"]
        found = triage.triage([finding("CEL201", 1, path) for path in paths], desk)
        assert [each.span.path for each in found] == ["a/tasks.py", "b/c/d.py"]

    @pytest.mark.parametrize(
        "path",
        [
            "tests/a.py",
            "shop/test/a.py",
            "shop/tests/deep/a.py",
            "test_data/a.py",
            "unit_tests/a.py",
            "shop/test_a.py",
            "shop/a_test.py",
            "shop/tests.py",
            "conftest.py",
        ],
    )
    def test_test_code_is_silent_unless_asked_for(self, path: str) -> None:
        assert is_test_path(path)
        found = [finding("CEL201", 1, path)]
        assert triage.triage(found, triage.Desk(rules=RULES)) == ()
        assert triage.triage(found, triage.Desk(rules=RULES, config=Config(lint_tests=True)))

    @pytest.mark.parametrize(
        "path",
        [
            "shop/contest.py",
            "latest/a.py",
            "testimonials/tasks.py",
            "connectors/testrail/tasks.py",
            "shop/testing/a.py",
            "shop/attest/a.py",
        ],
    )
    def test_what_only_looks_like_test_code(self, path: str) -> None:
        assert not is_test_path(path)


class TestSeverity:
    def levels(self, config: Config, *found: Finding) -> list[str]:
        reported = triage.triage(found, triage.Desk(rules=RULES, config=config))
        return [str(each.severity and each.severity.value) for each in reported]

    def test_a_rule_speaks_with_its_own_severity(self) -> None:
        assert self.levels(Config(), finding("CEL201", 1), finding("CEL301", 2)) == [
            "error",
            "warning",
        ]

    def test_a_finding_lowers_it_but_never_raises_it(self) -> None:
        lower = finding("CEL201", 1, severity=Severity.ADVICE)
        higher = finding("CEL301", 2, severity=Severity.ERROR)
        assert self.levels(Config(), lower, higher) == ["advice", "warning"]

    def test_an_override_keeps_the_distance(self) -> None:
        config = Config(severity=(("CEL301", "error"), ("CEL2", "warning")))
        lowered = finding("CEL301", 3, severity=Severity.ADVICE)
        assert self.levels(config, finding("CEL201", 1), finding("CEL301", 2), lowered) == [
            "warning",
            "error",
            "warning",
        ]

    def test_the_most_specific_override_wins(self) -> None:
        config = Config(severity=(("database-broker", "advice"), ("ALL", "error")))
        assert self.levels(config, finding("CEL201", 1), finding("CEL301", 2)) == [
            "advice",
            "error",
        ]


def test_one_place_and_rule_make_one_finding_with_all_related_places() -> None:
    first, second = (
        Related(Span("s.py", 1), "pool gevent"),
        Related(Span("t.py", 2), "pool eventlet"),
    )
    found = triage.triage(
        [
            finding("CEL201", 1, related=(first,), severity=Severity.WARNING, message="milder"),
            finding("CEL201", 1, related=(second, first), message="graver"),
        ],
        triage.Desk(rules=RULES),
    )
    (one,) = found
    assert (one.message, one.severity) == ("graver", Severity.ERROR)
    assert one.related == (second, first, Related(one.span, "also: milder"))


def test_the_order_is_path_line_column_code() -> None:
    wild = [
        finding("CEL302", 2),
        finding("CEL201", 2),
        finding("CEL201", 1, "b.py"),
        finding("CEL201", 10),
    ]
    found = triage.triage(wild, triage.Desk(rules=RULES))
    assert [(each.span.path, each.span.line, each.code) for each in found] == [
        ("a.py", 2, "CEL201"),
        ("a.py", 2, "CEL302"),
        ("a.py", 10, "CEL201"),
        ("b.py", 1, "CEL201"),
    ]


@pytest.mark.parametrize(
    "text", ["x = (\n", "x = '''\nabc\n", "  x\n y\n", "\x00", "match = x[\n1\n]"], ids=repr
)
def test_statement_starts_answers_for_any_text(text: str) -> None:
    read: Callable[[str], dict[int, int]] = triage.statement_starts
    assert all(first < line for line, first in read(text).items())
