"""The configuration: what is read, and what an error says."""

from __future__ import annotations

import marshal
import re
import subprocess
import sys
from pathlib import Path

import pytest

from celerylint import config
from celerylint.config import Config, ConfigError
from celerylint.config_model import KEYS

REPOSITORY = Path(__file__).parent.parent

FULL = """\
[project]
name = "shop"

[tool.celerylint]
select = ["CEL3", "unbounded-retries"]
extend-select = ["security"]
ignore = ["CEL302"]
exclude = ["legacy/"]
celery-version = "5.4"
settings = ["shop.settings.production"]
manifests = ["deploy/*.run"]
workers = ["celery -A shop worker -P gevent"]
task-decorators = ["shop.celery.job"]
lint-tests = true
max-file-size = 2_000_000

[tool.celerylint.severity]
unbounded-retries = "error"

[tool.celerylint.per-file-ignores]
"scripts/*" = ["ALL"]
"""


def problem(text: str, path: str = "pyproject.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path, text)
    return str(caught.value)


def table(lines: str) -> str:
    return f"[project]\nname = 'shop'\n\n[tool.celerylint]\n{lines}\n"


def test_every_key_is_read() -> None:
    read = config.load("pyproject.toml", FULL)
    assert read is not None
    assert read.select == ("CEL3", "unbounded-retries")
    assert read.extend_select == ("security",)
    assert read.ignore == ("CEL302",)
    assert read.exclude == ("legacy/",)
    assert read.celery_version == "5.4"
    assert read.settings == ("shop.settings.production",)
    assert read.manifests == ("deploy/*.run",)
    assert read.workers == ("celery -A shop worker -P gevent",)
    assert read.task_decorators == ("shop.celery.job",)
    assert read.lint_tests is True
    assert read.max_file_size == 2_000_000
    assert read.severity == (("unbounded-retries", "error"),)
    assert read.per_file_ignores == (("scripts/*", ("ALL",)),)
    assert read.path == "pyproject.toml"
    assert dict(read.lines)["ignore"] == 7


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = 'shop'\n",
        "[project]\ndependencies = ['celerylint']\n",
        "tool = 3 # celerylint\n",
    ],
    ids=["no mention", "only a dependency", "no table at all"],
)
def test_a_pyproject_without_our_table_is_no_configuration(text: str) -> None:
    assert config.load("pyproject.toml", text) is None
    assert config.find({"pyproject.toml": text}.get) == Config()


def test_a_broken_pyproject_that_never_mentions_us_is_somebody_elses_problem() -> None:
    assert config.find({"pyproject.toml": "[project\n"}.get) == Config()


def test_celerylint_toml_comes_first_and_has_its_keys_at_the_top() -> None:
    files = {"celerylint.toml": "lint-tests = true\n", "pyproject.toml": FULL}
    found = config.find(files.get, prefix="api/")
    assert found.lint_tests
    assert found.select is None
    assert found.path == "api/celerylint.toml"


