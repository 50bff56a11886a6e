"""A static analyser for Celery projects: reads files, never runs them."""

from __future__ import annotations

__version__ = "0.1.0"
