"""What manifests start is remembered while none of them changes, and never anything else."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path
from typing import Any

import pytest

from celerylint import starting
from celerylint.facts.cache import Cache
from celerylint.outcome import Outcome
from celerylint.project.deployment import starts
from celerylint.report import projectjson

from .folders import Folder

APP = "from celery import Celery\n\napp = Celery('shop', broker='amqp://rabbit')\n"
FILES = {
    "pyproject.toml": "[tool.celerylint]\n",
    "shop.py": APP,
    "Procfile": "worker: celery -A shop worker -c 4\n",
}


class Started(Folder):
    """The project linked only, so that no answer is remembered."""

    def run(self, *paths: str, **options: Any) -> Outcome:
        return super().run(*paths, **({"link_only": True} | options))

    def started(self, **options: Any) -> list[tuple[str, str | None]]:
        (run,) = self.run(**options).runs
        found = [(each, each.option("concurrency")) for each in run.project.processes]
        return [(each.kind, chosen.text() if chosen else None) for each, chosen in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    made = Started(tmp_path / "project", FILES)
    made.count(monkeypatch, starts, "collect")
    return made


def test_the_same_processes_without_a_search(folder: Started) -> None:
    first, second = folder.run(), folder.run()
    assert folder.calls == 1
    shown = [projectjson.document(each.runs[0])["processes"] for each in (first, second)]
    assert shown[0] == shown[1] != []
    assert first.diagnostics == second.diagnostics


def test_python_that_changes_or_is_typed_needs_no_search(folder: Started) -> None:
    folder.run()
    folder.write("shop.py", APP + "x = 1\n")
    folder.run()
    folder.run(stdin=b"import celery\n", stdin_filename="shop.py", link_only=False)
    assert folder.calls == 1


def test_a_manifest_that_changes_is_read_again(folder: Started) -> None:
    assert folder.started() == [("worker", "4")]
    folder.write("Procfile", "worker: celery -A shop worker -c 16\n")
    assert folder.started() == [("worker", "16")]
    folder.write("compose.yml", "services:\n  b:\n    command: celery -A shop beat\n")
    assert sorted(kind for kind, _ in folder.started()) == ["beat", "worker"]
    (folder.root / "Procfile").unlink()
    assert [kind for kind, _ in folder.started()] == ["beat"]


def test_a_manifest_in_the_editor_is_read_as_it_is_typed(folder: Started) -> None:
    folder.run()
    typed = b"worker: celery -A shop worker -c 7\n"
    outcome = folder.run(stdin=typed, stdin_filename="Procfile")
    (process,) = outcome.runs[0].project.processes
    chosen = process.option("concurrency")
    assert chosen is not None
    assert chosen.text() == "7"
    assert folder.started() == [("worker", "4")]


def test_what_may_still_change_is_read_again(folder: Started) -> None:
    folder.write("Procfile", FILES["Procfile"], time.time_ns())
    folder.run()
    folder.run()
    assert folder.calls == 2


class Foreign:
    """What a cache that somebody else wrote could hold."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("made-by-the-cache",))


@pytest.mark.parametrize("blob", [pickle.dumps(Foreign()), b"", b"\x80\x05junk"])
def test_a_cache_makes_nothing_but_values(
    folder: Started, blob: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.run()
    cache = str(folder.root.parent / "cache")
    monkeypatch.chdir(folder.root.parent)
    kept = Cache.open(str(folder.root), cache)
    key, files, _ = kept.remembered[starting._KEPT]
    kept.remembered[starting._KEPT] = (key, files, blob)
    kept.save([*FILES, *map(starting.manifest_key, FILES)])
    assert folder.started() == [("worker", "4")]
    assert folder.calls == 2
    assert not Path("made-by-the-cache").exists()
