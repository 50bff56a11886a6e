"""Forms of values: containers, the objects in them, and names bound in odd ways."""

from __future__ import annotations

from datetime import timedelta
from textwrap import dedent
from typing import Any

from .form import Form, form

APP = """
    --- proj.py
    from celery import Celery
    app = Celery("proj")
    app.config_from_object("conf")
    """


def value(name: str, text: str, settings: dict[str, Any], **more: Any) -> Form:
    """A form whose module `conf` holds these lines (or files, where the text names them)."""
    body = text if "--- " in text else "--- conf.py\n" + dedent(text)
    return form(f"value: {name}", APP, body, settings=settings, **more)


FORMS = [
    value(
        "dictionaries in steps",
        """
        OPTIONS = {"visibility_timeout": 3600}
        OPTIONS["max_retries"] = 3
        OPTIONS.update({"interval": 1}, fanout=True)
        OPTIONS.setdefault("interval", 9)
        broker_transport_options = OPTIONS
        result_backend_transport_options = {**OPTIONS, "interval": 2}
        ROUTES = dict(a={"queue": "a"})
        ROUTES |= {"b": {"queue": "b"}}
        task_routes = ROUTES | dict([("c", {"queue": "c"})])
        redis_backend_use_ssl = dict(ssl_cert_reqs=None, **{"ssl_ca_certs": "ca.pem"})
        """,
        {
            "broker_transport_options": {
                "visibility_timeout": 3600,
                "max_retries": 3,
                "interval": 1,
                "fanout": True,
            },
            "task_routes": {"a": {"queue": "a"}, "b": {"queue": "b"}, "c": {"queue": "c"}},
        },
        python=(3, 9),
    ),
    value(
        "lists and tuples in steps",
        """
        --- conf.py
        BASE = ["json"]
        accept_content = BASE + ["msgpack"]
        result_accept_content = [*BASE, "yaml"]
        EXTRA = []
        EXTRA.append("lists_a")
        EXTRA += ["lists_b"]
        EXTRA.extend(("lists_c",))
        imports = tuple(EXTRA)
        --- lists_a.py
        --- lists_b.py
        --- lists_c.py
        """,
        {
            "accept_content": ["json", "msgpack"],
            "result_accept_content": ["json", "yaml"],
            "imports": ["lists_a", "lists_b", "lists_c"],
        },
    ),
    value(
        "timedelta and crontab",
        """
        from datetime import timedelta
        import datetime as dt
        from celery.schedules import crontab
        result_expires = timedelta(hours=1)
        DAY = dt.timedelta(days=1)
        beat_schedule = {
            "nightly": {"task": "proj.nightly", "schedule": crontab(hour=3, minute="*/30")},
            "sunday": {"task": "proj.sunday", "schedule": crontab(0, 0, "sunday")},
            "often": {"task": "proj.often", "schedule": timedelta(seconds=30)},
            "daily": {"task": "proj.daily", "schedule": DAY, "args": (1, "x"), "options": {"a": 1}},
        }
        """,
        {"result_expires": timedelta(hours=1)},
    ),
    value(
        "kombu queues",
        """
        from kombu import Exchange, Queue
        shop = Exchange("shop", type="topic")
        task_queues = (
            Queue("celery"),
            Queue("orders", shop, routing_key="orders.#"),
            Queue("mail", exchange=Exchange("mail"), queue_arguments={"x-max-priority": 10}),
        )
        """,
        {},
    ),
    value(
        "annotated, chained, tuple and walrus assignments",
        """
        from typing import Final
        task_time_limit: Final[int] = 100
        task_soft_time_limit: int
        task_soft_time_limit = worker_concurrency = 9
        (broker_url, result_backend) = "redis://t/0", "redis://t/1"
        task_acks_late, *_rest = [True, 1, 2]
        if (worker_prefetch_multiplier := 3) > 2:
            task_track_started = True
        """,
        {
            "task_time_limit": 100,
            "worker_concurrency": 9,
            "task_soft_time_limit": 9,
            "result_backend": "redis://t/1",
            "task_acks_late": True,
            "worker_prefetch_multiplier": 3,
            "task_track_started": True,
        },
        unknown=1,
    ),
    value(
        "augmented, deleted and overwritten names",
        """
        task_time_limit = 10
        task_time_limit += 5
        worker_concurrency = 1
        worker_concurrency = 2
        task_acks_late = True
        del task_acks_late
        for worker_prefetch_multiplier in (7, 8):
            pass
        with open(__file__) as handle:
            task_soft_time_limit = 12
        """,
        {
            "task_time_limit": 15,
            "worker_concurrency": 2,
            "task_acks_late": False,
            "worker_prefetch_multiplier": 8,
            "task_soft_time_limit": 12,
        },
    ),
    value(
        "globals, setattr and comprehensions",
        """
        --- conf.py
        globals()["task_time_limit"] = 10
        LIMITS = {"soft": 5}
        globals().update({f"task_{k}_time_limit": v for k, v in LIMITS.items()})
        imports = [name for name in ("comp_a", "comp_b")]
        --- comp_a.py
        --- comp_b.py
        """,
        {"task_time_limit": 10, "task_soft_time_limit": 5, "imports": ["comp_a", "comp_b"]},
        unknown=1,
    ),
    value(
        "sets, bytes, None, floats and nested containers",
        """
        accept_content = {"json", "yaml"}
        broker_heartbeat = 12.5
        broker_pool_limit = None
        broker_use_ssl = {"keyfile": None, "nested": [(1, 2), {"a": {"b": ()}}]}
        worker_timer_precision = 1e-1
        security_key_password = b"secret"
        """,
        {
            "accept_content": {"json", "yaml"},
            "broker_heartbeat": 12.5,
            "broker_pool_limit": None,
        },
    ),
]
