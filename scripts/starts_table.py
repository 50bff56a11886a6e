"""Prints every Celery process that the files of a project start, one line each.

Usage: python scripts/starts_table.py [--json] [--release 5.7.0] PROJECT...
A line holds: path:line:column of the word that stands for `celery`, kind, app, pool, queues,
concurrency, whether options may be missing (open), whether it gets the signals itself (exec), role,
the unit, and the chain of files that led to it. Starts of one place are numbered per unit.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from celerylint.findings import Span
from celerylint.project.collected import Collected
from celerylint.project.deployment.starts import collect
from celerylint.project.process import Chosen, Process, chosen_json, process_json
from celerylint.project.values import OneOf
from celerylint.structs import replace

SKIPPED = {".git", "node_modules", ".venv", "__pycache__"}


def paths_of(root: Path) -> Iterator[str]:
    """Every file below a folder, project-relative."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in SKIPPED)
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def read_project(root: Path, release: tuple[int, ...]) -> Collected:
    """What the files of a project start."""

    def read(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except OSError:
            return None

    return collect(list(paths_of(root)), read, release)


def shown(chosen: Chosen | None) -> str:
    """A value in few characters: `x`, `x?` (a default), `a|b`, `?(reason)`, `-`."""
    found = chosen_json(chosen)
    if found is None:
        return "-"
    if found["certainty"] == "known":
        return str(found["value"])
    if found["certainty"] == "default":
        return f"{found['value']}?{found['env']}"
    if chosen is not None and isinstance(chosen.value, OneOf):
        return "|".join(shown(replace(chosen, value=each)) for each in chosen.value.options)
    return f"?({found['reason']})"


def row(process: Process) -> str:
    """One line of the table."""
    span = process.span
    option = process.option
    cells = [
        f"{span.path}:{span.line}:{span.column}",
        process.kind + (" multi" if process.multi else ""),
        " ".join(process.words),
        f"app={shown(process.app)}",
        f"pool={shown(option('pool'))}",
        f"queues={shown(option('queues'))}",
        f"conc={shown(option('concurrency'))}",
        f"open={process.open} exec={process.executes} {process.role}",
        f"{process.platform}:{process.service} x{shown(process.replicas)} [{shown(process.grace)}]",
        _chain(process.chain),
    ]
    cells += [f"by {_chain(chain)}" for chain in process.reached_by]
    if process.alternative_of is not None:
        cells.append(f"alternative of line {process.alternative_of.line}")
    if process.conditions:
        cells.append("when " + " and ".join(process.conditions))
    return " | ".join(cells)


def _chain(spans: Iterable[Span]) -> str:
    return " -> ".join(f"{each.path}:{each.line}" for each in spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--release", default="5.7.0")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    release = tuple(int(part) for part in arguments.release.split("."))
    for root in arguments.projects:
        begin = time.perf_counter()
        found = read_project(root, release)
        if arguments.json:
            for process in found.processes:
                print(json.dumps({"project": root.name, **process_json(process)}))
            continue
        places = {each.span for each in found.processes}
        seconds = time.perf_counter() - begin
        count = f"{len(places)} starts, {len(found.processes)} processes"
        print(f"## {root.name}: {count} ({seconds:.2f} s)")
        for process in found.processes:
            print(row(process))
        for mention in found.unread:
            print(f"unread: {mention.path}:{mention.line} {mention.reason}")
        for path, line, message in found.problems:
            print(f"problem: {path}:{line} {message}")


if __name__ == "__main__":
    main()
