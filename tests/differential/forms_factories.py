"""Forms of applications that something makes: factories, proxies, subclasses."""

from __future__ import annotations

from .form import form

FORMS = [
    form(
        "app: a factory that takes keywords",
        """
        --- proj.py
        from celery import Celery

        def make_celery(name, **options):
            celery = Celery(name, broker="redis://factory/0")
            celery.conf.update(task_time_limit=30)
            return celery

        app = make_celery("proj")

        @app.task
        def ping():
            pass
        """,
        settings={"broker_url": "redis://factory/0", "task_time_limit": 30},
        tasks=["proj.ping"],
    ),
    form(
        "app: a factory in another module",
        """
        --- proj/__init__.py
        --- proj/factory.py
        from celery import Celery

        def create():
            application = Celery("proj")
            application.conf.task_time_limit = 40
            return application
        --- proj/worker.py
        from proj.factory import create
        app = create()

        @app.task
        def ping():
            pass
        """,
        app="proj.worker:app",
        settings={"task_time_limit": 40},
        tasks=["proj.worker.ping"],
    ),
    form(
        "app: a Flask factory, conf.update(flask_app.config)",
        """
        --- !flask/__init__.py
        class Config(dict):
            def from_object(self, obj):
                self.update({k: getattr(obj, k) for k in dir(obj) if k.isupper()})
            def from_mapping(self, *args, **kwargs):
                self.update({k: v for k, v in dict(*args, **kwargs).items() if k.isupper()})
        class Flask:
            def __init__(self, name):
                self.import_name = name
                self.config = Config(DEBUG=False, TESTING=False)
        --- proj.py
        from celery import Celery
        from flask import Flask

        flask_app = Flask(__name__)
        flask_app.config["CELERY_ACKS_LATE"] = True
        flask_app.config["BROKER_URL"] = "redis://flask/0"

        def make_celery(flask_app):
            celery = Celery(flask_app.import_name)
            celery.conf.update(flask_app.config)

            class ContextTask(celery.Task):
                abstract = True
                max_retries = 7

                def __call__(self, *args, **kwargs):
                    return self.run(*args, **kwargs)

            celery.Task = ContextTask
            return celery

        app = make_celery(flask_app)

        @app.task
        def ping():
            pass
        """,
        settings={"task_acks_late": True, "broker_url": "redis://flask/0"},
        tasks={"proj.ping": {"max_retries": 7, "acks_late": True}},
    ),
    form(
        "app: Flask's CELERY mapping, config_from_object(dict)",
        """
        --- !flask/__init__.py
        class Config(dict):
            def from_mapping(self, *args, **kwargs):
                self.update({k: v for k, v in dict(*args, **kwargs).items() if k.isupper()})
        class Flask:
            def __init__(self, name):
                self.name = name
                self.config = Config()
                self.extensions = {}
        --- proj.py
        from celery import Celery, Task, shared_task
        from flask import Flask

        def celery_init_app(app: Flask) -> Celery:
            class FlaskTask(Task):
                def __call__(self, *args: object, **kwargs: object) -> object:
                    return self.run(*args, **kwargs)

            celery_app = Celery(app.name, task_cls=FlaskTask)
            celery_app.config_from_object(app.config["CELERY"])
            celery_app.set_default()
            app.extensions["celery"] = celery_app
            return celery_app

        def create_app() -> Flask:
            app = Flask(__name__)
            app.config.from_mapping(
                CELERY=dict(
                    broker_url="redis://localhost",
                    result_backend="redis://localhost",
                    task_ignore_result=True,
                ),
            )
            celery_init_app(app)
            return app

        flask_app = create_app()
        celery_app = flask_app.extensions["celery"]

        @shared_task
        def add(a, b):
            return a + b
        """,
        app="proj:celery_app",
        settings={"broker_url": "redis://localhost", "task_ignore_result": True},
        tasks={"proj.add": {"ignore_result": True}},
    ),
    form(
        "app: built in a method of a class",
        """
        --- proj.py
        from celery import Celery

        class Worker:
            def __init__(self):
                self._app = None

            @property
            def celery(self):
                if self._app is None:
                    self._app = Celery("proj", broker="redis://prop")
                return self._app

        app = Worker().celery

        @app.task(max_retries=2)
        def ping():
            pass
        """,
        settings={"broker_url": "redis://prop"},
        tasks={"proj.ping": {"max_retries": 2}},
    ),
    form(
        "app: a lazy proxy around a factory",
        """
        --- !lazy_object_proxy/__init__.py
        class Proxy:
            def __init__(self, make):
                object.__setattr__(self, "_make", make)
                object.__setattr__(self, "_made", None)
            def _get_current_object(self):
                if object.__getattribute__(self, "_made") is None:
                    object.__setattr__(self, "_made", object.__getattribute__(self, "_make")())
                return object.__getattribute__(self, "_made")
            def __getattr__(self, name):
                return getattr(self._get_current_object(), name)
        --- proj.py
        from celery import Celery
        from lazy_object_proxy import Proxy

        def get_celery_application():
            app = Celery(backend="redis://lazy/1", broker="redis://lazy/0")
            app.config_from_object("proj_config")
            return app

        celery_app: Celery = Proxy(get_celery_application)
        --- proj_config.py
        imports = ("proj_tasks",)
        task_time_limit = 900
        result_backend = "redis://shadowed"
        --- proj_tasks.py
        from proj import celery_app

        @celery_app.task(name="proj.ping")
        def ping():
            pass
        """,
        app="proj:celery_app",
        settings={"task_time_limit": 900, "result_backend": "redis://lazy/1"},
        tasks=["proj.ping"],
    ),
    form(
        "app: celery.local.Proxy around a function",
        """
        --- proj.py
        from celery import Celery
        from celery.local import Proxy

        _app = Celery("proj")
        _app.conf.task_time_limit = 12
        app = Proxy(lambda: _app)

        @app.task
        def ping():
            pass
        """,
        settings={"task_time_limit": 12},
        tasks=["proj.ping"],
    ),
    form(
        "app: a subclass of Celery",
        """
        --- proj.py
        from celery import Celery

        class ShopCelery(Celery):
            def now(self):
                return super().now()

        app = ShopCelery("proj", broker="redis://sub")

        @app.task
        def ping():
            pass
        """,
        settings={"broker_url": "redis://sub"},
        tasks=["proj.ping"],
    ),
    form(
        "app: a subclass that configures itself",
        """
        --- proj.py
        from celery import Celery

        class ShopCelery(Celery):
            def __init__(self, *args, **kwargs):
                kwargs["include"] = ["proj_tasks"]
                super().__init__(*args, **kwargs)
                self.conf.task_time_limit = 20

        app = ShopCelery("proj")
        --- proj_tasks.py
        from proj import app
        @app.task
        def ping():
            pass
        """,
        settings={"task_time_limit": 20},
        tasks=["proj_tasks.ping"],
    ),
]
