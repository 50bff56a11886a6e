"""What Kubernetes' own kinds say about the processes in them."""

from __future__ import annotations

import pytest

from .trees import start, starts, told


def workload(kind: str, spec: str = "", container: str = "") -> str:
    return (
        f"kind: {kind}\nmetadata: {{name: work}}\nspec:\n{spec}  template:\n    spec:\n"
        "      containers:\n        - name: work\n          image: shop\n"
        f"          args: [celery, -A, shop, worker, -c, $(N)]\n{container}"
    )


@pytest.mark.parametrize(
    ("kind", "spec", "replicas"),
    [
        ("StatefulSet", "", 1),
        ("Job", "  parallelism: 4\n", 4),
        ("Job", "", 1),
        ("DaemonSet", "", None),
    ],
)
def test_how_many_pods_of_each_kind_run(kind: str, spec: str, replicas: int | None) -> None:
    assert told(start({"k8s/work.yaml": workload(kind, spec)}).replicas) == replicas


CONFIG = "---\nkind: ConfigMap\nmetadata: {name: cfg}\ndata: {N: '4', CELERY_WORKER_POOL: solo}\n"
BY_KEY = "          env: [{name: N, valueFrom: {configMapKeyRef: {name: cfg, key: %s}}}]\n"


def test_a_variable_from_a_key_of_a_config_map() -> None:
    text = workload("Deployment", container=BY_KEY % "N")
    found = start({"k8s/work.yaml": f"apiVersion: v1\n{text}{CONFIG}"})
    assert told(found.option("concurrency")) == "4"
    other = workload("Deployment", container=BY_KEY % "M")
    found = start({"k8s/work.yaml": f"apiVersion: v1\n{other}{CONFIG}"})
    assert told(found.option("concurrency")) == "configMapKeyRef cfg M"


FROM = "          envFrom: [{configMapRef: {name: cfg}%s}]\n"


def test_a_prefix_renames_what_a_config_map_gives() -> None:
    text = workload("Deployment", container=FROM % ", prefix: X_")
    found = start({"k8s/work.yaml": f"apiVersion: v1\n{text}{CONFIG}"})
    assert (found.option("pool"), found.environment_open) == (None, "envFrom: with a prefix")


def test_config_maps_of_several_environments_are_not_this_ones() -> None:
    tree = {
        "k8s/work.yaml": f"apiVersion: v1\n{workload('Deployment', container=FROM % '')}",
        "k8s/dev/cfg.yaml": f"apiVersion: v1\n{CONFIG[4:]}",
        "k8s/prod/cfg.yaml": f"apiVersion: v1\n{CONFIG[4:].replace('solo', 'threads')}",
        "k8s-old/cfg.yaml": f"apiVersion: v1\n{CONFIG[4:]}",
    }
    assert start(tree).environment_open == "configmap:cfg is not in the tree"
    del tree["k8s/dev/cfg.yaml"]
    assert told(start(tree).option("pool")) == "threads"


def test_a_cluster_does_not_look_at_the_images_healthcheck() -> None:
    tree = {
        "Dockerfile": (
            'FROM python:3.12\nHEALTHCHECK CMD celery -A shop inspect ping\nCMD ["true"]\n'
        ),
        "k8s/work.yaml": f"apiVersion: v1\n{workload('Deployment')}",
    }
    assert [each.probes for each in starts(tree)] == [()]
