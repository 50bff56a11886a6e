"""naming.py against the Celery that is installed: whatever its version, both must name the same
place.
"""

from __future__ import annotations

import re
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import celery
import pytest
from celery.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from celerylint import oracle
from celerylint.project import naming
from celerylint.project.naming import Sources, Written
from celerylint.structs import replace

INSTALLED = tuple(map(int, re.findall(r"\d+", celery.__version__)[:3]))
TABLE = oracle.settings(INSTALLED)
SUBJECTS = (
    "broker_url",
    "broker_host",
    "broker_read_url",
    "result_backend",
    "task_acks_late",
    "task_serializer",
    "task_default_queue",
    "task_default_exchange",
    "worker_concurrency",
    "beat_schedule",
    "timezone",
    "s3_bucket",
    "result_backend_thread_safe",
)


def spellings(name: str) -> Sequence[str]:
    """The ways in which people write one setting."""
    old = TABLE.new_to_old.get(name, name.upper())
    return (name, old, f"CELERY_{name.upper()}", f"celery_{name}", name.upper())


KEYS = st.sampled_from(
    sorted(
        {key for name in SUBJECTS for key in spellings(name)}
        | {"TIME_ZONE", "CELERY_TIME_ZONE", "CELERY_CELERY_RESULT_BACKEND", "mystery", "SECRET"}
    )
)
KEY_LISTS = st.lists(KEYS, max_size=5)
SOURCES = st.builds(
    Sources,
    release=st.just(INSTALLED),
    prefix=st.sampled_from([None, "", "CELERY", "CELERY_", "celery", "Celery", "CE", "task"]),
    keywords=st.lists(KEYS, max_size=3, unique=True),
    changes=st.just([]) | st.lists(KEYS, max_size=3, unique=True),
    early=KEY_LISTS,
    source=st.none() | KEY_LISTS,
    defaults=st.lists(KEY_LISTS, max_size=2),
    late=KEY_LISTS,
)


def tag(place: Written) -> str:
    """The value that the live application holds at a place."""
    return f"{place.origin} {place.number} {place.late} {place.key}"


def live_application(sources: Sources, empty: frozenset[str], shape: str) -> Any:
    """The same sources given to the real Celery; keys in `empty` hold None wherever they are not
    keywords.
    """

    def values(keys: Sequence[str], origin: str, number: int = 0, late: bool = False) -> Any:
        places = [Written(origin, key, number, late) for key in keys]
        return {each.key: None if each.key in empty else tag(each) for each in places}

    keywords = {key: tag(Written("keyword", key)) for key in sources.keywords}
    changes = values(sources.changes, "changes")
    app = celery.Celery("live", set_as_current=False, fixups=[], changes=changes, **keywords)
    app.namespace = sources.prefix
    for key, value in values(sources.early, "conf").items():
        app.conf[key] = value
    if sources.source is not None:
        found = values(sources.source, "object")
        shapes: dict[str, Callable[[dict[str, Any]], Any]] = {
            "dict": dict,
            "class": lambda names: type("Config", (), names),
            "instance": lambda names: types.SimpleNamespace(**names),
        }
        shaped = shapes[shape](found)
        app.config_from_object(shaped)
    for number, keys in enumerate(sources.defaults):
        app.add_defaults(values(keys, "defaults", number))
    app.conf.get("task_acks_late")
    for key, value in values(sources.late, "conf", late=True).items():
        app.conf[key] = value
    return app


def expected(place: Written | None, empty: frozenset[str]) -> str | None:
    """The tag that a resolution leads to, None where only Celery's default is left."""
    while place is not None and place.key in empty and place.origin != "keyword":
        place = place.otherwise
    return None if place is None else tag(place)


