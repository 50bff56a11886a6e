"""The reports: exact text for people, contracts for programs, and nothing that harms a terminal."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint import registry
from celerylint.findings import Diagnostic, Edit, Finding, Related, Severity, Span
from celerylint.outcome import Outcome, ProjectRun, coverage, fingerprints, joined
from celerylint.project import values as v
from celerylint.project.model import (
    App,
    CeleryVersions,
    Dispatch,
    Option,
    OrmModel,
    Parameter,
    Profile,
    Project,
    Setting,
    Task,
    Unresolved,
)
from celerylint.project.process import Chosen, Process
from celerylint.report import github, jsonreport, projectjson, projecttext, terminal, text
from celerylint.report.claims import claim
from celerylint.report.schema import Report, json_schema
from celerylint.structs import replace

REPOSITORY = Path(__file__).parent.parent
SOURCE = "import x\n@shared_task(max_retries=None)\ndef charge(order_id):\n    pass\n"
RETRIES = Finding(
    Span("shop/tasks.py", 2, 14, 2, 30),
    "task `charge` retries for ever",
    help="give it a bound: `max_retries=5`",
    related=(Related(Span("shop/settings.py", 7), "nothing bounds it here"),),
    severity=Severity.WARNING,
    code="CEL501",
    name="unbounded-retries",
)
NOT_PARSED = Diagnostic("not-parsed", "invalid syntax", "shop/old.py", 4)


def _process(kind: str, line: int, pool: str | None = None) -> Process:
    place = Span("Procfile", line)
    options = {} if pool is None else {"pool": Chosen(v.Literal(value=pool), "option", place)}
    return Process(kind, place, ("celery", kind), False, None, options)


def outcome(*findings: Finding, **more: object) -> Outcome:
    project = Project(
        root="/srv/shop",
        celery=CeleryVersions(((5, 4, 0),), "5.4.0", None, "uv.lock:210"),
        processes=(_process("worker", 1), _process("beat", 2)),
        unresolved=(Unresolved("setting", Span("shop/settings.py", 3), "a call"),),
    )
    whole = Outcome(
        runs=(ProjectRun("shop", project, 4338),),
        findings=findings,
        diagnostics=(NOT_PARSED,),
        sources={"shop/tasks.py": SOURCE}.get,
    )
    return replace(whole, **more)  # type: ignore[arg-type]


class TestText:
    def test_a_finding_in_full(self) -> None:
        assert text.render(outcome(RETRIES)) == (
            "shop/tasks.py:2:14: warning CEL501 task `charge` retries for ever "
            "[unbounded-retries]\n"
            " 2 | @shared_task(max_retries=None)\n"
            "   |              ^^^^^^^^^^^^^^^^\n"
            "   = shop/settings.py:7: nothing bounds it here\n"
            "   = help: give it a bound: `max_retries=5`\n"
            "\n"
            "found 1 warning\n"
            "0 apps, 0 tasks, 1 worker command in 4,338 files; "
            "1 file not parsed; 1 setting not resolvable\n"
        )

    def test_no_finding_still_says_what_was_looked_at(self) -> None:
        said = text.render(outcome(diagnostics=()))
        assert said.splitlines()[0] == "nothing found"
        assert said.splitlines()[-1] == (
            "0 apps, 0 tasks, 1 worker command in 4,338 files; 1 setting not resolvable"
        )

    def test_a_file_that_cannot_be_shown_costs_the_source_line_only(self) -> None:
        said = text.render(outcome(RETRIES, sources=lambda path: None))
        assert "|" not in said
        assert "= help" in said

    def test_a_line_behind_the_end_is_not_shown(self) -> None:
        late = replace(RETRIES, span=Span("shop/tasks.py", 99, 1, 99, 2))
        assert "|" not in text.render(outcome(late))

    def test_colours_only_when_asked_for(self) -> None:
        assert "\x1b[" in text.render(outcome(RETRIES), color=True)
        assert "\x1b" not in text.render(outcome(RETRIES))

    def test_concise_is_one_line_for_each_finding(self) -> None:
        assert text.render_concise(outcome(RETRIES)).splitlines()[0] == (
            "shop/tasks.py:2:14: CEL501 task `charge` retries for ever [unbounded-retries]"
        )

    def test_statistics_count_the_most_frequent_first(self) -> None:
        other = replace(RETRIES, code="CEL201", name="database-broker")
        said = text.render_statistics(outcome(other, RETRIES, RETRIES)).splitlines()
        assert said[:2] == [
            "2  CEL501  warning  unbounded-retries",
            "1  CEL201  warning  database-broker",
        ]

    def test_many_places_are_cut_short(self) -> None:
        places = tuple(Related(Span("a.py", line), "here") for line in range(1, 13))
        said = text.render(outcome(replace(RETRIES, related=places)))
        assert "a.py:8: here" in said
        assert "a.py:9: here" not in said
        assert "and 4 more places" in said

    def test_diagnostics_are_lines_and_quiet_keeps_errors(self) -> None:
        failed = Diagnostic("internal-error", "rule broke", severity=Severity.ERROR)
        whole = outcome(diagnostics=(NOT_PARSED, failed))
        assert text.diagnostics(whole) == (
            "shop/old.py:4: warning: not-parsed: invalid syntax\n"
            "error: internal-error: rule broke\n"
        )
        assert text.diagnostics(whole, quiet=True) == "error: internal-error: rule broke\n"
        assert "shop/shop/settings.py:3: setting not resolved: a call" in text.diagnostics(
            whole, verbose=True
        )

    def test_the_problem_matcher_of_the_documentation_reads_it(self) -> None:
        page = (REPOSITORY / "docs" / "editors.md").read_text(encoding="utf-8")
        block = re.search(r"```json\n(.*?)```", page, re.DOTALL)
        assert block is not None
        (task,) = json.loads(block[1])["tasks"]
        pattern = task["problemMatcher"]["pattern"]
        match = re.match(pattern["regexp"], text.render(outcome(RETRIES)).splitlines()[0])
        assert match is not None
        assert match[pattern["file"]] == "shop/tasks.py"
        assert (match[pattern["line"]], match[pattern["column"]]) == ("2", "14")
        assert (match[pattern["severity"]], match[pattern["code"]]) == ("warning", "CEL501")


class TestTerminal:
    @pytest.mark.parametrize(
        ("raw", "shown"),
        [
            ("a\x1b[31mb", "a\\x1b[31mb"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("a\x9bb", "a\\x9bb"),
            ("a\u202eb", "a\\u202eb"),
            ("a\u2028b", "a\\u2028b"),
            ("a\udcffb", "a\\udcffb"),
            ("Größe 訂單 🎉", "Größe 訂單 🎉"),
        ],
    )
    def test_what_could_fool_a_terminal_is_shown_as_an_escape(self, raw: str, shown: str) -> None:
        assert terminal.escaped(raw) == shown

    @given(st.text())
    def test_nothing_unprintable_passes(self, raw: str) -> None:
        shown = terminal.escaped(raw)
        assert not [each for each in shown if each < " " or "\x7f" <= each < "\xa0"]
        assert not set("\u202a\u202e\u2028\u2066") & set(shown)

    def test_tabs_and_wide_characters_keep_the_marks_under_the_span(self) -> None:
        assert terminal.shown_line("\tab", 1, 3) == ("    ab", 4, 2)
        assert terminal.shown_line("訂單 = f(x)", 5, 9) == ("訂單 = f(x)", 7, 4)
        assert terminal.shown_line("e\u0301x = 1", 2, 3)[1:] == (1, 1)

    def test_a_long_line_is_cut_around_the_span(self) -> None:
        shown, column, width = terminal.shown_line(
            "a" * 5_000_000 + "SPAN" + "b" * 5_000_000, 5_000_000, 5_000_004
        )
        assert len(shown) < 200
        assert shown[column : column + width] == "SPAN"

    @given(st.text(max_size=400), st.integers(-5, 500), st.integers(-5, 500))
    def test_marks_are_always_there(self, line: str, start: int, end: int) -> None:
        _, column, width = terminal.shown_line(line, start, end)
        assert column >= 0
        assert width >= 1


class TestJson:
    def test_it_keeps_the_contract(self) -> None:
        edit = Edit(Span("shop/tasks.py", 2, 26, 2, 30), "5")
        fixed = replace(RETRIES, fix=(edit,))
        document = json.loads(jsonreport.render(outcome(fixed)))
        Report.model_validate_json(json.dumps(document))
        assert document["projects"] == [
            {
                "root": "shop",
                "celery": {"version": "5.4.0", "specifier": None, "source": "shop/uv.lock:210"},
            }
        ]
        (found,) = document["findings"]
        place = (found["line"], found["column"], found["end_line"], found["end_column"])
        assert place == (2, 14, 2, 30)
        assert found["related"] == [
            {"path": "shop/settings.py", "line": 7, "message": "nothing bounds it here"}
        ]
        assert document["summary"] == {
            "files": 4338,
            "apps": 0,
            "tasks": 0,
            "processes": 2,
            "errors": 0,
            "warnings": 1,
            "advice": 0,
        }
        assert document["diagnostics"] == [
            {
                "kind": "not-parsed",
                "severity": "warning",
                "message": "invalid syntax",
                "path": "shop/old.py",
                "line": 4,
            }
        ]

    def test_the_schema_that_ships_is_the_models(self) -> None:
        shipped = resources.files("celerylint.report").joinpath("schema.json").read_text("utf-8")
        assert json.loads(shipped) == json_schema()

    def test_it_is_ascii_whatever_was_analysed(self) -> None:
        odd = replace(RETRIES, message="Größe \udcff\x1b")
        assert jsonreport.render(outcome(odd)).isascii()

    def test_a_fingerprint_survives_lines_added_above(self) -> None:
        moved = replace(RETRIES, span=Span("shop/tasks.py", 4, 14, 4, 30))
        later = outcome(moved, sources=lambda path: "\n\n" + SOURCE.replace("(max", "( max"))
        other = outcome(moved, sources=lambda path: "\n\n" + SOURCE.replace("None", "0"))
        assert fingerprints(later) != fingerprints(outcome(RETRIES))
        same = outcome(moved, sources=lambda path: "\n\n" + SOURCE.replace("@", "  @"))
        assert fingerprints(same) == fingerprints(outcome(RETRIES))
        assert fingerprints(other) != fingerprints(outcome(RETRIES))

    def test_findings_that_are_alike_have_fingerprints_of_their_own(self) -> None:
        twice = outcome(RETRIES, replace(RETRIES, span=Span("shop/tasks.py", 2, 3)))
        assert len(set(fingerprints(twice))) == 2


class TestGithub:
    def test_a_finding_becomes_an_annotation(self) -> None:
        first, second, last = github.render(outcome(RETRIES)).splitlines()
        assert first == (
            "::warning file=shop/tasks.py,line=2,col=14,endColumn=30,title=CEL501 unbounded-retries"
            "::task `charge` retries for ever%0Ashop/settings.py:7: nothing bounds it here"
            "%0Ahelp: give it a bound: `max_retries=5`"
        )
        assert second == (
            "::warning file=shop/old.py,line=4,title=celerylint not-parsed::invalid syntax"
        )
        assert last.startswith("0 apps")

    def test_what_was_analysed_can_give_no_commands(self) -> None:
        odd = replace(
            RETRIES,
            span=Span("a,b:c%.py", 1, 1, 3, 2),
            message="100%\n::error::gotcha",
            severity=Severity.ADVICE,
        )
        first = github.render(outcome(odd)).splitlines()[0]
        assert first.startswith("::notice file=a%2Cb%3Ac%25.py,line=1,col=1,endLine=3,title=")
        assert "::100%25\\n::error::gotcha" in first


def value(python: object) -> v.Value:
    return v.Literal(value=python)


class TestClaims:
    @pytest.mark.parametrize(
        ("given_value", "claimed"),
        [
            (value(60), {"value": 60, "certainty": "known"}),
            (
                v.Sequence(kind="tuple", items=(value("a"), value(b"b"))),
                {"value": ["a", {"bytes": "b"}], "certainty": "known"},
            ),
            (
                v.Default(env="BROKER", default=value("redis://")),
                {"value": "redis://", "certainty": "default", "env": "BROKER"},
            ),
            (
                v.Joined(parts=(value("redis://"), v.Default(env="HOST", default=value("h")))),
                {"value": "redis://h", "certainty": "default", "env": "HOST"},
            ),
            (v.OneOf(options=(value(1), value(2))), {"value": [1, 2], "certainty": "one-of"}),
            (v.OneOf(options=(value(1), value(1))), {"value": 1, "certainty": "known"}),
            (v.OneOf(options=(value(1), value(True))), {"value": [1, True], "certainty": "one-of"}),
            (
                v.Mapping(entries=((value("a"), value({2, 1})),)),
                {"value": {"a": [1, 2]}, "certainty": "known"},
            ),
        ],
    )
    def test_what_is_claimed(self, given_value: v.Value, claimed: dict[str, object]) -> None:
        assert claim(given_value).to_json() == claimed

    @pytest.mark.parametrize(
        ("given_value", "reason"),
        [
            (v.Unknown(reason="a parameter"), "a parameter"),
            (v.Default(env="BROKER"), "BROKER, which has no default"),
            (v.Default(env="X", default=v.Unknown(reason="r")), "whose default is not known"),
            (v.Name(dotted="os.sep"), "`os.sep`"),
            (v.Call(dotted="load"), "`load(...)`"),
            (v.Sequence(kind="list", items=(), open=True), "more than was read"),
            (v.OneOf(options=(value(1), v.Unknown())), "not all are known"),
            (v.OneOf(options=(value(1), v.Unknown(reason="r"))), "not all are known: r"),
            (v.Sequence(kind="set", items=(value([]),)), "cannot be put together"),
            (
                v.Sequence(kind="list", items=(v.OneOf(options=(value(1), value(2))),)),
                "one of several",
            ),
        ],
    )
    def test_what_is_not_known_has_a_reason_and_no_value(
        self, given_value: v.Value, reason: str
    ) -> None:
        claimed = claim(given_value).to_json()
        assert claimed["certainty"] == "unknown"
        assert "value" not in claimed
        assert reason in claimed["reason"]


def linked(**more: object) -> ProjectRun:
    """A small linked project, as the engine would hand it over."""
    versions = CeleryVersions(((5, 4, 0),), None, ">=5.2", "requirements.txt:1")
    place = Span("shop/settings.py", 3)
    url = v.Default(env="BROKER", default=value("redis://me:secret@h/0"))
    settings = {
        "broker_url": Setting("broker_url", url, place, "CELERY_BROKER_URL", "object"),
        "task_soft_time_limit": Setting("task_soft_time_limit", value(60), place, "X", "object"),
    }
    profile = Profile("shop.settings", "production", False, settings, place)
    app = App("shop.celery:app", Span("shop/celery.py", 9), "shop", "CELERY", (profile,), versions)
    tasks = tuple(
        Task(
            name=f"orders.tasks.{name}",
            span=Span("orders/tasks.py", line, 5),
            place=Span("orders/tasks.py", line - 1),
            function=name,
            module="orders.tasks",
            app=None,
            parameters=(Parameter("order_id", "positional", True, Span("orders/tasks.py", line)),),
            options=options,
            bound=False,
            open=False,
        )
        for name, line, options in (
            ("charge", 14, {"time_limit": Option("time_limit", value(90), place, "decorator")}),
            ("refund", 20, {}),
        )
    )
    sends = (
        Dispatch("delay", Span("orders/views.py", 31), tasks[0], None, (), {}, False),
        Dispatch(
            "delay", Span("orders/views.py", 40), None, None, (), {}, False, reason="a parameter"
        ),
    )
    project = Project(
        root="/srv/shop",
        celery=versions,
        apps=(app,),
        tasks=tasks,
        dispatches=sends,
        models=(OrmModel("orders.models.Order", "django", Span("orders/models.py", 5)),),
        processes=(_process("worker", 1, "gevent"),),
    )
    return ProjectRun("api", replace(project, **more), 10)  # type: ignore[arg-type]


class TestProject:
    def test_the_json_keeps_the_contract(self) -> None:
        document = json.loads(projectjson.render(linked()))
        assert list(document) == [
            *("version", "celery", "apps", "tasks", "dispatches", "queues", "routes", "schedule"),
            *("processes", "models", "unresolved"),
        ]
        assert document["celery"]["source"] == "api/requirements.txt:1"
        (app,) = document["apps"]
        assert app["profiles"][0]["settings"]["broker_url"] == {
            "value": "redis://me:secret@h/0",
            "certainty": "default",
            "env": "BROKER",
            "written": "CELERY_BROKER_URL",
            "path": "api/shop/settings.py",
            "line": 3,
        }
        charge, refund = document["tasks"]
        assert charge["parameters"] == ["order_id"]
        assert charge["time_limit"] == {
            "value": 90,
            "certainty": "known",
            "from": "decorator",
            "path": "api/shop/settings.py",
            "line": 3,
        }
        assert charge["soft_time_limit"]["from"] == "setting"
        assert refund["time_limit"] is None
        assert document["dispatches"] == [
            {
                "task": "orders.tasks.charge",
                "how": "delay",
                "path": "api/orders/views.py",
                "line": 31,
            }
        ]
        assert document["unresolved"] == [
            {"what": "dispatch", "path": "api/orders/views.py", "line": 40, "reason": "a parameter"}
        ]
        assert document["processes"][0]["pool"]["path"] == "api/Procfile"

    def test_profiles_that_differ_leave_the_limit_unknown(self) -> None:
        run = linked()
        (app,) = run.project.apps
        bare = replace(app.profiles[0], name="shop.live", settings={})
        two = replace(app, profiles=(*app.profiles, bare))
        document = projectjson.document(linked(apps=(two,)))
        assert document["tasks"][0]["soft_time_limit"]["certainty"] == "unknown"

    def test_open_settings_leave_a_missing_limit_unknown(self) -> None:
        run = linked()
        (app,) = run.project.apps
        open_profile = replace(app.profiles[0], settings={}, open=True)
        document = projectjson.document(linked(apps=(replace(app, profiles=(open_profile,)),)))
        assert document["tasks"][1]["soft_time_limit"]["certainty"] == "unknown"

    def test_the_text_shows_places_and_hides_passwords(self) -> None:
        said = projecttext.render(linked())
        assert "api: Celery >=5.2 (api/requirements.txt:1)" in said
        assert (
            "broker_url = 'redis://me:***@h/0' unless BROKER is set  api/shop/settings.py:3" in said
        )
        assert "orders.tasks.charge  api/orders/tasks.py:14" in said
        assert "time_limit=90 (decorator)" in said
        assert said.count("Celery >=5.2") == 1
        assert "secret" not in said


def test_paths_are_joined_below_a_root() -> None:
    assert joined(".", "a/b.py") == "a/b.py"
    assert joined("..", "a.py") == "../a.py"
    assert joined("x/y", "../a.py") == "x/a.py"
    assert joined("../..", "../a") == "../../../a"
    assert joined("/abs", "a") == "/abs/a"
    assert joined("", ".") == "."


def test_paths_from_a_folder_inside_the_project() -> None:
    assert joined("..", "shop/tasks.py", "shop") == "tasks.py"
    assert joined("..", "manage.py", "shop") == "../manage.py"
    assert joined("../..", "a/c/x.py", "a/b") == "../c/x.py"
    assert joined("../..", "a/b", "a/b") == "."
    assert joined("..", "shopping/x.py", "shop") == "../shopping/x.py"


def test_a_file_with_two_problems_counts_once() -> None:
    twice = (NOT_PARSED, NOT_PARSED, Diagnostic("unresolved-app", "x", "shop/a.py"))
    assert coverage(outcome(diagnostics=twice)).not_parsed == 1


def test_every_rule_has_an_address() -> None:
    rule = registry.BUILT_IN[0]
    assert rule.url.endswith("docs/configuration.md#unused-suppression")
