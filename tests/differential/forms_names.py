"""Forms of setting names: old and new ones, with and without a namespace, by version of Celery."""

from __future__ import annotations

from .form import form

NAMESPACED = """
    --- proj.py
    from celery import Celery
    app = Celery("proj"{keywords})
    app.config_from_object("conf", namespace="{namespace}")
    {after}
    --- conf.py
    {conf}
"""


def namespaced(conf: str, namespace: str = "CELERY", keywords: str = "", after: str = "") -> str:
    """A project whose module `conf` is read under a namespace; statements are joined by "; "."""
    return NAMESPACED.format(conf=conf, namespace=namespace, keywords=keywords, after=after)


FORMS = [
    form(
        "names: all old",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        BROKER_URL = "redis://old/0"
        CELERY_ACKS_LATE = True
        CELERYD_TASK_SOFT_TIME_LIMIT = 30
        CELERYD_CONCURRENCY = 3
        CELERY_TIMEZONE = "UTC"
        CELERY_DEFAULT_QUEUE = "low"
        CELERY_TASK_TRACK_STARTED = True
        """,
        settings={
            "broker_url": "redis://old/0",
            "task_acks_late": True,
            "task_soft_time_limit": 30,
            "worker_concurrency": 3,
            "timezone": "UTC",
            "task_default_queue": "low",
            "task_track_started": False,
        },
    ),
    form(
        "names: old in conf.update(dict)",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.update({"CELERY_ACKS_LATE": True, "CELERYD_TASK_TIME_LIMIT": 12, "OTHER": 1})
        """,
        settings={"task_acks_late": True, "task_time_limit": 12},
    ),
    form(
        "names: both spellings of one setting, the new one wins",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        BROKER_URL = "redis://old/0"
        broker_url = "redis://new/0"
        """,
        settings={"broker_url": "redis://new/0"},
    ),
    form(
        "names: new names in the majority, one old one",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        broker_url = "redis://new/0"
        task_time_limit = 3
        CELERY_ACKS_LATE = True
        """,
        error="ImproperlyConfigured",
    ),
    form(
        "names: old names in the majority, one new one",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        task_time_limit = 3
        CELERY_ACKS_LATE = True
        BROKER_URL = "redis://old/0"
        """,
        error="ImproperlyConfigured",
    ),
    form(
        "names: old names in the majority, both spellings of the new one",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        task_time_limit = 3
        CELERYD_TASK_TIME_LIMIT = 4
        CELERY_ACKS_LATE = True
        BROKER_URL = "redis://old/0"
        """,
        settings={"task_acks_late": True, "broker_url": "redis://old/0"},
    ),
    form(
        "names: namespaced names without a namespace are nothing",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- conf.py
        CELERY_TASK_ALWAYS_EAGER = True
        CELERY_BROKER_URL = "redis://ignored/0"
        WORKER_CONCURRENCY = 3
        """,
        settings={"task_always_eager": False, "worker_concurrency": None},
    ),
    form(
        "names: a namespace",
        namespaced(
            'CELERY_BROKER_URL = "redis://ns/0"; CELERY_TASK_SOFT_TIME_LIMIT = 60;'
            " WORKER_CONCURRENCY = 7; OTHER = 1"
        ),
        settings={
            "broker_url": "redis://ns/0",
            "task_soft_time_limit": 60,
            "worker_concurrency": None,
        },
    ),
    form(
        "names: a setting that Celery does not list, under a namespace",
        namespaced("CELERY_RESULT_BACKEND_THREAD_SAFE = True"),
        settings={"result_backend_thread_safe": True},
        since=(5, 3),
    ),
    form(
        "names: a namespace with an underscore at its end",
        namespaced('SHOP_BROKER_URL = "redis://ns/0"', namespace="SHOP_"),
        settings={"broker_url": "redis://ns/0"},
    ),
    form(
        "names: a lower-case namespace",
        namespaced("celery_task_time_limit = 9; CELERY_WORKER_CONCURRENCY = 7", namespace="celery"),
        settings={"task_time_limit": 9, "worker_concurrency": None},
    ),
    form(
        "names: a plain new name is accepted under a namespace",
        namespaced("task_time_limit = 9; CELERY_WORKER_CONCURRENCY = 7"),
        settings={"task_time_limit": 9, "worker_concurrency": 7},
    ),
    form(
        "names: old names under a namespace, up to 5.6.3",
        namespaced("CELERYD_CONCURRENCY = 7; CELERY_ACKS_LATE = True; CELERY_TIMEZONE = 'UTC'"),
        settings={"worker_concurrency": None, "task_acks_late": False, "timezone": "UTC"},
        before=(5, 7),
    ),
    form(
        "names: old names under a namespace, from 5.7.0",
        namespaced("CELERYD_TASK_SOFT_TIME_LIMIT = 7; CELERY_ACKS_LATE = True"),
        settings={"task_soft_time_limit": 7, "task_acks_late": True},
        since=(5, 7),
    ),
    form(
        "names: old and namespaced spelling under a namespace, the namespaced one wins",
        namespaced("CELERYD_CONCURRENCY = 7; CELERY_WORKER_CONCURRENCY = 8"),
        settings={"worker_concurrency": 8},
    ),
    form(
        "names: keyword against namespaced setting, up to 5.6.3",
        namespaced('CELERY_BROKER_URL = "redis://obj/0"', keywords=', broker="redis://kw/0"'),
        settings={"broker_url": "redis://obj/0"},
        before=(5, 7),
    ),
    form(
        "names: keyword against namespaced setting, from 5.7.0",
        namespaced('CELERY_BROKER_URL = "redis://obj/0"', keywords=', broker="redis://kw/0"'),
        settings={"broker_url": "redis://kw/0"},
        since=(5, 7),
    ),
    form(
        "names: conf write against namespaced setting, up to 5.6.3",
        namespaced("CELERY_TASK_TIME_LIMIT = 1", after="app.conf.update(task_time_limit=2)"),
        settings={"task_time_limit": 1},
        before=(5, 7),
    ),
    form(
        "names: conf write against namespaced setting, from 5.7.0",
        namespaced("CELERY_TASK_TIME_LIMIT = 1", after="app.conf.update(task_time_limit=2)"),
        settings={"task_time_limit": 2},
        since=(5, 7),
    ),
    form(
        "names: conf write of the namespaced name",
        namespaced("CELERY_TASK_TIME_LIMIT = 1", after="app.conf.CELERY_TASK_TIME_LIMIT = 2"),
        settings={"task_time_limit": 2},
    ),
    form(
        "names: Celery(namespace=) with a later config_from_object",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj", namespace="CELERY")
        app.config_from_object("conf")
        --- conf.py
        CELERY_TASK_TIME_LIMIT = 5
        """,
        settings={"task_time_limit": 5},
    ),
    form(
        "names: include under its old and its namespaced name",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf", namespace="CELERY")
        --- conf.py
        CELERY_IMPORTS = ("jobs.first",)
        CELERY_INCLUDE = ["jobs.second"]
        --- jobs/__init__.py
        --- jobs/first.py
        from celery import shared_task
        @shared_task
        def a():
            pass
        --- jobs/second.py
        from celery import shared_task
        @shared_task
        def b():
            pass
        """,
        settings={"imports": ["jobs.first"], "include": ["jobs.second"]},
        tasks=["jobs.first.a", "jobs.second.b"],
    ),
    form(
        "names: acks_on_failure_or_timeout and its successors, from 5.7.0",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.task_acks_on_failure_or_timeout = False
        app.conf.task_acks_on_timeout = True
        """,
        settings={"task_acks_on_failure_or_timeout": False, "task_acks_on_timeout": True},
        since=(5, 7),
    ),
    form(
        "names: Django's settings without a namespace",
        """
        --- shop/__init__.py
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        app = Celery("shop")
        app.config_from_object("django.conf:settings")
        --- shop/settings.py
        SECRET_KEY = "x"
        INSTALLED_APPS = []
        BROKER_URL = "redis://old/0"
        CELERYD_TASK_TIME_LIMIT = 5
        CELERY_TASK_SOFT_TIME_LIMIT = 4
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={
            "broker_url": "redis://old/0",
            "task_time_limit": 5,
            "task_soft_time_limit": None,
        },
    ),
]
