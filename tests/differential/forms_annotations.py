"""Forms of `task_annotations`, and of options that come from settings."""

from __future__ import annotations

from .form import form

BASE = """
    --- bases.py
    from celery import Task

    class Base(Task):
        abstract = True
        autoretry_for = (OSError,)
        max_retries = 5
        retry_kwargs = {"max_retries": 5}
        retry_backoff = True

    class Patient(Base):
        max_retries = None
        soft_time_limit = 100

    class Quick:
        time_limit = 5
        max_retries = 1
    """

FORMS = [
    form(
        "base: class attributes from settings and the environment",
        """
        --- conf.py
        RETRIES = 6
        --- proj.py
        from os import getenv
        from celery import Celery, Task
        import conf
        app = Celery("proj")

        class Base(Task):
            max_retries = conf.RETRIES
            retry_kwargs = {"max_retries": int(getenv("SHOP_RETRIES", 4)), "countdown": 1}
            autoretry_for = (Exception,)

        @app.task(base=Base)
        def a(): pass
        """,
        tasks={"proj.a": {"max_retries": 6, "retry_kwargs": {"max_retries": 4, "countdown": 1}}},
    ),
    form(
        "base: None in the decorator falls through to the setting",
        """
        --- proj.py
        from celery import Celery, Task
        app = Celery("proj")
        app.conf.update(task_acks_late=True, task_ignore_result=True, task_time_limit=50)

        class Base(Task):
            time_limit = None
            serializer = "yaml"

        @app.task(acks_late=None, ignore_result=False)
        def a(): pass

        @app.task(base=Base)
        def b(): pass
        """,
        settings={"task_acks_late": True, "task_ignore_result": True, "task_time_limit": 50},
        tasks={
            "proj.a": {"acks_late": True, "ignore_result": False},
            "proj.b": {"acks_late": True, "serializer": "yaml"},
        },
    ),
    form(
        "annotations: they beat the decorator and the base class",
        """
        --- proj.py
        from celery import Celery, Task
        app = Celery("proj")
        app.conf.task_annotations = {
            "proj.a": {"max_retries": 9, "rate_limit": "1/s"},
            "proj.b": {"max_retries": None},
        }

        class Base(Task):
            max_retries = 4

        @app.task(max_retries=1)
        def a(): pass

        @app.task(base=Base, autoretry_for=(OSError,))
        def b(): pass

        @app.task(base=Base)
        def c(): pass
        """,
        tasks={
            "proj.a": {"max_retries": 9, "rate_limit": "1/s"},
            "proj.b": {"max_retries": None},
            "proj.c": {"max_retries": 4},
        },
    ),
    form(
        "annotations: those for every task beat the one by name",
        """
        --- conf.py
        task_annotations = {"*": {"soft_time_limit": 20}, "proj.a": {"soft_time_limit": 40}}
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.config_from_object("conf")

        @app.task(soft_time_limit=1)
        def a(): pass

        @app.task
        def b(): pass
        """,
        tasks={"proj.a": {"soft_time_limit": 20}, "proj.b": {"soft_time_limit": 20}},
    ),
    form(
        "annotations: a list of them",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")
        app.conf.task_annotations = [{"proj.a": {"max_retries": 1}}, {"*": {"max_retries": 2}}]

        @app.task
        def a(): pass

        @app.task
        def b(): pass
        """,
        tasks={"proj.a": {"max_retries": 2}, "proj.b": {"max_retries": 2}},
    ),
    form(
        "annotations: attributes with an at sign, and a class as an annotation",
        """
        --- proj.py
        from celery import Celery
        app = Celery("proj")

        def failed(self, *args, **kwargs):
            pass

        class Annotate:
            def annotate(self, task):
                if task.name.startswith("proj."):
                    return {"rate_limit": "2/s"}

        app.conf.task_annotations = (Annotate(), {"*": {"on_failure": failed}})

        @app.task
        def a(): pass
        """,
        tasks={"proj.a": {"rate_limit": "2/s"}},
        unknown=1,
    ),
]
