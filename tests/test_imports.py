"""What imports what: the layers, and what a run may not wait for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SLOW = ("celery", "kombu", "libcst", "pydantic", "yaml")


def test_imports_point_down() -> None:
    """The contracts of pyproject.toml, so that an editor's test run says it too."""
    code = "import importlinter.cli as lint; raise SystemExit(lint.lint_imports(no_cache=True))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def loaded(code: str, cwd: Path, **environment: str) -> set[str]:
    """The slow modules that a program has imported when it ends."""
    program = f"import sys\n{code}\nprint('LOADED', *[n for n in {SLOW!r} if n in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    last = ran.stdout.splitlines()[-1]
    assert last.startswith("LOADED")
    return set(last.split()[1:])


@pytest.mark.parametrize(
    "module", ["cli", "registry", "triage", "report.text", "report.jsonreport", "config"]
)
def test_a_module_that_every_run_needs_imports_nothing_slow(module: str, tmp_path: Path) -> None:
    assert loaded(f"import celerylint.{module}", tmp_path) == set()


def test_the_version_needs_not_even_click(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['celerylint', '--version'];"
        "import celerylint.__main__ as m; m.main(); assert 'click' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True)


RUN = (
    "from celerylint.cli import cli; cli.main(['--cache-dir', 'cache', '.'], standalone_mode=False)"
)


def _small(project: Path) -> None:
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.celerylint]\nlint-tests = true\n")
    (project / "tasks.py").write_text(
        "from celery import Celery\napp = Celery('shop')\n\n@app.task\ndef charge(order_id): ...\n"
    )
    (project / "bad.py").write_text("import celery\nx = = 1\n")


def test_libcst_is_for_what_this_python_cannot_parse(tmp_path: Path) -> None:
    project = tmp_path / "project"
    _small(project)
    assert "libcst" in loaded(RUN, project)
    (project / "bad.py").unlink()
    assert "libcst" not in loaded(RUN, project)


def _example(project: Path) -> None:
    shutil.copytree(REPOSITORY / "examples" / "shop", project)


@pytest.mark.parametrize("make", [_small, _example])
def test_a_run_that_the_cache_answers_imports_nothing_slow(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    make(project)
    run = RUN.replace("'cache'", repr(str(tmp_path / "cache")))
    assert loaded(run, project) != set()
    assert loaded(run, project) == set()
