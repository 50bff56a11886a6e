"""Reads many files at once, and survives what reading one does to its process.

LibCST is native code that can crash or hang; what is lost then is one file, never the run. Each
process holds one file at a time, over a pipe of its own, so that it is always known which file that
is: an executor (concurrent.futures) hides it, needs threads, and cannot stop what hangs.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from celerylint.findings import Diagnostic, Severity
from celerylint.structs import dataclass

# multiprocessing takes 15 ms to import: a run that is answered from the cache does without.
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

Job = tuple[str, bytes]
Reader = Callable[[str, bytes], bytes]
Result = tuple[str, "bytes | Diagnostic"]

# Fewer bytes than this are read sooner than a process is started.
WORTH_A_PROCESS = 30_000
# Seconds for one file.
TIMEOUT = 60.0
# With the collector off, a process collects after so many bytes of source.
COLLECT_AFTER = 2_000_000
# A process may die of something else than its file (memory, most of all); the second time, the
# file is to blame.
ATTEMPTS = 2


def read_all(
    jobs: Sequence[Job],
    reader: Reader,
    workers: int | None = None,
    prepare: Callable[[], object] | None = None,
    timeout: float = TIMEOUT,
) -> Iterator[Result]:
    """Every job's path with what `reader(path, data)` makes of it, as they come.

    A Diagnostic stands for a file whose reader raised ("internal-error", "too-deep" where it was a
    RecursionError), and for one that killed its process or took more than `timeout` seconds
    ("reader-died"). reader: a module's function, since it goes to other processes. prepare: called
    once before these are made, to import what they all need. workers: how many at most; None means
    one for each core. What is small is read in this process, where nothing guards against a crash.
    """
    size = sum(len(data) for _, data in jobs)
    workers = min(workers or cores(), len(jobs), size // WORTH_A_PROCESS)
    if workers < 2:
        for path, data in jobs:
            with collector_off():
                result = _read(reader, path, data)
            yield path, result
        return
    if prepare is not None:
        prepare()
    pool = _Pool(reader, jobs, timeout)
    try:
        yield from pool.results(workers)
    finally:
        pool.stop()


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection[Job | None, bytes | Diagnostic]
    job: Job
    deadline: float


class _Pool:
    def __init__(self, reader: Reader, jobs: Iterable[Job], timeout: float) -> None:
        self._reader = reader
        self._timeout = timeout
        # The largest first: nobody waits for it at the end.
        self._jobs = deque(sorted(jobs, key=lambda job: len(job[1]), reverse=True))
        self._attempts: dict[str, int] = {}
        self._workers: list[_Worker] = []
        import multiprocessing

        # A child of a process with threads may find a lock held for ever; macOS' own libraries
        # do not survive a fork.
        forks = sys.platform == "linux" and threading.active_count() == 1
        self._context: ForkContext | SpawnContext = multiprocessing.get_context("spawn")
        if forks:
            self._context = multiprocessing.get_context("fork")
        self._forks = forks

    def results(self, workers: int) -> Iterator[Result]:
        from multiprocessing.connection import wait

        while self._jobs or self._workers:
            self._start(workers)
            if not self._workers:
                # No process can be made here.
                path, data = self._jobs.popleft()
                yield path, _read(self._reader, path, data)
                continue
            soonest = min(worker.deadline for worker in self._workers)
            pipes = [worker.pipe for worker in self._workers]
            ready = wait(pipes, max(soonest - time.monotonic(), 0))
            for worker in list(self._workers):
                if worker.pipe in ready:
                    yield from self._received(worker)
                elif worker.deadline <= time.monotonic():
                    self._remove(worker)
                    yield worker.job[0], _died(worker.job[0], "took too long")

    def stop(self) -> None:
        for worker in list(self._workers):
            self._remove(worker)

    def _received(self, worker: _Worker) -> Iterator[Result]:
        path = worker.job[0]
        try:
            result = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker)
            return
        if self._jobs:
            self._hand_over(worker)
        else:
            self._remove(worker)
        yield path, result

    def _lost(self, worker: _Worker) -> Iterator[Result]:
        path = worker.job[0]
        self._remove(worker)
        self._attempts[path] = self._attempts.get(path, 0) + 1
        if self._attempts[path] < ATTEMPTS:
            self._jobs.append(worker.job)
        else:
            yield path, _died(path, f"ended its process ({_ending(worker.process.exitcode)})")

    def _start(self, workers: int) -> None:
        while self._jobs and len(self._workers) < workers:
            ours, theirs = self._context.Pipe()
            # A forked child holds copies of our ends; while one is open, a pipe never ends.
            inherited = [*(worker.pipe for worker in self._workers), ours] if self._forks else []
            process = self._context.Process(
                target=_serve, args=(self._reader, theirs, inherited), daemon=True
            )
            gc.freeze()
            try:
                process.start()
            except OSError:
                ours.close()
                return
            finally:
                gc.unfreeze()
                theirs.close()
            worker = _Worker(process, ours, ("", b""), 0.0)
            self._workers.append(worker)
            self._hand_over(worker)

    def _hand_over(self, worker: _Worker) -> None:
        worker.job = self._jobs.popleft()
        worker.deadline = time.monotonic() + self._timeout
        # A process that is gone is noticed when its answer is read.
        with suppress(OSError):
            worker.pipe.send(worker.job)

    def _remove(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _serve(
    reader: Reader,
    pipe: Connection[bytes | Diagnostic, Job | None],
    inherited: list[Connection[Job | None, bytes | Diagnostic]],
) -> None:
    """What a process does until its pipe ends. Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    gc.disable()
    seen = 0
    with suppress(EOFError, OSError):
        while job := pipe.recv():
            path, data = job
            pipe.send(_read(reader, path, data))
            seen += len(data)
            if seen > COLLECT_AFTER:
                gc.collect()
                seen = 0


def _read(reader: Reader, path: str, data: bytes) -> bytes | Diagnostic:
    try:
        return reader(path, data)
    except RecursionError:
        return Diagnostic("too-deep", "is nested too deeply to be read", path)
    except Exception as error:  # noqa: BLE001 - one bad file never stops the others
        return Diagnostic("internal-error", _described(error), path, severity=Severity.ERROR)


def _described(error: Exception) -> str:
    """Enough for a report of the bug: what was raised, and where in the reader."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        where = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})"
    said = " ".join(str(error).split())[:200]
    return f"the reader failed: {type(error).__name__}: {said}{where}"


def _died(path: str, how: str) -> Diagnostic:
    return Diagnostic("reader-died", f"reading it {how}; the file was left out", path)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit status {code}"


@contextmanager
def collector_off() -> Iterator[None]:
    """Reading and linking make many small values and no loops worth collecting."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
