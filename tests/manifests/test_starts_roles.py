"""Which starts count, for what, and once only; what is no start."""

from __future__ import annotations

import json

import pytest

from celerylint.project.process import process_json

from .trees import collected, place, start, starts, told


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("docker-compose.yml", "production"),
        ("docker-compose.dev.yml", "development"),
        ("docker-compose-local.yml", "development"),
        ("tests/docker-compose.yml", "development"),
        ("deploy/latest/docker-compose.yml", "production"),
    ],
)
def test_paths_tell_development(path: str, role: str) -> None:
    tree = {path: "services:\n  w:\n    image: a\n    command: celery -A x worker\n"}
    assert start(tree).role == role


def test_watchers_and_mounted_sources_tell_development() -> None:
    compose = "services:\n  w:\n    image: a\n    command: {}\n{}"
    watched = compose.format("watchmedo auto-restart -- celery -A x worker", "")
    mounted = compose.format("celery -A x worker", "    volumes: ['./:/app:cached']\n")
    assert start({"compose.yml": watched}).role_reason == "watchmedo restarts it when files change"
    assert start({"compose.yml": mounted}).role == "development"


def test_sources_that_the_override_file_mounts_tell_development() -> None:
    base = "services:\n  w:\n    build: .\n    command: celery -A x worker\n"
    override = "services:\n  w:\n    volumes: ['.:/src']\n"
    tree = {"docker-compose.yml": base, "docker-compose.override.yml": override}
    why = "docker-compose.override.yml mounts the source code (.:/src)"
    assert start(tree).role_reason == why
    assert start({**tree, "docker-compose.prod.yml": "services:\n"}).role == "production"
    assert start({**tree, "docker-compose.override.yml": base}).role == "production"
    other = {"docker-compose.yml": base, "docker-compose.extra.yml": override}
    assert start(other).role == "production"


def test_make_targets_are_for_development() -> None:
    found = start({"Makefile": "APP = shop\nworker:\n\t@celery -A $(APP) worker \\\n\t  -c 2\n"})
    assert (place(found), found.role, told(found.app)) == ("Makefile:3:3", "development", "shop")


# --- overrides, identical files, unread ------------------------------------------------------


def test_an_override_without_a_command_is_no_second_start() -> None:
    tree = {
        "docker-compose.yml": "services:\n  w:\n    image: a\n    command: celery -A x worker\n",
        "docker-compose.override.yml": "services:\n  w:\n    environment: {A: b}\n",
        "docker-compose.more.yml": "services:\n  w:\n    command: celery -A x worker -c 9\n",
    }
    found = starts(tree)
    assert [place(each) for each in found] == [
        "docker-compose.more.yml:3:14",
        "docker-compose.yml:4:14",
    ]


def test_an_identical_copy_is_not_told_twice() -> None:
    compose = "services:\n  w:\n    image: a\n    command: celery -A x worker\n"
    found = start({"embedded/deep/docker-compose.yml": compose, "docker-compose.yml": compose})
    assert found.span.path == "docker-compose.yml"


def test_extends_brings_the_parent_s_surroundings() -> None:
    tree = {
        "common.yml": "services:\n  base:\n    image: a\n    stop_grace_period: 1m30s\n",
        "docker-compose.yml": (
            "services:\n  w:\n    extends: {file: common.yml, service: base}\n"
            "    command: celery -A x worker\n"
        ),
    }
    assert told(start(tree).grace) == 90


def test_compose_interpolation_keeps_its_default() -> None:
    compose = (
        "services:\n  w:\n    image: a\n    command: celery -A x worker -c ${N:-3} $$HOME\n"
        "    deploy: {replicas: '${R:-2}'}\n"
    )
    found = start({"compose.yml": compose, ".env": "N=7\n"})
    assert told(found.option("concurrency")) == ("7", "N")
    assert told(found.replicas) == (2, "R")
    assert found.extra == ("$HOME",)


def test_what_cannot_be_read_is_named() -> None:
    tree = {
        "docker-compose.yml": "services:\n  celery-worker:\n    image: acme/app\n",
        "run.sh": "#!/bin/sh\n$UNKNOWN celery-ish worker\n",
    }
    found = collected(tree)
    assert found.processes == ()
    assert [(each.path, each.line) for each in found.unread] == [("docker-compose.yml", 2)]


@pytest.mark.parametrize(
    "tree",
    [
        {"run.sh": "#!/bin/sh\necho 'run celery worker'\ncelery -A x inspect ping\n"},
        {"run.sh": "#!/bin/sh\n# celery -A x worker\ncat <<EOF\ncelery -A x worker\nEOF\n"},
        {"README.md": "celery -A x worker\n"},
        {"docs/guide.rst": "::\n\n    celery -A x worker\n"},
        {"compose.yml": "services:\n  celery:\n    image: redis\n    # command: celery worker\n"},
        {
            "compose.yml": (
                "services:\n  a:\n    image: b\n    command: gunicorn x\n"
                "    healthcheck: {test: [CMD, celery, inspect, ping]}\n"
            )
        },
        {"Dockerfile": "FROM x\nRUN pip install celery worker\nCMD gunicorn celery\n"},
        {"Makefile": "help: ## celery worker\n\t@echo celery worker\n"},
    ],
)
def test_mentions_that_start_nothing(tree: dict[str, str]) -> None:
    assert starts(tree) == []


def test_declared_workers() -> None:
    found = collected({}, workers=("celery -A shop worker -P gevent -c 200",)).processes
    assert [told(each.option("pool")) for each in found] == ["gevent"]


def test_a_process_as_json() -> None:
    tree = {"Procfile": "worker: celery -A shop worker -P gevent -c ${N:-4} -Q a,b $MORE\n"}
    found = process_json(start(tree))
    json.dumps(found)
    assert found["pool"] == {
        "value": "gevent",
        "certainty": "known",
        "from": "option",
        "path": "Procfile",
        "line": 1,
    }
    assert found["concurrency"]["certainty"] == "default"
    assert found["concurrency"]["env"] == "N"
    assert found["open"] is True
    assert found["time_limit"] is None
    assert found["chain"] == ["Procfile:1"]
