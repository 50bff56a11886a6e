"""How many replicas a chart deploys, and when its autoscaler counts."""

from __future__ import annotations

import pytest

from celerylint.project.deployment.helm_conditions import UNKNOWN, evaluate, holds

from .trees import start, told

WORKER = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-worker
spec:
  {{- if not .Values.worker.autoscaling.enabled }}
  replicas: {{ .Values.worker.replicas }}
  {{- end }}
  template:
    spec:
      {{- with .Values.worker.grace }}
      terminationGracePeriodSeconds:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: worker
          image: shop
          command: [celery, -A, shop, worker]
"""
SCALER = """\
{{- if %s }}
apiVersion: %s
kind: %s
metadata:
  name: {{ include "shop.fullname" . }}-worker
spec:
  scaleTargetRef:
    name: {{ include "shop.fullname" . }}-worker
  %s: {{ .Values.worker.autoscaling.max }}
{{- end }}
"""
ENABLED = ".Values.worker.autoscaling.enabled"
HPA = ("autoscaling/v2", "HorizontalPodAutoscaler", "maxReplicas")
KEDA = ("keda.sh/v1alpha1", "ScaledObject", "maxReplicaCount")
VALUES = """\
worker:
  replicas: 2
  autoscaling:
    enabled: %s
    max: 9
