"""The oracle's data and its questions against the Celery and Kombu that are installed."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from collections.abc import Sequence
from typing import Any

import celery
import kombu.connection
import kombu.transport
import pytest
from celery.app import backends, defaults

from celerylint import oracle
from celerylint.oracle import urls

INSTALLED = tuple(map(int, re.findall(r"\d+", celery.__version__)[:3]))
# NAMESPACES in the releases that the data was taken from.
COUNTS = {
    (4, 4): 164,
    (5, 2): 169,
    (5, 3): 175,
    (5, 4): 180,
    (5, 5): 186,
    (5, 6): 194,
    (5, 7): 207,
}


def test_setting_names_are_those_of_the_installed_celery() -> None:
    table = oracle.settings(INSTALLED)
    assert set(table.new_names) == defaults.SETTING_KEYS
    assert table.old_to_new == defaults._TO_NEW_KEY
    assert table.new_to_old == defaults._TO_OLD_KEY


def test_types_and_defaults_are_those_of_the_installed_celery() -> None:
    table = oracle.settings(INSTALLED)
    options = dict(defaults.flatten(defaults.NAMESPACES))
    assert table.defaults == {name: repr(option.default) for name, option in options.items()}
    assert table.types["task_acks_late"] == "bool"
    assert table.types["beat_schedule"] == "dict"


def test_every_series_has_its_own_settings() -> None:
    assert {each: len(oracle.settings(each).new_to_old) for each in oracle.series()} == COUNTS


def test_a_release_gets_the_answers_of_its_series_or_of_the_nearest_older_one() -> None:
    assert oracle.settings((5, 4, 0)).series == (5, 4)
    assert oracle.settings((5, 3)).series == (5, 3)
    assert oracle.settings((5, 1, 2)).series == (4, 4)
    assert oracle.settings((6, 0, 0)).series == (5, 7)
    assert oracle.settings((3, 1, 25)).series == (4, 4)


def test_supported_releases_run_from_5_2_on() -> None:
    supported = oracle.supported()
    assert supported[0] == (5, 2, 0)
    assert (5, 7, 0) in supported
    assert (4, 4, 7) in oracle.released()
    assert oracle.representatives(supported)[0] == (5, 2, 7)
    assert len(oracle.representatives(supported)) == 6


def test_real_settings_outside_of_namespaces_are_known_from_their_release_on() -> None:
    assert not oracle.settings((5, 2, 7)).known("result_backend_thread_safe")
    assert oracle.settings((5, 3, 0)).known("result_backend_thread_safe")
    assert oracle.settings((5, 7, 0)).known("CELERY_DB_REUSE_MAX")
    assert not oracle.settings((5, 7, 0)).known("task_acks_lat")
    assert not set(oracle.UNLISTED) & defaults.SETTING_KEYS


def test_deprecations_are_celerys_own() -> None:
    assert oracle.settings((5, 6, 3)).deprecations == ()
    assert [each.name for each in oracle.settings((5, 7, 0)).deprecations] == [
        "task_acks_on_failure_or_timeout"
    ]


def test_task_options_of_the_installed_celery() -> None:
    from celery.app.task import Task

    table = oracle.task_options(INSTALLED)
    assert table.from_config == dict(Task.from_config)
    assert table.attributes["max_retries"] == "3"
    for option in ("bind", "base", "name", "autoretry_for", "queue", "throws", "on_failure"):
        assert table.known(option), option
    assert not table.known("max_retry")
    assert {"countdown", "eta", "queue", "link_error", "priority", "headers"} <= table.send
    assert {"ignore_result", "argsrepr", "stamped_headers", "correlation_id"} <= table.send
    assert not {"args", "kwargs", "count_down", "max_retries", "acks_late"} & table.send
    assert {"MessageGroupId", "delay_seconds"} <= table.properties
    assert {"user_id", "type", "timestamp"} <= table.message < table.send


def test_the_order_of_arguments_is_that_of_the_installed_celery() -> None:
    import inspect

    from celery.app.base import Celery
    from celery.app.task import Task
    from celery.canvas import Signature

    functions: dict[str, Any] = {
        "apply_async": Task.apply_async,
        "apply": Task.apply,
        "retry": Task.retry,
        "send_task": Celery.send_task,
        "signature": Signature.__init__,
        "Signature.apply_async": Signature.apply_async,
    }
    for name, function in functions.items():
        live = [
            each.name
            for each in inspect.signature(function).parameters.values()
            if each.kind is each.POSITIONAL_OR_KEYWORD
        ]
        assert list(oracle.call_order(name)) == live[1:], name


def test_the_order_of_arguments_is_the_same_in_every_series() -> None:
    rows = oracle._data()["call_parameters"]
    assert len({(function, place) for function, place, *_ in rows}) == len(rows)


def test_limits_come_from_settings_through_the_task_since_5_7_only() -> None:
    assert "soft_time_limit" not in oracle.task_options((5, 6, 3)).from_config
    assert "soft_time_limit" in oracle.task_options((5, 7, 0)).from_config


def test_questions_never_import_celery() -> None:
    code = (
        "import sys; from celerylint import oracle; from celerylint.oracle import urls;"
        "oracle.settings((5, 4, 0)); urls.broker_transport('sqla+x://', (5, 4, 0));"
        "print([name for name in ('celery', 'kombu') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def live_transport(url: str | Sequence[str] | None, transport: str | None) -> str:
    """The alias or path that Kombu settles on."""
    live: Any = kombu.connection
    return str(live.Connection(url, transport=transport).transport_cls)


@pytest.fixture
def unloaded_transports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kombu looks at a class attribute of some transports, whose client libraries are not
    installed.
    """
    stub = types.SimpleNamespace(can_parse_url=False)
    monkeypatch.setattr(kombu.connection, "get_transport_cls", lambda name: stub)


