"""Celery's own exceptions are the judge of what is known of them."""

from __future__ import annotations

from celery import exceptions as celery_exceptions

from celerylint.project.libraries import exceptions


def _name(cls: type) -> str:
    if cls.__module__ == "builtins":
        return f"builtins.{cls.__name__}"
    return f"celery.exceptions.{cls.__name__}"


def test_each_exception_has_the_ancestors_that_celery_gives_it() -> None:
    for name in exceptions.PARENTS:
        cls = getattr(celery_exceptions, name)
        own = [_name(each) for each in cls.__mro__ if issubclass(each, BaseException)]
        assert exceptions.lineage(f"celery.exceptions.{name}") == tuple(own), name


def test_one_class_has_one_name_wherever_it_is_imported_from() -> None:
    expected = "celery.exceptions.SoftTimeLimitExceeded"
    assert exceptions.canonical("billiard.exceptions.SoftTimeLimitExceeded") == expected
    assert exceptions.canonical("celery.app.task.Retry") == "celery.exceptions.Retry"
    assert exceptions.canonical("builtins.IOError") == "builtins.OSError"
    assert exceptions.canonical("requests.Timeout") == "requests.Timeout"
