"""Every reader of requirement and lock files, over small files of the shapes that projects have."""

from __future__ import annotations

import marshal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts import pins
from celerylint.facts.requirement import PinFacts, normalised


def read(path: str, text: str) -> PinFacts:
    facts = pins.read_pins(path, text.encode())
    assert marshal.loads(marshal.dumps(facts)) == facts
    return facts


def celery(path: str, text: str) -> list[tuple[str | None, int, str, bool]]:
    """(specifier, line, kind, conditional) of each pin of Celery."""
    facts = read(path, text)
    assert facts[2] == ()
    return [pin[1:] for pin in facts[0] if pin[0] == "celery"]


@pytest.mark.parametrize(
    ("line", "specifier"),
    [
        ("celery==5.4.0", "==5.4.0"),
        ("Celery", ""),
        ("celery[redis, sqs] >= 5.3 , < 6", ">=5.3,<6"),
        ("celery (>=5.3,<6)", ">=5.3,<6"),
        ("celery~=5.6.2  # the newest", "~=5.6.2"),
        ("celery==5.*", "==5.*"),
        ("celery==5.3.0b1", "==5.3.0b1"),
        ("celery===5.3.6", "===5.3.6"),
        ("celery @ git+https://github.com/celery/celery@v5.3.6", "==5.3.6"),
        ("celery @ https://example.org/celery-5.2.7.tar.gz", "==5.2.7"),
        ("celery @ git+https://github.com/celery/celery@main", None),
        ("git+https://github.com/celery/celery.git@v5.3.1#egg=celery", "==5.3.1"),
        ("-e git+https://github.com/celery/celery.git@main#egg=celery[redis]", None),
        ("celery==5.4.0 --hash=sha256:abc --hash=sha256:def", "==5.4.0"),
    ],
)
def test_one_requirement_line(line: str, specifier: str | None) -> None:
    assert celery("requirements.txt", f"# first\n{line}\n") == [
        (specifier, 2, "requirement", False)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "celery-types==0.1",
        "# celery==5.4",
        "celery_once==3",
        "{{ celery }}==5",
        "--pre",
        "",
        "celery=5",
    ],
)
def test_lines_that_ask_for_no_celery(line: str) -> None:
    assert celery("requirements.txt", line) == []


def test_continuations_hashes_and_line_numbers() -> None:
    text = (
        "amqp==5.2.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "# via x\ncelery==5.4.0 \\\n  --hash=sha256:cc\n"
    )
    assert celery("requirements.txt", text) == [("==5.4.0", 5, "requirement", False)]
    assert celery("requirements.txt", text.replace("\n", "\r\n")) == [
        ("==5.4.0", 5, "requirement", False)
    ]
    assert celery("requirements.txt", "celery==\\\n5.4.0") == [("==5.4.0", 1, "requirement", False)]


def test_environment_markers_make_alternatives() -> None:
    text = "celery==5.2.7; python_version < '3.8'\ncelery==5.4.0 ; python_version >= '3.8'\n"
    assert celery("requirements.txt", text) == [
        ("==5.2.7", 1, "requirement", True),
        ("==5.4.0", 2, "requirement", True),
    ]


def test_includes_and_constraints() -> None:
    text = (
        "-r base.txt\n--requirement=../common.txt\n-c constraints.txt # why\n"
        "-rtight.txt\n--constraint up.txt\n"
    )
    assert read("requirements/prod.txt", text)[1] == (
        ("base.txt", 1),
        ("../common.txt", 2),
        ("constraints.txt", 3),
        ("tight.txt", 4),
        ("up.txt", 5),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    facts = pins.read_pins("requirements.txt", "celery==5.4.0\r\n".encode(encoding))
    assert facts[0] == (("celery", "==5.4.0", 1, "requirement", False),)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("requirements-dev.txt", "development"),
        ("requirements/testing.txt", "development"),
        ("docs/requirements.txt", "development"),
        ("requirements/production.txt", "requirement"),
        ("apps/api/requirements/base.in", "requirement"),
        ("constraints.txt", "requirement"),
    ],
)
def test_files_for_tests_and_tools_are_told_apart(path: str, kind: str) -> None:
    assert celery(path, "celery==5.4.0") == [("==5.4.0", 1, kind, False)]


