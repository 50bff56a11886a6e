"""The table of what Kombu encodes, against the Kombu that is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import kombu
import pytest
from kombu.exceptions import EncodeError
from kombu.serialization import dumps

from celerylint.oracle import encodings

SCRIPT = Path(__file__).parent.parent / "scripts" / "oracle_encodings.py"
# The packages that the script installs for these rows need not be here; files would stay open.
OTHERS = ("django.", "rest_framework.", "pydantic.", "tempfile.", "builtins.open")


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("oracle_encodings", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ASKED = script()
HERE: dict[str, Any] = {"__name__": "builtins"}
exec(ASKED.SETUP, HERE)  # the project's own script
ROWS = [row for row in ASKED.SAMPLES if not row.startswith(OTHERS)]


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("serializer", ["json", "yaml"])
def test_the_installed_kombu_agrees(row: str, serializer: str) -> None:
    if row == "enum.StrEnum" and HERE["Text"] is None:
        pytest.skip("from Python 3.11 on")
    value = eval(ASKED.SAMPLES[row], HERE)
    try:
        dumps(value, serializer=serializer)  # type: ignore[no-untyped-call]
        refuses = False
    except EncodeError:
        refuses = True
    celery = (5, 7) if kombu.VERSION >= (5, 3) else (4, 4)
    assert encodings.refuses(row, serializer, [celery]) is refuses


def test_every_sample_is_a_row() -> None:
    assert encodings.rows() == set(ASKED.SAMPLES)


def test_bytes_depend_on_the_kombu_that_celery_can_run() -> None:
    assert encodings.refuses("builtins.bytes", "json", [(4, 4, 7)])
    assert not encodings.refuses("builtins.bytes", "json", [(5, 2, 7)])
    assert not encodings.refuses("builtins.bytes", "json", [(5, 3, 6)])
    assert not encodings.refuses("builtins.bytes", "json", [])


def test_what_is_not_known_is_not_refused() -> None:
    assert not encodings.refuses("builtins.set", "company-format", [(5, 7)])
    assert not encodings.refuses("shop.Money", "json", [(5, 7)])
    assert encodings.refuses("builtins.set", "application/json", [(5, 7)])
