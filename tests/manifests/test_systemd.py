from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.model import Unit
from celerylint.facts.manifests.systemd import read
from celerylint.facts.manifests.systemd_words import items
from celerylint.facts.manifests.words import Spec, Text, Tmpl, Var
from celerylint.kept import dumps, loads

MULTI = """\
[Unit]
Description=ExecStart=no
[Service]
Type=forking
User=celery
Group=celery
EnvironmentFile=/etc/conf.d/celery
EnvironmentFile=-/etc/default/%p
WorkingDirectory=-/opt/celery
ExecStart=/bin/sh -c '${CELERY_BIN} -A $CELERY_APP multi start $CELERYD_NODES \\
    # not part of it
    --pidfile=${CELERYD_PID_FILE} $CELERYD_OPTS'
ExecStop=/bin/kill $MAINPID
Restart=always
TimeoutStopSec=600
KillMode=mixed
KillSignal=SIGQUIT
[Install]
WantedBy=multi-user.target
"""


def only(text: str, path: str = "x.service") -> Unit:
    (unit,) = read(path, text).units
    return unit


def words(line: str) -> list[str]:
    unit = only(f"[Service]\nExecStart={line}\n")
    return [str(word) for command in unit.commands for word in command.words]


def test_a_unit_with_all_that_surrounds_it() -> None:
    manifest = read("deploy/celery.service", MULTI)
    (unit,) = manifest.units
    assert (unit.name, unit.kind) == ("celery.service", "service")
    assert (str(unit.user), str(unit.workdir)) == ("celery", "/opt/celery")
    assert [(str(each.path), each.optional) for each in unit.env_files] == [
        ("/etc/conf.d/celery", False),
        ("/etc/default/%p", True),
    ]
    assert (str(unit.stop_grace), str(unit.stop_signal), str(unit.restart)) == (
        "600",
        "SIGQUIT",
        "always",
    )
    assert (str(unit.get("Type")), str(unit.get("KillMode"))) == ("forking", "mixed")
    start = unit.named("ExecStart")
    assert start is not None
    assert [str(word) for word in start.words[:2]] == ["/bin/sh", "-c"]
    script = start.words[2]
    assert script.parts[0] == Var("CELERY_BIN", scope="unit")
    assert script.source is not None
    assert script.source.value.split()[1:5] == ["-A", "$CELERY_APP", "multi", "start"]
    at = script.source.value.index("--pidfile")
    assert manifest.position(script.source.start(at)) == (12, 5)
    assert manifest.position(script.start) == (10, 22)


def test_prefixes_of_the_first_word() -> None:
    assert words("-/usr/bin/celery x") == ["/usr/bin/celery", "x"]
    assert words("@/usr/bin/celery shown x") == ["/usr/bin/celery", "x"]
    assert words("!!:/bin/celery ${X} $Y") == ["/bin/celery", "${X}", "$Y"]
    manifest = read("x.service", "[Service]\nExecStart=-@/bin/celery n x\n")
    assert manifest.position(manifest.units[0].commands[0].words[0].start) == (2, 13)


def test_variables() -> None:
    unit = only('[Service]\nExecStart=/bin/celery $OPTS "${A}/b" x$Y $$HOME ${Z}\n')
    found = unit.commands[0].words
    assert found[1].parts == (Var("OPTS", scope="unit", quoted=False),)
    assert found[1].open()
    assert found[2].parts[0] == Var("A", scope="unit")
    assert found[3].literal() == "x$Y"
    assert found[4].literal() == "$HOME"
    assert not found[5].open()


def test_specifiers() -> None:
    found = only("[Service]\nExecStart=/bin/celery -n w@%h -n w@%%h %z\n").commands[0].words
    assert found[2].parts[1] == Spec("%h")
    assert found[4].literal() == "w@%h"
    assert found[5].literal() == "%z"