UV_LOCK = """version = 1
requires-python = ">=3.12"

[[package]]
name = "billiard"
version = "4.2.4"
source = { registry = "https://example.org/simple" }

[[package]]
name = "celery"
version = "5.6.3"
source = { registry = "https://example.org/simple" }
dependencies = [
    { name = "billiard" },
    { name = "kombu" },
]

[[package]]
name = "celery-types"
version = "0.24.0"
"""


@pytest.mark.parametrize("path", ["uv.lock", "backend/poetry.lock", "pdm.lock"])
def test_locks_of_one_shape(path: str) -> None:
    assert celery(path, UV_LOCK) == [("==5.6.3", 10, "lock", False)]
    assert celery(path, UV_LOCK.replace("\n", "\r\n")) == [("==5.6.3", 10, "lock", False)]


@pytest.mark.parametrize("path", ["pylock.toml", "pylock.worker.toml"])
def test_pylock(path: str) -> None:
    text = UV_LOCK.replace("[[package]]", "[[packages]]")
    assert celery(path, text) == [("==5.6.3", 10, "lock", False)]


def test_a_lock_may_hold_several_releases() -> None:
    text = UV_LOCK + '\n[[package]]\nname = "celery"\nversion = "5.2.7"\n'
    assert [pin[0] for pin in celery("uv.lock", text)] == ["==5.6.3", "==5.2.7"]


def test_pipfile_and_its_lock() -> None:
    lock = '{\n "default": {\n  "celery": {\n   "version": "==5.3.6"\n  }\n },\n "develop": {}\n}'
    assert celery("Pipfile.lock", lock) == [("==5.3.6", 3, "lock", False)]
    text = '[packages]\nkombu = "*"\ncelery = {version = "~=5.3", extras = ["redis"]}\n'
    assert celery("Pipfile", text) == [("~=5.3", 3, "requirement", False)]
    assert ("kombu", "", 2, "requirement", False) in read("Pipfile", text)[0]


def test_pyproject_of_every_tool() -> None:
    text = """[project]
name = "celery-shop"
dependencies = ["django", "celery[redis]>=5.3"]
[project.optional-dependencies]
worker = ["celery<6"]
[dependency-groups]
dev = ["celery==5.4.0", {include-group = "worker"}]
[tool.poetry.dependencies]
celery = {version = "^5.3", extras = ["redis"]}
[tool.poetry.group.test.dependencies]
celery = "*"
[tool.uv]
constraint-dependencies = ["celery!=5.5.0"]
"""
    assert celery("pyproject.toml", text) == [
        (">=5.3", 3, "requirement", False),
        ("<6", 5, "requirement", False),
        ("==5.4.0", 7, "development", False),
        ("!=5.5.0", 13, "requirement", False),
        ("^5.3", 9, "requirement", False),
        ("", 9, "development", False),
    ]


def test_poetry_alternatives_and_git() -> None:
    text = """[tool.poetry.dependencies]
celery = [{version = "5.2.7", python = "<3.8"}, {version = "^5.3", python = ">=3.8"}]
kombu = {git = "https://example.org/kombu.git", tag = "v5.3.4"}
redis = {path = "../redis"}
"""
    facts = read("pyproject.toml", text)[0]
    assert [pin[1:] for pin in facts] == [
        ("5.2.7", 2, "requirement", True),
        ("^5.3", 2, "requirement", True),
        ("==5.3.4", 3, "requirement", False),
        (None, 4, "requirement", False),
    ]


