"""What manifests start is remembered while none of them changes, and never anything else."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path
from typing import Any

import pytest

from celerylint import engine, starting
from celerylint.facts.cache import Cache
from celerylint.outcome import Outcome, Request
from celerylint.project import starts
from celerylint.report import projectjson

APP = "from celery import Celery\n\napp = Celery('shop', broker='amqp://rabbit')\n"
FILES = {
    "pyproject.toml": "[tool.celerylint]\n",
    "shop.py": APP,
    "Procfile": "worker: celery -A shop worker -c 4\n",
}
OLD_NS = time.time_ns() - 10**12


class Folder:
    """A project, and how often its manifests were searched."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.searched = root, 0
        real = starts.collect

        def counting(*args: Any, **options: Any) -> Any:
            self.searched += 1
            return real(*args, **options)

        monkeypatch.setattr(starts, "collect", counting)
        for path, content in FILES.items():
            self.write(path, content)

    def write(self, path: str, content: str, at_ns: int = OLD_NS) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        os.utime(target, ns=(at_ns, at_ns))

    def run(self, **options: Any) -> Outcome:
        made: dict[str, Any] = {"cwd": str(self.root), "cache_dir": str(self.root.parent / "cache")}
        # Linked only, so that no answer is remembered.
        return engine.run(Request(jobs=1, **(made | {"link_only": True} | options)))

    def started(self, **options: Any) -> list[tuple[str, str | None]]:
        (run,) = self.run(**options).runs
        found = [(each, each.option("concurrency")) for each in run.project.processes]
        return [(each.kind, chosen.text() if chosen else None) for each, chosen in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path / "project", monkeypatch)


def test_the_same_processes_without_a_search(folder: Folder) -> None:
    first, second = folder.run(), folder.run()
    assert folder.searched == 1
    shown = [projectjson.document(each.runs[0])["processes"] for each in (first, second)]
    assert shown[0] == shown[1] != []
    assert first.diagnostics == second.diagnostics


def test_python_that_changes_or_is_typed_needs_no_search(folder: Folder) -> None:
    folder.run()
    folder.write("shop.py", APP + "x = 1\n")
    folder.run()
    folder.run(stdin=b"import celery\n", stdin_filename="shop.py", link_only=False)
    assert folder.searched == 1


def test_a_manifest_that_changes_is_read_again(folder: Folder) -> None:
    assert folder.started() == [("worker", "4")]
    folder.write("Procfile", "worker: celery -A shop worker -c 16\n")
    assert folder.started() == [("worker", "16")]
    folder.write("compose.yml", "services:\n  b:\n    command: celery -A shop beat\n")
    assert sorted(kind for kind, _ in folder.started()) == ["beat", "worker"]
    (folder.root / "Procfile").unlink()
    assert [kind for kind, _ in folder.started()] == ["beat"]


def test_a_manifest_in_the_editor_is_read_as_it_is_typed(folder: Folder) -> None:
    folder.run()
    typed = b"worker: celery -A shop worker -c 7\n"
    outcome = folder.run(stdin=typed, stdin_filename="Procfile")
    (process,) = outcome.runs[0].project.processes
    chosen = process.option("concurrency")
    assert chosen is not None
    assert chosen.text() == "7"
    assert folder.started() == [("worker", "4")]


def test_what_may_still_change_is_read_again(folder: Folder) -> None:
    folder.write("Procfile", FILES["Procfile"], time.time_ns())
    folder.run()
    folder.run()
    assert folder.searched == 2


class Foreign:
    """What a cache that somebody else wrote could hold."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("made-by-the-cache",))


@pytest.mark.parametrize("blob", [pickle.dumps(Foreign()), b"", b"\x80\x05junk"])
def test_a_cache_makes_nothing_but_values(
    folder: Folder, blob: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.run()
    cache = str(folder.root.parent / "cache")
    monkeypatch.chdir(folder.root.parent)
    kept = Cache.open(str(folder.root), cache)
    key, files, _ = kept.remembered[starting._KEPT]
    kept.remembered[starting._KEPT] = (key, files, blob)
    kept.save([*FILES, *map(starting.manifest_key, FILES)])
    assert folder.started() == [("worker", "4")]
    assert folder.searched == 2
    assert not Path("made-by-the-cache").exists()
