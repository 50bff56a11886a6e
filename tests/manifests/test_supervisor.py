from __future__ import annotations

import configparser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint import kept
from celerylint.facts.manifests.ini import sections
from celerylint.facts.manifests.model import Manifest, Problem, Unit
from celerylint.facts.manifests.supervisor import read
from celerylint.facts.manifests.words import Spec, Tmpl, Var

SHOP = """\
[supervisord]
nodaemon=true
user=root
environment=PYTHONPATH="/app",LANG=C.UTF-8

; [program:old]
[program:worker]
command=celery -A shop worker   ; the main one
    --hostname=w%(process_num)02d@%%n
# a comment between
    -Q a#b,c # note
numprocs=2
process_name=%(program_name)s_%(process_num)02d
directory=/srv/%(program_name)s
user=shop
Autorestart=true
stopsignal=INT
stopwaitsecs = 600
stopasgroup=true
environment=A="x,y",B='%(ENV_HOME)s/z',C=plain

[program:beat]
command=%(ENV_VENV)s/bin/celery -A shop beat

[group:shop]
programs=worker, beat

[include]
files = conf.d/*.conf /etc/%(here)s/x.conf
"""


def unit(manifest: Manifest, name: str) -> Unit:
    return next(each for each in manifest.units if each.name == name)


def words(found: Unit) -> list[str]:
    return [str(word) for word in found.commands[0].words]


def test_a_program_with_all_that_surrounds_it() -> None:
    manifest = read("supervisord.conf", SHOP)
    worker = unit(manifest, "worker")
    assert manifest.problems == ()
    assert words(worker) == [
        "celery",
        "-A",
        "shop",
        "worker",
        "--hostname=w%(process_num)02d@%n",
        "-Q",
        "a#b,c",
    ]
    assert [manifest.position(word.start) for word in worker.commands[0].words][3:6] == [
        (8, 24),
        (9, 5),
        (11, 5),
    ]
    assert str(worker.replicas) == "2"
    assert str(worker.workdir) == "/srv/worker"
    assert (str(worker.user), str(worker.restart), str(worker.stop_signal)) == (
        "shop",
        "true",
        "INT",
    )
    assert worker.stop_grace is not None
    assert manifest.position(worker.stop_grace.start) == (18, 16)
    assert str(worker.get("stopasgroup")) == "true"
    assert str(worker.get("group")) == "shop"
    assert manifest.position(worker.start) == (7, 10)
    assert worker.kind == "program"


def test_environment_and_expansions() -> None:
    manifest = read("supervisord.conf", SHOP)
    worker, beat = unit(manifest, "worker"), unit(manifest, "beat")
    assert [(each.name, str(each.value)) for each in worker.env] == [
        ("A", "x,y"),
        ("B", "${HOME}/z"),
        ("C", "plain"),
    ]
    assert worker.commands[0].words[4].parts[1] == Spec("%(process_num)02d")
    assert beat.commands[0].words[0].parts[0] == Var("VENV", scope="unit", quoted=False)


def test_what_programs_share_and_further_files() -> None:
    manifest = read("supervisord.conf", SHOP)
    assert manifest.shared is not None
    assert str(manifest.shared.user) == "root"
    assert [(each.name, str(each.value)) for each in manifest.shared.env] == [
        ("PYTHONPATH", "/app"),
        ("LANG", "C.UTF-8"),
    ]
    assert [str(each) for each in manifest.includes] == ["conf.d/*.conf", "/etc/%(here)s/x.conf"]


def test_a_number_of_processes_that_is_not_given_is_one() -> None:
    manifest = read("s.conf", "[program:w]\ncommand=celery -n w%(process_num)02d -c %(numprocs)d\n")
    assert words(manifest.units[0]) == ["celery", "-n", "w00", "-c", "1"]
    assert manifest.units[0].replicas is None


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("celery -n w@%x", (2, "supervisord cannot expand %x: write %% for %")),
        ("celery -n %(nothing)s", (2, "supervisord does not know %(nothing)s")),
        ("celery \\\n 'open", (3, "a quote in this command is never closed")),
    ],
)
def test_what_stops_supervisord_from_starting(command: str, problem: Problem) -> None:
    manifest = read("s.conf", f"[program:w]\ncommand={command}\n")
    assert manifest.problems == (problem,)
    assert words(manifest.units[0])[0] == "celery"