engine: hpa
"""


def chart(condition: str, values: str, kind: tuple[str, str, str] = HPA) -> dict[str, str]:
    return {
        "charts/shop/Chart.yaml": "name: shop\n",
        "charts/shop/values.yaml": values,
        "charts/shop/templates/worker.yaml": WORKER,
        "charts/shop/templates/scaler.yaml": SCALER % (condition, *kind),
    }


OFF, ON = (2, ".Values.worker.replicas"), (9, ".Values.worker.autoscaling.max")


@pytest.mark.parametrize("kind", [HPA, KEDA])
@pytest.mark.parametrize(
    ("condition", "enabled", "replicas"),
    [
        (ENABLED, "false", OFF),
        (ENABLED, "true", ON),
        (ENABLED, "", OFF),  # null
        (f"and {ENABLED} (eq .Values.engine `hpa`)".replace("`", '"'), "true", ON),
        (f'and {ENABLED} (ne .Values.engine "hpa")', "true", (1, None)),
        (f'and {ENABLED} (eq (include "shop.engine" .) "keda")', "false", OFF),
        (f"and (.Capabilities.APIVersions.Has `x`) {ENABLED}".replace("`", '"'), "false", OFF),
    ],
)
def test_an_autoscaler_counts_when_its_condition_holds_by_the_charts_values(
    condition: str, enabled: str, replicas: tuple[int, str | None], kind: tuple[str, str, str]
) -> None:
    found = start(chart(condition, VALUES % enabled, kind))
    assert told(found.replicas) == (replicas if replicas[1] is not None else replicas[0])


@pytest.mark.parametrize(
    "condition",
    [
        f'and {ENABLED} (eq (include "shop.engine" .) "keda")',
        f"and {ENABLED} .Capabilities.KubeVersion",
        f"hasKey .Values.worker.autoscaling {ENABLED}",
        f"and ({ENABLED}",
    ],
)
def test_an_autoscaler_that_may_count_leaves_replicas_unknown(condition: str) -> None:
    found = start(chart(condition, VALUES % "true"))
    assert told(found.replicas) == f"if {condition}"
    assert found.replicas is not None
    assert found.replicas.span.path == "charts/shop/templates/scaler.yaml"


def test_values_of_a_chart_inside_another_come_from_there() -> None:
    tree = {
        path.replace("charts/shop", "charts/all/charts/shop"): text
        for path, text in chart(ENABLED, VALUES % "false").items()
    }
    tree["charts/all/Chart.yaml"] = "name: all\n"
    assert told(start(tree).replicas) == f"if {ENABLED}"


def test_an_autoscaler_without_a_most_leaves_replicas_unknown() -> None:
    tree = chart(ENABLED, VALUES % "true", KEDA)
    tree["charts/shop/templates/scaler.yaml"] = tree["charts/shop/templates/scaler.yaml"].replace(
        "maxReplicaCount", "minReplicaCount"
    )
    assert told(start(tree).replicas) == f"if {ENABLED}"


def test_conditions_that_the_unit_stands_under_too_decide_nothing() -> None:
    tree = chart(ENABLED, VALUES % "true")
    for name in ("worker", "scaler"):
        path = f"charts/shop/templates/{name}.yaml"
        tree[path] = "{{- if .Release.IsInstall }}\n" + tree[path] + "{{- end }}\n"
    assert told(start(tree).replicas) == ON


@pytest.mark.parametrize(
    ("values", "grace"),
    [
        ("  grace: 300\n", (300, ".Values.worker.grace")),
        ("  grace: 0\n", 30),
        ("", 30),
    ],
)
def test_a_time_to_stop_that_a_template_puts_below_its_key(values: str, grace: object) -> None:
    text = (VALUES % "false").replace("  replicas", f"{values}  replicas")
    assert told(start(chart(ENABLED, text)).grace) == grace


def test_replicas_that_one_of_two_branches_gives_are_not_known() -> None:
    tree = chart(ENABLED, VALUES % "false")
    tree["charts/shop/templates/worker.yaml"] = WORKER.replace(
        "  {{- end }}\n  template", "  {{- else }}\n  replicas: 5\n  {{- end }}\n  template"
    )
    assert told(start(tree).replicas) == f"one of 2: not if not {ENABLED}"


KNOWN = {
    "a.on": True,
    "a.off": False,
    "a.no": None,
    "a.n": 2.0,
    "a.s": "x",
    "a.map": ("something",),
}


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("if .Values.a.on", True),
        ("not if .Values.a.on", False),
        ("with $.Values.a.s", True),
        ("not with .Values.a.no", True),
        ("if not .Values.a.no", True),
        ("if or .Values.a.what .Values.a.on", True),
        ("if or .Values.a.what .Values.a.off", None),
        ("if and .Values.a.what .Values.a.off", False),
        ("if (and (.Values.a.on) (not .Values.a.off))", True),
        ("if gt (int .Values.a.n) 0", True),
        ("if lt (.Values.a.n | int) 2", False),
        ('if eq .Values.a.s "y" "x"', True),
        ('if eq (.Values.a.no | default "x") "x"', True),
        ("if .Values.a.map", True),
        ("if eq .Values.a.map .Values.a.s", None),
        ("if empty .Values.a.map", False),
        ("if .", None),
        ("if", None),
        ("if (", None),
        ("if )", None),
        ("if |", None),
        ("range .Values.a.map", None),
        ("if " + "(" * 10_000, None),
        ("if " + "not (" * 300 + ".Values.a.on" + ")" * 300, None),
    ],
)
def test_conditions(condition: str, answer: bool | None) -> None:
    assert holds(condition, lambda path: KNOWN.get(path, UNKNOWN)) is answer


def test_what_values_yaml_does_not_have_is_not_set() -> None:
    tree = chart(".Values.other.enabled", VALUES % "true")
    assert told(start(tree).replicas) == 1  # neither rendered nor scaled
    tree["charts/shop/values.yaml"] += "other:\n  - enabled: true\n"
    assert told(start(tree).replicas) == "if .Values.other.enabled"


def test_quoted_words_are_no_booleans() -> None:
    assert told(start(chart(ENABLED, VALUES % '"false"')).replicas) == ON


def test_a_pipe_gives_its_value_last() -> None:
    assert evaluate('.Values.x | default "y"', lambda _: None) == "y"


POD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  {{- include "shop.spread" . | nindent 2 }}
  template:
    spec:
      {{- with include "shop.pod" (dict "ctx" .) }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- with .Values.nodes }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: worker
          image: shop
          command: [celery, -A, shop, worker]
"""
PLAIN = '{{- define "shop.spread" }}\nstrategy: {}\n{{- end }}\n'


