"""What is installed: the wheel holds every rule and its page, and nothing beside `celerylint`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SOURCES = ("celerylint", "rules", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from a copy, so that nothing is left behind in the
    checkout.
    """
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    target = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), str(copy)],
        check=True,
    )
    (built,) = target.glob("celerylint-*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_every_rule_and_its_page_ship(wheel: set[str]) -> None:
    here = {
        f"celerylint/rules/{file.name}"
        for file in (REPOSITORY / "rules").glob("*.*")
        if file.is_file()
    }
    assert {name for name in wheel if name.startswith("celerylint/rules/")} == here


def test_every_module_ships(wheel: set[str]) -> None:
    package = REPOSITORY / "celerylint"
    modules = {file.relative_to(REPOSITORY).as_posix() for file in package.rglob("*.py")}
    shipped = {name for name in wheel if name.endswith(".py") and "/rules/" not in name}
    assert shipped == modules


def test_data_and_types_ship(wheel: set[str]) -> None:
    data = {"celerylint/py.typed", "celerylint/report/schema.json"}
    data |= {
        file.relative_to(REPOSITORY).as_posix()
        for file in (REPOSITORY / "celerylint" / "oracle").glob("*.json")
    }
    assert data <= wheel


def test_nothing_but_celerylint_is_installed(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert all(top == "celerylint" or top.endswith(".dist-info") for top in tops)
