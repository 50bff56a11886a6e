"""Whole trees to processes: each case is a small tree with the shape of a real one."""

from __future__ import annotations

from .trees import chain, collected, place, start, starts, told

# --- where starts stand, and what leads to them ----------------------------------------------

COMPOSE = """\
services:
  worker:
    build: ./api
    command: ./bin/worker.sh
    restart: always
  beat:
    image: acme/api
    command: ["celery", "-A", "shop", "beat"]
"""


def test_a_script_reached_from_compose_through_the_build_context() -> None:
    tree = {
        "docker-compose.yml": COMPOSE,
        "api/Dockerfile": "FROM python:3.12\nWORKDIR /code\nCOPY ./bin ./bin/\nUSER app\n",
        "api/bin/worker.sh": "#!/bin/bash\nset -e\n\ncelery -A shop worker -l info",
    }
    beat, worker = sorted(starts(tree), key=lambda each: each.kind)
    assert (place(worker), place(beat)) == ("api/bin/worker.sh:4:1", "docker-compose.yml:8:16")
    assert chain(worker) == ["docker-compose.yml:4", "api/bin/worker.sh:4"]
    assert worker.executes is False
    assert beat.executes is True
    assert (worker.service, worker.platform, worker.role) == ("worker", "compose", "production")
    assert (told(worker.grace), told(worker.replicas), told(worker.user)) == (10, 1, "app")


def test_an_entrypoint_that_ends_in_exec_hands_the_command_on() -> None:
    tree = {
        "compose/production/Dockerfile": (
            "FROM python:3.12-slim\nCOPY ./compose/production/entrypoint /entrypoint\n"
            "COPY ./compose/production/start /start-worker\nWORKDIR /app\n"
            'ENTRYPOINT ["/entrypoint"]\n'
        ),
        "compose/production/entrypoint": '#!/bin/bash\nset -o errexit\nexec "$@"\n',
        "compose/production/start": "#!/bin/bash\n\nexec celery -A config worker -l INFO\n",
        "docker-compose.yml": (
            "services:\n  w:\n    build:\n      context: .\n"
            "      dockerfile: ./compose/production/Dockerfile\n"
            "    env_file: [./.envs/.django]\n    command: /start-worker\n"
        ),
        ".envs/.django": "DJANGO_SETTINGS_MODULE=config.settings.production\n",
    }
    found = start(tree)
    assert place(found) == "compose/production/start:3:6"
    assert found.executes is True
    assert chain(found) == [
        "docker-compose.yml:7",
        "compose/production/Dockerfile:5",
        "compose/production/start:3",
    ]
    settings = found.environment["DJANGO_SETTINGS_MODULE"]
    assert settings.python() == "config.settings.production"


def test_an_entrypoint_that_never_hands_on_makes_the_command_dead() -> None:
    tree = {
        "Dockerfile": (
            'FROM python:3.12\nCOPY e.sh /e.sh\nENTRYPOINT ["/e.sh"]\n'
            'CMD ["celery", "-A", "x", "worker"]\n'
        ),
        "e.sh": "#!/bin/sh\nexec gunicorn x.wsgi\n",
    }
    assert starts(tree) == []


def test_an_entrypoint_chooses_by_its_parameter() -> None:
    script = (
        '#!/bin/bash\ncase "$1" in\n  worker) exec celery -A x worker -c 2 ;;\n'
        "  beat) exec celery -A x beat ;;\nesac\n"
    )
    tree = {
        "Dockerfile": (
            'FROM python:3.12\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\nCMD ["web"]\n'
        ),
        "run.sh": script,
        "docker-compose.yml": "services:\n  a:\n    build: .\n    command: worker\n",
    }
    found = start(tree)
    assert (place(found), found.kind) == ("run.sh:3:16", "worker")
    alone = starts({"run.sh": script})
    assert [each.kind for each in alone] == ["worker", "beat"]
    assert alone[1].alternative_of == alone[0].span
    assert alone[0].service is None


