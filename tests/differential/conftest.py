"""One live side for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .live import Live


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    side = Live()
    yield side
    side.close()