def test_names_of_nodes_that_stop_supervisord_are_left_to_a_rule() -> None:
    assert read("s.conf", "[program:w]\ncommand=celery worker -n w@%h\n").problems == ()
    assert read("s.conf", "[program:w]\ncommand=serve w@%h\n").problems != ()
    assert read("s.conf", "[program:w]\ncommand=celery\ndirectory=/srv/%h\n").problems != ()


def test_repeated_sections_and_keys_are_merged() -> None:
    text = "[program:w]\ncommand=a\nuser=u\n[program:w]\ncommand=b\n"
    manifest = read("s.conf", text)
    assert [words(each) for each in manifest.units] == [["b"]]
    assert str(manifest.units[0].user) == "u"


def test_a_template() -> None:
    text = """\
[program:w]
command={{ venv }}/bin/celery -A x worker -c {{ n }}
{% if grace %}
stopwaitsecs={{ grace }}
{% endif %}
"""
    found = read("s.conf.j2", text).units[0]
    assert found.commands[0].words[0].parts[0] == Tmpl("venv", quoted=False)
    assert str(found.commands[0].words[-1]) == "{{ n }}"
    assert found.maybe == (("stopwaitsecs", "if grace"),)


def test_circus() -> None:
    text = """\
[env]
PATH = /bin
[watcher:worker]
cmd = celery ; note
args = -A shop worker -c $(circus.env.n) -n w$(circus.wid)
numprocesses = 3
graceful_timeout = 60
copy_env = True
[env:work*]
A = 1
[watcher:beat]
cmd = celery -A shop beat > log
shell = True
"""
    manifest = read("circus.ini", text)
    worker, beat = manifest.units
    assert words(worker) == ["celery", "-A", "shop", "worker", "-c", "${n}", "-n", "w$(circus.wid)"]
    assert manifest.position(worker.commands[0].words[1].start) == (5, 8)
    assert (str(worker.replicas), str(worker.stop_grace)) == ("3", "60")
    assert (worker.kind, worker.env_open) == ("watcher", "copy_env")
    assert [(each.name, str(each.value)) for each in worker.env] == [("A", "1")]
    assert beat.commands[0].form == "shell"
    assert manifest.shared is not None
    assert [each.name for each in manifest.shared.env] == ["PATH"]


LINES = st.lists(
    st.sampled_from(
        [
            "[a]",
            "[b:c]",
            "k=v",
            "k : v",
            "K = w ; c",
            " x",
            "\ty # c",
            "",
            "  ",
            "# c",
            "; c",
            " # c",
            "q=a;b",
            "q=a ;b",
            "r=",
            "r = a=b",
            "  z = 1",
            "s=a#b # c",
            "[a] tail",
            "t=%%",
        ]
    ),
    max_size=14,
)


@given(LINES)
def test_sections_are_those_of_configparser(lines: list[str]) -> None:
    text = "\n".join(lines)
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    problems: list[Problem] = []
    found = sections(text, problems)
    try:
        parser.read_string(text)
    except configparser.Error:
        assert problems
        return
    assert not problems
    assert {name: dict(parser.items(name)) for name in parser.sections()} == {
        section.name: {key: option.value.value for key, option in section.options.items()}
        for section in found.values()
    }
    for section in found.values():
        for option in section.options.values():
            for at, char in enumerate(option.value.value):
                assert char == "\n" or text[option.value.start(at)] == char


PIECES = st.sampled_from(
    [
        "[program:w]\n",
        "[include]\n",
        "command=",
        "environment=",
        "numprocs=",
        "%",
        "%(",
        "%(x)s",
        "%%",
        "\n ",
        "\n",
        "'",
        '"',
        "=",
        ",",
        "\\",
        "a",
        " ",
        "{{ x }}",
        "{% if",
        "[watcher:w]\ncmd=",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("s.conf", text)
    assert kept.loads(kept.dumps(manifest)) == manifest
    for _, command in manifest.commands():
        assert all(0 <= word.start <= word.end <= len(text) for word in command.words)


@pytest.mark.parametrize(
    "junk", ["%(", "%(a)99999999999d", "A='", "\n x", "\n[program:x]\ncommand=%h"]
)
def test_degenerate_files_end(junk: str) -> None:
    manifest = read("s.conf", "[program:w]\nenvironment=a\ncommand=" + junk * 3_000)
    assert len(manifest.problems) <= 5
