"""Helm charts: templates read as Kubernetes once their regions are blanked, and values files.

A hole keeps what stands between its braces (with `.` inside `with .Values.x` spelled out); the
linker looks it up in the chart's values. Source: Helm's "Chart Template Guide".
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests import kubernetes
from celerylint.facts.manifests.model import Manifest, Table, Variable, manifest
from celerylint.facts.manifests.words import Text
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.patterns import regex

_VALUES = regex(r"(^|/)[^/]*values[^/]*\.ya?ml$")
_LONGEST = 500
"""Characters of a value that is kept: no command is longer, certificates and dashboards are."""
_MOST_VALUES = 10_000


def read(path: str, text: str) -> Manifest:
    """A template's containers, or a values file's values by dotted path."""
    if path.endswith(".tpl"):  # definitions of parts: nothing that is applied by itself
        return manifest(path, "helm", text)
    file = YamlFile(text)
    if not _VALUES.search(path) or "/templates/" in path:
        return kubernetes.manifest_of(path, "helm", file)
    variables: list[Variable] = []
    for root in file.documents[:1]:
        for variable in _values(file, root, "", frozenset()):
            variables.append(variable)
            if len(variables) >= _MOST_VALUES:
                break
    table = Table("values", "", tuple(variables))
    return manifest(path, "helm-values", text, tables=(table,), problems=file.problems)


def _values(file: YamlFile, node: Node, prefix: str, above: frozenset[int]) -> Iterator[Variable]:
    if id(node) in above:
        return
    above |= {id(node)}
    for entry in file.entries(node):
        name = f"{prefix}{entry.name}"
        place = (entry.key.start, entry.key.end)
        if isinstance(entry.value, Mapping) and entry.value.pairs:
            yield from _values(file, entry.value, f"{name}.", above)
        elif isinstance(entry.value, Sequence) and entry.value.items:
            for number, item in enumerate(entry.value.items):
                if isinstance(item, Scalar) and len(item.value) <= _LONGEST:
                    yield Variable(f"{name}.{number}", file.word(item), item.start, item.end)
        elif isinstance(entry.value, (Mapping, Sequence)):
            shown = file.source[entry.value.start : entry.value.end].strip()
            yield Variable(name, Text.at(shown, entry.value.start).word(), *place)
        elif len(entry.value.value) <= _LONGEST:
            word = file.word(entry.value)
            yield Variable(name, word, *place, "" if word else "null")
