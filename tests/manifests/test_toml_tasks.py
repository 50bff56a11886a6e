from __future__ import annotations

from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.toml_document import Path, parse
from celerylint.facts.manifests.toml_tasks import read
from celerylint.facts.manifests.words import Var
from celerylint.kept import dumps, loads

POE = '''\
[project.scripts]
shop = "shop:main"
[tool.poe]
envfile = ".env"
env.A = "1"
[tool.poe.tasks]
worker.help = "celery worker"
worker.cmd = "celery -A shop worker -c ${N:-4} -n '$x'"
beat = "celery -A shop beat"
both.shell = """
celery worker &
celery beat
"""
both.cwd = "src"
chain.sequence = ["worker", { cmd = "celery beat" }, { shell = "celery flower" }]
code.script = "shop:run"
[tool.poe.tasks.other]
cmd = "celery -A other worker"
env = { B = "2", C = { default = "3" } }
envfile = ["a.env", "b.env"]
'''


def words(manifest: Manifest) -> dict[str, list[list[str]]]:
    return {
        unit.name: [
            [str(word) for word in command.words] or ["$ " + str(command.script)]
            for command in unit.commands
        ]
        for unit in manifest.units
    }


def test_poe() -> None:
    manifest = read("pyproject.toml", POE)
    assert words(manifest) == {
        "worker": [["celery", "-A", "shop", "worker", "-c", "${N:-4}", "-n", "$x"]],
        "beat": [["celery", "-A", "shop", "beat"]],
        "both": [["$ celery worker &\ncelery beat\n"]],
        "chain": [["celery", "beat"], ["$ celery flower"]],
        "code": [],
        "other": [["celery", "-A", "other", "worker"]],
    }
    worker, beat, both, *_, other = manifest.units
    command = worker.commands[0]
    assert (command.form, command.role) == ("split", "task")
    assert [manifest.position(word.start) for word in command.words[:2]] == [(8, 15), (8, 22)]
    variable = command.words[5].parts[0]
    assert isinstance(variable, Var)
    assert variable.scope == "unit"
    assert manifest.position(beat.commands[0].words[3].start) == (9, 24)
    assert manifest.position(both.commands[0].start) == (11, 1)
    assert str(both.workdir) == "src"
    assert [(each.name, str(each.value), each.reason) for each in other.env] == [
        ("B", "2", ""),
        ("C", "3", "a default"),
    ]
    assert [str(each.path) for each in other.env_files] == ["a.env", "b.env"]
    assert manifest.shared is not None
    assert [str(each.path) for each in manifest.shared.env_files] == [".env"]
    assert [each.name for each in manifest.shared.env] == ["A"]
    assert [(each.name, str(each.value)) for each in manifest.tables[0].variables] == [
        ("shop", "shop:main")
    ]


def test_other_task_runners() -> None:
    text = """\
[tool.pdm.scripts]
_.env_file = ".env"
a = "celery worker && x"
b = { cmd = ["celery", "beat"] }
c.shell = "celery flower"
[tool.hatch.envs.default.scripts]
d = ["celery worker", "x"]
[tool.taskipy.tasks]
e = { cmd = "celery e" }
"""
    assert words(read("pyproject.toml", text)) == {
        "a": [["celery", "worker", "&&", "x"]],
        "b": [["celery", "beat"]],
        "c": [["$ celery flower"]],
        "d": [["$ celery worker"], ["$ x"]],
        "e": [["$ celery e"]],
    }
    mise = '[tasks.worker]\nrun = "celery -A {{ vars.app }} worker"\ndir = "src"\n[tasks]\nb = "celery beat"\n'  # noqa: E501
    manifest = read("mise.toml", mise)
    assert words(manifest)["b"] == [["$ celery beat"]]
    script = manifest.units[0].commands[0].script
    assert script is not None
    assert str(script.word()) == "celery -A {{ vars.app }} worker"
    assert words(read("Pipfile", '[scripts]\nw = "celery worker"\n')) == {
        "w": [["celery", "worker"]]
    }


