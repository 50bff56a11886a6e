"""Fixtures and flags that every test may use."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-pages",
        action="store_true",
        help="rewrite the output fences of the rule pages instead of comparing them",
    )
