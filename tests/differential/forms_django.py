"""Forms of Django settings: profiles, classes, environment look-ups by other libraries."""

from __future__ import annotations

from .form import form

CELERY = """
--- shop/__init__.py
from .celery import app as celery_app
--- shop/celery.py
import os
from celery import Celery
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings{default}")
app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
"""
PROFILES = (
    CELERY.format(default=".production")
    + """
--- orders/__init__.py
--- orders/models.py
from django.db import models

class Named(models.Model):
    name = models.TextField()
    class Meta:
        abstract = True

class Order(Named):
    pass
--- orders/tasks.py
from celery import shared_task

@shared_task(soft_time_limit=30)
def charge(order_id):
    pass
--- shop/settings/__init__.py
--- shop/settings/base.py
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "orders"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CELERY_BROKER_URL = "redis://base/0"
CELERY_TASK_TIME_LIMIT = 60 * 5
CELERY_TASK_ROUTES = {"orders.*": {"queue": "orders"}}
--- shop/settings/production.py
from .base import *
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 30
CELERY_TASK_ROUTES["mail.*"] = {"queue": "mail"}
--- shop/settings/development.py
from .base import *
CELERY_TASK_ALWAYS_EAGER = True
CELERY_BROKER_URL = "memory://"
INSTALLED_APPS += ["django.contrib.auth"]
--- shop/settings/test.py
from .development import *
CELERY_TASK_EAGER_PROPAGATES = CELERY_TASK_ALWAYS_EAGER
CELERY_TASK_TIME_LIMIT = None
"""
)


SMALL = (
    CELERY.format(default="")
    + """
--- shop/settings.py
SECRET_KEY = "x"
INSTALLED_APPS = []
"""
)

