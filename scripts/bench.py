"""Measures celerylint side by side with ruff on one tree, in one run, as ratios.

usage: python scripts/bench.py [TREE] [--buffer FILE] [--rounds N]

Without a TREE it is examples/shop beside a copy of Python's own standard library. The two take
turns, and the least of all rounds counts: what else the machine does can only add to it. CPU is
user and system time of all processes of a run. Memory is the most that all processes of a run held
at one time: on Linux the sum of their proportional set sizes, so that what forked processes share
counts once, sampled in a run of its own, since sampling costs time; elsewhere that of the largest
process.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).resolve().parent.parent
LINUX = sys.platform == "linux"
# Exit statuses that are results: nothing found, findings.
FINE = (0, 1)
# Beside what no project has: modules whose own methods have the names of Celery's.
NOT_COPIED = (
    *("site-packages", "test", "tests", "idlelib", "__pycache__", "config-*", "*.so"),
    *("tkinter", "turtle*", "multiprocessing"),
)


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of CPU, and bytes of memory."""

    wall: float
    cpu: float
    memory: int = 0


@dataclass(frozen=True)
class Job:
    """What is measured: a command made anew for each run, and what it reads from standard input."""

    command: Callable[[], list[str]]
    cwd: Path
    stdin: bytes = b""


@dataclass(frozen=True)
class Pair:
    """The same work for celerylint and for ruff."""

    name: str
    ours: Job
    theirs: Job


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="celerylint-bench-") as scratch:
        # As from an installed wheel: compiled once, before what is measured.
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch, "compiled"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        tree = options.tree or _default_tree(Path(scratch, "tree"))
        buffer = options.buffer or _largest_tasks(tree)
        pairs = _pairs(tree, buffer, Path(scratch))
        _say_what(tree, buffer, options.rounds)
        print(f"{'':14} {'celerylint':^27} {'ruff':^27} {'ratio':^13}")
        print(f"{'':14} {_HEAD} {_HEAD} {'wall':>6} {'CPU':>6}")
        for pair in pairs:
            ours, theirs = _measured(pair, options.rounds)
            ratios = f"{ours.wall / theirs.wall:5.1f}x {ours.cpu / theirs.cpu:5.1f}x"
            print(f"{pair.name:14} {_shown(ours)} {_shown(theirs)} {ratios}", flush=True)
        share = _manifests(tree, Path(scratch), options.rounds)
        print(f"\nreading manifests adds {share:.0%} to the CPU of a cold run")


_HEAD = f"{'wall':>8} {'CPU':>8} {'memory':>9}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="celerylint and ruff on one tree, as ratios")
    parser.add_argument("tree", nargs="?", type=lambda text: Path(text).resolve())
    parser.add_argument("--buffer", help="the file that an editor sends, relative to the tree")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.tree is not None and not options.tree.is_dir():
        parser.error(f"there is no folder {options.tree}")
    return options


def _say_what(tree: Path, buffer: str, rounds: int) -> None:
    files = [path for path in tree.rglob("*.py") if ".git" not in path.parts]
    size = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    print(f"{tree}: {len(files):,} Python files, {size:.1f} MB; buffer {buffer}; rounds {rounds}")
    if hasattr(os, "getloadavg"):
        cores = os.cpu_count()
        print(f"{cores} cores, load {os.getloadavg()[0]:.1f}; Python {sys.version.split()[0]}")
    print()


def _default_tree(tree: Path) -> Path:
    """The example in a repository as large as many: it costs what a tree costs, not one project."""
    shutil.copytree(REPOSITORY / "examples" / "shop", tree)
    library = sysconfig.get_path("stdlib")
    shutil.copytree(library, tree / "lib", ignore=shutil.ignore_patterns(*NOT_COPIED))
    return tree


def _largest_tasks(tree: Path) -> str:
    found = [path for path in tree.rglob("tasks.py") if b"elery" in path.read_bytes()]
    if not found:
        sys.exit("there is no tasks.py here; name a file with --buffer")
    return max(found, key=lambda path: path.stat().st_size).relative_to(tree).as_posix()


# What is measured


