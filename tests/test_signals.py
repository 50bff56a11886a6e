"""What receivers of a project's own signals are given, over files that say nothing of Celery."""

from __future__ import annotations

from pathlib import Path

import pytest

from celerylint.outcome import Outcome
from celerylint.project.libraries import signal_words
from celerylint.project.libraries.signal_words import connecting, makes, sending, uses

from .folders import Folder

FILES = {
    "pyproject.toml": "[tool.celerylint]\nselect = ['CEL302']\n",
    "shop/__init__.py": "",
    "shop/models.py": "from django.db import models\n\n\nclass Order(models.Model): ...\n",
    "shop/tasks.py": (
        "from celery import shared_task\n\n\n@shared_task\ndef mail(order): ...\n\n\n"
        "def paid(sender, order, **kwargs):\n    mail.delay(order)\n"
    ),
    "shop/signals.py": "from django.dispatch import Signal\n\norder_paid = Signal()\n",
    "shop/apps.py": (
        "from .signals import order_paid\nfrom .tasks import paid\n\norder_paid.connect(paid)\n"
    ),
    "shop/views.py": (
        "from .models import Order\nfrom .signals import order_paid\n\n\n"
        "def pay(pk):\n    order_paid.send(None, order=Order.objects.get(pk=pk))\n"
    ),
}
OTHER = (
    "from .signals import order_paid as done\n\n\ndef again(pk):\n    done.send(None, order=pk)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "project", FILES)


def found(outcome: Outcome) -> list[tuple[str, int]]:
    assert not outcome.diagnostics
    return [(each.span.path, each.span.line) for each in outcome.findings]


def test_the_send_that_passes_the_object_is_shown(folder: Folder) -> None:
    (finding,) = folder.run().findings
    places = {each.message: (each.span.path, each.span.line) for each in finding.related}
    assert places["the signal is sent with it"] == ("shop/views.py", 6)


def test_a_send_that_is_added_later_counts(folder: Folder) -> None:
    assert found(folder.run()) == [("shop/tasks.py", 9)]
    folder.write("shop/other.py", OTHER)
    assert found(folder.run()) == []
    folder.write("shop/other.py", "")
    assert found(folder.run()) == [("shop/tasks.py", 9)]


def test_only_what_changed_is_looked_into_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.count(monkeypatch, signal_words, "uses")
    folder.run()
    assert folder.calls == 6
    folder.write("shop/other.py", OTHER)
    folder.run()
    assert folder.calls == 7


def test_nothing_is_looked_into_where_no_function_may_be_a_receiver(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.count(monkeypatch, signal_words, "uses")
    folder.write("shop/tasks.py", FILES["shop/tasks.py"].replace("sender", "origin"))
    assert found(folder.run()) == []
    assert folder.calls == 0


def test_words_are_counted_under_the_name_that_the_signal_has_at_home() -> None:
    text = (
        b"from .signals import order_paid as done\n"
        b"done.send(1)\nsignals.order_paid.asend_robust(2)\npartial(done.send, 3)\n"
        b"done.connect(handlers.paid)\ndone.connect(\n    receiver=paid, sender=None)\n"
    )
    assert dict(uses(text)) == {sending("order_paid"): 3, connecting("paid"): 2}
    assert uses(b"sock.sendall(1)\nserver.close()\n") == ()


def test_what_may_make_a_signal() -> None:
    assert makes(b"paid = Signal()")
    assert makes(b"paid = space.signal('paid')")
    assert not makes(b"from celery import signals")
