"""Which Celery processes the files of a project start, and what surrounds them."""
