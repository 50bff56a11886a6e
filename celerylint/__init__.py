"""A static analyser for Celery projects: reads files, never runs them."""

__version__ = "0.1.0"
