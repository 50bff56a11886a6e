"""What Celery and Kombu themselves say, as data per released version.

The data (`celery.json`) is written by `scripts/oracle.py` from Celery's own objects. It is loaded
on the first question and never imports Celery. A release is a tuple of integers; one between the
probed ones gets the answers of its own minor series, else those of the nearest older series, else
those of the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from celerylint.oracle.tables import read
from celerylint.structs import dataclass

Release = tuple[int, ...]

OLDEST_SUPPORTED: Release = (5, 2)
# Read by Celery or its workers although celery.app.defaults.NAMESPACES does not list them. Each
# with the release that brought it and the object that reads it; the probe cannot find these, since
# no object holds their names.
UNLISTED: Mapping[str, tuple[Release, str]] = {
    "result_backend_thread_safe": ((5, 3), "celery.backends.base.Backend.__init__"),
    "redis_backend_health_check_interval": ((5, 1), "celery.backends.redis.RedisBackend.__init__"),
    "redis_backend_credential_provider": ((5, 6), "celery.backends.redis.RedisBackend.__init__"),
    "redis_client_name": ((5, 6), "celery.backends.redis.RedisBackend.__init__"),
    "cassandra_secure_bundle_path": ((5, 3), "celery.backends.cassandra.CassandraBackend.__init__"),
    "dynamodb_endpoint_url": ((4, 2), "celery.backends.dynamodb.DynamoDBBackend.__init__"),
    "gcs_threadpool_maxsize": ((5, 4), "celery.backends.gcs.GCSBackendBase.__init__"),
    "firestore_project": ((5, 5), "celery.backends.gcs.GCSBackend.__init__"),
    **{
        f"{command}_{option}": ((5, 4), "celery.bin.base.DaemonOption.daemon_setting")
        for command in ("worker", "beat", "events")
        for option in ("logfile", "pidfile", "uid", "gid", "umask", "executable")
    },
}
# Read under exactly this spelling, whatever the namespace. override_backends is read from the
# loaded object only: `app.conf.override_backends = …` has no effect.
LITERAL_KEYS: Mapping[str, str] = {
    "CELERY_DB_REUSE_MAX": "celery.fixups.django.DjangoWorkerFixup.__init__",
    "override_backends": "celery.loaders.base.BaseLoader.config_from_object",
}


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The release from which a setting is deprecated (or removed), as Celery states it."""

    name: str
    release: str


@dataclass(frozen=True, slots=True)
class SettingTable:
    """The settings of one series. `new_to_old` and `old_to_new` are Celery's own renaming tables.

    types holds the declared type ("bool", "string", "any", …), which Celery neither checks nor
    always gets right; defaults holds the default's `repr`. unlisted are real settings that Celery's
    own table lacks: they have no old name and take no part in the vote between old and new names.
    """

    series: Release
    new_to_old: Mapping[str, str]
    old_to_new: Mapping[str, str]
    types: Mapping[str, str]
    defaults: Mapping[str, str]
    deprecations: tuple[Deprecation, ...]
    unlisted: frozenset[str]

    @property
    def new_names(self) -> Iterable[str]:
        """Celery's SETTING_KEYS: the lower-case names."""
        return self.new_to_old.keys()

    def known(self, name: str) -> bool:
        """Is this a setting of the series, under its new or its old name?"""
        return (
            name in self.new_to_old
            or name in self.old_to_new
            or name in self.unlisted
            or name in LITERAL_KEYS
        )


@dataclass(frozen=True, slots=True)
class TaskTable:
    """What a task can be told, in one series.

    from_config maps a task attribute to the setting that fills it where the task leaves it None.
    attributes maps a public attribute of the Task class to the `repr` of its default. decorator
    holds the keywords that the decorator itself takes away; retry those of automatic retries;
    execution the attributes that each message carries; methods the hooks (a decorator's keyword may
    replace one); send the options of apply_async and send_task, with AMQP's properties of a
    message; documented those that apply_async's documentation lists; message those properties that
    nothing else of these knows; properties what Kombu's transports read besides.
    """

    series: Release
    from_config: Mapping[str, str]
    attributes: Mapping[str, str]
    decorator: frozenset[str]
    retry: frozenset[str]
    execution: frozenset[str]
    methods: frozenset[str]
    send: frozenset[str]
    documented: frozenset[str]
    message: frozenset[str]
    properties: frozenset[str]

    def known(self, option: str) -> bool:
        """Does Celery itself know this keyword of a task decorator?"""
        return (
            option in self.attributes
            or option in self.from_config
            or option in self.decorator
            or option in self.retry
            or option in self.execution
            or option in self.methods
        )


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("celery.json")
    return data


def _numbers(text: str) -> Release:
    return tuple(map(int, text.split(".")))


