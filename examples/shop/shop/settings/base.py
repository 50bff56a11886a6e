import os

from celery.schedules import crontab

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "not-a-secret")
ROOT_URLCONF = "shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "orders.apps.OrdersConfig",
    "inventory",
]
DATABASES = {
    "default": {
        "ENGINE": os.environ.get("SHOP_DB_ENGINE", "django.db.backends.postgresql"),
        "NAME": os.environ.get("SHOP_DB_NAME", "shop"),
        "HOST": os.environ.get("SHOP_DB_HOST", "db"),
    }
}

REDIS_HOST = os.environ.get("REDIS_HOST", "redis")
CELERY_RESULT_BACKEND = f"redis://{REDIS_HOST}:6379/1"
CELERY_RESULT_EXPIRES = 60 * 60
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ROUTES = {
    "orders.tasks.send_*": {"queue": "mail"},
    "inventory.tasks.*": {"queue": "stock"},
}
CELERY_BEAT_SCHEDULE = {
    "import-prices": {
        "task": "inventory.tasks.import_prices",
        "schedule": crontab(hour="4", minute="30"),
    },
}