@pytest.mark.parametrize(
    ("url", "transport"),
    [
        ("redis://localhost/0", None),
        ("rediss://localhost/0", None),
        ("sentinel://localhost/0", None),
        ("amqp://guest@localhost//", None),
        ("pyamqp://guest@localhost//", None),
        ("sqla+postgresql://u:p@host/db", None),
        ("sqlalchemy+sqlite:///x.db", None),
        ("sqla+sqlite:///x.db", "redis"),
        ("SQS://", None),
        ("memory://", None),
        ("filesystem://", None),
        ("localhost", None),
        ("localhost", "sqlalchemy"),
        ("redis://localhost", "memory"),
        ("sqlite:///x.db", "sqlalchemy"),
        ("sqlite:///x.db", "kombu.transport.sqlalchemy:Transport"),
        ("amqp://a;sqla+sqlite:///x", None),
        (["redis://a", "amqp://b"], None),
        (None, None),
        (None, "sqla"),
    ],
)
@pytest.mark.usefixtures("unloaded_transports")
def test_transport_is_the_one_that_kombu_picks(
    url: str | Sequence[str] | None, transport: str | None
) -> None:
    picked = live_transport(url, transport)
    path = str(kombu.transport.TRANSPORT_ALIASES.get(picked, picked))
    module = path.split(":")[0].rpartition(".")[2].lower()
    expected = "amqp" if module in {"pyamqp", "librabbitmq"} else module
    assert urls.broker_transport(url, INSTALLED, transport) == expected


@pytest.mark.parametrize("url", ["db+postgresql://h/d", "postgresql://h/d", "nosuch://h"])
def test_a_scheme_that_kombu_refuses_is_no_transport(url: str) -> None:
    assert urls.broker_transport(url, INSTALLED) is None
    with pytest.raises(KeyError):
        kombu.transport.get_transport_cls(live_transport(url, None))


@pytest.mark.parametrize(
    ("url", "transport", "name"),
    [
        ("django://", None, "django"),
        (None, "django", "django"),
        (None, "djkombu.transport.DatabaseTransport", "django"),
        (None, "kombu.transport.django:Transport", "django"),
        (None, "kombu.transport.django.Transport", "django"),
        (None, "sqlakombu.transport.Transport", "sqlalchemy"),
        (None, "kombu.transport.sqlalchemy.Transport", "sqlalchemy"),
        (None, "shop.transport.Mine", None),
    ],
)
def test_former_transports_are_recognised(
    url: str | None, transport: str | None, name: str | None
) -> None:
    assert urls.broker_transport(url, (5, 4, 0), transport) == name


def test_only_the_orm_transports_are_databases() -> None:
    assert urls.broker_transport("sqla+sqlite:///x", INSTALLED) in urls.DATABASE_TRANSPORTS
    assert urls.broker_transport("pgmq://h/d", (5, 7, 0)) == "pgmq"
    assert not {"pgmq", "mongodb", "redis"} & urls.DATABASE_TRANSPORTS


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("sqla+", "sqlalchemy"),
        ("sqla+postgresql://", "sqlalchemy"),
        ("redis://:", "redis"),
        ("redis", None),
        ("", None),
        ("://", None),
    ],
)
def test_the_known_beginning_of_a_url_may_decide(prefix: str, name: str | None) -> None:
    assert urls.prefix_transport(prefix, (5, 4, 0)) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("redis://h/0", "redis"),
        ("rediss://h/0", "redis"),
        ("sentinel://h", "redis"),
        ("rpc://", "rpc"),
        ("db+sqlite:///x", "database"),
        ("database", "database"),
        ("cache+memcached://h", "cache"),
        ("disabled", "disabled"),
        ("celery.backends.redis:RedisBackend", "redis"),
    ],
)
def test_backend_is_the_one_that_celery_picks(url: str, name: str) -> None:
    assert urls.result_backend(url, INSTALLED) == name
    alias = url.split("://")[0].split("+")[0]
    path = backends.BACKEND_ALIASES.get(alias, alias)
    assert name == "disabled" or f"backends.{name}" in path


def test_backends_of_plugins_and_unknown_ones() -> None:
    assert urls.result_backend(None, INSTALLED) == "disabled"
    assert urls.result_backend("django-db", INSTALLED) == "django-db"
    assert urls.result_backend("django_celery_results.backends:DatabaseBackend", INSTALLED) == (
        "django-db"
    )
    assert urls.result_backend("nosuch://", INSTALLED) is None
