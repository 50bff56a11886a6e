from __future__ import annotations

import shlex
from typing import Any

import pytest

from celerylint.findings import Span
from celerylint.oracle import options
from celerylint.project.deployment import argv, multi
from celerylint.project.deployment.argv import Arg
from celerylint.project.values import Default, Literal, Unknown, Value

SPAN = Span("f", 1)


def args(*words: str | Value) -> list[Arg]:
    found = []
    for word in words:
        value = Literal(word) if isinstance(word, str) else word
        found.append(Arg(value, SPAN, open=isinstance(word, Unknown)))
    return found


def celery_says(words: list[str]) -> list[dict[str, Any]]:
    """Each node's options from Celery's own classes. The pid and log files have no folder, so that
    Celery creates none."""
    from celery.apps.multi import MultiParser, NamespacedOptionParser

    parser = NamespacedOptionParser([*words, "--pidfile=p", "--logfile=l"])
    parser.parse()
    if "--hostname" not in parser.options and "-n" not in parser.options:
        parser.options["--hostname"] = "host"
    cluster = MultiParser(cmd="celery worker", append="", prefix="", suffix="").parse(parser)
    return [{**node.options, "-n": node.name} for node in cluster]


def ours(words: list[str]) -> list[dict[str, Any]]:
    _, found = multi.nodes(args("start", *words))
    return [options_of(node) for node in found]


def options_of(node: multi.Node) -> dict[str, Any]:
    """A node's words back as a mapping from switch to value."""
    given: dict[str, Any] = {}
    texts = [arg.text() or "" for arg in node.args]
    texts.remove("worker")
    while texts:
        word = texts.pop(0)
        name, equals, value = word.partition("=")
        takes = not equals and not word.startswith("--") and texts and texts[0][:1] != "-"
        given[name] = value if equals else (texts.pop(0) if takes else None)
    return given


@pytest.mark.parametrize(
    "line",
    [
        "w1 w2 -c 3",
        "w1 w2 -A proj --concurrency=3",
        "3 -c 2",
        "3 -c:1 2 -Q:2-3 a,b",
        "5 -Q:1-3 images,video -Q:4,5 data -Q default",
        "w1 w2 w3 -c:1 3 -c:w2 4",
        "w1 w2 -Q:1,2 a",
        "w1@a w2@b -c:w1 3 -c:w2@b 5",
        "2 --range-prefix=web -c 1",
        "w1 --prefix=x -c 1",
        "w1 -n here -l info",
        "w1 --suffix=there -E -c 2",
        "a-b -c 1",
        "w1 --events -P solo --pool=x",
        "celery -A x -Q: q",
    ],
)
def test_nodes_are_those_of_celery_s_own_code(line: str) -> None:
    words = shlex.split(line)
    theirs = celery_says(words)
    found = ours(words)
    assert len(found) == len(theirs)
    for mine, their in zip(found, theirs, strict=True):
        for name in ("--pidfile", "--logfile", "--executable"):
            their.pop(name)
        their = {name: value for name, value in their.items() if name != "--hostname"}
        mine["-n"] = mine["-n"].replace("%h", "host")
        assert mine == their


def test_a_node_is_a_worker_with_a_command_line_of_its_own() -> None:
    words = args("start", "2", "-c:2", "8", "--pool=gevent", "-A", "proj")
    _, (first, second) = multi.nodes(words)
    read = argv.read(second.args, options.newest())
    assert read.subcommand == "worker"
    assert read.globally("app").value == Literal("proj")  # type: ignore[union-attr]
    assert read.option("concurrency").value == Literal("8")  # type: ignore[union-attr]
    assert read.option("hostname").value == Literal("celery2@%h")  # type: ignore[union-attr]
    assert argv.read(first.args, options.newest()).option("concurrency") is None


def test_unknown_words_leave_every_node_open() -> None:
    _, (node,) = multi.nodes(args("start", "w1", Unknown("$OPTS"), "-c", Default("N")))
    assert node.open
    assert argv.read(node.args, options.newest()).open


def test_multi_s_own_flags_are_no_worker_s() -> None:
    verb, (node,) = multi.nodes(args("restart", "w1", "--quiet", "--nosplash"))
    assert verb == "restart"
    assert [arg.text() for arg in node.args] == ["worker", "-n", "w1@%h"]


def test_nothing_behind_multi() -> None:
    assert multi.nodes([]) == ("", [])
    assert multi.nodes(args("start")) == ("start", [])


def test_a_huge_count_is_bounded() -> None:
    assert len(multi.nodes(args("start", "9999999"))[1]) == 64
    assert multi.nodes(args("start", "9", "-c:1-99999999", "2"))[1]
