"""Forms of inherited options: base classes and class-based tasks."""

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
        "base: base= with inherited options",
        BASE,
        """
        --- proj.py
        from celery import Celery, shared_task
        from bases import Base, Patient, Quick
        import bases
        app = Celery("proj")

        class Both(Quick, Patient):
            ignore_result = True

        @app.task(base=Base)
        def a(): pass

        @app.task(base=Patient, bind=True)
        def b(self): pass

        @shared_task(base=bases.Patient, max_retries=2)
        def c(): pass

        @app.task(base=Both)
        def d(): pass
        """,
        tasks={
            "proj.a": {"max_retries": 5, "retry_backoff": True},
            "proj.b": {"max_retries": None, "soft_time_limit": 100},
            "proj.c": {"max_retries": 2, "soft_time_limit": 100},
            "proj.d": {"max_retries": 1, "time_limit": 5, "ignore_result": True},
        },
    ),
    form(
        "base: task_cls as a string",
        BASE,
        """
        --- proj.py
        from celery import Celery, shared_task
        app = Celery("proj", task_cls="bases:Patient")

        @app.task
        def a(): pass

        @shared_task(max_retries=3)
        def b(): pass
        """,
        tasks={
            "proj.a": {"max_retries": None, "soft_time_limit": 100},
            "proj.b": {"max_retries": 3, "soft_time_limit": 100},
        },
    ),
    form(
        "base: task_cls as a class attribute of a Celery subclass",
        BASE,
        """
        --- proj.py
        from celery import Celery

        class Shop(Celery):
            task_cls = "bases:Base"

        app = Shop("proj")

        @app.task
        def a(): pass
        """,
        tasks={"proj.a": {"max_retries": 5}},
    ),
    form(
        "base: app.Task = ..., before and after tasks were defined",
        BASE,
        """
        --- proj.py
        from celery import Celery
        from bases import Patient
        app = Celery("proj")

        @app.task
        def early(): pass

        app.Task = Patient

        @app.task
        def late(): pass
        """,
        tasks={
            "proj.early": {"max_retries": None},
            "proj.late": {"max_retries": None, "soft_time_limit": 100},
        },
    ),
    form(
        "base: base= beats app.Task",
        BASE,
        """
        --- proj.py
        from celery import Celery, Task
        from bases import Patient
        app = Celery("proj")
        app.Task = Patient

        class Plain(app.Task):
            max_retries = 8

        @app.task(base=Task)
        def a(): pass

        @app.task(base=Plain)
        def b(): pass
        """,
        tasks={
            "proj.a": {"max_retries": 3, "soft_time_limit": None},
            "proj.b": {"max_retries": 8, "soft_time_limit": 100},
        },
    ),
    form(
        "base: class-based tasks and register_task",
        """
        --- proj.py
        from celery import Celery, Task
        app = Celery("proj")

        class Import(Task):
            name = "shop.import"
            max_retries = 2

            def run(self, path):
                return path

        class Export(app.Task):
            soft_time_limit = 9

            def run(self):
                pass

        app.register_task(Import())
        export = app.register_task(Export)
        """,
        tasks={"shop.import": {"max_retries": 2}, "proj.Export": {"soft_time_limit": 9}},
    ),
    form(
        "base: class-based tasks by inheritance, one not registered",
        """
        --- proj.py
        import celery
        app = celery.Celery("proj")

        class Common(celery.Task):
            abstract = True
            ignore_result = True
            def run(self, *args):
                raise NotImplementedError

        class First(Common):
            name = "first"

        class Second(First):
            name = "second"
            acks_late = True

        class Forgotten(Common):
            name = "forgotten"

        first = app.register_task(First())
        app.register_task(Second())
        """,
        tasks={
            "first": {"ignore_result": True},
            "second": {"ignore_result": True, "acks_late": True},
        },
    ),
    form(
        "base: a task in a task's class, name built by gen_task_name",
        """
        --- proj.py
        from celery import Celery

        class Shop(Celery):
            def gen_task_name(self, name, module):
                return "shop." + name

        app = Shop("proj")

        @app.task
        def a(): pass

        @app.task(name="b")
        def b(): pass
        """,
        tasks=["shop.a", "b"],
    ),
    form(
        "base: a task of another app is shared with this one unless it says shared=False",
        BASE,
        """
        --- other.py
        from celery import Celery
        other = Celery("other", task_cls="bases:Patient")
        --- proj.py
        from celery import Celery, shared_task
        import other
        app = Celery("proj")
        app.conf.task_acks_late = True

        @shared_task
        def a(): pass

        @other.other.task
        def shared_by_default(): pass

        @other.other.task(shared=False)
        def only_there(): pass
        """,
        tasks={
            "proj.a": {"max_retries": 3, "acks_late": True},
            "proj.shared_by_default": {"max_retries": 3, "acks_late": True},
        },
        unknown=6,  # what the other app's base class would give the shared task
    ),
]