CHOOSING = """\
#!/bin/bash
if [ "$1" == "web" ]; then
  exec gunicorn x.wsgi -k gevent
elif [ "$1" == "worker" ]; then
  exec celery -A x worker -Q a,b
elif [ "$1" == "beat" ]; then
  exec celery -A x beat
fi
"""
CHOSEN_FROM = 'FROM python:3.12\nCOPY run.sh /run.sh\nENTRYPOINT ["bash", "/run.sh"]\n'


def test_the_default_command_of_an_image_is_not_the_only_one_it_is_run_with() -> None:
    tree = {
        "Dockerfile": CHOSEN_FROM + 'ENV DJANGO_SETTINGS_MODULE=x.live\nCMD ["web"]\n',
        "run.sh": CHOOSING,
    }
    worker, beat = starts(tree)
    assert (place(worker), place(beat)) == ("run.sh:5:8", "run.sh:7:8")
    assert chain(worker) == ["Dockerfile:3", "run.sh:5"]
    assert worker.environment["DJANGO_SETTINGS_MODULE"].python() == "x.live"
    assert (worker.executes, worker.role) == (True, "production")
    assert beat.alternative_of == worker.span
    assert collected(tree).unread == ()
    assert len(collected(tree).servers) == 1
    compose = {"docker-compose.yml": "services:\n  web:\n    build: .\n"}
    assert [place(each) for each in starts(tree | compose)] == ["run.sh:5:8", "run.sh:7:8"]


def test_an_image_whose_default_command_starts_celery_is_left_at_that() -> None:
    tree = {"Dockerfile": CHOSEN_FROM + 'CMD ["worker"]\n', "run.sh": CHOOSING}
    assert place(start(tree)) == "run.sh:5:8"


def test_an_entrypoint_from_which_the_tree_chooses_is_left_at_that() -> None:
    tree = {
        "docker/Dockerfile": CHOSEN_FROM + 'CMD ["web"]\n',
        "run.sh": CHOOSING,
        "docker-compose.yml": (
            "services:\n  w:\n    build:\n      context: .\n"
            "      dockerfile: docker/Dockerfile\n    command: worker\n"
        ),
    }
    assert place(start(tree)) == "run.sh:5:8"


def test_variables_of_the_unit_settle_a_script() -> None:
    tree = {
        "files/run_worker.sh": (
            "#!/bin/bash\n"
            'if [[ "${WHAT:=worker}" == "beat" ]]; then\n'
            '  exec celery --app="${APP}" beat\n'
            'elif [[ "${WHAT}" == "worker" ]]; then\n'
            '  : "${QUEUES:=short,long}"\n'
            '  : "${CONCURRENCY:=1}"\n'
            '  if ((CONCURRENCY > 1)); then\n    : "${POOL:=gevent}"\n'
            '  else\n    : "${POOL:=prefork}"\n  fi\n'
            '  exec celery --app="${APP}" worker --concurrency="${CONCURRENCY}" '
            '--pool="${POOL}" --queues="${QUEUES}"\n'
            "fi\n"
        ),
        "docker-compose.yml": (
            "services:\n"
            "  worker:\n    image: acme/w\n    command: /usr/bin/run_worker.sh\n"
            "    environment:\n      APP: pkg.tasks\n"
            "    volumes:\n      - ./files/run_worker.sh:/usr/bin/run_worker.sh:ro\n"
            "  beat:\n    image: acme/w\n    command: /usr/bin/run_worker.sh\n"
            "    environment: {APP: pkg.tasks, WHAT: beat}\n"
            "  many:\n    image: acme/w\n    command: /usr/bin/run_worker.sh\n"
            "    environment: [APP=pkg.tasks, CONCURRENCY=20]\n"
        ),
    }
    found = {each.service: each for each in starts(tree)}
    assert {name: each.kind for name, each in found.items()} == {
        "worker": "worker",
        "beat": "beat",
        "many": "worker",
    }
    worker, many = found["worker"], found["many"]
    assert told(worker.app) == "pkg.tasks"
    assert told(worker.option("pool")) == ("prefork", "CONCURRENCY")
    assert told(worker.option("concurrency")) == ("1", "CONCURRENCY")
    assert told(worker.option("queues")) == ("short,long", "QUEUES")
    assert told(many.option("concurrency")) == "20"
    assert told(many.option("pool")) == ("gevent", "POOL")


