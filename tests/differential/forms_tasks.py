"""Forms of task definitions: decorators and names."""

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
        "bare and called decorators",
        """
        from celery import shared_task
        from proj import app

        @app.task
        def a(): pass

        @app.task()
        def b(): pass

        @shared_task
        def c(x, *, y=1): pass

        @shared_task()
        def d(): pass
        """,
        {"a": {}, "b": {}, "c": {}, "d": {}},
    ),
    jobs(
        "every option that the decorator takes",
        """
        from celery import shared_task

        class Broken(Exception):
            pass

        @shared_task(
            bind=True,
            autoretry_for=(Broken, OSError),
            retry_kwargs={"max_retries": 5, "countdown": 2},
            retry_backoff=True,
            retry_backoff_max=300,
            retry_jitter=False,
            default_retry_delay=30,
            max_retries=None,
            soft_time_limit=10,
            time_limit=20,
            rate_limit="10/m",
            acks_late=True,
            reject_on_worker_lost=True,
            ignore_result=True,
            track_started=True,
            store_errors_even_if_ignored=True,
            serializer="pickle",
            compression="zlib",
            queue="slow",
            routing_key="slow.key",
            priority=3,
            expires=60.5,
            throws=(KeyError,),
            trail=False,
            typing=False,
        )
        def everything(self, order_id): pass
        """,
        {
            "everything": {
                "max_retries": None,
                "soft_time_limit": 10,
                "queue": "slow",
                "retry_backoff": True,
                "expires": 60.5,
            }
        },
    ),
    jobs(
        "aliased imports and module attributes",
        """
        import celery
        import celery as c
        import proj
        from celery import shared_task as job
        from proj import app as application

        @job(acks_late=True)
        def a(): pass

        @celery.shared_task
        def b(): pass

        @c.shared_task(ignore_result=True)
        def d(): pass

        @application.task(rate_limit="1/s")
        def e(): pass

        @proj.app.task
        def f(): pass
        """,
        {"a": {"acks_late": True}, "b": {}, "d": {"ignore_result": True}, "e": {}, "f": {}},
    ),
    jobs(
        "tasks in classes and closures",
        """
        from celery import shared_task
        from proj import app

        class Mailer:
            @staticmethod
            @shared_task(name="mailer.send")
            def send(to): pass

            @shared_task
            def bounce(to): pass

        def make():
            @app.task(max_retries=6)
            def inner(x): pass
            return inner

        inner = make()
        """,
        {"mailer.send": {}, "bounce": {}, "inner": {"max_retries": 6}},
    ),
    jobs(
        "names from constants, classes, enums and f-strings",
        """
        --- jobs.py
        from celery import shared_task
        from names import PREFIX, Kind, Task

        @shared_task(name="explicit")
        def a(): pass

        @shared_task(name=Task.REFRESH)
        def b(): pass

        @shared_task(name=Kind.sync)
        def c(): pass

        @shared_task(name=Kind.sync.value + "_all")
        def d(): pass

        @shared_task(name=f"{PREFIX}.{'e'}")
        def e(): pass

        @shared_task(name="split" ".name")
        def f(): pass

        @shared_task(name=(Task.NESTED))
        def g(): pass
        --- names.py
        import enum
        PREFIX = "shop"
        class Task:
            REFRESH = "refresh"
            NESTED = f"{PREFIX}_nested"
        class Kind(str, enum.Enum):
            sync = "task.sync"
        """,
        {
            "explicit.": {},
            "refresh.": {},
            "task.sync": {},
            "task.sync_all": {},
            "shop.e": {},
            "split.name": {},
            "shop_nested.": {},
        },
    ),
    jobs(
        "a conditional name and options from the environment",
        """
        import os
        from celery import shared_task

        @shared_task(
            name=os.environ.get("SHOP_TASK_NAME", "jobs.default"),
            queue=os.environ.get("SHOP_QUEUE", "low"),
            soft_time_limit=60 * 3,
        )
        def a(): pass
        """,
        {"jobs.default": {"queue": "low", "soft_time_limit": 180}},
    ),
    jobs(
        "the same function name in two modules, and a task imported elsewhere",
        """
        --- jobs.py
        from celery import shared_task
        import more
        from more import twin as other

        @shared_task
        def twin(): pass
        --- more.py
        from celery import shared_task

        @shared_task
        def twin(): pass
        """,
        {"twin": {}, "more.twin": {}},
    ),
    jobs(
        "redefined under a condition, the first one registered stays",
        """
        from celery import shared_task
        FAST = True
        if FAST:
            @shared_task(max_retries=1)
            def a(): pass
        else:
            @shared_task(max_retries=2)
            def a(): pass
        """,
        {"a": {"max_retries": 1}},
    ),
    jobs(
        "look-alikes are not tasks",
        """
        import multiprocessing.pool
        from celery import shared_task

        class Flow:
            def task(self, function=None, **kwargs):
                return function if function else (lambda f: f)

        flow = Flow()

        def task(function):
            return function

        @flow.task
        def a(): pass

        @flow.task(max_retries=3)
        def b(): pass

        @task
        def c(): pass

        @shared_task
        def real(): pass
        """,
        {"real": {}},
    ),
    jobs(
        "every kind of parameter, and an async function",
        """
        from __future__ import annotations
        from celery import shared_task

        @shared_task(bind=True)
        def a(self, x: int, /, y: str = "", *rest: int, z: bool = False, **more: object): pass

        @shared_task
        async def b(*, tenant_id: str) -> None: pass
        """,
        {"a": {}, "b": {}},
    ),
]
