from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.hcl import read
from celerylint.facts.manifests.model import Unit
from celerylint.facts.manifests.words import Tmpl
from celerylint.kept import dumps, loads

ECS = """\
# command = ["celery", "worker"]
resource "aws_ecs_task_definition" "worker" {
  family = "shop-${var.env}"
  container_definitions = jsonencode([{
    name = "worker"   # celery
    image = "${var.repo}:latest"
    entryPoint = ["/entry.sh"]
    command = ["celery", "-A", "shop",
       "worker", "-c", var.n, "-Q", "a-${var.q}", "say \\"hi\\" $${x}"]
    environment = [{ name = "A", value = "b" }, { name = "B", value = var.b }]
    secrets = [{ name = "S", valueFrom = "arn" }]
    stopTimeout = 120
  }])
}
"""

NOMAD = """\
job "shop" {
  group "workers" {
    count = 3
    task "worker" {
      driver = "docker"
      kill_timeout = "60s"
      kill_signal = "SIGTERM"
      config {
        image = "i"
        command = "celery"
        args = concat(["-A", "shop", "worker"], local.extra)
      }
      env { K = "v" }
      resources { cpu = 500 }
    }
  }
}
"""


def words(unit: Unit, role: str) -> list[str]:
    command = unit.named(role)
    return [str(word) for word in command.words] if command else []


def test_ecs_container_definitions() -> None:
    manifest = read("main.tf", ECS)
    (unit,) = manifest.units
    assert manifest.problems == ()
    assert words(unit, "entrypoint") == ["/entry.sh"]
    assert words(unit, "command") == [
        "celery",
        "-A",
        "shop",
        "worker",
        "-c",
        "{{ var.n }}",
        "-Q",
        "a-{{ var.q }}",
        'say "hi" ${x}',
    ]
    command = unit.named("command")
    assert command is not None
    assert [manifest.position(word.start) for word in command.words[:5]] == [
        (8, 16),
        (8, 26),
        (8, 32),
        (9, 8),
        (9, 18),
    ]
    assert not command.words[5].open()
    assert (unit.name, unit.kind) == ("worker", "resource")
    assert str(unit.stop_grace) == "120"
    assert [(each.name, str(each.value), each.reason) for each in unit.env] == [
        ("A", "b", ""),
        ("B", "{{ var.b }}", ""),
        ("S", "None", "kept elsewhere"),
    ]


def test_json_in_a_heredoc() -> None:
    text = """\
resource "x" "y" {
  container_definitions = <<-JSON
    [{"name": "beat", "command": ["celery", "beat"], "cpu": 10,
      "environment": [{"name": "X", "value": "y"}]}]
  JSON
  after = ["z"]
}
"""
    manifest = read("x.tf", text)
    (unit,) = manifest.units
    assert words(unit, "command") == ["celery", "beat"]
    assert manifest.position(unit.commands[0].words[0].start) == (3, 35)
    assert (unit.name, str(unit.cpus)) == ("beat", "10")
    assert [each.name for each in unit.env] == ["X"]


def test_nomad() -> None:
    (unit,) = read("shop.nomad", NOMAD).units
    assert words(unit, "command") == ["celery", "-A", "shop", "worker", "{{ local.extra }}"]
    assert unit.commands[0].words[-1].parts == (Tmpl("local.extra", quoted=False),)
    assert unit.commands[0].words[-1].open()
    assert (unit.name, unit.kind, str(unit.replicas)) == ("worker", "task", "3")
    assert (str(unit.stop_grace), str(unit.stop_signal)) == ("60s", "SIGTERM")
    assert (str(unit.image), str(unit.cpus)) == ("i", "500")
    assert [(each.name, str(each.value)) for each in unit.env] == [("K", "v")]


def test_kubernetes_resources_and_shell_commands() -> None:
    text = """\
resource "kubernetes_deployment" "d" {
  spec {
    replicas = 2
    container {
      name = "w"
      command = ["celery"]
      args = ["-A", "shop", "worker"]
      env {
        name = "E"
        value = "1"
      }
    }
  }
}
resource "render_worker" "r" { start_command = "celery -A shop worker" }
"""
    container, render = read("x.tf", text).units
    assert words(container, "entrypoint") == ["celery"]
    assert words(container, "args") == ["-A", "shop", "worker"]
    assert str(container.replicas) == "2"
    assert [(each.name, str(each.value)) for each in container.env] == [("E", "1")]
    assert (render.commands[0].form, str(render.commands[0].script)) == (
        "shell",
        "celery -A shop worker",
    )


@pytest.mark.parametrize(
    "text", ['a = ["celery', "a {", "a = <<EOF\nx\n", 'a "b" {\n command = ["celery", "wor\n}\n']
)
def test_what_is_never_closed_is_a_problem(text: str) -> None:
    manifest = read("x.tf", text)
    assert [message for _, message in manifest.problems] == [
        "a bracket, quote or here-document is never closed"
    ]


PIECES = st.sampled_from(
    [
        "command = ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "celery",
        ",",
        "${",
        "$${",
        "\\",
        "<<E\n",
        "E\n",
        "\n",
        " ",
        "args = ",
        "concat(",
        ")",
        "jsonencode(",
        "var.x",
        "#",
        "/*",
        "*/",
        'a "b" {',
        "=",
        ":",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("x.tf", text)
    assert loads(dumps(manifest)) == manifest
    for _, command in manifest.commands():
        assert 0 <= command.start <= command.end <= len(text)
        assert all(0 <= word.start <= word.end <= len(text) for word in command.words)


@pytest.mark.parametrize("junk", ["[", "{", "a {", "a = [", '"', "/*", "${", "concat(", "<<E\n"])
def test_degenerate_files_end(junk: str) -> None:
    assert len(read("x.tf", "a = " + junk * 5_000).problems) <= 1
