"""Forms of applications: how one is made, and where it is found."""

from __future__ import annotations

from .form import form

FORMS = [
    form(
        "app: every constructor keyword that carries configuration",
        """
        --- proj.py
        from celery import Celery
        app = Celery(
            "proj",
            broker="redis://kw/0",
            backend="redis://kw/1",
            include=["proj_tasks"],
            changes={"task_time_limit": 70},
            task_soft_time_limit=60,
            namespace="CELERY",
        )
        --- proj_tasks.py
        from proj import app
        @app.task
        def add(x, y):
            return x + y
        """,
        settings={
            "broker_url": "redis://kw/0",
            "result_backend": "redis://kw/1",
            "task_time_limit": 70,
            "task_soft_time_limit": 60,
            "include": ["proj_tasks"],
        },
        tasks=["proj_tasks.add"],
    ),
    form(
        "app: config_source as a module object",
        """
        --- conf.py
        task_time_limit = 70
        timezone = "Europe/Berlin"
        --- proj.py
        import conf
        from celery import Celery
        app = Celery("proj", config_source=conf)
        """,
        settings={"task_time_limit": 70, "timezone": "Europe/Berlin"},
    ),
    form(
        "app: config_source as a dotted string",
        """
        --- conf.py
        task_acks_late = True
        --- proj.py
        from celery import Celery
        app = Celery("proj", config_source="conf")
        """,
        settings={"task_acks_late": True},
    ),
    form(
        "app: in __init__, tasks import it from the package",
        """
        --- proj/__init__.py
        from celery import Celery
        app = Celery("proj", include=["proj.tasks"])
        --- proj/tasks.py
        from . import app
        @app.task
        def ping():
            pass
        """,
        tasks=["proj.tasks.ping"],
    ),
    form(
        "app: re-exported under another name",
        """
        --- proj/__init__.py
        from .celery import app as celery_app
        __all__ = ("celery_app",)
        --- proj/celery.py
        from celery import Celery
        app = Celery("proj", include=["proj.tasks"])
        --- proj/tasks.py
        import proj
        @proj.celery_app.task(max_retries=1)
        def ping():
            pass
        """,
        app="proj.celery:app",
        tasks={"proj.tasks.ping": {"max_retries": 1}},
    ),
    form(
        "app: current_app, configured by celeryconfig.py",
        """
        --- celeryconfig.py
        broker_url = "redis://default/0"
        imports = ["proj"]
        --- proj.py
        from celery import current_app as app
        @app.task
        def ping():
            pass
        """,
        settings={"broker_url": "redis://default/0"},
        tasks=["proj.ping"],
    ),
    form(
        "app: celeryconfig.py is not read by an app that was made by hand",
        """
        --- celeryconfig.py
        task_time_limit = 70
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        """,
    ),
    form(
        "app: the default loader reads celeryconfig.py",
        """
        --- celeryconfig.py
        task_time_limit = 70
        --- proj.py
        from celery import Celery
        app = Celery("proj", loader="default")
        """,
        settings={"task_time_limit": 70},
    ),
    form(
        "app: several in one tree with a shared configuration (the first)",
        """
        --- base_config.py
        broker_url = "redis://shared/0"
        task_time_limit = 100
        --- light_config.py
        import base_config as shared
        broker_url = shared.broker_url
        worker_pool = "threads"
        --- heavy_config.py
        from base_config import *
        worker_concurrency = 2
        --- light.py
        from celery import Celery
        celery_app = Celery(__name__)
        celery_app.config_from_object("light_config")
        celery_app.autodiscover_tasks(["jobs"])
        --- heavy.py
        from celery import Celery
        celery_app = Celery(__name__)
        celery_app.config_from_object("heavy_config")
        --- jobs/__init__.py
        --- jobs/tasks.py
        from celery import shared_task
        @shared_task(name="refresh", soft_time_limit=10)
        def refresh_everything(*, tenant_id):
            pass
        """,
        app="light:celery_app",
        settings={"broker_url": "redis://shared/0", "worker_pool": "threads"},
        tasks={"refresh": {"soft_time_limit": 10}},
        unknown=1,  # its hard limit: the other app, which may run it too, has one
    ),
    form(
        "app: several in one tree with a shared configuration (the second)",
        """
        --- base_config.py
        broker_url = "redis://shared/0"
        task_time_limit = 100
        --- light.py
        from celery import Celery
        celery_app = Celery(__name__)
        celery_app.config_from_object("base_config")
        celery_app.conf.worker_concurrency = 9
        --- heavy_config.py
        from base_config import *
        worker_concurrency = 2
        --- heavy.py
        from celery import Celery
        celery_app = Celery(__name__)
        celery_app.config_from_object("heavy_config")

        @celery_app.task
        def crunch():
            pass
        """,
        app="heavy:celery_app",
        settings={"task_time_limit": 100, "worker_concurrency": 2},
        tasks=["heavy.crunch"],
    ),
    form(
        "app: a stub that imports the app by a string",
        """
        --- versions.py
        import importlib

        def fetch_versioned_implementation(module, attribute):
            return getattr(importlib.import_module(module), attribute)
        --- apps/__init__.py
        --- apps/light.py
        from celery import Celery
        celery_app = Celery(__name__, broker="redis://light")

        @celery_app.task
        def ping():
            pass
        --- stub.py
        from celery import Celery
        from versions import fetch_versioned_implementation
        app: Celery = fetch_versioned_implementation("apps.light", "celery_app")
        """,
        app="apps.light:celery_app",
        settings={"broker_url": "redis://light"},
        tasks=["apps.light.ping"],
    ),
    form(
        "app: under a condition",
        """
        --- proj.py
        from celery import Celery
        try:
            import uvloop_that_nobody_has
        except ImportError:
            uvloop_that_nobody_has = None
        if uvloop_that_nobody_has is None:
            app = Celery("proj")
        else:
            app = Celery("other")
        app.conf.task_time_limit = 11

        @app.task
        def ping():
            pass
        """,
        settings={"task_time_limit": 11},
        tasks=["proj.ping"],
    ),
]
