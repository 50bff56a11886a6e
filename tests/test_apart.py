from __future__ import annotations

import os
import sys
import threading

import pytest

from celerylint import apart

forks = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)


@forks
def test_one_answers_while_the_other_goes_on(cores: None) -> None:
    here: list[int] = []
    # More than a pipe holds, so that it has to be read while it is written.
    data = apart.meanwhile(lambda: str(os.getpid()).encode() * 50_000, lambda: here.append(1))
    assert here == [1]
    assert data is not None
    assert data == data[: len(data) // 50_000] * 50_000
    assert str(os.getpid()).encode() != data[: len(data) // 50_000]


@forks
def test_what_breaks_there_is_no_answer_and_nothing_is_left(cores: None) -> None:
    assert apart.meanwhile(lambda: b"%d" % (1 // 0), lambda: None) is None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@forks
def test_what_breaks_here_is_raised_and_nothing_is_left(cores: None) -> None:
    with pytest.raises(KeyError):
        apart.meanwhile(lambda: b"1", lambda: os.environ["NO SUCH VARIABLE"])
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_one_core_does_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert apart.meanwhile(lambda: b"1", lambda: None) is None
