"""What kustomizations deploy. The expected values are those of `kubectl kustomize`."""

from __future__ import annotations

import pytest

from celerylint.project.process import Process

from .trees import chain, place, start, starts, told

BASE = {
    "base/kustomization.yaml": "resources: [worker.yaml]\n",
    "base/worker.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
  labels: {app: shop, tier: jobs}
spec:
  replicas: 2
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: worker
          image: registry/shop:1.0
          command: [celery, -A, shop]
          args: [worker, -c, "2"]
          envFrom:
            - configMapRef: {name: cfg}
          env:
            - {name: A, value: "1"}
            - {name: B, value: "2"}
""",
}


def overlay(text: str, **more: str) -> dict[str, str]:
    """The base and one kustomization of it, with the files that this one reads beside it."""
    files = {f"prod/{name}.yaml": content for name, content in more.items()}
    return {**BASE, "prod/kustomization.yaml": "resources: [../base]\n" + text, **files}


def deployed(text: str, **more: str) -> Process:
    return start(overlay(text, **more))


def where(process: Process, field: str) -> str:
    """The place of a field's value, as path:line:column."""
    span = getattr(process, field).span
    return f"{span.path}:{span.line}:{span.column}"


JSON = """\
patches:
- target: {kind: Deployment, %s}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 7
    - op: add
      path: /spec/template/spec/containers/0/args/-
      value: --pool=threads
    - op: remove
      path: /spec/template/spec/containers/0/env/0
    - {op: replace, path: /spec/template/spec/terminationGracePeriodSeconds, value: 900}
"""


def test_an_inline_json_patch_changes_values_and_says_where() -> None:
    found = deployed(JSON % "name: worker")
    assert found.words == ("celery", "-A", "shop", "worker", "-c", "2", "--pool=threads")
    assert (told(found.replicas), where(found, "replicas")) == (7, "prod/kustomization.yaml:7:14")
    assert (told(found.grace), where(found, "grace")) == (900, "prod/kustomization.yaml:13:85")
    assert set(found.environment) == {"B"}
    pool = found.option("pool")
    assert pool is not None
    assert (pool.span.path, pool.span.line) == ("prod/kustomization.yaml", 10)
    assert place(found) == "base/worker.yaml:14:21"
    assert found.deployment == "prod/kustomization.yaml"
    assert chain(found) == ["prod/kustomization.yaml:1", "base/worker.yaml:14"]
    assert not found.open


@pytest.mark.parametrize(
    ("target", "replicas"),
    [
        ("name: w.*r", 7),
        ("name: beat|worker", 7),
        ("name: work", 2),  # anchored
        ("labelSelector: 'tier=jobs,app'", 7),
        ("labelSelector: 'tier!=jobs'", 2),
        ("labelSelector: '!other'", 7),
    ],
)
def test_targets_select_as_kustomize_does(target: str, replicas: int) -> None:
    assert told(deployed(JSON % target).replicas) == replicas


@pytest.mark.parametrize(
    "target",
    [
        "labelSelector: 'tier in (jobs)'",
        "annotationSelector: a=b",
        "namespace: shop",
        "name: (w+)+r",
        "name: '['",
    ],
)
def test_a_target_that_cannot_be_told_leaves_everything_open(target: str) -> None:
    found = deployed(JSON % target)
    assert [told(each) for each in (found.replicas, found.grace)] == [
        "a patch that may mean it"
    ] * 2
    assert found.open
    assert found.environment_open
    assert where(found, "replicas") == "prod/kustomization.yaml:3:3"


def test_json_patches_in_files_and_on_one_line() -> None:
    path = "patchesJson6902:\n- target: {version: v1, kind: Deployment, name: worker}\n"
    found = deployed(
        f"{path}  path: j.yaml\n",
        j="- {op: add, path: /spec/template/spec/containers/0/args/1, value: -E}\n",
    )
    assert found.words == ("celery", "-A", "shop", "worker", "-E", "-c", "2")
    found = deployed(
        f'{path}  patch: \'[{{"op": "replace", "path": "/spec/replicas", "value": 5}}]\'\n'
    )
    assert (told(found.replicas), where(found, "replicas")) == (5, "prod/kustomization.yaml:4:65")


STRATEGIC = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  replicas: 9
  template:
    spec:
      containers:
      - name: worker
        args: [worker, -Q, mail]
        env:
        - {name: C, value: x}
        - {name: A, $patch: delete}
        - {name: B, value: other}
      - name: monitor
        image: shop
        command: [celery, -A, shop, flower]
"""
INLINE = "- patch: |\n" + "".join(f"    {line}\n" for line in STRATEGIC.splitlines())


@pytest.mark.parametrize(
    ("text", "more", "path", "line", "indent"),
    [
        (f"patches:\n{INLINE}", {}, "prod/kustomization.yaml", 9, 17),
        ("patches: [{path: p.yaml}]\n", {"p": STRATEGIC}, "prod/p.yaml", 6, 13),
        ("patchesStrategicMerge: [p.yaml]\n", {"p": STRATEGIC}, "prod/p.yaml", 6, 13),
        (
            f"patchesStrategicMerge:\n{INLINE.replace('- patch: |', '- |')}",
            {},
            "prod/kustomization.yaml",
            9,
            17,
        ),
    ],
)
def test_strategic_patches(
    text: str, more: dict[str, str], path: str, line: int, indent: int
) -> None:
    # A patch that adds a container and an argument is no start beside the one that it changes.
    monitor, worker = sorted(starts(overlay(text, **more)), key=lambda each: each.kind)
    assert worker.words == ("celery", "-A", "shop", "worker", "-Q", "mail")
    assert (told(worker.replicas), where(worker, "replicas")) == (9, f"{path}:{line}:{indent}")
    assert sorted(worker.environment) == ["B", "C"]
    queues = worker.option("queues")
    assert queues is not None
    assert (queues.span.path, queues.span.line) == (path, line + 5)
    assert (monitor.kind, monitor.span.path, told(monitor.replicas)) == ("flower", path, 9)


def test_a_patch_deletes_what_is_not_deployed_then() -> None:
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: worker}\n$patch: delete\n"
    assert starts(overlay("patches: [{path: p.yaml}]\n", p=patch)) == []


def test_a_field_that_a_patch_removes_has_the_platforms_default() -> None:
    patch = "kind: Deployment\nmetadata: {name: any}\nspec: {replicas: null}\n"
    found = deployed("patches:\n- {path: p.yaml, target: {kind: Deployment}}\n", p=patch)
    assert found.replicas is not None
    assert (told(found.replicas), found.replicas.origin) == (1, "default of kubernetes")


def test_names_replicas_and_images() -> None:
    found = deployed(
        "namePrefix: prod-\nnameSuffix: -x\nreplicas: [{name: worker, count: 3}]\n"
        "images: [{name: registry/shop, newTag: '2'}]\n"
    )
    assert (found.service, told(found.replicas)) == ("prod-worker-x", 3)
    assert where(found, "replicas") == "prod/kustomization.yaml:4:34"


@pytest.mark.parametrize(
    ("images", "image"),
    [
        ("{name: registry/shop, newTag: '2.0'}", "registry/shop:2.0"),
        ("{name: registry/shop, newName: other/shop}", "other/shop:1.0"),
        ("{name: registry/shop, digest: 'sha256:ab'}", "registry/shop@sha256:ab"),
        ("{name: shop, newTag: '2.0'}", "registry/shop:1.0"),
    ],
)
def test_images_are_renamed(images: str, image: str) -> None:
    found = deployed(f"nameSuffix: -x\nimages: [{images}]\n")
    assert found.unit is not None
    assert str(found.unit.image) == image


def test_each_overlay_is_a_deployment_of_its_own() -> None:
    tree = overlay("namePrefix: prod-\n")
    tree["staging/kustomization.yaml"] = "bases: [../base]\nnamePrefix: staging-\n"
    found = {each.deployment: each.service for each in starts(tree)}
    assert found == {
        "prod/kustomization.yaml": "prod-worker",
        "staging/kustomization.yaml": "staging-worker",
    }


def test_an_overlay_of_an_overlay_knows_names_of_before() -> None:
    tree = overlay("namePrefix: a-\n")
    tree["top/kustomization.yaml"] = (
        "resources: [../prod]\n"
        + (JSON % "name: worker")
        + "replicas: [{name: a-worker, count: 8}]\n"
    )
    found = start(tree)
    assert (found.service, told(found.replicas), told(found.grace)) == ("a-worker", 8, 900)


def test_components_change_what_takes_them_in() -> None:
    tree = overlay("components: [../comp]\n")
    tree["comp/kustomization.yaml"] = "kind: Component\n" + JSON % "name: worker"
    assert told(start(tree).replicas) == 7
    del tree["comp/kustomization.yaml"]
    assert told(start(tree).replicas) == "a component that is not in the tree"


@pytest.mark.parametrize(
    ("text", "concurrency"),
    [
        (
            "- name: cfg\n  literals: [CELERY_WORKER_POOL=solo, \"CELERY_WORKER_PREFETCH='4'\"]\n",
            "solo",
        ),
        ("- name: cfg\n  envs: [prod.env]\n", "gevent"),
        ("- name: cfg\n  envs: [prod.env]\n  literals: [CELERY_WORKER_POOL=solo]\n", "solo"),
    ],
)
def test_generated_config_maps_feed_env_from(text: str, concurrency: str) -> None:
    tree = overlay(f"configMapGenerator:\n{text}")
    tree["prod/prod.env"] = "# for all\nCELERY_WORKER_POOL=gevent\n"
    found = start(tree)
    pool = found.option("pool")
    assert (told(pool), found.environment_open) == (concurrency, "")
    value = found.environment["CELERY_WORKER_POOL"]
    assert value.span is not None
    assert value.span.path == (
        "prod/prod.env" if concurrency == "gevent" else "prod/kustomization.yaml"
    )


def test_a_generator_whose_file_is_missing_leaves_the_environment_open() -> None:
    found = deployed("configMapGenerator:\n- {name: cfg, envs: [no.env], literals: [A=1]}\n")
    assert found.environment_open == "configmap:cfg is not in the tree"


def test_a_generator_changes_a_config_map_of_the_base() -> None:
    tree = overlay(
        "configMapGenerator:\n- {name: cfg, behavior: merge, literals: [CELERY_WORKER_POOL=solo]}\n"
    )
    tree["base/kustomization.yaml"] = "resources: [worker.yaml, cfg.yaml]\n"
    tree["base/cfg.yaml"] = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cfg}\n"
        "data: {CELERY_WORKER_POOL: threads, CELERY_WORKER_STATE_DB: s}\n"
    )
    found = start(tree)
    assert told(found.option("pool")) == "solo"
    assert "CELERY_WORKER_STATE_DB" in found.environment


SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: worker}
spec:
  scaleTargetRef: {kind: Deployment, name: worker}
  maxReplicas: 4
"""


def test_an_autoscaler_of_the_base_and_its_patch() -> None:
    tree = overlay(
        "namePrefix: p-\npatches:\n- target: {kind: HorizontalPodAutoscaler}\n"
        '  patch: \'[{"op": "replace", "path": "/spec/maxReplicas", "value": 12}]\'\n'
    )
    tree["base/kustomization.yaml"] = "resources: [worker.yaml, scaler.yaml]\n"
    tree["base/scaler.yaml"] = SCALER
    found = start(tree)
    assert (told(found.replicas), where(found, "replicas")) == (12, "prod/kustomization.yaml:5:68")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("patches: [{path: ../../outside.yaml}]\n", "../../outside.yaml is not in the tree"),
        ("patches: [{path: gone.yaml, target: {name: worker}}]\n", "gone.yaml is not in the tree"),
        ("patches: [{target: {name: worker}}]\n", "a patch that is no text"),
        (JSON.replace("args/-", "args/9") % "name: worker", "there is no item 9"),
        (JSON.replace("/spec/replicas", "/spec/no/way") % "name: worker", "there is no no"),
        (JSON.replace("op: remove", "op: move") % "name: worker", "move"),
        (INLINE.replace("- patch", "patches:\n- patch").replace("delete", "keep"), "$patch: keep"),
        ("transformers: [t.yaml]\n", "transformers of prod/kustomization.yaml"),
        ("replacements: [{path: r.yaml}]\n", "a replacement"),
    ],
)
def test_what_cannot_be_settled_is_unknown_and_not_unset(text: str, reason: str) -> None:
    found = deployed(text)
    assert {told(each) for each in (found.replicas, found.grace, found.user)} == {reason}
    assert found.open
    assert reason in found.environment_open


def test_a_patch_that_means_something_else_changes_nothing() -> None:
    found = deployed("patches: [{path: gone.yaml, target: {name: beat}}]\n")
    assert (told(found.replicas), found.deployment) == (2, "base/worker.yaml")


def test_a_patch_of_a_base_that_is_elsewhere_is_not_all_that_is_known() -> None:
    tree = {
        "prod/kustomization.yaml": (
            "resources: ['https://example.org/shop//base?ref=v1']\npatches: [{path: p.yaml}]\n"
        ),
        "prod/p.yaml": STRATEGIC.replace("args: [", "command: [celery, -A, shop, "),
    }
    worker = next(each for each in starts(tree) if each.kind == "worker")
    assert told(worker.replicas) == 9
    assert told(worker.grace) == "other files change it"


def test_anchors_and_lists_of_resources() -> None:
    tree = overlay(JSON % "name: worker")
    document = BASE["base/worker.yaml"].replace("replicas: 2", "replicas: &n 2")
    inner = "".join(f"    {line}\n" for line in document.splitlines())
    tree["base/worker.yaml"] = "apiVersion: v1\nkind: List\nitems:\n  -\n" + inner
    assert told(start(tree).replicas) == 7
