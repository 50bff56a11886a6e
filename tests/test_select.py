from __future__ import annotations

import pytest

from celerylint.facts.select import is_python, is_selected, role_of


@pytest.mark.parametrize(
    "source",
    [
        "from celery import shared_task",
        "app = Celery('shop')",
        "CELERY_BROKER_URL = 'redis://'",
        "charge.delay(order.pk)",
        "on_commit(charge.delay)",
        "partial(charge.delay, order.pk)",
        "charge.delay_on_commit(order.pk)",
        "charge.apply_async((1,))",
        "on_commit(lambda: charge.apply_async())",
        "app.send_task('charge')",
        "group(charge.s(1), charge.si(2))",
        "sign(charge.s(1))",
        "sign(charge.si(1))",
        "charge.signature((1,))",
        "charge.subtask((1,))",
        "charge.apply()",
        "charge.apply(args=[1])",
        "charge.apply((1,))",
        "from . import app\n\n@app.task\ndef charge(): ...",
        "    @self.worker.task(bind=True)",
        "app.conf.timezone = 'UTC'",
        "app.conf['timezone'] = 'UTC'",
        "app.conf.update(timezone='UTC')",
    ],
)
def test_a_file_about_celery_or_that_sends_a_task_is_kept(source: str) -> None:
    assert is_selected(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "",
        "print('hello')",
        "inspect.signature(function).parameters",
        "frame.apply(lambda row: row.total)",
        "self.delay = 5",
        "mock.patch('orders.tasks.charge.delay')",
        "values.sort()",
        "@task\ndef build(context): ...",
        "app.config.update(DEBUG=True)",
        "from django.conf import settings",
        "assert app.conf.timezone == 'UTC'",
        "async def send_task(): ...",
    ],
)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    assert not is_selected(source.encode())


def test_utf_16_is_kept_where_it_is_about_celery() -> None:
    assert is_selected("import celery".encode("utf-16"))
    assert not is_selected("import json".encode("utf-16"))


@pytest.mark.parametrize(
    "path", ["orders/tasks.py", "manage.py", "orders/migrations/0001_initial.py", "a.b/c.py"]
)
def test_modules(path: str) -> None:
    assert is_python(path)


@pytest.mark.parametrize(
    "path",
    [".semgrep/tasks.py", "a/.github/x.py", "orders/tasks.pyi", "Procfile", ".x.py", "a.pyc"],
)
def test_what_is_no_module_of_the_project(path: str) -> None:
    assert not is_python(path)


@pytest.mark.parametrize(
    "path",
    [
        "tests/orders.py",
        "orders/tests/factories.py",
        "test/orders.py",
        "tests_openshift/run.py",
        "playwright_tests/core/pages.py",
        "orders/test_tasks.py",
        "orders/tasks_test.py",
        "orders/tests.py",
        "conftest.py",
    ],
)
def test_test_code(path: str) -> None:
    assert role_of(path) == "test"


@pytest.mark.parametrize(
    "path", ["orders/tasks.py", "testimonials/tasks.py", "orders/latest.py", "contest/tasks.py"]
)
def test_other_code(path: str) -> None:
    assert role_of(path) is None
