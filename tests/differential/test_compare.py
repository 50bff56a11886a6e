"""The comparison itself: what counts as a difference, on claims made by hand."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from celery.schedules import crontab
from kombu.entity import Exchange, Queue

from .compare import compare
from .encoding import encode
from .values import matches

HOUR = datetime.timedelta(hours=1)
HALF_HOURS = crontab(minute="*/30")
make_queue: Any = Queue
make_exchange: Any = Exchange


def claims(**settings: Any) -> dict[str, Any]:
    """A project with one app, one profile and these settings."""
    profile = {"name": "proj", "role": "production", "open": False, "settings": settings}
    app = {"id": "proj:app", "path": "proj.py", "line": 1, "profiles": [profile]}
    return {"apps": [app], "tasks": [], "models": [], "unresolved": []}


def known(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": value, "certainty": "known", "path": "proj.py", "line": 3, **more}


def task(name: str | None = "proj.a", **more: Any) -> dict[str, Any]:
    base = {"name": name, "path": "proj.py", "line": 5, "function": "a", "app": None}
    return {
        **base,
        "parameters": ["x"],
        "options": {},
        "soft_time_limit": None,
        "time_limit": None,
        **more,
    }


def live_task(**options: Any) -> dict[str, Any]:
    return {
        "options": {"max_retries": 3, **options},
        "changed": list(options),
        "function": "a",
        "path": "proj.py",
        "parameters": ["x"],
        "hidden": False,
        "limits": {"soft_time_limit": None, "time_limit": None},
    }


def live(tasks: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    values = {name: {"value": value, "default": False} for name, value in settings.items()}
    untouched = {"task_acks_late": {"value": False, "default": True}}
    return {"settings": {**untouched, **values}, "tasks": tasks or {}, "models": []}


def differences(claimed: dict[str, Any], found: dict[str, Any], **more: Any) -> list[str]:
    return [each.subject for each in compare(claimed, found, "proj:app", **more).differences]


def test_a_known_setting_must_have_the_live_value_and_type() -> None:
    found = live(task_time_limit=60)
    assert differences(claims(task_time_limit=known(60)), found) == []
    assert differences(claims(task_time_limit=known("60")), found) == ["setting task_time_limit"]
    assert differences(claims(task_time_limit=known(True)), live(task_time_limit=1)) != []


def test_one_of_must_contain_the_live_value() -> None:
    claim = {"value": [1, 2], "certainty": "one-of"}
    assert differences(claims(worker_concurrency=claim), live(worker_concurrency=2)) == []
    assert differences(claims(worker_concurrency=claim), live(worker_concurrency=3)) != []


def test_an_environment_default_binds_only_while_the_environment_is_empty() -> None:
    claimed = claims(broker_url={"value": "a", "certainty": "default", "env": "URL"})
    assert differences(claimed, live(broker_url="b")) == ["setting broker_url"]
    assert differences(claimed, live(broker_url="b"), env=["URL"]) == []
    assert differences(claimed, live(broker_url="b"), env=["OTHER"]) == ["setting broker_url"]


def test_what_is_not_listed_is_claimed_to_be_the_default_unless_the_profile_is_open() -> None:
    claimed = claims()
    assert differences(claimed, live()) == []
    assert differences(claimed, live(task_time_limit=60)) == ["setting task_time_limit"]
    claimed["apps"][0]["profiles"][0]["open"] = True
    assert differences(claimed, live(task_time_limit=60)) == []


def test_unknown_is_counted_and_never_a_difference() -> None:
    claim = {"certainty": "unknown", "reason": "a call"}
    result = compare(claims(task_time_limit=claim), live(task_time_limit=60), "proj:app")
    assert (result.differences, result.counts["unknown"]) == ([], 1)
    assert result.unknown == ["setting task_time_limit: a call"]


def test_tasks_must_exist_on_both_sides() -> None:
    claimed = {**claims(), "tasks": [task()]}
    assert differences(claimed, live({"proj.a": live_task()})) == []
    assert differences(claimed, live()) == ["task proj.a"]
    assert differences(claims(), live({"proj.a": live_task()})) == ["task proj.a"]


def test_a_missing_task_is_excused_by_what_could_not_be_resolved_in_its_file() -> None:
    found = live({"proj.a": live_task()})
    reason = {"what": "task", "path": "proj.py", "line": 5, "reason": "made in a loop"}
    assert differences({**claims(), "unresolved": [reason]}, found) == []
    assert differences({**claims(), "unresolved": [{**reason, "path": "other.py"}]}, found) != []
    assert differences({**claims(), "tasks": [task(name=None)]}, found) == []


def test_a_task_in_a_file_that_no_worker_imports_is_no_contradiction() -> None:
    claimed = {**claims(), "tasks": [task()]}
    assert differences(claimed, {**live(), "imported": ["other.py"]}) == []
    assert differences(claimed, {**live(), "imported": ["proj.py"]}) == ["task proj.a"]


def test_options_must_agree_both_ways() -> None:
    found = live({"proj.a": live_task(max_retries=5)})
    right = task(options={"max_retries": known(5)})
    wrong = task(options={"max_retries": known(6)})
    assert differences({**claims(), "tasks": [right]}, found) == []
    assert differences({**claims(), "tasks": [wrong]}, found) == ["task proj.a max_retries"]
    assert differences({**claims(), "tasks": [task()]}, found) == ["task proj.a max_retries"]


def test_a_library_s_own_task_need_not_be_known() -> None:
    assert differences(claims(), live({"lib.a": {**live_task(), "path": None}})) == []


def test_parameters_paths_and_models_must_agree() -> None:
    found = {**live({"proj.a": live_task()}), "models": ["proj.Order"]}
    claimed = {**claims(), "tasks": [task(parameters=["y"])], "models": [{"name": "proj.Abstract"}]}
    assert differences(claimed, found) == ["task proj.a parameters", "model proj.Order"]
    elsewhere = {**claims(), "tasks": [task(path="other.py")]}
    assert differences(elsewhere, live({"proj.a": live_task()})) == ["task proj.a path"]


def test_another_app_s_task_is_not_judged_here() -> None:
    claimed = {**claims(), "tasks": [task(app="proj:other")]}
    assert differences(claimed, live()) == []


@pytest.mark.parametrize(
    ("claimed", "value"),
    [
        (
            {"call": "datetime.timedelta", "args": [], "kwargs": {"hours": 1}},
            datetime.timedelta(0, 3600),
        ),
        ("datetime.timedelta(minutes=60)", HOUR),
        (
            {"call": "celery.schedules.crontab", "kwargs": {"minute": "0,30"}},
            crontab(minute="*/30"),
        ),
        ({"call": "kombu.Queue", "args": ["a"], "kwargs": {}}, make_queue("a")),
        (
            {"call": "kombu.Queue", "args": ["a", {"call": "kombu.Exchange", "args": ["x"]}]},
            make_queue("a", make_exchange("x")),
        ),
        ("OSError", OSError),
        ({"name": "builtins.ValueError"}, ValueError),
        ("celery.Task", __import__("celery").Task),
        (["json", "yaml"], {"yaml", "json"}),
        ([1, [2, {"a": None}]], (1, (2, {"a": None}))),
        ({"1": "a"}, {1: "a"}),
    ],
)
def test_spellings_of_one_value_are_equal(claimed: Any, value: Any) -> None:
    assert matches(claimed, encode(value))


@pytest.mark.parametrize(
    ("claimed", "value"),
    [
        (1, True),
        (1, 1.0),
        ("OSError", ValueError),
        ("datetime.timedelta(minutes=61)", HOUR),
        ({"call": "os.system", "args": ["true"]}, HOUR),
        ([1], (1, 2)),
        ({"a": 1, "b": 2}, {"a": 1}),
    ],
)
def test_different_values_are_not_equal(claimed: Any, value: Any) -> None:
    assert not matches(claimed, encode(value))
