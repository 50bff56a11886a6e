from __future__ import annotations

from celerylint.facts.manifests import compose
from celerylint.facts.manifests.model import Manifest, Unit
from celerylint.facts.manifests.words import Lit, Tmpl, Var, Word
from celerylint.kept import dumps, loads


def services(source: str) -> dict[str, Unit]:
    return {unit.name: unit for unit in read(source).units}


def read(source: str) -> Manifest:
    found = compose.read("compose.yml", source)
    assert loads(dumps(found)) == found
    return found


def words(unit: Unit, role: str = "command") -> list[str]:
    command = unit.named(role)
    assert command is not None
    return [str(word) for word in command.words]


def env(unit: Unit) -> dict[str, str | None]:
    return {each.name: None if each.value is None else str(each.value) for each in unit.env}


def shown(words: tuple[Word, ...]) -> list[str]:
    return [str(word) for word in words]


def test_a_command_string_is_split_without_a_shell_and_each_word_has_its_place() -> None:
    source = (
        "services:\n  worker:\n    build: .\n"
        '    command: bash -c "source v && celery -A x worker" && echo\n'
    )
    found = read(source)
    command = found.units[0].commands[0]
    assert (command.form, command.role) == ("split", "command")
    assert shown(command.words) == ["bash", "-c", "source v && celery -A x worker", "&&", "echo"]
    inner = command.words[2].source
    assert inner is not None
    assert found.position(inner.start(inner.value.index("celery"))) == (4, 35)
    assert [found.position(word.start) for word in command.words[:2]] == [(4, 14), (4, 19)]


def test_a_command_list_and_an_entrypoint_are_words_as_written() -> None:
    unit = services(
        "services:\n  w:\n    entrypoint: ['sh', '-c']\n    command:\n      - celery -A x worker\n"
    )["w"]
    assert [command.form for command in unit.commands] == ["exec", "exec"]
    assert words(unit, "entrypoint") == ["sh", "-c"]
    assert words(unit) == ["celery -A x worker"]


def test_no_command_and_null_leave_the_image_its_own_but_empty_ones_are_kept() -> None:
    found = services(
        "services:\n  a: {image: x}\n  b: {image: x, command: null}\n  c: {command: []}\n"
        "  d: {command: ''}\n"
    )
    assert [len(found[name].commands) for name in "abcd"] == [0, 0, 1, 1]
    assert found["c"].commands[0].words == found["d"].commands[0].words == ()


def test_variables_are_replaced_before_words_are_split() -> None:
    command = services(
        "services:\n  w:\n"
        "    command: celery -c ${N:-${M-4}} '$Q' $$HOME ${E:?no} $OPTS ${bad ${}\n"
    )["w"].commands[0]
    assert command.words[2].parts == (
        Var("N", ":-", (Var("M", "-", (Lit("4"),), "outside", True),), "outside", False),
    )
    assert command.words[3].parts == (Var("Q", scope="outside", quoted=True),)
    assert command.words[4].literal() == "$HOME"
    assert command.words[5].parts[0] == Var("E", ":?", (Lit("no"),), "outside", False)
    assert command.words[6].open()
    assert shown(command.words[7:]) == ["${bad", "${}"]


def test_environment_as_mapping_list_and_passed_through() -> None:
    found = services(
        "services:\n"
        "  a:\n    environment:\n      A: 1\n      B:\n      C: ''\n      D: ${X:-y}\n"
        "  b:\n    environment:\n      - A=1=2\n      - B\n      - 'C='\n"
    )
    assert env(found["a"]) == {"A": "1", "B": None, "C": "", "D": "${X:-y}"}
    assert env(found["b"]) == {"A": "1=2", "B": None, "C": ""}
    assert "passed through" in found["a"].env[1].reason


def test_anchors_and_merges_by_whole_key() -> None:
    found = services(
        "x-base: &base\n  image: i\n  restart: always\n  environment: &env {A: 1, B: 2}\n"
        "services:\n"
        "  a:\n    <<: *base\n    environment: {C: 3}\n"
        "  b:\n    <<: *base\n    environment:\n      <<: *env\n      B: 9\n"
    )
    assert list(found) == ["a", "b"]
    assert env(found["a"]) == {"C": "3"}
    assert env(found["b"]) == {"A": "1", "B": "9"}
    assert str(found["a"].image) == "i"


def test_a_service_that_is_an_alias_stands_at_its_own_line() -> None:
    found = read("x: &w\n  command: celery worker\nservices:\n  one: *w\n  two: *w\n")
    assert [(unit.name, found.position(unit.start)) for unit in found.units] == [
        ("one", (4, 3)),
        ("two", (5, 3)),
    ]


