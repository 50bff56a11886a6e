from .development import *

DATABASES["default"]["NAME"] = ":memory:"
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = True
