"""Which broker transport and which result backend a URL or a name means, as Kombu and Celery pick
them.

Sources: kombu/connection.py (Connection.__init__), kombu/transport/__init__.py (resolve_transport),
celery/app/base.py (Celery._connection), celery/app/backends.py (by_url, by_name).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from celerylint.oracle import Release, backends, transports
from celerylint.patterns import regex

# Kombu says of no transport whether a database table plays the queue. These two do:
# kombu/transport/sqlalchemy/__init__.py keeps messages as rows that are never deleted, only made
# invisible; the Django transport (kombu/transport/django in Kombu 3.0, a package of its own before)
# did the same through Django's ORM and is gone since Kombu 4.0. `pgmq` (Kombu 5.6 on) runs on
# PostgreSQL but is a message queue with visibility timeouts and acknowledgement, and MongoDB's
# transport deletes what it hands out: neither is meant.
DATABASE_TRANSPORTS = frozenset({"sqlalchemy", "django"})

# Names that no supported Kombu lists, and whose meaning is known. The packages are those that
# carried the database transports before Kombu took them in: django-kombu (djkombu) and sqlakombu.
_FORMER_TRANSPORTS: Mapping[str, str] = {
    "django": "django",
    "kombu.transport.django": "django",
    "djkombu": "django",
    "djkombu.transport": "django",
    "sqlakombu": "sqlalchemy",
    "sqlakombu.transport": "sqlalchemy",
}
# kombu/connection.py: resolve_aliases
_SAME_TRANSPORT: Mapping[str, str] = {"pyamqp": "amqp", "librabbitmq": "amqp"}
# Entry points `celery.result_backends` of django-celery-results; Celery itself lists no plug-ins.
_PLUGIN_BACKENDS: Mapping[str, str] = {
    "django-db": "django-db",
    "django-cache": "django-cache",
    "django_celery_results.backends.DatabaseBackend": "django-db",
    "django_celery_results.backends.database.DatabaseBackend": "django-db",
    "django_celery_results.backends.CacheBackend": "django-cache",
    "django_celery_results.backends.cache.CacheBackend": "django-cache",
}
_SCHEME = regex(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_KOMBU, _CELERY = "kombu.transport.", "celery.backends."


def broker_transport(
    url: str | Sequence[str] | None, release: Release, transport: str | None = None
) -> str | None:
    """The transport that `broker_url` and `broker_transport` lead to, or None where Kombu knows
    none.

    The name is that of Kombu's module in lower case (`amqp` for pyamqp and librabbitmq, `redis` for
    rediss and sentinel, `sqlalchemy`, `sqs`, …), or `django` for the transport that Kombu once had.
    Of several URLs (a list, or `;` between them) the first counts. The setting `broker_transport`
    wins over a plain scheme, not over `transport+scheme://`.
    """
    first = broker_urls(url)[:1]
    scheme = url_scheme(first[0]) if first else None
    if scheme is not None and "+" in scheme:
        return transport_name(scheme.partition("+")[0], release)
    if transport:
        return transport_name(transport, release)
    if scheme is not None:
        # Kombu takes a plain scheme from urlparse, which lowers it; what stands before a `+` it
        # takes raw.
        return transport_name(scheme.lower(), release)
    # A bare host name, or nothing: the default transport.
    return None if first and "://" in first[0] else "amqp"


def broker_urls(url: str | Sequence[str] | None) -> list[str]:
    """Each URL of a `broker_url`, in the order of failover."""
    if not url:
        return []
    given = [url] if isinstance(url, str) else list(url)
    return [*given[0].split(";"), *given[1:]]


def url_scheme(text: str) -> str | None:
    """The scheme of a URL as written, None where there is none."""
    match = _SCHEME.match(text)
    return match.group(1) if match else None


def prefix_transport(prefix: str, release: Release) -> str | None:
    """The transport that a URL's known beginning decides, None where the beginning decides nothing.

    For strings whose end is not known: "sqla+" and "redis://user" decide, "redi" and "" do not.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9.-]*)(?:\+|://)", prefix)
    if scheme is None:
        return None
    return broker_transport(prefix if "://" in prefix else f"{scheme.group(1)}+x://", release)


def transport_name(name: str, release: Release) -> str | None:
    """What an alias ("sqla") or a path ("kombu.transport.sqlalchemy:Transport") means; see
    broker_transport.
    """
    path = transports(release).get(name, name).replace(":", ".")
    former = _FORMER_TRANSPORTS.get(name) or _FORMER_TRANSPORTS.get(path.rpartition(".")[0])
    if former is not None:
        return former
    if not path.startswith(_KOMBU):
        return None
    module = path.removeprefix(_KOMBU).split(".")[0].lower()
    return _SAME_TRANSPORT.get(module, module)


def result_backend(url: str | None, release: Release) -> str | None:
    """The backend that a `result_backend` means, or None where Celery knows none.

    The name is that of Celery's module (`redis` for rediss and sentinel, `database`, `rpc`,
    `cache`, …), `disabled` (also for nothing at all), or `django-db` and `django-cache` of
    django-celery-results.
    """
    if not url:
        return "disabled"
    scheme, separator, _ = url.partition("://")
    name = scheme.partition("+")[0] if separator else url
    path = backends(release).get(name, name).replace(":", ".")
    if path in _PLUGIN_BACKENDS:
        return _PLUGIN_BACKENDS[path]
    if not path.startswith(_CELERY):
        return None
    module = path.removeprefix(_CELERY).split(".")[0]
    return "disabled" if module == "base" else module
