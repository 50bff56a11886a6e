"""Forms that a hasty reader gets wrong: apps, tasks and writes in an order that matters."""

from __future__ import annotations

from .form import form

FORMS = [
    form(
        "trap: a factory that is called twice",
        """
        --- proj.py
        from celery import Celery

        def make(name, limit):
            made = Celery(name)
            made.conf.update(task_time_limit=limit)
            return made

        first = make("first", 10)
        app = make("second", 20)
        """,
        settings={"task_time_limit": 20},
    ),
    form(
        "trap: one function that makes two tasks, and a function from elsewhere",
        """
        --- proj.py
        import json
        from celery import Celery
        app = Celery("proj")

        def make(name, limit):
            @app.task(name=name, time_limit=limit)
            def inner(x): pass
            return inner

        one = make("one", 1)
        two = make("two", 2)
        dump = app.task(json.dumps, name="dump")
        """,
        tasks={"one": {"time_limit": 1}, "two": {"time_limit": 2}, "dump": {}},
    ),
    form(
        "trap: a task's attributes set afterwards",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")

        @app.task(max_retries=1)
        def a(): pass

        a.max_retries = 5
        a.rate_limit = "1/m"
        setattr(a, "time_limit", 9)
        """,
        tasks={"proj.a": {"max_retries": 5, "rate_limit": "1/m", "time_limit": 9}},
    ),
    form(
        "trap: a setting that is read after it was written twice",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.task_time_limit = 10
        app.conf.update(task_time_limit=20)
        app.conf.task_soft_time_limit = app.conf.task_time_limit
        app.conf.worker_concurrency = app.conf.get("worker_prefetch_multiplier")
        """,
        settings={"task_time_limit": 20, "task_soft_time_limit": 20, "worker_concurrency": 4},
        unknown=1,
    ),
    form(
        "trap: two modules that write one setting, in the order of their imports",
        """
        --- proj/__init__.py
        from .app import app
        from . import zebra
        from . import ant
        --- proj/app.py
        from celery import Celery
        app = Celery("proj")
        app.conf.worker_concurrency = 1
        --- proj/ant.py
        from proj.app import app
        app.conf.task_time_limit = 1
        app.conf.worker_concurrency = 2
        --- proj/zebra.py
        from proj.app import app
        app.conf.task_time_limit = 2
        """,
        settings={"task_time_limit": 1, "worker_concurrency": 2},
    ),
    form(
        "trap: a wrapper that hides the function's name",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")

        def hidden(function):
            def run(*args):
                return function(*args)
            return run

        @app.task
        @hidden
        def a(x): pass
        """,
        tasks=["proj.run"],
    ),
    form(
        "trap: a base class changed after it was made",
        """
        --- proj.py
        from celery import Celery, Task
        app = Celery("proj")

        class Base(Task):
            max_retries = 1

        def patient(cls):
            cls.max_retries = 6
            return cls

        @patient
        class Other(Task):
            max_retries = 1

        Base.max_retries = 5

        @app.task(base=Base)
        def a(): pass

        @app.task(base=Other)
        def b(): pass
        """,
        tasks={"proj.a": {"max_retries": 5}, "proj.b": {"max_retries": 6}},
    ),
    form(
        "trap: config_from_object with force",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.worker_concurrency = 2
        app.config_from_object({"task_time_limit": 5, "worker_concurrency": 1}, force=True)
        app.conf.task_time_limit = 6
        """,
        settings={"task_time_limit": 6, "worker_concurrency": 2},
    ),
]