FORMS = [
    form(
        "django: production profile of a settings package",
        PROFILES,
        app="shop.celery:app",
        profiles=("shop.settings.production",),
        settings={
            "broker_url": "redis://base/0",
            "task_time_limit": 300,
            "task_soft_time_limit": 270,
            "task_routes": {"orders.*": {"queue": "orders"}, "mail.*": {"queue": "mail"}},
        },
        tasks={"orders.tasks.charge": {"soft_time_limit": 30}},
    ),
    form(
        "django: development profile of a settings package",
        PROFILES,
        app="shop.celery:app",
        profiles=("shop.settings.development", "shop.settings.test"),
        settings={"broker_url": "memory://", "task_always_eager": True},
        tasks=["orders.tasks.charge"],
    ),
    form(
        "django: a lower-case name in the settings is invisible",
        SMALL,
        """
        --- shop/settings.py
        task_time_limit = 5
        celery_task_soft_time_limit = 4
        CELERY_TASK_ACKS_LATE = True
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={"task_time_limit": None, "task_soft_time_limit": None, "task_acks_late": True},
    ),
    form(
        "django: TIME_ZONE stands in for the timezone",
        SMALL,
        """
        --- shop/settings.py
        TIME_ZONE = "Europe/Berlin"
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={"timezone": "Europe/Berlin"},
        since=(5, 3),
    ),
    form(
        "django: django-environ",
        """
        --- !environ/__init__.py
        class Env:
            def __init__(self, **scheme):
                self.scheme = scheme
            def __call__(self, name, default=None, cast=None):
                return default if name not in self.scheme else self.scheme[name][1]
            str = int = bool = float = list = url = __call__
            @staticmethod
            def read_env(*args):
                pass
        """,
        SMALL,
        """
        --- shop/settings.py
        import environ
        env = environ.Env(CELERY_LIMIT=(int, 50))
        CELERY_BROKER_URL = env("BROKER_URL", default="redis://environ/0")
        CELERY_TASK_SOFT_TIME_LIMIT = env.int("SOFT", default=30)
        CELERY_TASK_ALWAYS_EAGER = env.bool("EAGER", False)
        CELERY_TASK_TIME_LIMIT = env("CELERY_LIMIT")
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={
            "broker_url": "redis://environ/0",
            "task_soft_time_limit": 30,
            "task_time_limit": 50,
        },
    ),
    form(
        "django: decouple",
        """
        --- !decouple.py
        class Csv:
            def __call__(self, value):
                return [part.strip() for part in value.split(",")]
        def config(name, default=None, cast=None):
            return default if cast is None else cast(default)
        """,
        SMALL,
        """
        --- shop/settings.py
        from decouple import config
        DEBUG = config("DEBUG", default=False, cast=bool)
        CELERY_TASK_ALWAYS_EAGER = config("EAGER", default=DEBUG, cast=bool)
        CELERY_TASK_TIME_LIMIT = config("LIMIT", default="60", cast=int)
        if not CELERY_TASK_ALWAYS_EAGER:
            CELERY_BROKER_URL = config("REDIS", default="redis://decouple/0")
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={
            "broker_url": "redis://decouple/0",
            "task_always_eager": False,
            "task_time_limit": 60,
        },
        unknown=1,
    ),
    form(
        "django: settings classes exported by load_settings(__name__)",
        """
        --- shop/loader.py
        import sys

        class Settings:
            @classmethod
            def load_settings(cls, module_name):
                self = cls()
                module = sys.modules[module_name]
                for member in dir(self):
                    if member.isupper():
                        setattr(module, member, getattr(self, member))
        --- shop/__init__.py
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")
        app = Celery("shop")
        app.config_from_object("django.conf:settings", namespace="CELERY")
        --- shop/settings/__init__.py
        --- shop/settings/base.py
        from shop.loader import Settings

        class BaseSettings(Settings):
            SECRET_KEY = "x"
            INSTALLED_APPS = []
            CELERY_BROKER_URL = "redis://class/0"
            CELERY_TASK_TIME_LIMIT = 60

            @property
            def CELERY_TASK_DEFAULT_QUEUE(self):
                return "web"
        --- shop/settings/production.py
        from .base import BaseSettings

        class ProductionSettings(BaseSettings):
            CELERY_TASK_TIME_LIMIT = BaseSettings.CELERY_TASK_TIME_LIMIT * 2

        ProductionSettings.load_settings(__name__)
        """,
        app="shop.celery:app",
        profiles=("shop.settings.production",),
        settings={
            "broker_url": "redis://class/0",
            "task_time_limit": 120,
            "task_default_queue": "web",
        },
    ),
    form(
        "django: a star-import chain with a local override that is not there",
        CELERY.format(default=""),
        """
--- shop/settings/__init__.py
from .common import *
try:
    from .local import *
except ImportError:
    pass
--- shop/settings/common.py
SECRET_KEY = "x"
INSTALLED_APPS = []
CELERY_TASK_TIME_LIMIT = 10
CELERY_TASK_ACKS_LATE = False
""",
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={"task_time_limit": 10},
    ),
    form(
        "django: settings passed as an object, conf written afterwards",
        """
        --- shop/__init__.py
        --- shop/celery.py
        import os
        from celery import Celery
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
        from django.conf import settings
        app = Celery("shop")
        app.config_from_object(settings, namespace="CELERY")
        app.autodiscover_tasks(lambda: settings.INSTALLED_APPS)
        app.conf.beat_schedule = {"a": {"task": "orders.tasks.a", "schedule": 5}}
        --- shop/settings.py
        SECRET_KEY = "x"
        INSTALLED_APPS = ["orders.apps.OrdersConfig"]
        CELERY_TASK_TIME_LIMIT = 10
        --- orders/__init__.py
        --- orders/apps.py
        from django.apps import AppConfig
        class OrdersConfig(AppConfig):
            name = "orders"
        --- orders/tasks.py
        from shop.celery import app
        @app.task
        def a():
            pass
        """,
        app="shop.celery:app",
        profiles=("shop.settings",),
        settings={
            "task_time_limit": 10,
            "beat_schedule": {"a": {"task": "orders.tasks.a", "schedule": 5}},
        },
    ),
]
