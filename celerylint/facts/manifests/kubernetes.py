"""Kubernetes manifests and their family: kustomize patches, OpenShift templates, custom resources.

Containers are found by their shape, so that a resource of any kind may hold them.
Source: the Kubernetes API reference (Pod, Deployment, HorizontalPodAutoscaler), KEDA's
ScaledObject,
kustomize's kustomization file, OpenShift's Template.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from celerylint.facts.manifests import ansible, interpolation
from celerylint.facts.manifests.compose import assignment
from celerylint.facts.manifests.containers import containers
from celerylint.facts.manifests.model import Manifest, Table, Unit, Variable, manifest
from celerylint.facts.manifests.words import Lit, Word
from celerylint.facts.manifests.yaml_lines import stray_units
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile, walk
from celerylint.structs import replace

_FILES = ("resources", "bases", "components", "patches", "patchesStrategicMerge")


def read(path: str, text: str) -> Manifest:
    """The containers, autoscalers and ConfigMaps of a file; of a playbook its tasks."""
    file = YamlFile(text)
    if any(ansible.is_playbook(file, root) for root in file.documents):
        return ansible.manifest_of(path, file)
    return manifest_of(path, "kubernetes", file)


def manifest_of(path: str, kind: str, file: YamlFile) -> Manifest:
    """The facts of a file that is Kubernetes, or becomes it when its template is rendered."""
    units: list[Unit] = []
    tables: list[Table] = []
    includes: list[Word] = []
    for root in file.documents:
        parameters = tuple(_parameters(file, root))
        if parameters:
            tables.append(Table("parameters", "", parameters))
        names = frozenset(each.name for each in parameters)
        change = partial(interpolation.parameters, names=names)
        for found in walk(file, root):
            tables += config_maps(file, found.node)
            units += scalers(file, found.node)
        units += containers(file, root, change)
        if file.string(root, "kind") in ("Kustomization", "Component", ""):
            includes += _includes(file, root)
            units += _kustomized(file, root)
    return manifest(
        path,
        kind,
        file.source,
        units=(*units, *stray_units(file)),
        tables=tuple(tables),
        includes=tuple(includes),
        problems=file.problems,
    )


def _parameters(file: YamlFile, root: Node) -> Iterator[Variable]:
    if file.get(root, "objects") is None:
        return
    listed = file.get(root, "parameters")
    for item in listed.items if isinstance(listed, Sequence) else []:
        name, value = file.get(item, "name"), file.word(file.get(item, "value"))
        if name is not None and (text := file.text(name)) is not None:
            reason = "" if value else "given when the template is processed"
            yield Variable(text.value, value, name.start, name.end, reason)


def config_maps(file: YamlFile, node: Mapping) -> Iterator[Table]:
    """The variables of a ConfigMap, or of those that a kustomization generates."""
    if file.string(node, "kind") == "ConfigMap":
        name = file.word(file.get(node, "metadata", "name"))
        data = file.get(node, "data")
        variables = tuple(
            Variable(entry.name, file.word(entry.value), entry.key.start, entry.key.end)
            for entry in file.entries(data)
        )
        yield Table("configmap", str(name or ""), variables)
    listed = file.get(node, "configMapGenerator")
    for item in listed.items if isinstance(listed, Sequence) else []:
        yield Table("configmap", file.string(item, "name"), tuple(generated(file, item)))


def generated(file: YamlFile, item: Node) -> Iterator[Variable]:
    """The variables of an entry of `configMapGenerator`, those of files of variables left out."""
    literals = file.get(item, "literals")
    for each in literals.items if isinstance(literals, Sequence) else []:
        if (text := file.text(each)) is not None:
            yield _bare(assignment(text))
    named = file.get(item, "files")
    for each in named.items if isinstance(named, Sequence) else []:
        if (text := file.text(each)) is not None:
            name = text.value.partition("=")[0].rpartition("/")[2]
            yield Variable(name, None, each.start, each.end, "the content of a file")


def _bare(variable: Variable) -> Variable:
    """kustomize takes quotes around a literal's value away."""
    text = variable.value.literal() if variable.value is not None else None
    if variable.value is None or text is None or len(text) < 2:
        return variable
    if text[0] != text[-1] or text[0] not in "\"'":
        return variable
    word = replace(variable.value, parts=(Lit(text[1:-1]),), source=None)
    return replace(variable, value=word)


def scalers(file: YamlFile, node: Mapping) -> Iterator[Unit]:
    """Autoscalers, as units named like what they scale."""
    kind = file.string(node, "kind")
    if kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        spec = file.get(node, "spec")
        target = file.get(spec, "scaleTargetRef", "name")
        name = file.word(target)
        keys = ("minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount")
        words = ((key, file.word(file.get(spec, key))) for key in keys)
        extra = tuple((key, word) for key, word in words if word is not None)
        if target is not None and name is not None:
            maybe = tuple(("", each) for each in file.blanked.conditions(target.start))
            yield Unit(str(name), target.start, target.end, kind=kind, extra=extra, maybe=maybe)


def _kustomized(file: YamlFile, node: Node) -> Iterator[Unit]:
    """`replicas: [{name, count}]` of a kustomization."""
    listed = file.get(node, "replicas")
    for item in listed.items if isinstance(listed, Sequence) else []:
        name, count = file.get(item, "name"), file.word(file.get(item, "count"))
        if name is not None and count is not None:
            yield Unit(
                file.string(name), name.start, name.end, kind="kustomization", replicas=count
            )


def _includes(file: YamlFile, root: Node) -> Iterator[Word]:
    for key in _FILES:
        listed = file.get(root, key)
        for item in listed.items if isinstance(listed, Sequence) else []:
            word = file.word(file.get(item, "path") if isinstance(item, Mapping) else item)
            if word is not None and "\n" not in str(word):
                yield word