def test_an_empty_table_means_defaults_from_that_file() -> None:
    found = config.find({"pyproject.toml": table("")}.get)
    assert found == Config(path="pyproject.toml", lines=(("", 4),))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('selct = ["ALL"]', "pyproject.toml:5: `selct`: unknown key; did you mean `select`?"),
        (
            "lint_tests = true",
            "pyproject.toml:5: `lint_tests`: unknown key; did you mean `lint-tests`?",
        ),
        (
            '\nignore = "CEL301"',
            "pyproject.toml:6: `ignore`: expected a list, got a string ('CEL301')",
        ),
        ("ignore = [3]", "pyproject.toml:5: `ignore[0]`: expected a string, got a number (3)"),
        (
            'lint-tests = "yes"',
            "pyproject.toml:5: `lint-tests`: expected true or false, got a string ('yes')",
        ),
        (
            "celery-version = 5.4",
            "pyproject.toml:5: `celery-version`: expected a string, got a number (5.4)",
        ),
        (
            'celery-version = "latest"',
            'pyproject.toml:5: `celery-version`: write a release such as "5.4" or "5.4.0", not ',
        ),
        (
            "max-file-size = 0",
            "pyproject.toml:5: `max-file-size`: expected a number of bytes above 0, got 0",
        ),
        (
            'severity = { unbounded-retries = "eror" }',
            (
                "pyproject.toml:5: `severity.unbounded-retries`: "
                "expected error, warning or advice, got 'eror'; did you mean `error`?"
            ),
        ),
        (
            '\n[tool.celerylint.severity]\nx = 1\nunbounded-retries = "eror"',
            "pyproject.toml:7: `severity.x`: expected error, warning or advice, got 1",
        ),
        (
            '[tool.celerylint.per-file-ignores]\n"a/*" = "ALL"',
            "pyproject.toml:6: `per-file-ignores.a/*`: expected a list, got a string ('ALL')",
        ),
        (
            'task-decorators = ["my job"]',
            (
                "pyproject.toml:5: `task-decorators[0]`: "
                "write a dotted name such as \"shop.celery.job\", not 'my job'"
            ),
        ),
    ],
)
def test_an_error_names_the_file_the_line_the_key_and_the_right_one(lines: str, said: str) -> None:
    message = problem(table(lines))
    assert message.startswith(said)


def test_an_unknown_key_like_no_other_lists_the_keys() -> None:
    assert "there are select, extend-select, ignore" in problem(table("zzz = 1"))


def test_a_table_that_is_no_table() -> None:
    assert "expected a table" in problem("[tool]\ncelerylint = 3\n") or "dictionary" in problem(
        "[tool]\ncelerylint = 3\n"
    )


def test_bad_toml_names_the_line() -> None:
    message = problem(table("select = [1,\nignore = ]"))
    assert message.startswith("pyproject.toml:6: not valid TOML: ")


def test_toml_that_ends_too_early_names_the_last_line() -> None:
    assert problem('select = ["CEL3"', "celerylint.toml").startswith(
        "celerylint.toml:1: not valid TOML"
    )


def test_the_tool_table_in_celerylint_toml_is_explained() -> None:
    message = problem("[tool.celerylint]\nlint-tests = true\n", "celerylint.toml")
    assert "without [tool.celerylint]" in message


def test_a_byte_order_mark_and_windows_lines_are_fine() -> None:
    read = config.load("celerylint.toml", "\ufefflint-tests = true\r\nignore = []\r\n")
    assert read is not None
    assert read.lint_tests


def test_memory_answers_a_second_time_and_survives_marshalling() -> None:
    memory: dict[str, object] = {}
    first = config.load("pyproject.toml", FULL, memory)
    kept = marshal.loads(marshal.dumps(memory))
    assert config.load("pyproject.toml", FULL, kept) == first
    assert len(memory) == 1


def test_a_remembered_configuration_and_an_absent_one_import_no_pydantic() -> None:
    program = f"""
import sys
from celerylint import config
memory = {{}}
config.load("pyproject.toml", {FULL!r}, memory)
for name in [n for n in sys.modules if n.startswith(("pydantic", "celerylint.config_model"))]:
    del sys.modules[name]
config.load("pyproject.toml", {FULL!r}, memory)
config.find({{"pyproject.toml": "[project]\\nname = 'celerylint'\\n"}}.get)
assert "pydantic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_keys_that_are_written_dotted_have_lines_too() -> None:
    text = '[tool]\ncelerylint.ignore = ["nope"]\ncelerylint."severity".x = "error"\n'
    read = config.load("pyproject.toml", text)
    assert read is not None
    assert dict(read.lines) == {"ignore": 2, "severity.x": 3}


def test_the_documentation_has_a_row_for_every_key_and_no_other() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(?m)^\| `([a-z-]+)` \|", text)) == sorted(KEYS)


def test_the_example_of_the_documentation_is_right() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    assert config.load("pyproject.toml", example[1]) is not None
