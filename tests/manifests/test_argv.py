from __future__ import annotations

import shlex
import warnings
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celerylint.findings import Span
from celerylint.oracle import options
from celerylint.project.deployment import argv
from celerylint.project.deployment.argv import Arg, Argv
from celerylint.project.values import Default, Joined, Literal, Unknown, Value

RELEASE = options.newest()


def args(*words: str | Value) -> list[Arg]:
    """Words on one line, one blank apart; a Value counts as one character."""
    found, column = [], 1
    for word in words:
        width = len(word) if isinstance(word, str) else 1
        value = Literal(word) if isinstance(word, str) else word
        span = Span("f", 1, column, 1, column + width)
        found.append(Arg(value, span, open=isinstance(word, Unknown)))
        column += width + 1
    return found


def read(*words: str | Value, release: options.Release = RELEASE) -> Argv:
    return argv.read(args(*words), release)


def plain(found: Argv) -> dict[str, Any]:
    return {each.name: each.value.python() for each in found.given}


# --- what click's own parser says ------------------------------------------------------------


def click_reads(words: list[str]) -> tuple[Any, ...]:
    """(group options, subcommand, options, rest) or ("error",) from click's parser alone: no
    callback, no type, no environment takes part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from celery.bin.celery import celery as group

        context = click.Context(group, info_name="celery")
        try:
            shared, rest, _ = group.make_parser(context).parse_args(list(words))
            if not rest:
                return (clean(shared), None, {}, [])
            command = group.commands.get(rest[0])
            if command is None or rest[0] not in ("worker", "beat", "events"):
                return (clean(shared), rest[0], None, None)
            inner = click.Context(command, info_name=rest[0], parent=context)
            given, extra, _ = command.make_parser(inner).parse_args(rest[1:])
        except click.UsageError:
            return ("error",)
    return (clean(shared), rest[0], clean(given), extra)


def clean(found: dict[str, Any]) -> dict[str, Any]:
    """Only what was given; a flag is whatever its switch says."""
    kept = {"help" if "help" in name else name: value for name, value in found.items()}
    return {name: value for name, value in kept.items() if isinstance(value, (str, bool))}


def ours(words: list[str]) -> tuple[Any, ...]:
    found = argv.read(args(*words), RELEASE)
    if found.mistakes:
        return ("error",)
    shared = {each.name: each.value.python() for each in found.group}
    if found.subcommand not in ("worker", "beat", "events"):
        nothing: tuple[Any, ...] = ({}, []) if found.subcommand is None else (None, None)
        return (shared, found.subcommand, *nothing)
    return (shared, found.subcommand, plain(found), [each.text() for each in found.extra])


NASTY = """
-A proj worker -l info -c4 -Ofair -EB -Q a,b -n w@%h
--app proj:app --broker=redis://x worker --pool=gevent --concurrency 100 --prefetch-multiplier=1
worker -A proj -l info
-A p worker --conc=3
-A p worker --time-limit=300 --max-tasks-per-child 5 -- worker.prefetch_multiplier=1
-A p worker --autoscale=10,3 -P threads --without-gossip --without-mingle --without-heartbeat
-A p beat -S django -s ./ --pidfile=
-A p worker -B -S django
-A p worker -Ofast -Ofair
-A p events -d
-A p worker -l
worker --app=p
-A p worker extra
-A p worker --autoreload
-A p worker --loglevel=info --logfile=x -f y
-A p worker -Q
-A p -l info worker
-A p worker --hostname w1 -D
-app=tasks.tasks:celery beat
--quiet -A x beat
-C -A x beat
-q -C worker -EBc4
-A x worker -c=4
-A=x worker
-A x worker -Q -priority.fifo
-A x worker --queue=a
-A x worker --events=1
-A x worker -E4
-A x worker --
-A x worker -- -c 4
-A x -- worker -c 4
-A
worker -c
-A x worker -
-A x worker --=3
-A x worker --pool
-A x worker -Pgevent
-A x worker -P gevent -P solo
-A x worker --pool=
-A x worker -c ''
-A x beat --no-enable-remote-control --enable-remote-control
-A x beat --max-interval 5 -n me
-A x events -c cam -F 2 -r 10/m
-A x events --dump
--version
--help
worker --help
-A x worker -lINFO -Qa -Xb -Ic
-A x worker -Elinfo
-A x worker -DE --uid=1 --gid 2
-A x worker --discard --purge
-A x worker --task-events --events
-A x worker -Q a b -c 4
-A x worker --skip-checks
--skip-checks worker
-A x shell
-A x inspect ping
-A x -l
-A x worker --autoscale 3 --optimization=fair -O fair
-A x worker --pool-start-method spawn --disable-prefetch
-A x worker -X=a -s sched --schedule f --schedule-filename g
"""


@pytest.mark.parametrize("line", NASTY.strip().splitlines())
def test_nasty_command_lines_read_as_click_reads_them(line: str) -> None:
    words = shlex.split(line)
    assert ours(words) == click_reads(words)


def vocabulary() -> list[str]:
    words = ["", "-", "--", "a,b", "4", "worker", "beat", "events", "x=y", "-z", "--zz=1", "-EB"]
    for name in ("celery", "worker", "beat", "events"):
        table = options.command(name, RELEASE)
        assert table is not None
        for switch in table.switches:
            words += [switch, f"{switch}=v", f"{switch}v"]
    return words


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(vocabulary()), max_size=8), st.sampled_from([0, 1, 2, 3]))
def test_any_command_line_reads_as_click_reads_it(words: list[str], start: int) -> None:
    begin = [[], ["-A", "x"], ["worker"], ["-A", "x", "beat"]][start]
    assert ours(begin + words) == click_reads(begin + words)


# --- what click cannot say -------------------------------------------------------------------


def test_places_of_switches_and_values() -> None:
    found = read("-A", "proj", "worker", "-c4", "--queues=a,b", "-P", "solo")
    spans = {each.name: (each.span.column, each.value_span.column) for each in found.given}
    assert spans == {"concurrency": (16, 18), "queues": (20, 29), "pool": (33, 36)}
    assert found.subcommand_span == Span("f", 1, 9, 1, 15)
    app = found.globally("app")
    assert app is not None
    assert (app.switch, app.value_span.column) == ("-A", 4)


def test_the_last_of_a_repeated_option_counts() -> None:
    found = read("worker", "-O", "fast", "-Ofair")
    given_ = found.option("optimization")
    assert given_ is not None
    assert given_.value == Literal("fair")


def test_an_unknown_value_stays_with_its_option() -> None:
    number = Default("N", Literal("4"))
    found = read("worker", "-c", number, "-l", "info")
    assert not found.open
    assert found.option("concurrency").value is number  # type: ignore[union-attr]


@pytest.mark.parametrize("switch", ["--concurrency=", "-c"])
def test_an_unknown_value_glued_to_its_option(switch: str) -> None:
    number = Default("N", Literal("4"))
    found = read("worker", Joined((Literal(switch), number)))
    assert not found.open
    assert found.option("concurrency").value is number  # type: ignore[union-attr]


def test_a_partly_known_value_keeps_its_known_part() -> None:
    found = read("worker", Joined((Literal("--queues=a,"), Unknown("x"))))
    value = found.option("queues").value  # type: ignore[union-attr]
    assert isinstance(value, Joined)
    assert value.prefix() == "a,"


@pytest.mark.parametrize(
    "words",
    [
        ["worker", Unknown("$OPTS")],
        ["worker", Joined((Literal("--"), Unknown("x")))],
        ["worker", Joined((Literal("-E"), Unknown("x")))],
        [Unknown("$OPTS"), "worker", "-l", "info"],
        ["worker", "--", Unknown("$@")],
    ],
)
def test_what_may_be_options_leaves_the_list_open(words: list[str | Value]) -> None:
    found = read(*words)
    assert found.open
    assert found.subcommand == "worker"


def test_an_unknown_subcommand_is_no_subcommand() -> None:
    assert read("-A", "x", Default("WHAT", Literal("worker"))).subcommand is None


def test_mistakes_are_named_and_reading_goes_on() -> None:
    found = read("worker", "--queue=a", "-A", "x", "-c4", "--events=1", "-Q")
    assert [(each.kind, each.switch) for each in found.mistakes] == [
        ("no-such-option", "--queue"),
        ("no-such-option", "-A"),
        ("value-for-flag", "--events"),
        ("no-value", "-Q"),
    ]
    assert found.option("concurrency") is not None


def test_before_five_the_app_may_stand_behind_the_subcommand() -> None:
    found = read("worker", "-A", "x", "-c4", release=(4, 4, 7))
    assert not found.mistakes
    assert found.globally("app").value == Literal("x")  # type: ignore[union-attr]


def test_words_behind_other_commands_are_kept() -> None:
    found = read("-A", "x", "flower", "--port=5555")
    assert found.subcommand == "flower"
    assert [each.text() for each in found.extra] == ["--port=5555"]
