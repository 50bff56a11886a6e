"""Bad input: one clear problem at most, never an exception, and the rest is read."""

from __future__ import annotations

import pytest

from .trees import collected, told

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "tree",
    [
        {"docker-compose.yml": "services:\n  w: [celery worker\n"},
        {"docker-compose.yml": BOMB + "services: {w: {image: celery}}\n"},
        {"docker-compose.yml": "celery: " + "[" * 10_000},
        {"docker-compose.yml": "services:\n  w: celery worker\n  x: 3\n"},
        {"docker-compose.yml": "# celery\n" + "x: y\n" * 1_300_000},
        {"docker-compose.yml": b"\x00\x01celery\xff\xfe"},
        {"pyproject.toml": "[tool.poe.tasks\nworker = 'celery worker'\n"},
        {"supervisor.conf": "[program:w]\ncommand=celery worker %(nothing)s -n %h\nnumprocs=x\n"},
        {"supervisor.conf": "[program:celery]\ncommand=celery 'worker\n"},
        {"Dockerfile": "FROM python\nCMD celery -A x worker \\"},
        {"Dockerfile": "CMD ['celery', 'worker']\n"},
        {"Procfile": "w: celery -A 'x worker\n"},
        {"celery.service": "[Service]\nExecStart=celery \\"},
        {"charts/a/templates/w.yaml": "{{ if celery }}\n{{ range }}\n{% raw %}"},
        {"run.sh": "#!/bin/sh\n. ./run.sh\ncelery -A x worker\n"},
        {"a.sh": "#!/bin/sh\n./b.sh celery\n", "b.sh": "#!/bin/sh\n./a.sh celery\n"},
        {
            "docker-compose.yml": (
                "services:\n  a:\n    extends: {service: b}\n    command: celery worker\n"
                "  b:\n    extends: {service: a}\n"
            )
        },
        {
            "docker-compose.yml": (
                "services:\n  a:\n    build: ../../..\n    entrypoint: ../../../celery.sh\n"
                "    env_file: ../../../../etc/passwd\n    volumes: ['../../x:/celery']\n"
            )
        },
        {
            "Dockerfile": "FROM a AS a\nCOPY --from=a / /\nCMD /celery.sh\n",
            "celery.sh": "#!/bin/sh",
        },
        {"Dockerfile": "FROM b AS a\nFROM a AS b\nCOPY --from=b / /\nCMD celery worker\n"},
        {"task-def.json": '{"containerDefinitions": [{"command": ["celery", "worker"'},
        {"celeryd": "CELERYD_NODES=\nCELERYD_OPTS='\nCELERY_BIN=celery\n"},
        {"main.tf": 'command = ["celery", "worker"\n'},
        {"Makefile": "celery:\n\t$(call x,celery worker\n"},
        {"x.sub": 'arguments = "celery worker\nqueue celery\n'},
        {"setup.py": "console_scripts=[", "pyproject.toml": "scripts = ["},
    ],
)
def test_bad_input_never_stops_the_others(tree: dict[str, str | bytes]) -> None:
    other = "services:\n  ok:\n    image: a\n    command: celery -A shop worker -c 3\n"
    found = collected({**tree, "other/compose.yml": other})
    good = [each for each in found.processes if each.span.path == "other/compose.yml"]
    assert [told(each.option("concurrency")) for each in good] == ["3"]
    per_file = [path for path, _, _ in found.problems]
    assert len(per_file) <= 3 * len(tree)
