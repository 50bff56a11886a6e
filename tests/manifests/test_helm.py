from __future__ import annotations

from celerylint.facts.manifests import helm
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Lit, Tmpl
from celerylint.kept import dumps, loads

PATH = "charts/shop/templates/worker.yaml"
TEMPLATE = """\
{{- if .Values.worker.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}-worker
spec:
  {{- if not .Values.worker.autoscaling.enabled }}
  replicas: {{ .Values.worker.replicas | default 2 }}
  {{- end }}
  template:
    spec:
      containers:
        - name: worker
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          command:
            [
              {{- with include "shop.prefix" . }}
              {{- . | nindent 14 }}
              {{- end }}
              "celery",
              "-A",
              "shop",
              "worker",
              {{- with .Values.worker.logLevel }}
              {{ printf "--loglevel=%s" . | quote }},
              {{- end }}
              {{- range .Values.worker.extraArgs }}
              {{ . | quote }},
              {{- end }}
              "--concurrency={{ .Values.worker.concurrency }}",
            ]
          env:
            {{- include "shop.env" . | nindent 12 }}
            - name: A
              value: {{ .Values.a | quote }}
          resources:
            {{- toYaml .Values.worker.resources | nindent 12 }}
          livenessProbe:
            exec:
              command:
                - sh
                - -c
                - >
                    celery inspect
                    ping
      {{- with .Values.volumes }}
      volumes:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
"""


def read(source: str, path: str = PATH) -> Manifest:
    found = helm.read(path, source)
    assert loads(dumps(found)) == found
    return found


def test_words_keep_their_place_and_holes_what_they_name() -> None:
    found = read(TEMPLATE)
    words = found.units[0].commands[0].words
    assert [(str(word), *found.position(word.start)) for word in words if word.literal()] == [
        ("celery", 20, 16),
        ("-A", 21, 16),
        ("shop", 22, 16),
        ("worker", 23, 16),
    ]
    level = words[5]
    assert level.parts == (Tmpl('printf "--loglevel=%s" .Values.worker.logLevel | quote'),)
    assert not level.open()
    assert words[-1].parts == (Lit("--concurrency="), Tmpl(".Values.worker.concurrency"))


def test_regions_that_may_render_items_make_the_words_open_where_they_stand() -> None:
    found = read(TEMPLATE)
    words = found.units[0].commands[0].words
    opened = [(found.position(word.start)[0], str(word)) for word in words if word.open()]
    assert opened == [
        (18, '{{ include "shop.prefix" . | nindent 14 }}'),
        (27, "{{ range .Values.worker.extraArgs }}"),
    ]


def test_fields_under_a_condition_are_named() -> None:
    unit = read(TEMPLATE).units[0]
    assert unit.replicas is not None
    assert unit.replicas.parts == (Tmpl(".Values.worker.replicas | default 2"),)
    assert unit.maybe == (
        ("", "if .Values.worker.enabled"),
        ("replicas", "if not .Values.worker.autoscaling.enabled"),
    )
    assert unit.commands[0].conditions == ("if .Values.worker.enabled",)


def test_names_and_limits_are_what_the_template_names() -> None:
    unit = read(TEMPLATE).units[0]
    assert unit.name == '{{ include "shop.fullname" . }}-worker'
    assert (str(unit.cpus), str(unit.memory)) == (
        "{{ .Values.worker.resources.limits.cpu }}",
        "{{ .Values.worker.resources.limits.memory }}",
    )


def test_variables_that_a_region_adds_leave_the_environment_open() -> None:
    unit = read(TEMPLATE).units[0]
    assert [(each.name, str(each.value)) for each in unit.env] == [("A", "{{ .Values.a | quote }}")]
    assert unit.env_open == 'the template adds variables: include "shop.env" . | nindent 12'


def test_regions_below_a_block_scalar_are_not_part_of_it() -> None:
    unit = read(TEMPLATE).units[0]
    assert unit.healthcheck is not None
    assert [str(word) for word in unit.healthcheck.words] == ["sh", "-c", "celery inspect ping"]


def test_arguments_that_only_a_value_gives_are_open() -> None:
    found = read(
        "kind: Pod\nspec:\n  containers:\n    - image: x\n      args:\n"
        "        {{- toYaml .Values.args | nindent 8 }}\n"
        "    - image: y\n      args:\n        - celery\n        {{- toYaml .Values.more | nindent 8 }}\n"  # noqa: E501
        "    - image: z\n      args: {{ .Values.list | toJson }}\n"
    )
    first, second, third = (unit.commands[0].words for unit in found.units)
    assert [word.open() for word in first] == [True]
    assert [word.open() for word in second] == [False, True]
    assert [str(word) for word in third] == ["{{ .Values.list | toJson }}"]


def test_values_become_a_table_by_dotted_path() -> None:
    found = read(
        "# --loglevel=<value> on the celery worker\nworker:\n  replicas: 2\n  extraArgs: []\n"
        "  args: [a, b]\n  tag:\nbase: &b {x: 1}\nother: *b\ncert: |\n  " + "A" * 600 + "\n",
        "charts/shop/values-prod.yaml",
    )
    (table,) = found.tables
    assert (found.kind, table.kind) == ("helm-values", "values")
    assert {each.name: str(each.value) for each in table.variables} == {
        "worker.replicas": "2",
        "worker.extraArgs": "[]",
        "worker.args.0": "a",
        "worker.args.1": "b",
        "worker.tag": "None",
        "base.x": "1",
        "other.x": "1",
    }


def test_values_that_multiply_by_aliases_are_bounded() -> None:
    levels = [
        f"l{n}: &l{n} {{{', '.join(f'k{i}: *l{n - 1}' for i in range(9))}}}" for n in range(1, 12)
    ]
    found = read("\n".join(["l0: &l0 {x: 1}", *levels]), "charts/shop/values.yaml")
    assert len(found.tables[0].variables) == 10_000


def test_helpers_apply_nothing() -> None:
    found = read('{{- define "x" }}\ncommand: [celery]\n{{- end }}\n', "charts/a/templates/_h.tpl")
    assert (found.units, found.problems) == ((), ())


def test_a_template_that_leaves_nothing_readable_is_named_only_where_celery_is_lost() -> None:
    broken = "a: b\n- {{ x }}\n  c: [\n"
    assert read(broken).problems == ()
    found = read(broken + "    args: [celery, worker]\n")
    assert len(found.problems) == 1
    assert [str(word) for word in found.units[0].commands[0].words] == ["celery", "worker"]