def test_quotes_escapes_and_several_commands() -> None:
    assert words(r"""/bin/x 'a b' "c'd" --e="f g"h \x41\n\101 i\s\u00e9""") == [
        "/bin/x",
        "a b",
        "c'd",
        "--e=f gh",
        "A\nA",
        "i é",
    ]
    unit = only("[Service]\nExecStart=/bin/a x ; /bin/b \\; ';'\n")
    assert [[str(word) for word in each.words] for each in unit.commands] == [
        ["/bin/a", "x"],
        ["/bin/b", ";", ";"],
    ]


def test_environment() -> None:
    text = """\
[Service]
Environment="A=b c" D=%h 'E=f%%' F=
Environment=
Environment=G=1 "H=$x"
PassEnvironment=I
"""
    manifest = read("x.service", text)
    env = manifest.units[0].env
    assert [(each.name, str(each.value)) for each in env] == [
        ("G", "1"),
        ("H", "$x"),
        ("I", "None"),
    ]
    assert manifest.position(env[1].start) == (4, 18)
    first = only("[Service]\nEnvironment=\"A=b c\" D=%h 'E=f%%' F=\n").env
    assert [(each.name, str(each.value)) for each in first] == [
        ("A", "b c"),
        ("D", "%h"),
        ("E", "f%"),
        ("F", ""),
    ]


def test_an_empty_assignment_takes_the_commands_back() -> None:
    text = "[Service]\nExecStart=/bin/a\nExecStop=/bin/s\nExecStart=\nExecStart=/bin/b\n"
    unit = only(text, "conf/celery.service.d/override.conf")
    assert (unit.name, unit.kind) == ("celery.service", "drop-in")
    assert [(each.role, str(each.words[0])) for each in unit.commands] == [
        ("ExecStop", "/bin/s"),
        ("ExecStart", "/bin/b"),
    ]
    assert unit.get("ExecStart") is not None


def test_comments_only_at_the_start_of_a_line() -> None:
    text = "[Service]\n  # ExecStart=/bin/no\n;ExecStart=/bin/no\nExecStart=/bin/a # b\n"
    assert [str(word) for word in only(text).commands[0].words] == ["/bin/a", "#", "b"]


def test_a_template_of_a_unit() -> None:
    text = """\
[Service]
{% if gevent %}
ExecStart={{ venv }}/bin/celery -A x worker -P gevent
{% endif %}
"""
    unit = only(text, "roles/worker/celery.service.j2")
    assert unit.name == "celery.service"
    assert unit.commands[0].conditions == ("if gevent",)
    assert unit.commands[0].words[0].parts[0] == Tmpl("venv")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ExecStart=/bin/a 'b\n", (2, "a quote in this ExecStart is never closed")),
        ("ExecStart=/bin/a \\", (2, "the file ends in the middle of a continued line")),
    ],
)
def test_bad_lines(text: str, problem: tuple[int, str]) -> None:
    manifest = read("x.service", f"[Service]\n{text}")
    assert manifest.problems == (problem,)
    assert str(manifest.units[0].commands[0].words[0]) == "/bin/a"


@given(st.text("ab '\"=/-", max_size=25))
def test_plain_items_are_those_of_shlex(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        assert not all(item.closed for item in items(Text.at(text, 0)))
        return
    assert [item.text.value for item in items(Text.at(text, 0))] == expected


PIECES = st.sampled_from(
    [
        "[Service]\n",
        "ExecStart=",
        "Environment=",
        "\\\n",
        "\n",
        " ",
        ";",
        "'",
        '"',
        "%h",
        "%%",
        "$X",
        "${X}",
        "$$",
        "@",
        "-",
        "\\x4",
        "\\U00110000",
        "\\",
        "a",
        "{{ x }}",
        "{% if x %}",
        "#",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("x.service", text)
    assert loads(dumps(manifest)) == manifest
    for _, command in manifest.commands():
        assert all(0 <= word.start <= word.end <= len(text) for word in command.words)


def test_a_very_long_continued_command_is_read() -> None:
    text = "[Service]\nExecStart=/bin/a \\\n" + " b \\\n" * 5_000 + " c\n"
    assert len(only(text).commands[0].words) == 5_002
