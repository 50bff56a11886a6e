"""What Celery and Kombu themselves say, as data per released version."""
