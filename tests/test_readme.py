"""What the README shows is what a run prints, and what it links is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
README = REPOSITORY / "README.md"
SAMPLE = re.compile(r"(?<=```console\n)\$ celerylint examples/shop\n(.*?)(?=```\n)", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
DOCUMENTS = [README, REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "celerylint", "--no-cache", "--color", "never", *words]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=False
    )


def test_the_sample_is_what_a_run_prints(request: pytest.FixtureRequest) -> None:
    run = _run("examples/shop")
    assert run.returncode == 1, run.stderr
    text = README.read_text(encoding="utf-8")
    if request.config.getoption("--update-pages"):
        said = f"$ celerylint examples/shop\n{run.stdout}"
        README.write_text(SAMPLE.sub(lambda _: said, text), encoding="utf-8")
        return
    shown = SAMPLE.search(text)
    assert shown is not None
    assert run.stdout == shown[1]


def test_the_example_has_nothing_that_cannot_be_read() -> None:
    assert _run("examples/shop").stderr == ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_to_files(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
