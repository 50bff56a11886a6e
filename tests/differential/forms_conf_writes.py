"""Forms of settings that code writes: `app.conf`, defaults, and which write wins."""

from __future__ import annotations

from .form import form

FORMS = [
    form(
        "settings: a second config_from_object replaces the first",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object({"task_time_limit": 1, "worker_concurrency": 2})
        app.config_from_object({"task_time_limit": 3})
        """,
        settings={"task_time_limit": 3, "worker_concurrency": None},
    ),
    form(
        "settings: conf.update with keywords and a dict",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.update(task_time_limit=10, timezone="UTC")
        app.conf.update({"worker_concurrency": 4, "task_time_limit": 11})
        """,
        settings={"task_time_limit": 11, "timezone": "UTC", "worker_concurrency": 4},
    ),
    form(
        "settings: attributes and items of conf",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        conf = app.conf
        app.conf.task_time_limit = 10
        conf["worker_concurrency"] = 6
        app.conf.task_routes = {"proj.*": {"queue": "shop"}}
        app.conf["result_backend"] = app.conf.broker_url = "redis://both/0"
        """,
        settings={
            "task_time_limit": 10,
            "worker_concurrency": 6,
            "result_backend": "redis://both/0",
            "broker_url": "redis://both/0",
            "task_routes": {"proj.*": {"queue": "shop"}},
        },
    ),
    form(
        "settings: conf.setdefault keeps what is there",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj", broker="redis://kw/0")
        app.conf.task_time_limit = 10
        app.conf.setdefault("task_time_limit", 99)
        app.conf.setdefault("worker_prefetch_multiplier", 1)
        """,
        settings={"task_time_limit": 10, "worker_prefetch_multiplier": 1},
    ),
    form(
        "settings: conf.setdefault before the first read beats the loaded object",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object({"worker_prefetch_multiplier": 3})
        app.conf.setdefault("worker_prefetch_multiplier", 1)
        """,
        settings={"worker_prefetch_multiplier": 1},
    ),
    form(
        "settings: conf.setdefault after the first read does nothing",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        late = app.conf.task_acks_late
        app.conf.setdefault("worker_prefetch_multiplier", 1)
        """,
        settings={"worker_prefetch_multiplier": 4},
    ),
    form(
        "settings: conf.beat_schedule grown by item and update",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.beat_schedule = {"a": {"task": "proj.a", "schedule": 30.0}}
        app.conf.beat_schedule["b"] = {"task": "proj.b", "schedule": 60}
        app.conf.beat_schedule.update({"c": {"task": "proj.c", "schedule": 90}})

        @app.task
        def a():
            pass

        @app.task
        def b():
            pass

        @app.task
        def c():
            pass
        """,
        settings={
            "beat_schedule": {
                "a": {"task": "proj.a", "schedule": 30.0},
                "b": {"task": "proj.b", "schedule": 60},
                "c": {"task": "proj.c", "schedule": 90},
            }
        },
        tasks=["proj.a", "proj.b", "proj.c"],
    ),
    form(
        "settings: add_defaults beats the loaded object",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object({"worker_concurrency": 9, "task_time_limit": 10})
        app.add_defaults({"worker_concurrency": 5, "task_soft_time_limit": 7})
        """,
        settings={"worker_concurrency": 5, "task_time_limit": 10, "task_soft_time_limit": 7},
    ),
    form(
        "settings: a keyword beats the object without a namespace",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj", broker="redis://kw/0", task_time_limit=3)
        app.config_from_object({"broker_url": "redis://obj/0", "task_time_limit": 4})
        """,
        settings={"broker_url": "redis://kw/0", "task_time_limit": 3},
    ),
    form(
        "settings: a conf write before and after config_from_object",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.task_time_limit = 1
        app.config_from_object({"task_time_limit": 2, "worker_concurrency": 2})
        app.conf.worker_concurrency = 3
        """,
        settings={"task_time_limit": 1, "worker_concurrency": 3},
    ),
    form(
        "settings: a conf write is lost to a config_from_object after the first read",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        limit = app.conf.task_time_limit
        app.conf.worker_concurrency = 3
        app.config_from_object({"task_time_limit": 2})
        """,
        settings={"task_time_limit": 2, "worker_concurrency": None},
    ),
    form(
        "settings: app.conf written by another module",
        """
        --- proj/__init__.py
        from .app import app
        from . import tuning
        --- proj/app.py
        from celery import Celery
        app = Celery("proj")
        --- proj/tuning.py
        from proj.app import app
        app.conf.task_time_limit = 44
        """,
        settings={"task_time_limit": 44},
    ),
]