@pytest.mark.parametrize(
    ("helpers", "grace", "replicas"),
    [
        (PLAIN + '{{ define "shop.pod" -}}\nvolumes: []\n{{- end }}', 30, 1),
        (
            PLAIN + '{{ define "shop.pod" -}}\nterminationGracePeriodSeconds: 9\n{{- end }}',
            'renders with include "shop.pod" (dict "ctx" .)',
            1,
        ),
        (
            '{{ define "shop.pod" }}{{ include "library.pod" . }}{{ end }}',
            'renders with include "shop.pod" (dict "ctx" .)',
            'renders include "shop.spread" . | nindent 2',
        ),
        (
            '{{ define "shop.pod" }}{{ include "shop.pod" . }}{{ end }}' + PLAIN,
            'renders with include "shop.pod" (dict "ctx" .)',
            1,
        ),
    ],
)
def test_what_an_included_part_may_set_is_not_the_platforms_default(
    helpers: str, grace: object, replicas: object
) -> None:
    found = start(
        {
            "charts/shop/Chart.yaml": "name: shop\n",
            "charts/shop/values.yaml": "nodes: {}\n",
            "charts/shop/templates/worker.yaml": POD,
            "charts/shop/templates/_helpers.tpl": helpers,
        }
    )
    assert (told(found.grace), told(found.replicas)) == (grace, replicas)


@pytest.mark.parametrize("volumes", ["      - name: data\n", ""])
def test_items_that_a_template_adds_to_a_list_are_no_keys(volumes: str) -> None:
    more = (
        f"      volumes:\n{volumes}      {{{{- with .Values.volumes }}}}\n"
        "        {{- . | toYaml | nindent 6 }}\n      {{- end }}\n      containers:\n"
    )
    tree = chart(ENABLED, VALUES % "false")
    text = WORKER.replace("      containers:\n", more).replace("worker.grace", "worker.no")
    start_, _, rest = text.partition("      {{- with .Values.worker.no")
    tree["charts/shop/templates/worker.yaml"] = start_ + rest.partition("{{- end }}\n")[2]
    assert told(start(tree).grace) == 30


@pytest.mark.parametrize(
    ("expression", "values", "replicas"),
    [
        (".Values.n | default 3", "n: 0\n", (3, ".Values.n")),
        (".Values.n | default 3", "m: 0\n", (3, ".Values.n")),
        (".Values.n | default 3", "n: 5\n", (5, ".Values.n")),
        ("$n | default 3", "n: 5\n", "template: $n | default 3"),
    ],
)
def test_a_default_stands_in_for_what_is_empty(
    expression: str, values: str, replicas: object
) -> None:
    found = start(
        {
            "charts/shop/Chart.yaml": "name: shop\n",
            "charts/shop/values.yaml": values,
            "charts/shop/templates/worker.yaml": (
                "kind: Deployment\nmetadata: {name: w}\nspec:\n"
                f"  replicas: {{{{ {expression} }}}}\n  template:\n    spec:\n      containers:\n"
                "        - {name: w, image: shop, command: [celery, -A, shop, worker]}\n"
            ),
        }
    )
    assert told(found.replicas) == replicas


def test_a_probe_of_which_the_values_give_the_rest() -> None:
    probe = (
        "          livenessProbe:\n            exec: {command: [celery, -A, shop, inspect, ping]}\n"
        "            {{- toYaml .Values.probe | nindent 12 }}\n"
    )
    tree = chart(ENABLED, VALUES % "false")
    tree["charts/shop/templates/worker.yaml"] += probe
    assert told(start(tree).keys["livenessProbe.timeoutSeconds"]) == (
        "template: .Values.probe.timeoutSeconds"
    )
    tree["charts/shop/values.yaml"] += "probe: {timeoutSeconds: 15}\n"
    assert told(start(tree).keys["livenessProbe.timeoutSeconds"]) == (
        "15",
        ".Values.probe.timeoutSeconds",
    )