def test_what_surrounds_a_service() -> None:
    unit = services(
        "services:\n  w:\n    container_name: c\n    user: '1000:1000'\n    working_dir: /app\n"
        "    stop_grace_period: 1m30s\n    stop_signal: SIGINT\n    restart: no\n    init: true\n"
        "    image: r/i:${TAG}\n    profiles: [beat]\n    depends_on: {redis: {condition: x}}\n"
        "    volumes:\n      - .:/app\n      - {type: bind, source: ./a, target: /a}\n"
        "    ports:\n      - 5555:5555\n      - {published: 80, target: 8080}\n"
        "    env_file: [a.env, {path: b.env, required: false}]\n"
        "    build: {context: ./api, dockerfile: D, target: prod, args: [V=1]}\n"
        "    deploy:\n      mode: replicated\n      replicas: ${N:-2}\n"
        "      resources: {limits: {cpus: '0.5', memory: 1G}}\n"
        "    healthcheck: {test: celery inspect ping}\n"
    )["w"]
    single = [unit.user, unit.workdir, unit.stop_grace, unit.stop_signal, unit.restart, unit.init]
    single += [unit.image, unit.replicas, unit.cpus, unit.memory]
    expected = "1000:1000 /app 1m30s SIGINT no true r/i:${TAG} ${N:-2} 0.5 1G"
    assert " ".join(map(str, single)) == expected
    assert shown(unit.mounts) == [".:/app", "./a:/a"]
    assert shown(unit.ports) == ["5555:5555", "80:8080"]
    assert shown(unit.profiles) == ["beat"]
    assert [(str(each.path), each.optional) for each in unit.env_files] == [
        ("a.env", False),
        ("b.env", True),
    ]
    assert unit.build is not None
    assert [str(each) for each in (unit.build.context, unit.build.dockerfile)] == ["./api", "D"]
    assert str(unit.get("container_name")) == "c"
    assert str(unit.get("depends_on")) == "redis"
    assert str(unit.get("deploy.mode")) == "replicated"
    assert unit.healthcheck is not None
    assert (unit.healthcheck.form, unit.healthcheck.interpreter) == ("shell", "/bin/sh -c")


def test_what_is_absent_is_none_and_legacy_keys_count() -> None:
    found = services("services:\n  a: {image: x}\n  b: {scale: 3, cpus: 0.5, mem_limit: 1g}\n")
    unit = found["a"]
    assert (unit.replicas, unit.stop_grace, unit.restart, unit.env, unit.extra) == (
        (None, None, None, (), ())
    )
    assert [str(each) for each in (found["b"].replicas, found["b"].cpus, found["b"].memory)] == [
        "3",
        "0.5",
        "1g",
    ]


def test_health_checks_by_form() -> None:
    found = services(
        "services:\n  a: {healthcheck: {test: [CMD, celery, inspect, ping]}}\n"
        "  b: {healthcheck: {test: [CMD-SHELL, celery inspect ping || exit 1]}}\n"
        "  c: {healthcheck: {disable: true}}\n"
    )
    first, second = found["a"].healthcheck, found["b"].healthcheck
    assert first is not None
    assert second is not None
    assert shown(first.words) == ["celery", "inspect", "ping"]
    assert second.script is not None
    assert second.script.value == "celery inspect ping || exit 1"
    assert found["c"].healthcheck is None
    assert str(found["c"].get("healthcheck.disable")) == "true"


def test_extends_includes_and_override_tags_are_named_for_the_linker() -> None:
    found = read(
        "include: [a.yml, {path: [b.yml, c.yml]}]\n"
        "services:\n  a: {extends: b}\n  b: {extends: {service: a, file: o.yml}}\n"
        "  c:\n    command: !reset null\n    ports: !override ['1:1']\n"
    )
    assert shown(found.includes) == ["a.yml", "b.yml", "c.yml"]
    units = {unit.name: unit for unit in found.units}
    assert units["a"].extends is not None
    assert units["b"].extends is not None
    assert [str(each) for each in units["a"].extends] == ["None", "b"]
    assert [str(each) for each in units["b"].extends] == ["o.yml", "a"]
    assert str(units["c"].get("!reset")) == "command"
    assert str(units["c"].get("!override")) == "ports"
    assert units["c"].commands == ()


def test_version_1_files_have_services_at_the_top() -> None:
    found = services("w:\n  image: x\n  command: celery worker\nx-y: {image: z}\nother: 1\n")
    assert list(found) == ["w"]


def test_a_jinja_template_keeps_its_anchors_conditions_and_holes() -> None:
    found = services(
        "services:\n  django:{% if celery %} &django{% endif %}\n    image: {{ slug }}_web\n"
        "    env_file: a.env\n{% if celery %}\n  worker:\n    <<: *django\n"
        "    command: celery -A {{ slug }} worker\n{% endif %}\n"
    )
    worker = found["worker"]
    assert worker.commands[0].words[2].parts == (Tmpl("slug", quoted=False),)
    assert worker.image is not None
    assert worker.image.parts == (Tmpl("slug"), Lit("_web"))
    assert worker.maybe == (("", "if celery"),)
    assert worker.commands[0].conditions == ("if celery",)
    assert str(worker.env_files[0].path) == "a.env"


def test_things_of_the_wrong_type_are_passed_over() -> None:
    found = read(
        "services:\n  a: 1\n  b: [x]\n  c:\n    command: {x: 1}\n    environment: 5\n"
        "    volumes: x\n    deploy: []\n    healthcheck: []\n    build: []\n    extends: []\n"
        "    env_file: {x: 1}\n  ? [k]\n  : v\n  d: {command: [a, [b], {c: d}, null]}\n"
    )
    assert [unit.name for unit in found.units] == ["a", "b", "c", "d"]
    assert found.problems == ()
    assert shown(found.units[3].commands[0].words) == ["a", "[b]", "{c: d}", "null"]


def test_a_broken_service_leaves_the_others() -> None:
    found = read(
        "services:\n  a:\n    command: celery -A a worker\n"
        "  b: image: x\n    command: celery -A b worker\n"
        "  c:\n    command: celery -A c worker\n"
    )
    named = {unit.name: words(unit)[2] for unit in found.units if unit.commands}
    assert named == {"a": "a", "c": "c", "": "b"}
    assert [line for line, _ in found.problems] == [4]


def test_comments_and_names_are_no_commands() -> None:
    found = read(
        "# celery -A x worker\nservices:\n  celery:\n    image: celery\n"
        "    # command: celery -A x worker\n    labels: {command: celery worker}\n"
    )
    assert list(found.commands()) == []
