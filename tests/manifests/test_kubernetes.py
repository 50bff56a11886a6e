from __future__ import annotations

from celerylint.facts.manifests import kubernetes
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Lit, Var
from celerylint.kept import dumps, loads


def read(source: str) -> Manifest:
    found = kubernetes.read("k8s/worker.yaml", source)
    assert loads(dumps(found)) == found
    return found


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-worker
  namespace: shop
spec:
  replicas: 3
  strategy: {type: Recreate}
  template:
    spec:
      terminationGracePeriodSeconds: 120
      securityContext: {runAsUser: 1000}
      volumes:
        - name: data
          hostPath: {path: /srv}
      initContainers:
        - name: wait
          image: busybox
          command: [sh, -c, "celery inspect ping"]
      containers:
        - name: worker
          image: shop:1
          command: ["/bin/bash", "-c"]
          args:
            - >
              cd /app &&
              exec celery -A shop worker
              -c $(CONCURRENCY) $(nproc)
          env:
            - name: CONCURRENCY
              value: "4"
            - name: BROKER
              value: redis://$(HOST)/0
            - {name: HOST, value: cache}
            - name: TOKEN
              valueFrom: {secretKeyRef: {name: s, key: token}}
            - name: EMPTY
          workingDir: /app
          resources: {limits: {cpu: 500m, memory: 1Gi}}
          ports: [{containerPort: 5555}]
          volumeMounts: [{name: data, mountPath: /data}]
          lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
          livenessProbe:
            exec: {command: [celery, -A, shop, inspect, ping]}
            periodSeconds: 30
          readinessProbe: {exec: {command: [celery, status]}}
