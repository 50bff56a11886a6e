from __future__ import annotations

from celerylint.facts.manifests import ci, platform, taskfile
from celerylint.facts.manifests.model import Command, Manifest, Unit
from celerylint.facts.manifests.words import Tmpl
from celerylint.kept import dumps, loads


def checked(found: Manifest) -> Manifest:
    assert loads(dumps(found)) == found
    assert found.problems == ()
    return found


def script(command: Command) -> str:
    assert command.script is not None
    return command.script.value


def only(unit: Unit) -> str:
    (command,) = unit.commands
    assert command.form == "shell"
    return script(command)


def test_render_services() -> None:
    source = (
        "services:\n  - type: worker\n    name: queue\n    startCommand: celery -A shop worker\n"
        "    numInstances: 2\n    maxShutdownDelaySeconds: 60\n"
        "    envVars:\n      - {key: A, value: 1}\n      - {key: B, sync: false}\n"
        "  - {type: web, name: site, dockerCommand: gunicorn shop}\n"
    )
    found = checked(platform.read("render.yaml", source))
    queue, site = found.units
    assert (queue.name, queue.kind, only(queue)) == ("queue", "worker", "celery -A shop worker")
    command = queue.commands[0].script
    assert command is not None
    assert found.position(command.start(0)) == (4, 19)
    assert (str(queue.replicas), str(queue.stop_grace)) == ("2", "60")
    assert [(each.name, str(each.value)) for each in queue.env] == [("A", "1"), ("B", "None")]
    assert only(site) == "gunicorn shop"


def test_heroku_yml_runs_strings_and_lists() -> None:
    found = checked(
        platform.read(
            "heroku.yml",
            "run:\n  worker: celery -A x worker\n  beat:\n    command: [celery -A x beat]\n"
            "    image: worker\n",
        )
    )
    worker, beat = found.units
    assert (worker.name, only(worker)) == ("worker", "celery -A x worker")
    assert (beat.name, beat.commands[0].form, str(beat.image)) == ("beat", "exec", "worker")


def test_cloud_foundry_applications_have_processes_and_holes() -> None:
    found = checked(
        platform.read(
            "manifest.yml",
            "applications:\n  - name: shop\n    env: {BROKER: ((broker))}\n    processes:\n"
            "      - {type: worker, command: 'celery -A x worker -c ((n))', instances: 3}\n",
        )
    )
    app, worker = found.units
    assert (app.name, app.commands, worker.name) == ("shop", (), "worker")
    command = worker.commands[0].script
    assert command is not None
    assert command.parts()[-1] == Tmpl("n")
    assert worker.env[0].value is not None
    assert worker.env[0].value.parts == (Tmpl("broker"),)
    assert str(worker.replicas) == "3"


def test_digital_ocean_workers() -> None:
    found = checked(
        platform.read(
            ".do/app.yaml",
            "envs: [{key: A, value: '1'}]\nworkers:\n  - name: w\n"
            "    run_command: celery -A x worker\n    instance_count: 2\n",
        )
    )
    assert [(unit.name, unit.kind, str(unit.replicas)) for unit in found.units] == [
        ("w", "worker", "2")
    ]
    assert found.shared is not None
    assert found.shared.env[0].name == "A"


def test_app_json_gives_quantities_and_variables() -> None:
    found = checked(
        platform.read(
            "app.json",
            '{"env": {"A": "1", "B": {"value": "2"}, "C": {"required": true}},\n'
            ' "formation": {"worker": {"quantity": 3}}}\n',
        )
    )
    assert [(unit.name, str(unit.replicas)) for unit in found.units] == [("worker", "3")]
    assert found.shared is not None
    assert [(each.name, str(each.value)) for each in found.shared.env] == [
        ("A", "1"),
        ("B", "2"),
        ("C", "None"),
    ]


def test_a_railway_file_has_a_start_command() -> None:
    source = '{"deploy": {"startCommand": "celery -A x worker", "numReplicas": 2}}'
    (unit,) = checked(platform.read("railway.json", source)).units
    assert (only(unit), str(unit.replicas)) == ("celery -A x worker", "2")


def test_github_steps_are_development_and_know_their_environment() -> None:
    source = (
        "on: {push: {branches: [main]}}\nenv: {A: 1}\njobs:\n  tests:\n    env: {B: 2}\n"
        "    defaults: {run: {shell: bash}}\n    steps:\n      - uses: actions/checkout@v4\n"
        "      - name: run\n        working-directory: src\n        shell: bash\n        run: |\n"
        "          cd ${{ matrix.dir }}\n          celery -A x worker &\n          pytest\n"
    )
    found = checked(ci.read(".github/workflows/t.yml", source))
    (unit,) = found.units
    assert found.dev != ""
    assert (unit.name, str(unit.workdir)) == ("run", "src")
    assert [each.name for each in unit.env] == ["B"]
    assert found.shared is not None
    assert [each.name for each in found.shared.env] == ["A"]
    text = unit.commands[0].script
    assert text is not None
    assert found.position(text.start(text.value.index("celery"))) == (14, 11)
    assert [part for _, part in text.holes] == [Tmpl("matrix.dir")]


def test_the_lines_of_a_gitlab_script_run_in_one_shell() -> None:
    source = "test:\n  script:\n    - cd src\n    - 'celery -A x worker &'\n    - pytest\n"
    found = checked(ci.read(".gitlab-ci.yml", source))
    (unit,) = found.units
    assert (unit.name, only(unit)) == ("test", "cd src\ncelery -A x worker &\npytest\n")
    text = unit.commands[0].script
    assert text is not None
    assert found.position(text.start(text.value.index("celery"))) == (4, 8)


def test_circleci_steps_are_strings_or_mappings() -> None:
    source = (
        "jobs:\n  build:\n    steps:\n      - run: celery a\n"
        "      - run: {name: two, command: celery b}\n"
    )
    found = checked(ci.read(".circleci/config.yml", source))
    assert [only(unit) for unit in found.units] == ["celery a", "celery b"]
    assert found.units[1].name == "two"


def test_each_command_of_a_task_is_its_own() -> None:
    source = (
        "version: '3'\ndotenv: [.env]\nenv: {A: 1, B: {sh: hostname}}\ntasks:\n"
        "  worker:\n    dir: src\n    cmds:\n      - cmd: celery -A {{.APP}} worker\n"
        "      - echo done\n  beat: celery -A x beat\n  other: [a, b]\n  calls: {cmds: [{task: w}]}\n"  # noqa: E501
    )
    found = checked(taskfile.read("Taskfile.yml", source))
    worker, beat, other, calls = found.units
    assert [script(command) for command in other.commands] == ["a", "b"]
    assert (len(worker.commands), only(beat), calls.commands) == (2, "celery -A x beat", ())
    assert worker.commands[0].script is not None
    assert Tmpl(".APP") in [part for _, part in worker.commands[0].script.holes]
    assert found.shared is not None
    assert [str(each.path) for each in found.shared.env_files] == [".env"]
    assert [each.reason for each in found.shared.env] == ["", "what a command prints"]
