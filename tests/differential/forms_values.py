"""Forms of values: the same few settings, written in every way that people write values."""

from __future__ import annotations

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
        "arithmetic on literals and names",
        """
        MINUTE = 60
        HOUR = 60 * MINUTE
        task_time_limit = 3 * HOUR - 5 * MINUTE
        task_soft_time_limit = int(task_time_limit * 0.5) // 2 + (10 % 4) ** 2
        worker_concurrency = max(2, min(8, 4)) + -1
        """,
        {"task_time_limit": 10500, "task_soft_time_limit": 2629, "worker_concurrency": 3},
    ),
    value(
        "strings: f-string, %, format, +, join, implicit concatenation",
        """
        HOST = "redis"
        PORT = 6379
        broker_url = f"redis://{HOST}:{PORT}/0"
        result_backend = "redis://%s:%d/1" % (HOST, PORT)
        task_default_queue = "{}-{name}".format("shop", name="low")
        task_default_exchange = "shop" + "_" + HOST
        task_default_routing_key = "shop" ".low"
        control_exchange = ".".join(["a", "b"])
        """,
        {
            "broker_url": "redis://redis:6379/0",
            "result_backend": "redis://redis:6379/1",
            "task_default_queue": "shop-low",
            "task_default_exchange": "shop_redis",
            "task_default_routing_key": "shop.low",
            "control_exchange": "a.b",
        },
    ),
    value(
        "conditionals and boolean operators",
        """
        DEBUG = False
        task_always_eager = not not DEBUG
        task_acks_late = True if not DEBUG else None
        task_time_limit = None or 30
        worker_concurrency = DEBUG and 1 or 5
        task_track_started = 1 < 2 <= 2
        worker_prefetch_multiplier = (0 or 1) if "a" in ["a", "b"] else 4
        """,
        {
            "task_always_eager": False,
            "task_acks_late": True,
            "task_time_limit": 30,
            "worker_concurrency": 5,
            "task_track_started": True,
            "worker_prefetch_multiplier": 1,
        },
    ),
    value(
        "if and else at module level",
        """
        LARGE = True
        if LARGE:
            worker_concurrency = 8
        elif LARGE is None:
            worker_concurrency = 4
        else:
            worker_concurrency = 2
        if not LARGE:
            task_time_limit = 3
        """,
        {"worker_concurrency": 8, "task_time_limit": None},
    ),
    value(
        "os.environ and os.getenv with defaults",
        """
        import os
        from os import environ, getenv as read
        broker_url = os.environ.get("SHOP_BROKER", "redis://default/0")
        result_backend = os.getenv("SHOP_BACKEND", "redis://default/1")
        task_time_limit = int(environ.get("SHOP_LIMIT", 30))
        task_soft_time_limit = int(read("SHOP_SOFT") or "20")
        worker_concurrency = int(os.environ.get("SHOP_A", os.environ.get("SHOP_B", "4")))
        task_acks_late = os.environ.get("SHOP_LATE", "true").lower() == "true"
        task_default_queue = os.environ.get("SHOP_QUEUE") or "low"
        timezone = os.environ.get("SHOP_ZONE")
        """,
        {
            "broker_url": "redis://default/0",
            "result_backend": "redis://default/1",
            "task_time_limit": 30,
            "task_soft_time_limit": 20,
            "worker_concurrency": 4,
            "task_acks_late": True,
            "task_default_queue": "low",
        },
    ),
    value(
        "an environment default inside an f-string",
        """
        import os
        HOST = os.environ.get("SHOP_HOST", "localhost")
        broker_url = f"redis://{HOST}:{os.environ.get('SHOP_PORT', 6379)}/0"
        """,
        {"broker_url": "redis://localhost:6379/0"},
    ),
    value(
        "local helper functions that read the environment",
        """
        --- conf.py
        from env_reader import get_bool_from_env, get_int_from_env, redis_url
        task_time_limit = get_int_from_env("SHOP_LIMIT", 30)
        task_acks_late = get_bool_from_env("SHOP_LATE", True)
        broker_url = redis_url(0)
        --- env_reader.py
        import os

        def get_int_from_env(key, default=0):
            return int(os.getenv(key, default))

        def get_bool_from_env(name, default_value):
            if name in os.environ:
                return os.environ[name].lower() in ("1", "true")
            return default_value

        def redis_url(db):
            return f"redis://localhost:6379/{db}"
        """,
        {"task_time_limit": 30, "task_acks_late": True, "broker_url": "redis://localhost:6379/0"},
    ),
    value(
        "try and except around a conversion",
        """
        import os
        try:
            worker_concurrency = int(os.environ.get("SHOP_WORKERS", "6"))
        except ValueError:
            worker_concurrency = 2
        """,
        {"worker_concurrency": 6},
    ),
    value(
        "timedelta converted to seconds",
        """
        from datetime import timedelta
        task_time_limit = timedelta(minutes=5).total_seconds()
        task_soft_time_limit = int(timedelta(minutes=4).total_seconds())
        """,
        {"task_time_limit": 300.0, "task_soft_time_limit": 240},
        unknown=2,
    ),
    value(
        "enum members and class constants",
        """
        import enum

        class Queues(str, enum.Enum):
            LOW = "low"
            HIGH = "high"

        class Limits(enum.IntEnum):
            SOFT = 30

        class Names:
            PREFIX = "shop"
            ROUTE = f"{PREFIX}.route"

        task_default_queue = Queues.LOW.value
        task_soft_time_limit = Limits.SOFT
        task_default_exchange = Queues.HIGH
        task_default_routing_key = Names.ROUTE
        """,
        {
            "task_default_queue": "low",
            "task_soft_time_limit": 30,
            "task_default_exchange": "high",
            "task_default_routing_key": "shop.route",
        },
    ),
    value(
        "constants from other modules, by attribute, alias and star",
        """
        --- conf.py
        import constants
        import constants as c
        from constants import SOFT as soft_limit
        from pack import *
        from pack.inner import deep
        task_time_limit = constants.HARD
        task_soft_time_limit = soft_limit
        worker_concurrency = c.Nested.workers
        worker_prefetch_multiplier = STARRED
        task_default_queue = deep.NAME
        --- constants.py
        HARD = 100
        SOFT = HARD - 10
        class Nested:
            workers = 3
        --- pack/__init__.py
        from .inner import STARRED
        --- pack/inner/__init__.py
        STARRED = 2
        --- pack/inner/deep.py
        NAME = "deep"
        """,
        {
            "task_time_limit": 100,
            "task_soft_time_limit": 90,
            "worker_concurrency": 3,
            "worker_prefetch_multiplier": 2,
            "task_default_queue": "deep",
        },
    ),
]