"""


def test_a_script_in_a_folded_scalar_keeps_the_place_of_each_word() -> None:
    found = read(DEPLOYMENT)
    unit = found.units[1]
    script = unit.commands[1].words[0].source
    assert script is not None
    assert script.value.startswith("cd /app && exec celery -A shop worker -c ")
    places = [found.position(script.start(script.value.index(word))) for word in ("celery", "-c")]
    assert places == [(27, 20), (28, 15)]


def test_only_variables_that_the_container_has_are_replaced() -> None:
    unit = read(DEPLOYMENT).units[1]
    parts = unit.commands[1].words[0].parts
    assert [part for part in parts if isinstance(part, Var)] == [Var("CONCURRENCY", scope="unit")]
    assert isinstance(parts[-1], Lit)
    assert "$(nproc)" in parts[-1].text


def test_what_surrounds_a_container() -> None:
    found = read(DEPLOYMENT)
    first, unit = found.units
    assert (first.kind, first.name, unit.kind, unit.name) == (
        ("initContainer", "shop-worker", "Deployment", "shop-worker")
    )
    assert found.position(unit.start) == (4, 9)
    single = [unit.replicas, unit.stop_grace, unit.user, unit.workdir, unit.cpus, unit.memory]
    assert " ".join(map(str, single)) == "3 120 1000 /app 500m 1Gi"
    assert [str(each) for each in (*unit.mounts, *unit.ports)] == ["/srv:/data", "5555"]
    assert str(unit.get("container")) == "worker"
    assert str(unit.get("strategy.type")) == "Recreate"
    assert str(unit.get("livenessProbe.periodSeconds")) == "30"


def test_probes_and_hooks_are_no_commands_of_the_container() -> None:
    unit = read(DEPLOYMENT).units[1]
    assert [command.role for command in unit.commands] == [
        "entrypoint",
        "args",
        "hook",
        "readiness",
    ]
    assert unit.healthcheck is not None
    assert [str(word) for word in unit.healthcheck.words][-1] == "ping"


def test_the_environment_of_a_container() -> None:
    unit = read(DEPLOYMENT).units[1]
    values = {each.name: each.value for each in unit.env}
    assert {name: str(word) for name, word in values.items() if word is not None} == {
        "CONCURRENCY": "4",
        "BROKER": "redis://${HOST}/0",
        "HOST": "cache",
        "EMPTY": "",
    }
    assert [each.reason for each in unit.env if each.value is None] == ["secretKeyRef s token"]
    assert unit.env_open == ""


def test_env_from_names_config_maps_and_says_when_a_secret_leaves_it_open() -> None:
    found = read(
        "kind: Pod\nspec:\n  containers:\n    - image: x\n      args: [celery, -c, $(N), $$(N)]\n"
        "      envFrom:\n        - configMapRef: {name: cfg, optional: true}\n"
        "        - secretRef: {name: top}\n"
        "---\nkind: ConfigMap\nmetadata: {name: cfg}\ndata:\n  A: '1'\n"
    )
    unit = found.units[0]
    assert [(str(each.path), each.optional) for each in unit.env_files] == [("configmap:cfg", True)]
    assert unit.env_open == "envFrom: secret top"
    assert [str(word) for word in unit.commands[0].words] == ["celery", "-c", "${N}", "$(N)"]
    ((kind, name, variables),) = [(t.kind, t.name, t.variables) for t in found.tables]
    assert (kind, name) == ("configmap", "cfg")
    assert [(each.name, str(each.value)) for each in variables] == [("A", "1")]


def test_custom_resources_jobs_and_lists_hold_containers_too() -> None:
    found = read(
        "kind: List\nitems:\n"
        "  - kind: AirflowWorker\n    metadata: {name: a}\n"
        "    podSpec: {command: [celery], args: [worker], env: {A: 1}}\n"
        "  - kind: CronJob\n    metadata: {name: b}\n    spec:\n      jobTemplate:\n"
        "        spec: {template: {spec: {restartPolicy: Never, containers: [{image: x}]}}}\n"
    )
    assert [(unit.kind, unit.name) for unit in found.units] == [
        ("AirflowWorker", "a"),
        ("CronJob", "b"),
    ]
    assert str(found.units[0].env[0].value) == "1"
    assert str(found.units[1].restart) == "Never"


def test_autoscalers_are_units_named_like_what_they_scale() -> None:
    found = read(
        "kind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef: {kind: Deployment, name: beat}\n"
        "  minReplicas: 1\n  maxReplicas: 4\n---\n"
        "kind: ScaledObject\nspec:\n  scaleTargetRef: {name: w}\n  maxReplicaCount: 9\n"
    )
    assert [(unit.kind, unit.name) for unit in found.units] == [
        ("HorizontalPodAutoscaler", "beat"),
        ("ScaledObject", "w"),
    ]
    assert str(found.units[0].get("maxReplicas")) == "4"
    assert str(found.units[1].get("maxReplicaCount")) == "9"


def test_kustomizations_say_replicas_variables_and_files() -> None:
    found = read(
        "kind: Kustomization\nresources: [base.yaml]\npatches:\n  - path: p.yaml\n"
        "replicas:\n  - {name: w, count: 5}\n"
        "configMapGenerator:\n  - name: cfg\n    literals: [A=1]\n"
    )
    assert [str(word) for word in found.includes] == ["base.yaml", "p.yaml"]
    assert [(unit.kind, unit.name, str(unit.replicas)) for unit in found.units] == [
        ("kustomization", "w", "5")
    ]
    assert [(each.name, str(each.value)) for each in found.tables[0].variables] == [("A", "1")]


def test_openshift_templates_have_parameters() -> None:
    found = read(
        "kind: Template\nparameters:\n  - {name: N, value: '2'}\n  - name: SECRET\nobjects:\n"
        "  - kind: DeploymentConfig\n    metadata: {name: w}\n    spec:\n      replicas: ${{N}}\n"
        "      template:\n        spec:\n          containers:\n"
        "            - {name: w, args: [sh, -c, 'celery worker -c ${N} ${HOME}']}\n"
    )
    unit = found.units[0]
    assert unit.replicas is not None
    assert unit.replicas.parts == (Var("N", scope="outside"),)
    parts = unit.commands[0].words[2].parts
    assert Var("N", scope="outside") in parts
    assert parts[-1] == Lit(" ${HOME}")
    assert [(each.name, str(each.value)) for each in found.tables[0].variables] == [
        ("N", "2"),
        ("SECRET", "None"),
    ]


def test_annotations_names_and_sentences_are_no_commands() -> None:
    found = read(
        "kind: ConfigMap\nmetadata:\n  name: celery\n  annotations:\n    d: runs celery worker\n"
        "data:\n  run.sh: celery -A x worker\n"
    )
    assert found.units == ()


def test_ansible_tasks_run_commands() -> None:
    found = read(
        "- hosts: all\n  tasks:\n"
        "    - name: start\n      ansible.builtin.shell: cd /x && celery -A {{ app }} worker &\n"
        "      become_user: www\n      environment: {A: 1}\n"
        "    - command: {argv: [celery, -A, x, beat], chdir: /srv}\n"
        "    - block:\n        - command: celery -A x flower\n"
        "    - community.docker.docker_container:\n        image: i\n        command: celery worker\n"  # noqa: E501
        "    - name: celery worker\n      debug: {msg: celery worker}\n"
    )
    assert found.kind == "ansible"
    assert [unit.kind for unit in found.units] == [
        "ansible shell",
        "ansible command",
        "ansible command",
        "ansible docker_container",
    ]
    shell, argv, block, _ = found.units
    assert shell.commands[0].script is not None
    assert found.position(shell.commands[0].script.start(0)) == (4, 30)
    assert str(shell.user) == "www"
    assert str(argv.workdir) == "/srv"
    assert [str(word) for word in block.commands[0].words] == ["celery", "-A", "x", "flower"]
