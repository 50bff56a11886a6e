"""An editor's buffer: the program lints what is on standard input as if it lay in its file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60
APP = "from celery import Celery\n\napp = Celery('shop')\napp.config_from_object('shop.conf')\n"
DATABASE = "broker_url = 'sqla+sqlite:///shop.db'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in {
        "pyproject.toml": "[tool.celerylint]\nselect = ['CEL201', 'CEL002']\n",
        "shop/__init__.py": "",
        "shop/celery.py": APP,
        "shop/conf.py": "broker_url = 'redis://localhost'\n",
        "shop/other.py": "import celery\n# celerylint: ignore[nope]\n",
    }.items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
    return tmp_path


def lint(
    cwd: Path, name: str, buffer: str | bytes, *words: str, status: int | None = None
) -> dict[str, Any]:
    """The JSON that the program prints for a buffer."""
    command = [sys.executable, "-m", "celerylint", "--no-cache", "--output-format", "json"]
    ran = subprocess.run(
        [*command, *words, "--stdin-filename", name, "-"],
        cwd=cwd,
        input=buffer.encode() if isinstance(buffer, str) else buffer,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert ran.stderr == b""
    said: dict[str, Any] = json.loads(ran.stdout)
    expected = (1 if said["findings"] else 0) if status is None else status
    assert ran.returncode == expected
    return said


def places(said: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(each["code"], each["path"], each["line"]) for each in said["findings"]]


def problems(said: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(each["kind"], each["path"], each["line"]) for each in said["diagnostics"]]


class TestItsFile:
    def test_the_buffer_stands_for_what_is_on_disk(self, project: Path) -> None:
        said = lint(project, "shop/conf.py", f"\n{DATABASE}")
        assert places(said) == [("CEL201", "shop/conf.py", 2)]
        assert said["summary"]["apps"] == 1
        assert lint(project, "shop/conf.py", "broker_url = 'amqp://'\n")["findings"] == []

    def test_the_disk_is_left_alone(self, project: Path) -> None:
        before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
        lint(project, "shop/conf.py", DATABASE)
        lint(project, "shop/new.py", "import celery\n")
        assert before == {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    def test_only_this_file_is_answered_for(self, project: Path) -> None:
        (project / "shop/conf.py").write_text(DATABASE)
        assert lint(project, "shop/celery.py", APP)["findings"] == []
        wrong = "import celery  # celerylint: ignore[nope]\n"
        assert places(lint(project, "shop/tasks.py", wrong)) == [("CEL002", "shop/tasks.py", 1)]

    def test_a_file_that_does_not_exist_yet(self, project: Path) -> None:
        text = "from celery import Celery\napp = Celery(broker='sqla+sqlite://')\n"
        for name in ("shop/new.py", "shop/deep/down/new.py", "new.py"):
            assert places(lint(project, name, text)) == [("CEL201", name, 2)]

    def test_a_module_that_others_wait_for(self, project: Path) -> None:
        (project / "shop/conf.py").unlink()
        assert places(lint(project, "shop/conf.py", DATABASE)) == [("CEL201", "shop/conf.py", 1)]

    def test_a_path_in_a_subfolder(self, project: Path) -> None:
        said = lint(project / "shop", "conf.py", DATABASE)
        assert places(said) == [("CEL201", "conf.py", 1)]
        said = lint(project / "shop", "../shop/conf.py", DATABASE)
        assert places(said) == [("CEL201", "conf.py", 1)]

    def test_an_absolute_path(self, project: Path) -> None:
        said = lint(project, str(project / "shop" / "conf.py"), DATABASE)
        assert places(said) == [("CEL201", "shop/conf.py", 1)]

    def test_a_file_that_is_ignored_or_excluded(self, project: Path) -> None:
        (project / ".gitignore").write_text("conf.py\n")
        assert places(lint(project, "shop/conf.py", DATABASE)) == [("CEL201", "shop/conf.py", 1)]

    def test_a_project_of_one_buffer(self, tmp_path: Path) -> None:
        text = "from celery import Celery\napp = Celery(broker='sqla+sqlite://')\n"
        said = lint(tmp_path, "alone.py", text, "--select", "CEL201")
        assert places(said) == [("CEL201", "alone.py", 2)]

    def test_test_code_stays_silent(self, project: Path) -> None:
        text = "from celery import Celery\napp = Celery(broker='sqla+sqlite://')\n"
        assert lint(project, "shop/tests/test_app.py", text)["findings"] == []


class TestItsText:
    @pytest.mark.parametrize(
        ("buffer", "problem"),
        [
            ("import celery\nx = (\n", ("not-parsed", 2)),
            ("import celery\ndef f(:\n", ("not-parsed", 2)),
            ("import celery\nx = 1\n  y\n", ("not-parsed", 3)),
            (b"import celery\nx = '\xff'\n", ("not-parsed", 2)),
            (b"import celery\n\0", ("not-parsed", 2)),
            ("import celery\n".encode("utf-16"), ("not-parsed", 1)),
            ("import celery\nx = " + "[" * 500 + "]" * 500, ("too-deep", 2)),
        ],
    )
    def test_a_broken_buffer(
        self, project: Path, buffer: str | bytes, problem: tuple[str, int]
    ) -> None:
        said = lint(project, "shop/conf.py", buffer)
        assert problems(said) == [(problem[0], "shop/conf.py", problem[1])]
        assert said["findings"] == []
        # The rest of the project is still known.
        assert said["summary"]["apps"] == 1

    def test_a_large_buffer(self, project: Path) -> None:
        said = lint(project, "shop/conf.py", b"import celery\n# " + b"." * 1_000_000)
        assert [each["kind"] for each in said["diagnostics"]] == ["too-large"]

    @pytest.mark.parametrize(
        ("buffer", "line", "column"),
        [
            (f"\r\n\r\n{DATABASE}", 3, 1),
            (f"\r\r{DATABASE}", 3, 1),
            (f"\ufeff{DATABASE}", 1, 1),
            (f"ä = 'ö'; {DATABASE}", 1, 10),
            (f"\x0c\n{DATABASE}", 2, 1),
            (DATABASE.rstrip("\n"), 1, 1),
            ("# coding: latin-1\nx = 'ä'; ".encode("latin-1") + DATABASE.encode(), 2, 10),
        ],
    )
    def test_places(self, project: Path, buffer: str | bytes, line: int, column: int) -> None:
        (found,) = lint(project, "shop/conf.py", buffer)["findings"]
        length = len("broker_url = ")
        assert (found["line"], found["column"]) in {(line, column), (line, column + length)}

    @pytest.mark.parametrize("buffer", ["", "\n", "# nothing\n", "x = 1"])
    def test_nothing_is_no_problem(self, project: Path, buffer: str) -> None:
        said = lint(project, "shop/conf.py", buffer)
        assert (said["findings"], said["diagnostics"]) == ([], [])

    def test_suppressions_in_the_buffer_count(self, project: Path) -> None:
        quiet = DATABASE.rstrip("\n") + "  # celerylint: ignore[database-broker]\n"
        assert lint(project, "shop/conf.py", quiet)["findings"] == []
        # Half of the buffer may not be written yet: what is unused is not said.
        unused = "import celery  # celerylint: ignore[database-broker]\n"
        words = ("--select", "ALL")
        assert lint(project, "shop/tasks.py", unused, *words)["findings"] == []


class TestItsRun:
    def test_text_shows_the_line_of_the_buffer(self, project: Path) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "celerylint", "--stdin-filename", "shop/conf.py", "-"],
            cwd=project,
            input=DATABASE.replace("shop.db", "unsaved.db"),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert ran.returncode == 1
        assert "unsaved.db" in ran.stdout

    def test_a_buffer_does_not_spoil_the_cache(self, project: Path, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "celerylint", "--output-format", "json"]
        kept = os.environ | {"CELERYLINT_CACHE_DIR": str(tmp_path / "cache")}

        def found(*words: str, buffer: str = "") -> list[dict[str, Any]]:
            ran = subprocess.run(
                [*command, *words],
                cwd=project,
                env=kept,
                input=buffer,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
            said: list[dict[str, Any]] = json.loads(ran.stdout)["findings"]
            return [each for each in said if each["code"] == "CEL201"]

        name = ("--stdin-filename", "shop/conf.py", "-")
        assert found() == []
        assert len(found(*name, buffer=DATABASE)) == 1
        assert found() == []
        # As many bytes as before, so that only the content tells them apart.
        assert found(*name, buffer=(project / "shop/conf.py").read_text()) == []
        assert len(found(*name, buffer=DATABASE)) == 1

    @pytest.mark.parametrize("text", ["[tool.celerylint]\nselct = 1\n", "[tool.celerylint\n"])
    def test_a_wrong_configuration_is_an_error(self, project: Path, text: str) -> None:
        (project / "celerylint.toml").write_text("selct = 1\n")
        (project / "pyproject.toml").write_text(text)
        ran = subprocess.run(
            [sys.executable, "-m", "celerylint", "--stdin-filename", "shop/conf.py", "-"],
            cwd=project,
            input="",
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.startswith("celerylint: error: celerylint.toml:1: `selct`: ")


BODIES = {
    "pyproject.toml": "[tool.celerylint]\nselect = ['CEL350']\n",
    "manage.py": "",
    "shop/__init__.py": "",
    "shop/tasks.py": """\
