"""What one kustomization changes of the resources that it takes in.

Sources: kustomize's reference of the kustomization file; the order of its transformers.
"""

from __future__ import annotations

from collections.abc import Callable

from celerylint.facts.manifests.merging import (
    Budget,
    Merge,
    Unsettled,
    child,
    operated,
    text,
    with_child,
)
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.project.deployment.kustomize_targets import Resource, items, place, selected

Patches = Callable[[str, "Node | None"], "tuple[list[Node], frozenset[str]]"]
"""(path of a kustomization, a patch in it) -> its documents, the files in which it stands."""

PODS = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet", "ReplicationController"),
        ("spec", "template", "spec"),
    ),
}
"""Where the pod of each kind of workload is described."""
_SCALED = frozenset(("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"))


def all_unsure(found: list[Resource], item: Node, reason: str) -> None:
    """Something changes these resources, and nobody can tell how."""
    for resource in found:
        resource.changed = True
        resource.unsure = (*place(item), reason)


class Changes:
    """The patches and transformers of one kustomization."""

    def __init__(self, path: str, root: Node, patches: Patches, budget: Budget) -> None:
        self.path, self.root, self._patches, self._budget = path, root, patches, budget

    def apply(self, found: list[Resource]) -> None:
        """All of it, in kustomize's order."""
        root = self.root
        for item in items(root, "patchesStrategicMerge"):
            self._patch(found, item)
        for item in items(root, "patches"):
            self._patch(found, item)
        self._names(found)
        self._labels(found)
        for item in items(root, "patchesJson6902"):
            self._patch(found, item)
        for item in items(root, "replicas"):
            self._replicas(found, item)
        for item in items(root, "images"):
            self._images(found, item)
        for item in items(root, "replacements"):
            self._replacement(found, item)
        for key in ("transformers", "vars"):
            for item in items(root, key):
                all_unsure(found, item, f"{key} of {self.path}")

    def _patch(self, found: list[Resource], item: Node) -> None:
        target = child(item, "target")
        try:
            documents, paths = self._patches(self.path, item)
        except Unsettled as error:
            self._unsure(found, target, item, str(error))
            return
        for document in documents:
            for resource in found:
                means = _means(resource, document, target)
                if means is False or resource.deleted:
                    continue
                resource.paths |= paths
                resource.changed = True
                if means is None:
                    resource.unsure = (*place(item), "a patch that may mean it")
                else:
                    self._change(resource, document, item)

    def _change(self, resource: Resource, document: Node, item: Node) -> None:
        """Apply a patch to a resource that it surely means."""
        try:
            after: Node | None
            merge = Merge(resource.kind in PODS, self._budget)
            if isinstance(document, Sequence):
                after = operated(resource.node, document, self._budget)
            elif isinstance(document, Mapping):
                after = merge.merged(resource.node, _anonymous(document))
            else:
                raise Unsettled("a patch that is none")
        except Unsettled as error:
            resource.unsure = (*place(item), str(error))
            return
        if after is None:
            resource.deleted = True
        else:
            resource.node = after

    def _unsure(self, found: list[Resource], target: Node | None, item: Node, reason: str) -> None:
        for resource in found:
            if target is None or selected(resource, target) is not False:
                resource.changed = True
                resource.unsure = (*place(item), reason)

    def _names(self, found: list[Resource]) -> None:
        prefix, suffix = text(child(self.root, "namePrefix")), text(child(self.root, "nameSuffix"))
        for resource in found if prefix or suffix else []:
            resource.names = (*resource.names, f"{prefix}{resource.names[-1]}{suffix}")
            resource.changed = True

    def _labels(self, found: list[Resource]) -> None:
        common = child(self.root, "commonLabels")
        pairs = [common, *(child(item, "pairs") for item in items(self.root, "labels"))]
        for node in pairs:
            added = {
                key.value: text(value)
                for key, value in (node.pairs if isinstance(node, Mapping) else [])
                if isinstance(key, Scalar)
            }
            for resource in found if added else []:
                resource.labels = {**(resource.labels or {}), **added}
        space = text(child(self.root, "namespace"))
        for resource in found if space else []:
            resource.namespace = space

    def _replicas(self, found: list[Resource], item: Node) -> None:
        name, count = text(child(item, "name")), child(item, "count")
        for resource in found:
            node, spec = resource.node, child(resource.node, "spec")
            if count is None or name not in resource.names or resource.kind not in _SCALED:
                continue
            if isinstance(spec, Mapping) and isinstance(node, Mapping):
                spec = with_child(spec, "replicas", count)
                self._changed(resource, with_child(node, "spec", spec))

    def _images(self, found: list[Resource], item: Node) -> None:
        for resource in found:
            if resource.kind in PODS:
                after = _imaged(resource.node, (*PODS[resource.kind],), item)
                if after is not resource.node:
                    self._changed(resource, after)

    def _changed(self, resource: Resource, node: Node) -> None:
        resource.node = node
        resource.changed = True
        resource.paths |= {self.path}

    def _replacement(self, found: list[Resource], item: Node) -> None:
        targets = items(item, "targets")
        for resource in found:
            means = [selected(resource, child(each, "select")) for each in targets]
            if not targets or True in means or None in means:
                resource.changed = True
                resource.unsure = (*place(item), "a replacement")


