"""Forms of decorators that a project makes itself from Celery's own."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from .form import Form, form

APP = """
    --- proj.py
    from celery import Celery
    app = Celery("proj", include=["jobs"])
    """


def jobs(name: str, text: str, tasks: dict[str, dict[str, Any]], **more: Any) -> Form:
    """A form whose module `jobs` holds these lines; `tasks` by the names of its functions."""
    named = {name_of(key): options for key, options in tasks.items()}
    body = text if "--- " in text else "--- jobs.py\n" + dedent(text)
    return form(f"task: {name}", APP, body, tasks=named, **more)


def name_of(key: str) -> str:
    """`a` is the function in `jobs`; a dot at the end marks a name that has none."""
    return key.rstrip(".") if "." in key else f"jobs.{key}"


FORMS = [
    jobs(
        "functools.partial of a decorator",
        """
        from functools import partial
        import functools
        from celery import shared_task
        from proj import app

        job = partial(shared_task, acks_late=True, max_retries=4)
        quick = functools.partial(app.task, time_limit=5)

        @job()
        def a(): pass

        @job(max_retries=9)
        def b(): pass

        @quick
        def c(): pass
        """,
        {
            "a": {"acks_late": True, "max_retries": 4},
            "b": {"max_retries": 9},
            "c": {"time_limit": 5},
        },
    ),
    jobs(
        "an assignment of a decorator call",
        """
        from celery import shared_task

        shared_task_with_retry = shared_task(
            acks_late=True,
            autoretry_for=(Exception,),
            retry_backoff=2,
            retry_kwargs=dict(max_retries=3),
        )

        @shared_task_with_retry
        def a(x): pass

        @shared_task_with_retry
        def b(y, z=None): pass
        """,
        {"a": {"acks_late": True, "retry_backoff": 2}, "b": {"retry_kwargs": {"max_retries": 3}}},
    ),
    jobs(
        "a function that returns app.task(...)",
        """
        --- jobs.py
        from wrapping import retrying, timed, job
        import wrapping

        @retrying()
        def a(): pass

        @retrying(max_retries=8)
        def b(): pass

        @wrapping.timed(30)
        def c(): pass

        @job
        def d(): pass

        @job(queue="x")
        def e(): pass
        --- wrapping.py
        from proj import app

        def retrying(*args, **kwargs):
            return app.task(*args, **kwargs, autoretry_for=(ValueError,), retry_backoff=True)

        def timed(seconds):
            return app.task(time_limit=seconds, soft_time_limit=seconds - 5)

        def job(*args, **options):
            options.setdefault("acks_late", True)
            return app.task(*args, **options)
        """,
        {
            "a": {"retry_backoff": True},
            "b": {"max_retries": 8},
            "c": {"time_limit": 30, "soft_time_limit": 25},
            "d": {"acks_late": True},
            "e": {"queue": "x"},
        },
    ),
    jobs(
        "a decorator function that wraps the function itself",
        """
        import functools
        from celery import shared_task

        def locked_task(function=None, **options):
            def decorate(function):
                @shared_task(acks_late=True, **options)
                @functools.wraps(function)
                def run(*args, **kwargs):
                    return function(*args, **kwargs)
                return run
            return decorate(function) if function else decorate

        @locked_task
        def a(x): pass

        @locked_task(max_retries=1)
        def b(x): pass
        """,
        {"a": {"acks_late": True}, "b": {"max_retries": 1}},
    ),
    jobs(
        "splats of options",
        """
        --- jobs.py
        import policies
        from celery import shared_task
        from policies import LIMITS

        RETRY = {"max_retries": 2, **LIMITS}

        @shared_task(**LIMITS)
        def a(): pass

        @shared_task(bind=True, **RETRY, **policies.DOCUMENT)
        def b(self): pass

        @shared_task(**dict(LIMITS, time_limit=99))
        def c(): pass
        --- policies.py
        LIMITS = {"soft_time_limit": 10, "time_limit": 12}
        DOCUMENT = dict(retry_backoff=True, autoretry_for=(OSError,))
        """,
        {
            "a": {"soft_time_limit": 10},
            "b": {"max_retries": 2, "time_limit": 12, "retry_backoff": True},
            "c": {"time_limit": 99},
        },
    ),
    jobs(
        "stacked decorators above and below",
        """
        import contextlib
        import functools
        from celery import shared_task

        def traced(function):
            @functools.wraps(function)
            def run(*args, **kwargs):
                return function(*args, **kwargs)
            return run

        def registered(task):
            return task

        @contextlib.contextmanager
        def writer():
            yield

        @shared_task(max_retries=1)
        @traced
        def a(x): pass

        @registered
        @shared_task
        @writer()
        def b(x, y): pass
        """,
        {"a": {"max_retries": 1}, "b": {}},
    ),
    jobs(
        "called without the decorator syntax",
        """
        from celery import shared_task
        from proj import app

        def plain(x): pass
        def another(y): pass

        task = shared_task(plain)
        other = app.task(name="jobs.other", max_retries=2)(another)
        """,
        {"plain": {}, "jobs.other": {"max_retries": 2}},
    ),
]
