from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests import ecs, ide
from celerylint.facts.manifests.json_text import json_file
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Lit, Tmpl
from celerylint.kept import dumps, loads


def checked(found: Manifest) -> Manifest:
    assert loads(dumps(found)) == found
    assert found.problems == ()
    return found


def words(found: Manifest) -> list[tuple[str, int, int]]:
    return [
        (str(word), *found.position(word.start))
        for _, command in found.commands()
        for word in command.words
    ]


# Escaped characters beyond the BMP are pairs that YAML does not know: each half reads as `?`.
plain = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="{}$")


@given(
    st.dictionaries(st.text(plain, max_size=8), st.text(plain, max_size=20), max_size=4),
    st.sampled_from([None, 2, "\t"]),
)
def test_strings_of_json_are_what_json_says(tree: dict[str, str], indent: int | str | None) -> None:
    file = json_file(json.dumps(tree, indent=indent))
    root = file.documents[0]
    for name, value in tree.items():
        if name != "<<":
            word = file.word(file.get(root, name))
            assert word is not None
            assert word.literal() == value


def test_ecs_containers_in_a_terraform_template_with_comments() -> None:
    source = """\
{
	"family": "shop", // the task's name
	"requiresCompatibilities": ["FARGATE"],
	"containerDefinitions": [{
		"name": "worker", "image": "${repo}/shop:1", "cpu": ${cpu}, "memory": 512,
		"entryPoint": ["/entry.sh"],
		"command": ["celery", "-A", "shop", "worker", "--concurrency=${n}"],
		"environment": [{"name": "A", "value": "http://x/${y}"}],
		"secrets": [{"name": "S", "valueFrom": "arn:x"}],
		/* long
		   comment */
		"stopTimeout": 120, "user": "1000",
		"linuxParameters": {"initProcessEnabled": true},
		"mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
		"healthCheck": {"command": ["CMD-SHELL", "celery inspect ping || exit 1"]}
	}]
}
"""
    found = checked(ecs.read("task.json.tpl", source))
    (unit,) = found.units
    assert words(found)[:3] == [("/entry.sh", 6, 19), ("celery", 7, 16), ("-A", 7, 26)]
    assert unit.commands[1].words[-1].parts == (Lit("--concurrency="), Tmpl("n"))
    assert unit.cpus is not None
    assert unit.cpus.parts == (Tmpl("cpu"),)
    single = [unit.image, unit.memory, unit.stop_grace, unit.user, unit.init, unit.get("family")]
    assert " ".join(map(str, single)) == "{{ repo }}/shop:1 512 120 1000 true shop"
    assert [(each.name, str(each.value)) for each in unit.env] == [
        ("A", "http://x/{{ y }}"),
        ("S", "None"),
    ]
    assert [str(word) for word in unit.mounts] == ["data:/data"]
    assert unit.healthcheck is not None
    assert unit.healthcheck.script is not None
    assert unit.healthcheck.script.value == "celery inspect ping || exit 1"


def test_cloudformation_writes_the_same_keys_with_a_capital() -> None:
    source = (
        "Resources:\n  Task:\n    Properties:\n      Family: !Sub ${Env}-x\n"
        "      ContainerDefinitions:\n        - Name: w\n          Image: !Ref Image\n"
        "          Command:\n            - celery\n            - !Sub '${App}'\n"
        "            - worker\n"
    )
    found = checked(ecs.read("stack.yaml", source))
    (unit,) = found.units
    assert [str(word) for word in unit.commands[0].words] == [
        "celery",
        "{{ !Sub '${App}' }}",
        "worker",
    ]
    assert found.position(unit.commands[0].words[0].start) == (9, 15)
    assert unit.image is not None
    assert unit.image.parts == (Tmpl("!Ref Image"),)


def test_scripts_of_a_package_json() -> None:
    found = checked(
        ecs.read("web/package.json", '{"scripts": {"worker": "cd api && celery -A x worker"}}')
    )
    (unit,) = found.units
    assert (found.kind, unit.name) == ("package-json", "worker")
    assert unit.commands[0].script is not None
    assert unit.commands[0].script.value == "cd api && celery -A x worker"


def test_launch_configurations_by_module_and_by_program() -> None:
    source = """\
{
  // see https://go.microsoft.com/fwlink/?linkid=830387
  "configurations": [
    {"name": "worker", "module": "celery", "cwd": "${workspaceFolder}/src",
      "args": ["--app=shop", "worker"], "env": {"A": "1"}, "envFile": "x/.env",
    },
    {"name": "beat", "program": "${workspaceFolder}/reload.py",
      "args": ["-A", "shop", "beat"]},
    {"name": "site", "program": "manage.py", "args": ["runserver"]},
    {"name": "attach"},
  ]
}
"""
    found = checked(ide.read(".vscode/launch.json", source))
    worker, beat, site = found.units
    assert found.dev != ""
    assert [str(word) for word in worker.commands[0].words] == [
        "python",
        "-m",
        "celery",
        "--app=shop",
        "worker",
    ]
    assert found.position(worker.commands[0].words[2].start) == (4, 35)
    assert [str(word) for word in beat.commands[0].words] == ["celery", "-A", "shop", "beat"]
    assert found.position(beat.commands[0].words[0].start) == (8, 15)
    assert beat.get("program") is not None
    assert [str(word) for word in site.commands[0].words] == ["manage.py", "runserver"]
    assert [(str(each.path), each.optional) for each in worker.env_files] == [("x/.env", True)]
    assert worker.workdir is not None


def test_tasks_of_an_editor_are_shell_strings_or_words() -> None:
    source = (
        '{"tasks": [\n\t{"label": "a", "type": "shell", "command": "uv run celery worker"},\n'
        '\t{"label": "b", "command": "celery", "args": ["worker"], "options": {"cwd": "src"}},\n'
        '\t{"label": "c", "dependsOn": "a"}]}\n'
    )
    found = checked(ide.read(".vscode/tasks.json", source))
    first, second = found.units
    assert first.commands[0].script is not None
    assert found.position(first.commands[0].script.start(7)) == (2, 53)
    assert [str(word) for word in second.commands[0].words] == ["celery", "worker"]
    assert str(second.workdir) == "src"


def test_json_that_ends_early_is_read_so_far() -> None:
    found = ecs.read("t.json", '[{"name": "w", "image": "x",\n"command": ["celery", "worker"],\n')
    assert [word for word, *_ in words(found)] == ["celery", "worker"]
    assert len(found.problems) == 1
