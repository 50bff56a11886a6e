"""Options, apps and nodes of processes from every format."""

from __future__ import annotations

import json

from celerylint.project.process import process_json

from .trees import place, start, starts, told


def test_systemd_kubernetes_procfile_and_poe() -> None:
    tree = {
        "deploy/worker.service": (
            "[Service]\nUser=shop\nExecStart=/opt/venv/bin/celery -A shop worker \\\n  -c 4\n"
            "KillMode=mixed\n"
        ),
        "k8s/worker.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: worker\nspec:\n"
            "  replicas: 3\n  template:\n    spec:\n      terminationGracePeriodSeconds: 120\n"
            "      containers:\n        - name: c\n          image: acme\n"
            "          args: [celery, -A, shop, worker, -P, gevent]\n"
            "          env:\n            - {name: CELERY_WORKER_CONCURRENCY, value: '200'}\n"
        ),
        "Procfile": "web: gunicorn x\nbeat: REMAP_SIGTERM=SIGQUIT celery -A shop beat\n",
        "pyproject.toml": '[tool.poe.tasks]\nworker.cmd = "celery --app shop worker -E"\n',
    }
    found = {each.platform: each for each in starts(tree)}
    assert {name: place(each) for name, each in found.items()} == {
        "systemd": "deploy/worker.service:3:11",
        "kubernetes": "k8s/worker.yaml:13:18",
        "procfile": "Procfile:2:29",
        "toml": "pyproject.toml:2:15",
    }
    assert told(found["systemd"].option("concurrency")) == "4"
    assert (told(found["systemd"].grace), told(found["systemd"].user)) == (90, "shop")
    kubernetes = found["kubernetes"]
    assert (told(kubernetes.replicas), told(kubernetes.grace)) == (3, 120)
    concurrency = kubernetes.option("concurrency")
    assert concurrency is not None
    assert told(concurrency) == "200"
    assert concurrency.origin == "environment CELERY_WORKER_CONCURRENCY"
    assert concurrency.span.line == 15
    assert set(found["procfile"].environment) == {"REMAP_SIGTERM"}
    assert found["toml"].option("task_events") is not None


def test_the_words_beat_the_environment() -> None:
    compose = (
        "services:\n  a:\n    image: x\n    command: celery -A shop worker -c 4\n    environment:\n"
        "      CELERY_WORKER_CONCURRENCY: 9\n      APP: other\n      BROKER_URL: redis://r\n"
        "      CELERY_WORKER_BEAT: 'true'\n"
    )
    found = start({"compose.yml": compose})
    assert (told(found.option("concurrency")), told(found.app)) == ("4", "shop")
    assert told(found.option("broker")) == "redis://r"
    assert found.option("beat") is None


def test_multi_makes_a_worker_of_each_node() -> None:
    tree = {
        "etc/celery.service": (
            "[Service]\nType=forking\nExecStart=celery -A shop multi start w1 w2 -c:1 8 -Q a\n"
            "ExecStop=celery -A shop multi stopwait w1 w2\n"
        )
    }
    first, second = starts(tree)
    assert [told(each.option("hostname")) for each in (first, second)] == ["w1@%h", "w2@%h"]
    assert [told(each.option("concurrency")) for each in (first, second)] == ["8", None]
    assert first.multi
    assert first.executes is False
    assert told(first.app) == "shop"


def test_variables_of_the_generic_init_script() -> None:
    tree = {
        "etc/default/celeryd": (
            'CELERYD_NODES="w1 w2"\nCELERY_BIN="/opt/bin/celery"\nCELERY_APP="shop"\n'
            'CELERYD_OPTS="--time-limit=300 -c 8"\nCELERYD_LOG_LEVEL="INFO"\n'
        )
    }
    first, second = starts(tree)
    assert told(first.app) == "shop"
    assert told(second.option("time_limit")) == "300"
    assert told(second.option("loglevel")) == "INFO"
    time_limit = first.option("time_limit")
    assert time_limit is not None
    assert (time_limit.span.line, first.span.line) == (4, 2)


def test_own_console_scripts() -> None:
    tree = {
        "pyproject.toml": '[project.scripts]\nshop = "shop:main"\n',
        "shop/__init__.py": (
            "from celery import Celery\napp = Celery()\n\n\ndef main(argv=None):\n"
            "    app.start(argv)\n"
        ),
        "shop.sub": (
            'executable = /usr/bin/env\narguments = "shop worker -Q a"\nqueue 3\n# celery\n'
        ),
    }
    found = start(tree)
    assert place(found) == "shop.sub:2:14"
    assert told(found.app) == "shop:app"
    assert found.app is not None
    assert (found.app.origin, found.app.span.path) == ("entry point", "shop/__init__.py")
    assert told(found.replicas) == 3


def test_a_console_script_that_runs_celery_with_an_app_of_its_own() -> None:
    tree = {
        "setup.py": 'setup(entry_points={"console_scripts": ["director=director.cli:cli"]})\n',
        "director/cli.py": "def cli():\n    pass\n",
        "director/commands/celery.py": (
            'import os\n\n\ndef worker(a):\n    args = ["celery", "-A", "director._auto:cel"]\n'
            "    os.execvp(args[0], args)\n"
        ),
        ".github/workflows/t.yml": (
            "jobs:\n  t:\n    steps:\n      - run: |\n"
            "          director celery worker --concurrency=1 > /dev/null &\n          pytest\n"
        ),
    }
    found = start(tree)
    assert place(found) == ".github/workflows/t.yml:5:11"
    assert told(found.app) == "director._auto:cel"
    assert (found.role, found.background, found.executes) == ("development", True, False)


def test_passwords_stay_out_of_the_json() -> None:
    tree = {
        "w.service": (
            "[Service]\nExecStart=celery -A x -b amqp://u:secret@mq:5672// flower "
            "--basic_auth=admin:hunter2\nTimeoutStopSec=infinity\n"
        )
    }
    found = process_json(start(tree))
    assert found["grace"]["value"] == "infinity"
    text = json.dumps(found, allow_nan=False)
    assert "secret" not in text
    assert "hunter2" not in text
    assert "amqp://u:***@mq:5672//" in found["argv"]