from celery import shared_task
from django.core.management import call_command

from shop.client import Client, fetch as get


@shared_task
def one():
    get()


@shared_task
def two():
    Client().ask()


@shared_task
def three():
    call_command("load")


@shared_task
def four():
    from shop.other import ask

    ask()
""",
    "shop/client.py": """\
import requests


def fetch():
    return requests.get("https://one.example")


class Client:
    def ask(self):
        return self.send()

    def send(self):
        return requests.post("https://two.example")
""",
    "shop/other.py": "import requests\n\ndef ask():\n    requests.get('https://four.example')\n",
    "shop/management/__init__.py": "",
    "shop/management/commands/__init__.py": "",
    "shop/management/commands/load.py": """\
import requests
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        requests.get("https://three.example")
""",
}


@pytest.mark.parametrize("known", [True, False], ids=["warm", "cold"])
def test_each_file_is_told_what_a_run_says_of_it(tmp_path: Path, known: bool) -> None:
    root = tmp_path / "project"
    for path, text in BODIES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        os.utime(root / path, (1, 1))  # so old that the cache trusts it
    cache = str(tmp_path / "cache")
    command = [sys.executable, "-m", "celerylint", "--output-format", "json", "--cache-dir", cache]
    ran = subprocess.run([*command, "."], cwd=root, capture_output=True, check=False)
    whole = json.loads(ran.stdout)["findings"]
    assert len(whole) == 4
    for path, text in BODIES.items():
        if path.startswith("shop/"):
            own = [each for each in whole if each["path"] == path]
            words = [*command, "--stdin-filename", path, "-", *(() if known else ("--no-cache",))]
            ran = subprocess.run(
                words, cwd=root, input=text.encode(), capture_output=True, check=False
            )
            assert json.loads(ran.stdout)["findings"] == own