@lru_cache(maxsize=1)
def series() -> tuple[Release, ...]:
    """The minor series that were probed, oldest first: ((4, 4), (5, 2), …)."""
    return tuple(_numbers(release)[:2] for release, _ in _data()["probed"])


@lru_cache(maxsize=1)
def released() -> tuple[Release, ...]:
    """Every final release of Celery from 3.1 on, oldest first."""
    return tuple(map(_numbers, _data()["releases"]))


@lru_cache(maxsize=1)
def supported() -> tuple[Release, ...]:
    """Every release that celerylint supports, oldest first."""
    return tuple(each for each in released() if each >= OLDEST_SUPPORTED)


@lru_cache(maxsize=64)
def series_of(release: Release) -> Release:
    """The probed series whose answers hold for this release."""
    at_most = [each for each in series() if each <= release[:2]]
    return at_most[-1] if at_most else series()[0]


def representatives(releases: Iterable[Release]) -> tuple[Release, ...]:
    """The newest of the given releases in each probed series, oldest first: Celery's answers differ
    between these only, so that a project that allows forty releases is evaluated a handful of
    times.
    """
    newest: dict[Release, Release] = {}
    for each in sorted(releases):
        newest[series_of(each)] = each
    return tuple(newest.values())


def _rows(table: str, release: Release) -> Iterator[list[Any]]:
    bit = 1 << series().index(series_of(release))
    return (row[:-1] for row in _data()[table] if row[-1] & bit)


@lru_cache(maxsize=1)
def former() -> frozenset[str]:
    """The settings of Celery 3.1 that no later release knows under any name."""
    return frozenset(_data()["former"])


def settings(release: Release) -> SettingTable:
    """Celery's settings at a release."""
    return _settings(series_of(release))


@lru_cache(maxsize=16)
def _settings(of: Release) -> SettingTable:
    rows = list(_rows("settings", of))
    return SettingTable(
        series=of,
        new_to_old={row[0]: row[1] for row in rows},
        old_to_new={row[1]: row[0] for row in rows},
        types={row[0]: row[2] for row in rows},
        defaults={row[0]: row[3] for row in rows},
        deprecations=tuple(Deprecation(row[0], row[4]) for row in rows if row[4]),
        unlisted=frozenset(name for name, (since, _) in UNLISTED.items() if since <= of),
    )


def task_options(release: Release) -> TaskTable:
    """What a task can be told at a release."""
    return _task_options(series_of(release))


@lru_cache(maxsize=16)
def _task_options(of: Release) -> TaskTable:
    def names(table: str) -> frozenset[str]:
        return frozenset(row[0] for row in _rows(table, of))

    return TaskTable(
        series=of,
        from_config=dict(_rows("from_config", of)),
        attributes=dict(_rows("task_attributes", of)),
        decorator=names("task_decorator"),
        retry=names("task_retry"),
        execution=names("task_execution"),
        methods=names("task_methods"),
        send=names("send_options"),
        documented=names("documented_options"),
        message=names("message_properties"),
        properties=names("transport_properties"),
    )


@lru_cache(maxsize=8)
def call_order(function: str) -> tuple[str, ...]:
    """The parameters that a call fills by position: of `apply_async`, `apply`, `retry` and
    `signature` (the class's, so that the first is the task), of the app's `send_task`, of
    `Signature.apply_async`. They are the same in every series, but for what the newer ones append.
    """
    rows = [row for row in _data()["call_parameters"] if row[0] == function]
    return tuple(name for _, name in sorted((row[1], row[2]) for row in rows))


@lru_cache(maxsize=16)
def _pairs(table: str, of: Release) -> Mapping[str, str]:
    return dict(_rows(table, of))


def transports(release: Release) -> Mapping[str, str]:
    """Kombu's TRANSPORT_ALIASES: alias to "module:Class", with the newest Kombu that goes with the
    release.
    """
    return _pairs("transports", series_of(release))


def backends(release: Release) -> Mapping[str, str]:
    """Celery's BACKEND_ALIASES: alias to "module:Class"."""
    return _pairs("backends", series_of(release))


def chords(release: Release) -> Mapping[str, str]:
    """How a result backend, by its module, learns that a chord's header is done: `counted` where
    each task tells, `polled` where a task of Celery's asks for their results again and again,
    `refused` where chords cannot be sent."""
    return _pairs("chords", series_of(release))


@lru_cache(maxsize=16)
def _app_keywords(of: Release) -> frozenset[str]:
    return frozenset(row[0] for row in _rows("app_keywords", of))


def app_keywords(release: Release) -> frozenset[str]:
    """The named parameters of `Celery(...)`; every other keyword of it is a setting's name."""
    return _app_keywords(series_of(release))