def _means(resource: Resource, document: Node, target: Node | None) -> bool | None:
    if target is not None:
        return selected(resource, target)
    kind, name = text(child(document, "kind")), text(child(document, "metadata", "name"))
    if not kind or not name:
        return None
    return kind == resource.kind and name in resource.names


def _anonymous(document: Mapping) -> Mapping:
    """The patch without what only says which resource it is for."""
    meta = child(document, "metadata")
    if isinstance(meta, Mapping):
        document = with_child(document, "metadata", with_child(meta, "name", None))
    return with_child(with_child(document, "kind", None), "apiVersion", None)


def _imaged(node: Node, path: tuple[str, ...], item: Node) -> Node:
    """The resource with an entry of `images` applied to its containers."""
    if not isinstance(node, Mapping):
        return node
    if path:
        inner = child(node, path[0])
        after = _imaged(inner, path[1:], item) if inner is not None else None
        return node if after is None or after is inner else with_child(node, path[0], after)
    for key in ("containers", "initContainers"):
        listed = child(node, key)
        if isinstance(listed, Sequence):
            new = [_with_image(each, item) for each in listed.items]
            if any(one is not other for one, other in zip(new, listed.items, strict=True)):
                node = with_child(node, key, Sequence(listed.start, listed.end, listed.tag, new))
    return node


def _with_image(container: Node, item: Node) -> Node:
    before = text(child(container, "image"))
    name, digest = before.partition("@")[0], before.partition("@")[2]
    tail = name.rpartition("/")[2]
    tag = tail.partition(":")[2]
    name = name.removesuffix(f":{tag}") if tag else name
    if not before or name != text(child(item, "name")) or not isinstance(container, Mapping):
        return container
    new = [each for key in ("newName", "newTag", "digest") if text(each := child(item, key))]
    if not new:
        return container
    name = text(child(item, "newName")) or name
    if text(child(item, "digest")):
        tag, digest = "", text(child(item, "digest"))
    elif text(child(item, "newTag")):
        tag, digest = text(child(item, "newTag")), ""
    whole = f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"
    start, end = place(new[-1]) if new[-1] is not None else (0, 0)
    return with_child(container, "image", Scalar(start, end, "", "'", whole))


def feed(found: list[Resource]) -> None:
    """What reads a ConfigMap that the kustomization changes (or makes) is changed by that."""
    changed = {name: each for each in found if each.kind == "ConfigMap" for name in each.names}
    changed = {name: each for name, each in changed.items() if each.changed}
    for resource in found if changed else []:
        pod = child(resource.node, *PODS[resource.kind]) if resource.kind in PODS else None
        for container in (*items(pod, "containers"), *items(pod, "initContainers")):
            for source in (*items(container, "envFrom"), *items(container, "env")):
                name = text(child(source, "configMapRef", "name"))
                name = name or text(child(source, "valueFrom", "configMapKeyRef", "name"))
                if name in changed:
                    resource.changed = True
                    resource.paths |= changed[name].paths