def test_setup_cfg() -> None:
    text = """[metadata]
name = celery
[options]
install_requires =
    Django>=4
    celery>=5.2,<6  # worker
[options.extras_require]
redis = celery[redis]>=5.3
tests =
    celery[pytest]
"""
    assert celery("setup.cfg", text) == [
        (">=5.2,<6", 6, "requirement", False),
        (">=5.3", 8, "requirement", False),
        ("", 10, "development", False),
    ]


def test_setup_py_is_searched_for_literals_only() -> None:
    text = """from setuptools import setup
raise SystemExit("never run")
REQUIRES = ['celery[redis]>=5.1,<5.4', "kombu"]
setup(name="celery", keywords=["celery", "django"], install_requires=REQUIRES)
"""
    assert celery("setup.py", text) == [(">=5.1,<5.4", 3, "requirement", False)]


def test_conda_environment() -> None:
    text = """dependencies:
  - python=3.11
  - conda-forge::celery=5.3
  - kombu=5.3.4=pyhd8ed1ab_0
  - pip:
      - celery>=5.2
"""
    assert celery("environment.yml", text) == [
        ("==5.3.*", 3, "requirement", False),
        (">=5.2", 6, "requirement", False),
    ]
    assert read("environment.yml", text)[0][1][:2] == ("kombu", "==5.3.4.*")


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = [\n"celery"\nno', 5),
        ("Pipfile", "[packages\n", 1),
        ("Pipfile.lock", '{"default": {\n "celery": }}', 2),
        ("uv.lock", UV_LOCK.replace("[[package]]", "<<<<<<< HEAD\n[[package]]", 1), 4),
        ("poetry.lock", "[[pack", 1),
    ],
)
def test_what_cannot_be_parsed_is_a_problem_with_its_line(path: str, text: str, line: int) -> None:
    _, _, problems = read(path, text)
    assert [each[1] for each in problems] == [line]
    assert problems[0][0]


def test_a_broken_lock_still_says_what_it_says() -> None:
    facts = read("uv.lock", UV_LOCK + "<<<<<<< HEAD\n")
    assert facts[2]
    assert ("celery", "==5.6.3", 10, "lock", False) in facts[0]


@pytest.mark.parametrize("path", ["Pipfile.lock", "pyproject.toml"])
def test_deep_nesting_is_a_problem_not_a_crash(path: str) -> None:
    text = "[" * 50_000 if path.endswith(".lock") else "x = " + "[" * 50_000
    assert len(read(path, text)[2]) == 1


def test_an_endless_version_is_not_known() -> None:
    assert celery("requirements.txt", "celery==" + "1" * 5000) == [(None, 1, "requirement", False)]


def test_a_template_is_not_a_broken_file() -> None:
    text = "{% if x %}\n[project]\n{% endif %}\n"
    assert read("pyproject.toml", text)[2] == ()


def test_the_files_worth_reading() -> None:
    wanted = [
        "uv.lock",
        "backend/requirements/default.txt",
        "requirements.txt",
        "dev-requirements.in",
        ".readthedocs-requirements.txt",
        "constraints/base.txt",
        "environment-prod.yaml",
        "Pipfile",
        "setup.py",
    ]
    others = [
        "package.json",
        "yarn.lock",
        "README.txt",
        "docs/index.txt",
        "env.yml",
        "app/setup.pyc",
    ]
    assert pins.celery_version_files([*wanted, *others]) == wanted
    assert all(pins.is_pin_file(each) for each in wanted)


@given(st.text(), st.sampled_from(["requirements.txt", "setup.cfg", "setup.py", "environment.yml"]))
def test_no_text_breaks_a_line_reader(text: str, path: str) -> None:
    assert pins.read_pins(path, text.encode("utf-8", "surrogatepass"))[2] == ()


@given(st.binary(), st.sampled_from(["uv.lock", "Pipfile", "Pipfile.lock", "pyproject.toml"]))
def test_no_bytes_break_a_structured_reader(data: bytes, path: str) -> None:
    assert len(pins.read_pins(path, data)[2]) <= 1


def test_names_are_compared_as_pep_503_says() -> None:
    assert normalised("Django_Celery.Beat") == "django-celery-beat"
