"""What a run says of settings that it could not resolve."""

from __future__ import annotations

from celerylint import linting
from celerylint.tree import MemoryTree

APP = b"""\
import os

from celery import Celery

app = Celery("shop", broker=os.environ["BROKER"])
if needs_tls(app.conf.broker_url):
    app.conf.broker_use_ssl = True
"""


def test_one_that_may_not_be_set_says_so() -> None:
    outcome = linting.lint_tree(MemoryTree({"shop.py": APP}), None, ())
    said = [each.reason for each in outcome.runs[0].project.unresolved]
    assert said == ["broker_use_ssl: set only under a condition"]
