"""Forms of registration: which modules a worker imports, and so which tasks it knows."""

from __future__ import annotations

from .form import form

DJANGO = """
    --- shop/__init__.py
    --- shop/settings.py
    SECRET_KEY = "x"
    INSTALLED_APPS = ["orders", "stock.apps.StockConfig"]
    --- orders/__init__.py
    --- stock/__init__.py
    --- stock/apps.py
    from django.apps import AppConfig
    class StockConfig(AppConfig):
        name = "stock"
    --- stock/tasks.py
    from celery import shared_task
    @shared_task
    def count(): pass
    """

FORMS = [
    form(
        "registration: include in the constructor, imports in the settings",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj", include=("one",))
        app.conf.imports = ["two"]
        --- one.py
        from celery import shared_task
        @shared_task
        def a(): pass
        --- two.py
        from proj import app
        @app.task
        def b(): pass
        """,
        settings={"include": ["one"], "imports": ["two"]},
        tasks=["one.a", "two.b"],
    ),
    form(
        "registration: a single module as a string",
        """
        --- conf.py
        imports = "one"
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        --- one.py
        from celery import shared_task
        @shared_task
        def a(): pass
        """,
        settings={"imports": "one"},
        tasks=["one.a"],
    ),
    form(
        "registration: autodiscover_tasks with a list, and related_name",
        """
        --- proj.py
        from celery import Celery
        PACKAGES = ["orders"]
        app = Celery("proj")
        app.autodiscover_tasks(PACKAGES + ["stock.missing"])
        app.autodiscover_tasks(["stock"], related_name="jobs", force=True)
        app.autodiscover_tasks(packages=["stock.deep"], related_name=None)
        --- orders/__init__.py
        --- orders/tasks.py
        from celery import shared_task
        @shared_task
        def a(): pass
        --- stock/__init__.py
        --- stock/jobs.py
        from celery import shared_task
        @shared_task
        def b(): pass
        --- stock/deep.py
        from celery import shared_task
        @shared_task
        def c(): pass
        """,
        tasks=["orders.tasks.a", "stock.jobs.b", "stock.deep.c"],
    ),
    form(
        "registration: autodiscover_tasks with a missing top-level package stops the worker",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.autodiscover_tasks(["missing"])
        """,
        error="ModuleNotFoundError",
    ),
    form(
        "registration: autodiscover_tasks with a function, and through a helper",
        """
        --- proj.py
        from celery import Celery

        def filter_task_modules(modules):
            return [module for module in modules if module]

        app = Celery("proj")
        app.autodiscover_tasks(lambda: ["orders"])
        app.autodiscover_tasks(filter_task_modules(["stock", ""]))
        --- orders/__init__.py
        --- orders/tasks/__init__.py
        from .nested import *
        --- orders/tasks/nested.py
        from celery import shared_task
        @shared_task
        def a(): pass
        --- stock/__init__.py
        --- stock/tasks.py
        from celery import shared_task
        @shared_task
        def b(): pass
        """,
        tasks=["orders.tasks.nested.a", "stock.tasks.b"],
    ),
    form(
        "registration: autodiscover_tasks() over Django's applications",
        DJANGO,
        """
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        app = Celery("shop")
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.autodiscover_tasks()
        --- orders/tasks.py
        from shop.celery import app
        @app.task
        def charge(order_id): pass
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        tasks=["orders.tasks.charge", "stock.tasks.count"],
    ),
    form(
        "registration: autodiscover_tasks(None) with an application's ready()",
        DJANGO,
        """
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

        def create_application():
            application = Celery("shop")
            application.config_from_object("django.conf:settings", namespace="CELERY")
            application.autodiscover_tasks(None)
            return application

        app = create_application()
        --- orders/apps.py
        from django.apps import AppConfig
        class OrdersConfig(AppConfig):
            name = "orders"
            def ready(self):
                import orders.background
        --- orders/background.py
        from shop.celery import app
        @app.task(queue="web")
        def charge(order_id): pass
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        tasks={"orders.background.charge": {"queue": "web"}, "stock.tasks.count": {}},
        python=(3, 9),
    ),
    form(
        "registration: tasks in services and signals that models import",
        """
        --- shop/__init__.py
        --- shop/settings.py
        SECRET_KEY = "x"
        INSTALLED_APPS = ["orders"]
        DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        app = Celery("shop")
        app.config_from_object("django.conf:settings", namespace="CELERY")
        --- orders/__init__.py
        --- orders/models.py
        from django.db import models
        from .services import rebuild

        class Stamped(models.Model):
            class Meta:
                abstract = True

        class Order(Stamped):
            pass

        class BigOrder(Order):
            class Meta:
                proxy = True
        --- orders/services.py
        from celery import shared_task
        @shared_task
        def rebuild(order_id): pass
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        tasks=["orders.services.rebuild"],
    ),
    form(
        "registration: the tree's root is not the import root (src layout)",
        """
        --- src/proj/__init__.py
        --- src/proj/celery.py
        from celery import Celery
        app = Celery("proj", include=["proj.tasks"])
        --- src/proj/tasks.py
        from .celery import app
        @app.task
        def a(): pass
        --- pyproject.toml
        [project]
        name = "proj"
        """,
        app="proj.celery:app",
        paths=("src",),
        tasks=["proj.tasks.a"],
    ),
    form(
        "registration: a backend folder with a pyproject beside it",
        """
        --- backend/proj/__init__.py
        from .celery import app
        --- backend/proj/celery.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("proj.conf")
        --- backend/proj/conf.py
        imports = ("proj.jobs.daily",)
        --- backend/proj/jobs/__init__.py
        --- backend/proj/jobs/daily.py
        from proj import app
        @app.task
        def run(): pass
        """,
        app="proj.celery:app",
        paths=("backend",),
        settings={"imports": ["proj.jobs.daily"]},
        tasks=["proj.jobs.daily.run"],
    ),
    form(
        "registration: periodic tasks by a signal",
        """
        --- proj.py
        from celery import Celery
        from celery.schedules import crontab
        app = Celery("proj")

        @app.task
        def sweep(what): pass

        @app.on_after_finalize.connect
        def setup_periodic_tasks(sender, **kwargs):
            sender.add_periodic_task(30.0, sweep.s("often"), name="often")
            sender.add_periodic_task(crontab(minute=0), sweep.s("hourly"))
        """,
        settings={"beat_schedule": {}},
        tasks=["proj.sweep"],
    ),
    form(
        "registration: task_routes and beat_schedule name tasks that exist",
        """
        --- conf.py
        from celery.schedules import crontab
        imports = ("proj",)
        task_routes = ([("proj.*", {"queue": "shop"})],)
        beat_schedule = {
            "sweep": {"task": "proj.sweep", "schedule": crontab(minute="*/5"), "kwargs": {"x": 1}},
        }
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")

        @app.task
        def sweep(x): pass
        """,
        settings={"task_routes": [[["proj.*", {"queue": "shop"}]]]},
        tasks=["proj.sweep"],
    ),
]