def renames(message: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^(\S+)\s+-> (\S+)$", message, re.MULTILINE))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sources=SOURCES,
    empty=st.frozensets(KEYS, max_size=2),
    shape=st.sampled_from(["dict", "class", "instance"]),
)
def test_every_setting_is_decided_as_by_the_installed_celery(
    sources: Sources, empty: frozenset[str], shape: str
) -> None:
    if shape == "dict" and not sources.source:
        sources = replace(sources, source=None)  # Celery does not load an empty mapping at all
    resolution = naming.resolve(sources)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if resolution.error is not None:
            with pytest.raises(ImproperlyConfigured) as raised:
                live_application(sources, empty, shape)
            assert renames(str(raised.value)) == set(resolution.error.renames)
            return
        conf = live_application(sources, empty, shape).conf
        for name in (*SUBJECTS, "mystery", "broker_write_url", "task_default_routing_key"):
            live = getattr(conf, name, None)
            live = live if isinstance(live, str) and live.count(" ") == 3 else None
            assert live == expected(resolution.find(name), empty), name
            if name in TABLE.new_to_old or name in TABLE.unlisted:
                assert resolution.find(name) == resolution.settings.get(name)


@pytest.mark.parametrize(
    ("release", "place"),
    [((5, 6, 3), None), ((5, 7, 0), Written("object", "CELERYD_TASK_SOFT_TIME_LIMIT"))],
)
def test_an_old_name_under_a_namespace_counts_from_5_7_on(
    release: tuple[int, ...], place: Written | None
) -> None:
    source = ["CELERYD_TASK_SOFT_TIME_LIMIT"]
    resolution = naming.resolve(Sources(release, prefix="CELERY", source=source))
    assert resolution.settings.get("task_soft_time_limit") == place


def test_a_keyword_beats_a_namespaced_setting_from_5_7_on() -> None:
    def origin(*release: int) -> str:
        sources = Sources(release, "CELERY", keywords=["broker_url"], source=["CELERY_BROKER_URL"])
        return naming.resolve(sources).settings["broker_url"].origin

    assert [origin(5, 6, 3), origin(5, 7, 0)] == ["object", "keyword"]


def test_a_tie_asks_for_new_names_and_a_majority_of_old_ones_for_old() -> None:
    def error(*source: str) -> naming.MixError | None:
        return naming.resolve(Sources((5, 4, 0), source=source)).error

    assert error("broker_url", "CELERY_ALWAYS_EAGER") == naming.MixError(
        (("CELERY_ALWAYS_EAGER", "task_always_eager"),), "new"
    )
    assert error("broker_url", "CELERY_ALWAYS_EAGER", "CELERYD_CONCURRENCY") == naming.MixError(
        (("broker_url", "BROKER_URL"),), "old"
    )
    assert error("broker_url", "BROKER_URL") is None


def test_an_imported_name_that_is_a_setting_takes_part() -> None:
    # `from datetime import timezone` in a module of old names
    error = naming.resolve(
        Sources((5, 6, 3), source=["timezone", "BROKER_URL", "CELERYD_CONCURRENCY"])
    ).error
    assert error == naming.MixError((("timezone", "CELERY_TIMEZONE"),), "old")


def test_django_time_zone_stands_in_from_5_3_on() -> None:
    def place(*release: int) -> Written | None:
        sources = Sources(release, "CELERY", source=["TIME_ZONE"])
        return naming.resolve(sources).settings.get("timezone")

    assert place(5, 2, 7) is None
    assert place(5, 3, 0) == Written("object", "TIME_ZONE")


def test_defaults_added_last_win_and_stand_above_the_loaded_object() -> None:
    sources = Sources(
        (5, 6, 3), source=["worker_concurrency"], defaults=[["worker_concurrency"]] * 2
    )
    assert naming.resolve(sources).settings["worker_concurrency"] == Written(
        "defaults", "worker_concurrency", 1
    )


def test_keywords_of_the_constructor() -> None:
    def name(keyword: str) -> str | None:
        return naming.keyword_setting(keyword, (5, 6, 3))

    assert [name("broker"), name("backend"), name("include")] == [
        "broker_url",
        "result_backend",
        "include",
    ]
    assert name("task_acks_late") == "task_acks_late"
    assert name("namespace") is None
    assert name("main") is None


def test_an_environment_variable_wins_over_an_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in naming.ENVIRONMENT.values():
        monkeypatch.setenv(variable, variable)
    app = celery.Celery("live", set_as_current=False, fixups=[], broker="amqp://")
    assert {name: getattr(app.conf, name) for name in naming.ENVIRONMENT} == dict(
        naming.ENVIRONMENT
    )
