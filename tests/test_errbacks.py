"""errbacks.py against the Celery that is installed: which error callbacks run, and with what."""

from __future__ import annotations

import logging
from typing import Any

import celery
import pytest
from celery import Celery

from celerylint import linting, registry
from celerylint.tree import MemoryTree

TASKS = """
from celery import Celery

app = Celery("errbacks", broker="memory://", backend="cache+memory://")
ran = []

@app.task
def boom():
    raise ValueError("boom")

@app.task
def none():
    ran.append("none")

@app.task
def one(a):
    ran.append("one")

@app.task
def two(a, b):
    ran.append("two")

@app.task
def three(a, b, c):
    ran.append("three")

@app.task
def four(a, b, c, d):
    ran.append("four")

@app.task
def default(a, b=1):
    ran.append("default")

@app.task
def keyword(a, b, c, *, d):
    ran.append("keyword")

@app.task
def rest(*args, **kwargs):
    ran.append("rest")

@app.task(bind=True)
def bound_none(self):
    ran.append("bound_none")

@app.task(bind=True)
def bound_one(self, a):
    ran.append("bound_one")

@app.task(bind=True)
def bound_two(self, a, b):
    ran.append("bound_two")

@app.task(bind=True)
def bound_three(self, a, b, c):
    ran.append("bound_three")
"""
NAMES = [line[4 : line.index("(")] for line in TASKS.splitlines() if line.startswith("def ")][1:]
GIVEN = ["s()", "s(9)", "s(9, 9)", "s(b=5)", "s(a=5)", "s(d=1)"]
FORMS = [f"{name}.{given}" for name in NAMES for given in GIVEN]


def claimed(form: str) -> bool:
    """Does celerylint believe that the error callback runs?"""
    source = f"{TASKS}\n\ndef run():\n    boom.apply_async(link_error={form})\n"
    files = {
        "requirements.txt": f"celery=={celery.__version__}\n".encode(),
        "errbacks.py": source.encode(),
    }
    rules = tuple(each for each in registry.all_rules() if each.code == "CEL441")
    findings = linting.lint_tree(MemoryTree(files), None, rules).findings
    return not any("never runs" in each.message for each in findings)


def seen(form: str) -> bool:
    """Does it run in the installed Celery?"""
    names: dict[str, Any] = {"__name__": "errbacks"}
    exec(TASKS, names)
    app: Celery = names["app"]
    app.conf.task_always_eager = True
    try:
        names["boom"].apply_async(link_error=eval(form, names))
    except TypeError:
        return False  # before 5.7 what an error callback raises gets out
    return bool(names["ran"])


@pytest.mark.parametrize("form", FORMS)
def test_an_error_callback_is_reported_where_it_does_not_run(form: str) -> None:
    logging.disable(logging.CRITICAL)
    try:
        runs = seen(form)
    finally:
        logging.disable(logging.NOTSET)
    if wrong_anyhow(form):
        assert not runs
    else:
        assert claimed(form) == runs


def wrong_anyhow(form: str) -> bool:
    """Are the signature's own arguments more than the task takes? Another rule speaks of that."""
    names: dict[str, Any] = {"__name__": "errbacks"}
    exec(TASKS, names)
    signature, task = eval(form, names), names[form.partition(".")[0]]
    code = task.run.__code__
    bound = form.startswith("bound")
    places = code.co_varnames[bound : code.co_argcount]
    named = {*places, *code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]}
    if code.co_flags & 0x0C:
        return False
    return len(signature.args) > len(places) or not named.issuperset(signature.kwargs)
