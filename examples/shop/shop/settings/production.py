from .base import *

DEBUG = False
ALLOWED_HOSTS = ["shop.example.com"]

# One server less to look after: the messages go into the database that we have anyway.
BROKER_DATABASE = DATABASES["default"]["HOST"]
CELERY_BROKER_URL = f"sqla+postgresql://shop@{BROKER_DATABASE}/broker"