def _pairs(tree: Path, buffer: str, scratch: Path) -> list[Pair]:
    ours, theirs = _tool("celerylint"), [*_tool("ruff"), "check", "--quiet", "--select", "F"]
    warm, ruff_warm = scratch / "warm", scratch / "ruff"
    # What is being typed is not what lies on the disk.
    typed = (tree / buffer).read_bytes() + b"\nx = 1\n"
    cached = Job(lambda: [*ours, "--cache-dir", str(warm)], tree)
    ruff_cached = Job(lambda: [*theirs, "--cache-dir", str(ruff_warm)], tree)
    _run(cached)
    _run(ruff_cached)
    editor = ["--output-format", "json", "--stdin-filename", buffer, "-"]
    return [
        Pair(
            "cold run",
            Job(lambda: [*ours, "--cache-dir", tempfile.mkdtemp(dir=scratch)], tree),
            Job(lambda: [*theirs, "--no-cache"], tree),
        ),
        Pair("second run", cached, ruff_cached),
        Pair(
            "editor buffer",
            Job(lambda: [*ours, "--cache-dir", str(warm), *editor], tree, typed),
            Job(lambda: [*theirs, "--stdin-filename", buffer, "-"], tree, typed),
        ),
        Pair(
            "--version",
            Job(lambda: [*ours, "--version"], tree),
            Job(lambda: [*_tool("ruff"), "--version"], tree),
        ),
    ]


WITHOUT_MANIFESTS = """
import celerylint.reading as reading, celerylint.project.deployment.starts as starts
reading.Library.processes = lambda self, release: starts.collect((), lambda path: None, release)
from celerylint.__main__ import main
main()
"""


def _manifests(tree: Path, scratch: Path, rounds: int) -> float:
    """How much more CPU a cold run takes for reading the files that start workers: the median of
    the rounds' ratios, since a few per cent are less than one run differs from the next by.
    """

    def cold(*command: str) -> Job:
        return Job(lambda: [*command, "--cache-dir", tempfile.mkdtemp(dir=scratch)], tree)

    whole = cold(*_tool("celerylint"))
    without = cold(sys.executable, "-c", WITHOUT_MANIFESTS)
    pairs = [(_run(whole).cpu, _run(without).cpu) for _ in range(rounds)]
    return statistics.median(most / least for most, least in pairs) - 1


def _tool(name: str) -> list[str]:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return [found] if found else sys.exit(f"{name} is not installed: make bench installs it")


def _measured(pair: Pair, rounds: int) -> tuple[Cost, Cost]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_run(pair.ours))
        theirs.append(_run(pair.theirs))
    return _least(ours, _memory(pair.ours)), _least(theirs, _memory(pair.theirs))


def _least(costs: Sequence[Cost], memory: int) -> Cost:
    return Cost(min(each.wall for each in costs), min(each.cpu for each in costs), memory)


def _shown(cost: Cost) -> str:
    return f"{cost.wall * 1000:5.0f} ms {cost.cpu * 1000:5.0f} ms {cost.memory / 1e6:6.1f} MB"


# How it is measured


def _run(job: Job) -> Cost:
    """One run's time on the clock and of all its processes that have ended."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said, _started(job, said) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors = said.read().decode("utf-8", "replace")
    # A traceback has findings' exit status, and would be a very fast run.
    if process.returncode not in FINE or "Traceback" in errors:
        sys.exit(f"{errors}exit status {process.returncode}: {' '.join(job.command())}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


@contextmanager
def _started(
    job: Job, errors: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as stdin:
        stdin.write(job.stdin)
        stdin.seek(0)
        quiet = subprocess.DEVNULL
        yield subprocess.Popen(job.command(), cwd=job.cwd, stdin=stdin, stdout=quiet, stderr=errors)


def _memory(job: Job) -> int:
    """The most bytes that all processes of one run held together."""
    if not LINUX:
        with _started(job) as process:
            usage = os.wait4(process.pid, 0)[2]
        unit = 1 if sys.platform == "darwin" else resource.getpagesize()
        return int(usage.ru_maxrss * unit)
    most = 0
    with _started(job) as process:
        while process.poll() is None:
            most = max(most, sum(map(_proportional, _family(process.pid))))
            time.sleep(0.001)
    return most


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _proportional(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
