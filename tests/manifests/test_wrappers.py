from __future__ import annotations

import pytest

from celerylint.facts.manifests.shell import tokens
from celerylint.facts.manifests.words import Text, Word
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.expansion import Surroundings, expand
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.wrappers import Unwrapped, unwrap


def args_of(line: str) -> list[Arg]:
    words = [token for token in tokens(Text.at(line, 0)) if isinstance(token, Word)]
    return expand(words, Surroundings(), Home("f"))[0]


def unwrapped(line: str, **own: bool) -> Unwrapped:
    return unwrap(args_of(line), own)


def behind(line: str, **own: bool) -> str:
    found = unwrapped(line, **own)
    assert found.kind == "celery", line
    return " ".join(arg.written for arg in found.args)


@pytest.mark.parametrize(
    "prefix",
    [
        "celery",
        "/usr/local/bin/celery",
        ".venv/bin/celery",
        "${CELERY_BIN}",
        "$VIRTUAL_ENV/bin/celery",
        "python -m celery",
        "python3.11 -O -X dev -m celery.bin.celery",
        "python manage.py celery",
        "exec_env=1 celery",
        "env -i A=b --unset C celery",
        "env -S 'gosu app celery'",
        "nohup nice -n 5 celery",
        "ionice -c 2 -n 7 celery",
        "timeout -k 5 -s INT 30 celery",
        "stdbuf -oL celery",
        "gosu app celery",
        "su-exec app:app celery",
        "s6-setuidgid app celery",
        "chpst -u app -o 100 celery",
        "sudo -E -u app A=b celery",
        "runuser -u app -- celery",
        "tini -g -s -- celery",
        "dumb-init -c celery",
        "wait-for-it db:5432 -t 30 -- celery",
        "./bin/wait-for-it.sh db:5432 -s -- celery",
        "dockerize -wait tcp://db:5432 -timeout 30s celery",
        "bin/start-pgbouncer celery",
        "chamber exec app -- celery",
        "doppler run -- celery",
        "poetry run celery",
        "uv run --frozen --extra prod -- celery",
        "pdm run celery",
        "pipenv run celery",
        "conda run -n env celery",
        "newrelic-admin run-program celery",
        "ddtrace-run celery",
        "opentelemetry-instrument --traces_exporter otlp celery",
        "python -m debugpy --listen 0.0.0.0:5678 --wait-for-client -m celery",
        "coverage run -m celery",
        "watchmedo auto-restart -d src -p '*.py' --recursive -- celery",
        "watchmedo auto-restart --directory=./ --recursive celery",
        "hupper -m celery",
        "python -m hupper -m celery",
        "entr -r celery",
        "some-wrapper --flag celery",
        "xvfb-run -s '-screen 0' celery",
    ],
)
def test_celery_is_found_behind_wrappers(prefix: str) -> None:
    assert behind(f"{prefix} -A x worker -c 4") == "-A x worker -c 4"


@pytest.mark.parametrize(
    "line",
    [
        "watchfiles 'celery -A x worker'",
        "watchfiles --filter python 'celery -A x worker' src tests",
        "watchfiles --filter python celery.__main__.main --args '-A x worker'",
        "watchfiles celery.__main__.main --args '-A x worker' src",
        "python -m watchfiles celery.__main__.main --args '-A x worker'",
        "nodemon --exec 'celery -A x worker' --ext py",
    ],
)
def test_celery_is_found_in_strings(line: str) -> None:
    assert behind(line) == "-A x worker"
    assert unwrapped(line).development


@pytest.mark.parametrize(
    "line",
    [
        "echo celery -A x worker",
        "pip install celery worker",
        "grep celery worker",
        "pkill -f 'celery worker'",
        "docker exec x celery -A x worker",
        "supervisorctl restart celery",
        "systemctl start celery",
        "gunicorn x.wsgi",
        "python manage.py runserver",
        "tail -f celery.log",
        "my-tool celery",
        "my-tool celery.log worker",
        "poetry install celery",
        "uv sync",
    ],
)
def test_what_only_mentions_celery_is_no_start(line: str) -> None:
    assert unwrapped(line).kind in ("command", "nothing")


@pytest.mark.parametrize(
    ("line", "interpreter", "string", "rest"),
    [
        ("bash -c 'celery worker'", "bash", "celery worker", []),
        ("/bin/sh -ec 'a && b' name x", "sh", "a && b", ["name", "x"]),
        ("bash -o pipefail -lc 'celery'", "bash", "celery", []),
        ("gosu app sh -c 'celery'", "sh", "celery", []),
        ("su app -s /bin/bash -c 'celery worker'", "bash", "celery worker", []),
        ("su - app -c 'celery worker'", "sh", "celery worker", []),
    ],
)
def test_strings_for_a_shell(line: str, interpreter: str, string: str, rest: list[str]) -> None:
    found = unwrapped(line)
    assert (found.kind, found.interpreter) == ("shell", interpreter)
    assert found.word is not None
    assert found.word.text() == string
    assert [arg.text() for arg in found.args] == rest


@pytest.mark.parametrize(
    ("line", "word", "rest"),
    [
        ("sh ./run.sh worker", "./run.sh", ["worker"]),
        ("bash -e run.sh", "run.sh", []),
        ("tini -- /start.sh a", "/start.sh", ["a"]),
        ("/entrypoint.sh celery-worker", "/entrypoint.sh", ["celery-worker"]),
    ],
)
def test_scripts_and_other_commands(line: str, word: str, rest: list[str]) -> None:
    found = unwrapped(line)
    assert found.kind == "command"
    assert found.word is not None
    assert found.word.text() == word
    assert [arg.text() for arg in found.args] == rest


def test_who_stays_above_the_command() -> None:
    assert unwrapped("gosu a tini -- celery worker").stays == []
    assert unwrapped("watchmedo auto-restart -- celery worker").stays == ["watchmedo"]
    assert unwrapped("uv run celery worker").unsure == ["uv"]
    assert unwrapped("unheard-of celery worker").unsure == ["unheard-of"]


def test_variables_users_and_development() -> None:
    found = unwrapped("env A=1 gosu app B=2 celery worker")
    assert found.user == "app"
    assert set(found.environment) == {"A", "B"}
    assert not found.development
    assert unwrapped("hupper -m celery worker").development


def test_the_project_s_own_console_scripts() -> None:
    assert behind("shop worker -c 1", shop=True) == "worker -c 1"
    assert behind("env --unset X helper shop worker", shop=True) == "worker"
    found = unwrapped("shop celery worker -c 1", shop=False)
    assert found.word is not None
    assert (found.word.text(), found.word.written) == ("shop", "shop celery")


@pytest.mark.parametrize("line", ["", "env", "sh -c", "python -m", "su -c", "uv run", "A=b", "--"])
def test_unfinished_lines_are_nothing(line: str) -> None:
    assert unwrapped(line).kind in ("nothing", "command")