def test_fly() -> None:
    text = """\
app = "shop"
kill_signal = "SIGTERM"
kill_timeout = 120
[build]
dockerfile = "Dockerfile.prod"
[env]
A = "b"
PORT = 80
[deploy]
release_command = "python manage.py migrate"
[processes]
worker = "celery -A shop worker -Q 'a b'"
"""
    manifest = read("fly.toml", text)
    worker, release = manifest.units
    assert manifest.kind == "fly"
    assert words(manifest)["worker"] == [["celery", "-A", "shop", "worker", "-Q", "a b"]]
    assert manifest.position(worker.commands[0].words[0].start) == (12, 11)
    assert (str(worker.stop_signal), str(worker.stop_grace)) == ("SIGTERM", "120")
    assert [(each.name, str(each.value)) for each in worker.env] == [("A", "b"), ("PORT", "80")]
    assert worker.build is not None
    assert str(worker.build.dockerfile) == "Dockerfile.prod"
    assert release.commands[0].role == "hook"


def test_railway() -> None:
    text = '[deploy]\nstartCommand = "celery worker"\nnumReplicas = 2\n'
    (unit,) = read("railway.toml", text).units
    assert (str(unit.commands[0].script), str(unit.replicas)) == ("celery worker", "2")


def test_a_template_of_a_toml_file() -> None:
    text = '[tool.poe.tasks]\n{%- if x %}\nw = "celery -A {{ app }} worker"\n{%- endif %}\n'
    assert words(read("pyproject.toml", text)) == {"w": [["celery", "-A", "{{ app }}", "worker"]]}


@pytest.mark.parametrize(
    "text", ["a = \n", "a = 1\na = 2\n", "[a\n", "a = " + "[" * 5_000, "\x00", "celery worker\n"]
)
def test_invalid_toml_is_one_problem(text: str) -> None:
    manifest = read("pyproject.toml", text)
    assert len(manifest.problems) == 1
    assert manifest.units == ()


def leaves(value: Any, path: Path = ()) -> list[tuple[Path, str]]:
    if isinstance(value, dict):
        return [each for key, item in value.items() for each in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [each for n, item in enumerate(value) for each in leaves(item, (*path, n))]
    return [(path, value)] if isinstance(value, str) else []


CASES = r'''
a = "x\ty\u00e9\"" # c
b.c = 'raw \n'
"q.r" . 's' = """
first \
   second
third"" """
t = {u = "1", v = ["2", { w = "3" }]}
[[x]]
y = "4"
[[x.z]]
k = ['5', "6"]
[[x]]
y = "7"
[m."n o"]
p = '' # empty
last = """a"b""c"""
e = ""
'''


def test_every_string_has_its_place() -> None:
    document = parse(CASES)
    found = leaves(tomli.loads(CASES))
    assert len(found) == 13
    for path, value in found:
        text = document.text(*path)
        assert text is not None
        assert text.value == value
        assert path in document.places
        start, end = document.places[path]
        assert start <= text.start(0) <= text.end(len(value)) <= end


@given(
    st.dictionaries(
        st.text("ab-_\" .'", min_size=1, max_size=4),
        st.text("ab\\\"'\n\t\r#=[]{}é\x7f\x01", max_size=12),
        max_size=4,
    )
)
def test_places_of_any_string(values: dict[str, str]) -> None:
    def quoted(text: str) -> str:
        body = "".join(
            char if char.isprintable() and char not in '"\\' else f"\\u{ord(char):04x}"
            for char in text
        )
        return f'"{body}"'

    source = "".join(
        f"{quoted(key)} = {quoted(value)} # {key!a}\n" for key, value in values.items()
    )
    document = parse(source)
    assert document.problem is None
    for key, value in values.items():
        text = document.text(key)
        assert text is not None
        assert (text.value, key in [path[0] for path in document.places]) == (value, True)


PIECES = st.sampled_from(
    [
        "[tool.poe.tasks]\n",
        "a = ",
        '"',
        "'",
        '"""',
        "celery",
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "cmd",
        "#",
        "\\",
        " ",
        "{{ x }}",
        "{% if x %}\n",
        "1",
        "true",
        "\r\n",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("pyproject.toml", text)
    assert loads(dumps(manifest)) == manifest
