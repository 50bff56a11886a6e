"""A run over an unchanged tree is answered from memory, and a run over any other never is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from celerylint import answers, linting
from celerylint.outcome import Overrides
from celerylint.report import github, jsonreport, text

from .folders import OLD_NS, Folder

APP = "from celery import Celery\n\napp = Celery('good', broker='sqla+sqlite:///good.db')\n"
FILES = {
    "pyproject.toml": "[tool.celerylint]\n",
    "shop/good.py": APP,
    "shop/bad.py": "import celery\nx = = 1\n",
    "notes.txt": "nothing of Celery's\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = Folder(tmp_path / "project", FILES)
    made.count(monkeypatch, linting, "run_tree")
    return made


def test_the_second_answer_reports_the_same(folder: Folder) -> None:
    first, second = folder.run(), folder.run()
    assert folder.calls == 1
    assert [each.code for each in second.findings] == ["CEL201"]
    for render in (text.render, text.diagnostics, github.render, jsonreport.render):
        assert render(second) == render(first)
    assert text.diagnostics(second, verbose=True) == text.diagnostics(first, verbose=True)
    assert second.nothing_analysed == first.nothing_analysed


CHANGES: dict[str, Any] = {
    "other content": lambda folder: folder.write("shop/good.py", APP.replace("+sqlite", "+psql")),
    "another time": lambda folder: folder.write("notes.txt", FILES["notes.txt"], OLD_NS + 1),
    "a new file": lambda folder: folder.write("shop/more.py", APP),
    "a file less": lambda folder: (folder.root / "notes.txt").unlink(),
    "another name": lambda folder: (folder.root / "notes.txt").rename(folder.root / "other.txt"),
    "ignored now": lambda folder: folder.write(".gitignore", "shop/\n"),
    "configured": lambda folder: folder.write(
        "pyproject.toml", '[tool.celerylint]\nignore = ["CEL201"]\n'
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(folder: Folder, change: str) -> None:
    folder.run()
    CHANGES[change](folder)
    folder.run()
    assert folder.calls == 2


ASKED: dict[str, dict[str, Any]] = {
    "other rules": {"overrides": Overrides(ignore=("CEL201",))},
    "preview": {"overrides": Overrides(preview=True)},
    "another Celery": {"celery_version": "5.2.7"},
    "a buffer": {"stdin": b"", "stdin_filename": "shop/good.py"},
    "the project": {"link_only": True},
    "no cache": {"use_cache": False},
}


@pytest.mark.parametrize("options", ASKED.values(), ids=ASKED)
def test_another_question_is_another_answer(folder: Folder, options: dict[str, Any]) -> None:
    folder.run()
    folder.run(**options)
    assert folder.calls == 2


def test_paths_and_the_working_directory_count(folder: Folder) -> None:
    whole = folder.run()
    part = folder.run("shop/bad.py")
    inside = folder.run(cwd=str(folder.root / "shop"))
    assert folder.calls == 3
    assert [len(each.findings) for each in (whole, part, inside)] == [1, 0, 1]
    assert [each.findings[0].span.path for each in (whole, inside)] == ["shop/good.py", "good.py"]


def test_what_may_still_change_is_not_remembered(folder: Folder) -> None:
    folder.write("notes.txt", "fresh", time.time_ns())
    folder.run()
    folder.run()
    assert folder.calls == 2


def test_what_broke_is_not_remembered(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from celerylint.project.linking import link

    def broken(*args: object) -> None:
        raise AssertionError("no luck")

    with monkeypatch.context() as patched:
        patched.setattr(link, "link", broken)
        assert folder.run().failed
    assert not folder.run().failed


@pytest.mark.parametrize("content", [b"", b"celerylint", b"\xff" * 400])
def test_a_broken_memory_is_forgotten(folder: Folder, content: bytes) -> None:
    folder.run()
    (file,) = (folder.root.parent / "cache").glob("*.answers")
    file.write_bytes(content)
    assert [each.code for each in folder.run().findings] == ["CEL201"]
    folder.run()
    assert folder.calls == 2


def test_only_the_last_answers_are_kept(folder: Folder) -> None:
    for number in range(answers.MOST_ANSWERS + 1):
        folder.run(overrides=Overrides(ignore=("CEL2",) * number))
    before = folder.calls
    folder.run(overrides=Overrides())
    assert folder.calls == before + 1
