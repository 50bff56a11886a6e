from __future__ import annotations

import warnings
from typing import Any

import pytest

from celerylint.oracle import options


def live_command(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from celery.bin.celery import celery as group
    return group if name == options.GROUP else group.commands[name]


def installed() -> options.Release:
    import celery

    return tuple(int(part) for part in celery.__version__.split(".")[:3])


@pytest.mark.parametrize("name", ["celery", "worker", "beat", "events"])
def test_the_data_is_what_the_installed_celery_says(name: str) -> None:
    found = options.command(name, installed())
    assert found is not None
    live = live_command(name).params
    assert [each.name for each in found.options] == [each.name for each in live]
    for ours, theirs in zip(found.options, live, strict=True):
        assert list(ours.opts) == theirs.opts
        assert list(ours.off) == theirs.secondary_opts
        assert (ours.flag, ours.multiple) == (theirs.is_flag, theirs.multiple)
        assert ours.env == (theirs.envvar or "")


@pytest.mark.parametrize(
    ("release", "command", "switch", "known"),
    [
        ((5, 2, 7), "worker", "--optimization", False),
        ((5, 3, 6), "worker", "--optimization", True),
        ((5, 5, 3), "worker", "--disable-prefetch", False),
        ((5, 6, 0), "worker", "--disable-prefetch", True),
        ((5, 6, 3), "worker", "--pool-start-method", False),
        ((5, 7, 0), "worker", "--pool-start-method", True),
        ((5, 6, 3), "beat", "--hostname", False),
        ((5, 9, 9), "beat", "--hostname", True),
        ((4, 4, 7), "worker", "-Q", True),
    ],
)
def test_options_come_and_go_with_releases(
    release: options.Release, command: str, switch: str, known: bool
) -> None:
    found = options.command(command, release)
    assert found is not None
    assert (switch in found.switches) is known


def test_what_has_no_data_is_none() -> None:
    assert options.command("flower", options.newest()) is None


def test_the_group_s_variables() -> None:
    group = options.command(options.GROUP, options.newest())
    assert group is not None
    assert {each.name: each.env for each in group.options if each.env} == {
        "app": "APP",
        "broker": "BROKER_URL",
        "result_backend": "RESULT_BACKEND",
        "loader": "LOADER",
        "config": "CONFIG_MODULE",
        "no_color": "NO_COLOR",
        "skip_checks": "SKIP_CHECKS",
    }
