"""Forms that a hasty reader gets wrong: aliases, jumps out of loops, deletions, factories."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from .form import Form, form

APP = """
    --- proj.py
    from celery import Celery
    app = Celery("proj")
    app.config_from_object("conf")
    """


def trap(name: str, text: str, settings: dict[str, Any], **more: Any) -> Form:
    """A form whose module `conf` holds these lines (or files, where the text names them)."""
    body = text if "--- " in text else "--- conf.py\n" + dedent(text)
    return form(f"trap: {name}", APP, body, settings=settings, **more)


FORMS = [
    trap(
        "a loop that is left early",
        """
        def first(names):
            for name in names:
                if name.startswith("h"):
                    found = name
                    break
                found = "other"
            else:
                found = "none"
            return found

        def without(names, gone):
            kept = {}
            for name in names:
                if name == gone:
                    continue
                kept[name] = {"queue": name}
            return kept

        def total(numbers):
            result = 0
            for number in numbers:
                result = result + number
            return result

        task_default_queue = first(["low", "high", "mail"])
        task_routes = without(["a", "b", "c"], "b")
        task_time_limit = total([1, 2, 3])
        worker_concurrency = 0
        for step in range(3):
            worker_concurrency += step
        for worker_prefetch_multiplier in [1, 2, 3]:
            if worker_prefetch_multiplier == 2:
                break
        """,
        {
            "task_default_queue": "high",
            "task_routes": {"a": {"queue": "a"}, "c": {"queue": "c"}},
            "task_time_limit": 6,
            "worker_concurrency": 3,
            "worker_prefetch_multiplier": 2,
        },
        unknown=1,
    ),
    trap(
        "two names of one container",
        """
        def extend(mapping):
            mapping["more"] = 3

        broker_transport_options = {"a": 1}
        result_backend_transport_options = broker_transport_options
        result_backend_transport_options["b"] = 2
        task_routes = {}
        extend(task_routes)
        imports = ["os"]
        include = imports
        include += ["re"]
        copied = task_routes.copy()
        copied["only"] = 1
        """,
        {
            "broker_transport_options": {"a": 1, "b": 2},
            "result_backend_transport_options": {"a": 1, "b": 2},
            "task_routes": {"more": 3},
            "imports": ["os", "re"],
            "include": ["os", "re"],
        },
    ),
    trap(
        "a container inside another one is changed",
        """
        OPTIONS = {"queue": "low"}
        task_routes = {"a": OPTIONS}
        OPTIONS["queue"] = "high"
        broker_transport_options = {"inner": {"x": 1}}
        broker_transport_options["inner"]["x"] = 2
        """,
        {
            "task_routes": {"a": {"queue": "high"}},
            "broker_transport_options": {"inner": {"x": 2}},
        },
    ),
    trap(
        "items and names that are deleted",
        """
        task_routes = {"a": 1, "b": 2}
        del task_routes["a"]
        task_time_limit = 5
        del task_time_limit
        imports = ["os", "re"]
        imports.remove("os")
        include = ["re", "os"]
        include.insert(0, "json")
        broker_transport_options = {"a": 1}
        broker_transport_options.clear()
        """,
        {
            "task_routes": {"b": 2},
            "task_time_limit": None,
            "imports": ["re"],
            "include": ["json", "re", "os"],
            "broker_transport_options": {},
        },
    ),
    trap(
        "sorted, reversed, len, min, max and sum",
        """
        imports = sorted(["re", "os"])
        include = list(reversed(["re", "os"]))
        worker_concurrency = len(imports) + max([1, 2], key=lambda x: -x)
        task_time_limit = sum([1, 2, 3])
        task_soft_time_limit = abs(min(-3, 4))
        accept_content = sorted({"yaml", "json"}, reverse=True)
        """,
        {
            "imports": ["os", "re"],
            "include": ["os", "re"],
            "worker_concurrency": 3,
            "task_time_limit": 6,
            "task_soft_time_limit": 3,
            "accept_content": ["yaml", "json"],
        },
        unknown=1,
    ),
    trap(
        "None is not zero",
        """
        import os

        def pick(value, otherwise):
            if value is not None:
                return value
            return otherwise

        FLAG = os.environ.get("SHOP_FLAG") == "x"
        LIMIT = 0 if not FLAG else None
        worker_concurrency = pick(LIMIT, 5)
        task_time_limit = LIMIT if LIMIT is not None else 9
        """,
        {"worker_concurrency": 0, "task_time_limit": 0},
    ),
    trap(
        "a module's names set from outside",
        """
        --- conf.py
        import shared
        shared.LIMIT = 7
        setattr(shared, "QUEUE", "mail")
        task_time_limit = shared.LIMIT
        task_default_queue = shared.QUEUE
        --- shared.py
        LIMIT = 3
        QUEUE = "low"
        """,
        {"task_time_limit": 7, "task_default_queue": "mail"},
    ),
    trap(
        "environment variables that the project sets itself",
        """
        import os
        os.environ["SHOP_QUEUE"] = "mail"
        os.environ.setdefault("SHOP_LIMIT", "7")
        os.environ.update(SHOP_SOFT="5")
        task_default_queue = os.environ.get("SHOP_QUEUE", "low")
        task_time_limit = int(os.environ.get("SHOP_LIMIT", "3"))
        task_soft_time_limit = int(os.getenv("SHOP_SOFT", "3"))
        """,
        {"task_default_queue": "mail", "task_time_limit": 7, "task_soft_time_limit": 5},
    ),
    trap(
        "a property of a class is no setting, one of its instance is",
        """
        --- conf.py
        class Config:
            @property
            def task_time_limit(self):
                return 5
        config = Config()
        --- proj.py
        app.config_from_object("conf:config")
        """,
        {"task_time_limit": 5},
    ),
    trap(
        "global and nonlocal",
        """
        task_time_limit = 1
        worker_concurrency = 1

        def configure():
            global task_time_limit
            task_time_limit = 2
            worker_concurrency = 2
            limit = 3

            def inner():
                nonlocal limit
                limit = 4
            inner()
            return limit

        task_soft_time_limit = configure()
        """,
        {"task_time_limit": 2, "worker_concurrency": 1, "task_soft_time_limit": 4},
    ),
    trap(
        "try, else and finally",
        """
        def limit():
            try:
                return int("x")
            except ValueError:
                return 4
            finally:
                pass

        try:
            task_soft_time_limit = {}["missing"]
        except KeyError:
            task_soft_time_limit = 2
        else:
            task_soft_time_limit = 9
        finally:
            worker_concurrency = 3
        task_time_limit = limit()
        """,
        {"task_soft_time_limit": 2, "worker_concurrency": 3, "task_time_limit": 4},
        unknown=1,
    ),
    trap(
        "a diamond of classes",
        """
        --- conf.py
        class Base:
            task_time_limit = 1
            worker_concurrency = 1
        class Left(Base):
            worker_concurrency = 2
        class Right(Base):
            task_time_limit = 3
            worker_concurrency = 3
        class Config(Left, Right):
            pass
        --- proj.py
        app.config_from_object("conf:Config")
        """,
        {"task_time_limit": 3, "worker_concurrency": 2},
    ),
    trap(
        "f-strings with conversions and formats",
        """
        LIMIT = 5
        NAME = "low"
        task_default_queue = f"{NAME!r}"
        task_default_exchange = f"{LIMIT:03d}"
        task_default_routing_key = f"{NAME:>5}{LIMIT=}"
        control_exchange = f"{1.50}{True}{None}{[1]}"
        """,
        {
            "task_default_queue": "'low'",
            "task_default_exchange": "005",
            "task_default_routing_key": "  lowLIMIT=5",
            "control_exchange": "1.5TrueNone[1]",
        },
        unknown=3,
        python=(3, 8),
    ),
]
