"""How long brokers wait for an acknowledgement, against the Kombu that is installed."""

from __future__ import annotations

import re
from pathlib import Path

import kombu.transport
import pytest

from celerylint.project.questions.redelivery import WINDOWS


@pytest.mark.parametrize(("file", "name"), [("redis.py", "redis"), ("SQS", "sqs")])
def test_visibility_timeouts_are_those_of_kombu(file: str, name: str) -> None:
    path = Path(kombu.transport.__file__).with_name(file)
    source = path if path.is_file() else path / "__init__.py"
    found = re.findall(
        r"(?m)^    (?:default_)?visibility_timeout = (\d+)", source.read_text(encoding="utf-8")
    )
    assert [float(each) for each in found] == [WINDOWS[name]]
