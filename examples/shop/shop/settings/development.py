from .base import *

DEBUG = True
DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}
CELERY_BROKER_URL = "redis://localhost:6379/0"
