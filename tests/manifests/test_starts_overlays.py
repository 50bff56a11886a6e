"""What other files say about a unit: drop-ins, autoscalers, kustomize, includes."""

from __future__ import annotations

import pytest

from .trees import chain, place, start, starts, told

UNIT = "[Service]\nUser=shop\nExecStart=celery -A shop worker\nTimeoutStopSec=20\n"


def test_a_drop_in_outdoes_its_unit() -> None:
    found = start(
        {
            "deploy/worker.service": UNIT,
            "deploy/worker.service.d/stop.conf": (
                "[Service]\nTimeoutStopSec=600\nKillMode=mixed\nEnvironment=CELERY_WORKER_POOL=solo\n"
            ),
        }
    )
    assert (place(found), told(found.grace), told(found.user)) == (
        "deploy/worker.service:3:11",
        600,
        "shop",
    )
    assert told(found.keys["KillMode"]) == "mixed"
    assert told(found.option("pool")) == "solo"
    assert found.deployment == "deploy/worker.service"


def test_a_drop_in_replaces_the_command() -> None:
    dropin = "[Service]\nExecStart=\nExecStart=celery -A shop worker -c 9\n"
    found = start({"a.service": UNIT, "a.service.d/x.conf": dropin})
    assert (place(found), told(found.option("concurrency"))) == ("a.service.d/x.conf:3:11", "9")
    assert told(found.grace) == 20


def test_a_drop_in_without_its_unit_stands_for_itself() -> None:
    dropin = "[Service]\nExecStart=\nExecStart=celery -A shop worker\n"
    assert place(start({"celery.service.d/x.conf": dropin})) == "celery.service.d/x.conf:3:11"


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: worker
          image: shop
          command: [celery, -A, shop, worker]
"""
SCALER = """\
apiVersion: {api}
kind: {kind}
metadata:
  name: worker-scaler
spec:
  scaleTargetRef:
    name: worker
  {least}: 1
  {most}: 8
"""


@pytest.mark.parametrize(
    ("api", "kind", "least", "most"),
    [
        ("autoscaling/v2", "HorizontalPodAutoscaler", "minReplicas", "maxReplicas"),
        ("keda.sh/v1alpha1", "ScaledObject", "minReplicaCount", "maxReplicaCount"),
    ],
)
def test_an_autoscaler_says_how_many_there_may_be(
    api: str, kind: str, least: str, most: str
) -> None:
    scaler = SCALER.format(api=api, kind=kind, least=least, most=most)
    # Its file need not speak of Celery: it is read for the name of what it scales.
    found = start({"k8s/worker.yaml": DEPLOYMENT, "k8s/scaler.yaml": scaler})
    assert told(found.replicas) == 8
    assert found.replicas is not None
    assert (found.replicas.span.path, found.replicas.span.line) == ("k8s/scaler.yaml", 9)


def test_an_autoscaler_of_another_folder_scales_something_else() -> None:
    scaler = SCALER.format(
        api="autoscaling/v2",
        kind="HorizontalPodAutoscaler",
        least="minReplicas",
        most="maxReplicas",
    )
    found = start({"k8s/worker.yaml": DEPLOYMENT, "other/scaler.yaml": f"# celery\n{scaler}"})
    assert told(found.replicas) == 2


KUSTOMIZE = {
    "k8s/base/kustomization.yaml": "resources:\n- worker.yaml\n",
    "k8s/base/worker.yaml": DEPLOYMENT,
    "k8s/prod/kustomization.yaml": (
        "resources: [../base]\npatches:\n- path: stop.yaml\nreplicas: [{name: worker, count: 5}]\n"
    ),
    "k8s/prod/stop.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: worker\nspec:\n  template:\n"
        "    spec:\n      terminationGracePeriodSeconds: 900\n      containers:\n"
        "      - name: worker\n        env:\n        - {name: CELERY_WORKER_POOL, value: threads}\n"
    ),
}


def test_kustomize_deploys_the_base_with_its_patches() -> None:
    found = start(KUSTOMIZE)
    assert place(found) == "k8s/base/worker.yaml:12:21"
    assert (told(found.replicas), told(found.grace)) == (5, 900)
    assert told(found.option("pool")) == "threads"
    assert found.role == "production"
    assert chain(found)[-1] == "k8s/base/worker.yaml:12"


def test_an_overlay_for_development_leaves_the_base_as_it_is() -> None:
    tree = {path.replace("prod", "dev"): text for path, text in KUSTOMIZE.items()}
    found = {each.role: each for each in starts(tree)}
    assert {role: told(each.replicas) for role, each in found.items()} == {
        "production": 2,
        "development": 5,
    }


def test_services_of_an_included_file_belong_to_the_deployment_that_includes_it() -> None:
    service = "services:\n  {}:\n    image: shop\n    command: celery -A shop {}\n"
    found = starts(
        {
            "compose.yml": "include: [infra/beat.yml]\n" + service.format("worker", "worker"),
            "infra/beat.yml": service.format("beat", "beat"),
            "loop.yml": "include: [loop.yml, loop2.yml]\n" + service.format("a", "worker"),
            "loop2.yml": "include: [loop.yml]\n" + service.format("b", "worker"),
        }
    )
    deployments = {each.service: each.deployment for each in found}
    assert (deployments["worker"], deployments["beat"]) == ("compose.yml", "compose.yml")
    assert set(deployments) == {"worker", "beat", "a", "b"}  # also of files in a circle


PROGRAM = "[program:worker]\ncommand=celery -A shop worker\n"


def test_programs_of_files_that_supervisor_includes() -> None:
    found = start(
        {
            "Dockerfile": "FROM python\nCOPY deploy /srv/\nCMD supervisord -c /srv/main.conf\n",
            "deploy/main.conf": "[supervisord]\n[include]\nfiles = programs/*.conf\n",
            "deploy/programs/worker.conf": PROGRAM,
            "deploy/other.conf": "[program:web]\ncommand=echo celery\n",
        }
    )
    assert chain(found) == ["Dockerfile:3", "deploy/programs/worker.conf:2"]


@pytest.mark.parametrize(
    ("command", "main"),
    [
        ("supervisord -n", ""),
        ("supervisord -c /etc/main.conf", "[include]\nfiles=/etc/supervisor/conf.d/*.conf\n"),
    ],
)
def test_programs_that_the_image_has_in_a_folder_of_supervisors(command: str, main: str) -> None:
    found = start(
        {
            "Dockerfile": (
                "FROM python:3.12\nCOPY worker.conf /etc/supervisor/conf.d/\n"
                f"COPY main.conf /etc/main.conf\nCMD {command}\n"
            ),
            "worker.conf": PROGRAM,
            "main.conf": f"[supervisord]\nnodaemon=true\n{main}",
        }
    )
    assert chain(found)[0] == "Dockerfile:4"