def test_a_choice_of_words_becomes_a_choice_of_options() -> None:
    tree = {
        "bin/run-worker.sh": (
            '#!/bin/bash\nQUEUE="${1:-celery}"\n'
            'if [ "$QUEUE" = email ]; then\n  C="--concurrency 1"\nelse\n  C=""\nfi\n'
            "exec celery -A k worker -Q $QUEUE $C --max-tasks-per-child=${MAX:-25}\n"
        )
    }
    found = start(tree)
    assert told(found.option("max_tasks_per_child")) == ("25", "MAX")
    assert "sometimes" in str(told(found.option("concurrency")))
    assert not found.open
    assert found.words[-2:] == ("${C}", "--max-tasks-per-child=${MAX:-25}")


def test_bash_makes_way_for_the_last_command_and_dash_does_not() -> None:
    compose = 'services:\n  a:\n    build: .\n    command: {} -c "source x && celery -A k worker"\n'
    tree = {"Dockerfile": "FROM python:3.12-slim\n"}
    assert start({**tree, "compose.yml": compose.format("bash")}).executes is True
    assert start({**tree, "compose.yml": compose.format("sh")}).executes is False
    alpine = {"Dockerfile": "FROM python:3.12-alpine\n"}
    assert start({**alpine, "compose.yml": compose.format("sh")}).executes is None


def test_supervisor_programs_and_the_containers_that_run_supervisord() -> None:
    tree = {
        "backend/supervisord.conf": (
            "[supervisord]\nnodaemon=true\n\n[program:primary]\n"
            "command=celery -A app.primary worker\n    --hostname=primary@%%n\n    -Q celery\n"
            "stopwaitsecs=60\nnumprocs=2\n"
        ),
        "backend/Dockerfile": (
            "FROM python:3.12\nCOPY supervisord.conf /etc/supervisor/conf.d/supervisord.conf\n"
            "COPY entry.sh /app/entry.sh\n"
        ),
        "backend/entry.sh": (
            "#!/bin/sh\nexec supervisord -c /etc/supervisor/conf.d/supervisord.conf\n"
        ),
        "deploy/docker-compose.yml": (
            "services:\n  background:\n    build: ../backend\n    command: /app/entry.sh\n"
            "    environment:\n      MODE: prod\n"
        ),
    }
    found = start(tree)
    assert place(found) == "backend/supervisord.conf:5:9"
    assert found.words[4] == "--hostname=primary@%n"
    assert (told(found.replicas), told(found.grace)) == (2, 60)
    assert chain(found) == [
        "deploy/docker-compose.yml:4",
        "backend/entry.sh:2",
        "backend/supervisord.conf:5",
    ]
    assert len(found.reached_by) == 1
    assert found.environment["MODE"].python() == "prod"


def test_s6_run_files_of_the_image() -> None:
    run = (
        "#!/command/with-contenv /usr/bin/bash\ncd ${SRC}\n"
        "if [[ -n $NON_ROOT ]]; then\n\texec celery --app p worker\n"
        "else\n\texec s6-setuidgid p celery --app p worker\nfi"
    )
    path = "docker/rootfs/etc/s6-overlay/s6-rc.d/svc-worker/run"
    tree = {
        "Dockerfile": 'FROM debian:12\nCOPY ./docker/rootfs /\nENTRYPOINT ["/init"]\n',
        path: run,
    }
    first, second = starts(tree)
    assert (place(first), place(second)) == (f"{path}:4:7", f"{path}:6:22")
    assert second.alternative_of == first.span
    assert first.executes is True
    assert told(second.user) == "p"
    assert chain(first)[0] == "Dockerfile:3"
