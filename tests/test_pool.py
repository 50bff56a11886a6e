from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from celerylint.facts import pool
from celerylint.facts.pool import Job, read_all
from celerylint.findings import Diagnostic, Severity

SIZE = pool.WORTH_A_PROCESS


def _jobs(**contents: bytes) -> list[Job]:
    """Large enough that processes are made for them."""
    return [(name, content.ljust(SIZE)) for name, content in contents.items()]


def _stripped(path: str, data: bytes) -> bytes:
    return path.encode() + b"=" + data.strip()


def _behaving_as_told(path: str, data: bytes) -> bytes:
    told = data.strip()
    if told == b"raise":
        raise ValueError("no\nluck")
    if told == b"recurse":
        return _behaving_as_told(path, data)
    if told == b"crash":
        faulthandler.disable()
        os.kill(os.getpid(), signal.SIGSEGV)
    if told == b"leave":
        raise SystemExit(3)
    if told == b"hang":
        while True:
            time.sleep(1)
    return told


def _process(path: str, data: bytes) -> bytes:
    return str(os.getpid()).encode()


def _collector(path: str, data: bytes) -> bytes:
    return b"on" if gc.isenabled() else b"off"


def _crashing_once(path: str, data: bytes) -> bytes:
    marker = Path(data.strip().decode())
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return b"second time"


def _fine(results: dict[str, bytes | Diagnostic]) -> dict[str, bytes]:
    return {path: made for path, made in results.items() if isinstance(made, bytes)}


def _problem(result: bytes | Diagnostic) -> Diagnostic:
    assert isinstance(result, Diagnostic)
    return result


@pytest.mark.parametrize("workers", [1, 2, 3, None])
def test_every_file_is_read_whatever_the_number_of_processes(workers: int | None) -> None:
    jobs = _jobs(**{f"f{number}": str(number).encode() for number in range(7)})
    assert dict(read_all(jobs, _stripped, workers)) == {
        f"f{number}": f"f{number}={number}".encode() for number in range(7)
    }


def test_nothing_to_read() -> None:
    assert list(read_all([], _stripped)) == []


def test_small_files_and_single_workers_stay_in_this_process() -> None:
    here = str(os.getpid()).encode()
    assert dict(read_all([("a", b"1"), ("b", b"2")], _process, 4)) == {"a": here, "b": here}
    assert set(dict(read_all(_jobs(a=b"", b=b"", c=b""), _process, 1)).values()) == {here}


def test_large_files_are_read_by_other_processes() -> None:
    here = str(os.getpid()).encode()
    assert here not in dict(read_all(_jobs(a=b"", b=b"", c=b""), _process, 2)).values()


def test_what_all_processes_need_is_imported_before_they_are_made() -> None:
    called: list[int] = []
    list(read_all(_jobs(a=b"", b=b""), _stripped, 2, prepare=lambda: called.append(os.getpid())))
    assert called == [os.getpid()]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_garbage_collector_rests_while_reading_only(workers: int) -> None:
    assert set(dict(read_all(_jobs(a=b"", b=b""), _collector, workers)).values()) == {b"off"}
    assert gc.isenabled()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_costs_one_file(workers: int) -> None:
    results = dict(
        read_all(_jobs(a=b"1", b=b"raise", c=b"3"), _behaving_as_told, workers),
    )
    problem = _problem(results["b"])
    assert (problem.kind, problem.path, problem.severity) == ("internal-error", "b", Severity.ERROR)
    assert problem.message.startswith("the reader failed: ValueError: no luck (test_pool.py:")
    assert _fine(results) == {"a": b"1", "c": b"3"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_recursion_error_means_too_deep(workers: int) -> None:
    results = dict(read_all(_jobs(a=b"1", b=b"recurse"), _behaving_as_told, workers))
    assert _problem(results["b"]).kind == "too-deep"
    assert _fine(results) == {"a": b"1"}


@pytest.mark.parametrize(("told", "ending"), [(b"crash", "SIGSEGV"), (b"leave", "exit status 3")])
def test_a_process_that_dies_costs_one_file(told: bytes, ending: str) -> None:
    jobs = _jobs(a=b"1", b=told, c=b"3", d=told, e=b"5", f=b"6")
    results = dict(read_all(jobs, _behaving_as_told, 2))
    for path in "bd":
        problem = _problem(results[path])
        assert (problem.kind, problem.path) == ("reader-died", path)
        assert ending in problem.message
    assert _fine(results) == {"a": b"1", "c": b"3", "e": b"5", "f": b"6"}


def test_a_file_whose_process_was_killed_once_is_read_again(tmp_path: Path) -> None:
    jobs = _jobs(a=str(tmp_path / "a").encode(), b=str(tmp_path / "b").encode())
    assert dict(read_all(jobs, _crashing_once, 2)) == {"a": b"second time", "b": b"second time"}


def test_a_reader_that_hangs_costs_one_file() -> None:
    jobs = _jobs(a=b"1", b=b"hang", c=b"3", d=b"4")
    results = dict(read_all(jobs, _behaving_as_told, 2, timeout=0.5))
    problem = _problem(results["b"])
    assert (problem.kind, problem.path) == ("reader-died", "b")
    assert "too long" in problem.message
    assert _fine(results) == {"a": b"1", "c": b"3", "d": b"4"}


def test_no_process_outlives_the_reading() -> None:
    list(read_all(_jobs(a=b"1", b=b"crash", c=b"3"), _behaving_as_told, 2))
    assert multiprocessing.active_children() == []


def test_no_process_outlives_an_interrupted_reading() -> None:
    results = read_all(_jobs(a=b"1", b=b"hang", c=b"hang"), _behaving_as_told, 2)
    assert next(iter(results)) == ("a", b"1")
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt())  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_where_no_process_can_be_made_files_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", refuse)
    here = str(os.getpid()).encode()
    assert dict(read_all(_jobs(a=b"", b=b""), _process, 2)) == {"a": here, "b": here}


def test_a_program_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    jobs = _jobs(a=b"1", b=b"raise")
    # What the processes need must then be importable by name: this module's functions may not be.
    results = dict(read_all(jobs, os.path.join, 2))  # type: ignore[arg-type]
    assert {_problem(made).kind for made in results.values()} == {"internal-error"}
