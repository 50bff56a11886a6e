"""Forms of settings: where they are written and how the application finds them."""

from __future__ import annotations

from .form import form

FORMS = [
    form(
        "settings: config_from_object with a dotted string",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("shop.celeryconf")
        --- shop/__init__.py
        --- shop/celeryconf.py
        broker_url = "redis://string/0"
        task_soft_time_limit = 60
        _private = 1
        """,
        settings={"broker_url": "redis://string/0", "task_soft_time_limit": 60},
    ),
    form(
        "settings: config_from_object('module:Class')",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf:Production")
        --- conf.py
        class Base:
            broker_url = "redis://base/0"
            task_time_limit = 60
        class Production(Base):
            task_time_limit = 90
        """,
        settings={"broker_url": "redis://base/0", "task_time_limit": 90},
    ),
    form(
        "settings: config_from_object with an imported module",
        """
        --- proj.py
        from celery import Celery
        import conf
        app = Celery("proj")
        app.config_from_object(conf)
        --- conf.py
        task_time_limit = 61
        """,
        settings={"task_time_limit": 61},
    ),
    form(
        "settings: config_from_object with a class and two bases",
        """
        --- proj.py
        from celery import Celery

        class Limits:
            task_time_limit = 5
            task_soft_time_limit = 4

        class Transport:
            broker_url = "redis://mixin/0"
            task_time_limit = 50

        class Config(Limits, Transport):
            result_backend = broker = "redis://cfg/1"
            task_acks_late = not False

        app = Celery("proj")
        app.config_from_object(Config)
        """,
        settings={
            "task_time_limit": 5,
            "task_soft_time_limit": 4,
            "broker_url": "redis://mixin/0",
            "result_backend": "redis://cfg/1",
            "task_acks_late": True,
        },
    ),
    form(
        "settings: config_from_object with an instance",
        """
        --- proj.py
        from celery import Celery

        class Config:
            task_time_limit = 5

            def __init__(self):
                self.broker_url = "redis://instance/0"

        app = Celery("proj")
        app.config_from_object(Config())
        """,
        settings={"task_time_limit": 5, "broker_url": "redis://instance/0"},
    ),
    form(
        "settings: config_from_object with a dict",
        """
        --- proj.py
        from celery import Celery
        CONFIG = {"broker_url": "redis://dict/0", "task_time_limit": 8}
        CONFIG["task_acks_late"] = True
        CONFIG.update(worker_concurrency=3)
        app = Celery("proj")
        app.config_from_object(CONFIG)
        """,
        settings={"broker_url": "redis://dict/0", "task_acks_late": True, "worker_concurrency": 3},
    ),
    form(
        "settings: config_from_envvar with the variable set in the environment",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_envvar("CELERY_CONFIG_MODULE")
        --- conf.py
        task_time_limit = 21
        """,
        env={"CELERY_CONFIG_MODULE": "conf"},
        settings={"task_time_limit": 21},
    ),
    form(
        "settings: config_from_envvar after os.environ.setdefault",
        """
        --- proj.py
        import os
        from celery import Celery
        os.environ.setdefault("SHOP_CELERY", "conf")
        app = Celery("proj")
        app.config_from_envvar("SHOP_CELERY")
        --- conf.py
        task_time_limit = 22
        """,
        settings={"task_time_limit": 22},
    ),
    form(
        "settings: config_from_envvar, silent, over a config_source",
        """
        --- proj.py
        from celery import Celery
        import playground
        app = Celery("proj", config_source=playground)
        app.config_from_envvar("SHOP_CELERY_THAT_IS_NOT_SET", silent=True)
        --- playground.py
        task_time_limit = 23
        """,
        settings={"task_time_limit": 23},
    ),
    form(
        "settings: imported names and helper constants in a config module count",
        """
        --- conf.py
        from datetime import timedelta
        from limits import HARD as task_time_limit
        import limits
        MINUTE = 60
        task_soft_time_limit = 2 * MINUTE
        result_expires = timedelta(hours=1)
        if limits.HARD > 100:
            worker_concurrency = 2
        --- limits.py
        HARD = 300
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        """,
        settings={"task_time_limit": 300, "task_soft_time_limit": 120, "worker_concurrency": 2},
    ),
    form(
        "settings: a chain of star-imports, last one wins",
        """
        --- conf/__init__.py
        task_time_limit = 1
        worker_concurrency = 1
        _hidden = 2
        --- conf/staging.py
        from . import *
        task_time_limit = 2
        task_acks_late = True
        --- conf/production.py
        from .staging import *
        task_time_limit = 3
        del task_acks_late
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf.production")
        """,
        settings={"task_time_limit": 3, "worker_concurrency": 1, "task_acks_late": False},
    ),
    form(
        "settings: __all__ limits a star-import",
        """
        --- base.py
        __all__ = ["task_time_limit"]
        task_time_limit = 1
        worker_concurrency = 5
        --- conf.py
        from base import *
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")
        """,
        settings={"task_time_limit": 1, "worker_concurrency": None},
    ),
    form(
        "settings: pydantic-settings instance, read attribute by attribute",
        """
        --- !pydantic_settings/__init__.py
        class BaseSettings:
            pass
        def SettingsConfigDict(**kwargs):
            return kwargs
        --- proj.py
        from celery import Celery
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            redis_url: str = "redis://pydantic/0"
            limit: int = 30

        settings = Settings()
        app = Celery("proj", broker=settings.redis_url)
        app.conf.task_time_limit = settings.limit
        """,
        settings={"broker_url": "redis://pydantic/0", "task_time_limit": 30},
    ),
]
