"""Processes as a run sees them: declared, named by the user, and started by Python code."""

from __future__ import annotations

from celerylint import linting
from celerylint.config import Config
from celerylint.project.process import Process
from celerylint.report import processtext
from celerylint.tree import MemoryTree

APP = b"from celery import Celery\napp = Celery('shop', broker='redis://redis')\n"


def processes(files: dict[str, bytes], config: Config | None = None) -> tuple[Process, ...]:
    outcome = linting.lint_tree(MemoryTree({"shop.py": APP, **files}), config, ())
    assert not outcome.failed, outcome.diagnostics
    return outcome.runs[0].project.processes


def pools(found: tuple[Process, ...]) -> list[tuple[str, str | None, str | None]]:
    return [
        (each.kind, each.app_id, chosen.text() if (chosen := each.option("pool")) else None)
        for each in found
    ]


def test_a_command_that_no_file_starts_is_declared() -> None:
    config = Config(workers=("celery -A shop worker -P gevent -c 200",))
    assert pools(processes({}, config)) == [("worker", "shop:app", "gevent")]


def test_a_file_of_any_name_is_named() -> None:
    files = {"deploy/jobs": b"celery -A shop worker -P solo\n"}
    assert processes(files) == ()
    named = processes(files, Config(manifests=("deploy/*",)))
    assert pools(named) == [("worker", "shop:app", "solo")]


def test_an_app_starts_its_own_worker() -> None:
    code = b"from shop import app\ndef run():\n    app.worker_main(['worker', '-P', 'threads'])\n"
    assert pools(processes({"run.py": code})) == [("worker", "shop:app", "threads")]


def test_a_command_put_together_in_code() -> None:
    code = (
        b"import shlex, subprocess  # celery\n"
        b"def handle(level):\n"
        b"    cmd = f'celery -A shop worker -P gevent -l {level}'\n"
        b"    subprocess.call(shlex.split(cmd))\n"
    )
    assert ("worker", "shop:app", "gevent") in pools(processes({"run.py": code}))


def test_another_program_is_none() -> None:
    code = b"import subprocess  # celery\nsubprocess.run(['ls', 'celery', 'worker'])\n"
    assert processes({"run.py": code}) == ()


def test_apps_of_folders_that_are_no_packages_have_names_of_their_own() -> None:
    service = b"[Service]\nWorkingDirectory=%s\nExecStart=celery -A jobs worker\n"
    files = {
        "one/jobs.py": APP,
        "two/jobs.py": APP,
        "one.service": service % b"/one",
        "two.service": service % b"/two",
    }
    assert [app_id for _, app_id, _ in pools(processes(files))] == ["one.jobs:app", "two.jobs:app"]


def test_the_text_says_which_app_is_asked_for_and_whether_it_is_known() -> None:
    files = {"Procfile": b"one: celery -A shop worker\ntwo: celery -A other worker\n"}
    run = linting.lint_tree(MemoryTree({"shop.py": APP, **files}), None, ()).runs[0]
    said = list(processtext.lines(run.project, str))
    assert any(each.startswith("  worker of shop:app (one)") for each in said)
    assert any(each.startswith("  worker of `other`, no app that is known (two)") for each in said)
