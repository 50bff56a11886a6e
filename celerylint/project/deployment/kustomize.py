"""What kustomize builds of a tree's kustomizations: resources with all that changes them.

Sources: kustomize's reference of the kustomization file, and its order: resources, components,
generators; patches, names, labels, JSON 6902 patches, replicas, images, replacements.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from celerylint.facts.manifests.gathering import Gathered
from celerylint.facts.manifests.merging import Budget, Unsettled, child, text
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar
from celerylint.project.deployment.kustomize_changes import Changes, all_unsure
from celerylint.project.deployment.kustomize_targets import Place, Resource, items, labels_of, place
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.structs import replace

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_DEEPEST = 12
_MOST_RESOURCES = 20_000


class Failed(Exception):
    """kustomize builds nothing of this."""


class TooMuch(Failed):
    """It may build something, but nobody looks that far."""


class Builder:
    """Builds kustomizations. wanted says which files of resources are worth reading."""

    def __init__(self, files: Files, wanted: Callable[[str], bool]) -> None:
        self.files = files
        self.gathered = Gathered()
        self._budget = Budget()
        self._wanted = wanted
        self._roots: dict[str, Node | None] = {}
        self._built: dict[str, list[Resource]] = {}
        self._count = 0

    def root(self, path: str) -> Node | None:
        """The document of a kustomization file; None where it cannot be read."""
        if path not in self._roots:
            found = self._documents(path)
            self._roots[path] = found[0] if found and len(found) == 1 else None
        return self._roots[path]

    def build(self, path: str, above: tuple[str, ...] = ()) -> list[Resource]:
        """The resources that a kustomization deploys. Raises Failed."""
        if path in above or len(above) > _DEEPEST:
            raise Failed("a kustomization that takes itself in")
        if path not in self._built:
            self._built[path] = self._applied(path, [], above)
        self._count += len(self._built[path])
        if self._count > _MOST_RESOURCES:
            raise TooMuch("more resources than are read")
        return [replace(each) for each in self._built[path]]

    def _applied(self, path: str, found: list[Resource], above: tuple[str, ...]) -> list[Resource]:
        """What a kustomization makes of these resources, its own added."""
        root = self.root(path)
        if root is None or len(above) > _DEEPEST:
            raise Failed("no kustomization")
        above = (*above, path)
        for key in ("resources", "bases"):
            for item in items(root, key):
                found += self._resources(path, item, above)
        for item in items(root, "components"):
            inner = self.kustomization(path, text(item))
            if inner is None or inner in above:
                all_unsure(found, item, "a component that is not in the tree")
            else:
                before = len(found)
                self._applied(inner, found, above)
                found[before:] = [replace(each, via=place(item)) for each in found[before:]]
        for item in items(root, "configMapGenerator"):
            _generate(found, path, item)
        Changes(path, root, self.patches, self._budget).apply(found)
        return found

    def _resources(self, path: str, item: Node, above: tuple[str, ...]) -> list[Resource]:
        target = normal(posixpath.dirname(path), text(item) or "?")
        if target is not None and target in self.files:
            if not self._wanted(target):
                return []
            return [*self._listed(target, place(item))]
        inner = self.kustomization(path, text(item))
        if inner is None:
            return []
        return [replace(each, via=place(item)) for each in self.build(inner, above)]

    def kustomization(self, path: str, folder: str) -> str | None:
        target = normal(posixpath.dirname(path), folder or "?")
        if target is None:
            return None
        paths = (posixpath.join(target, name) for name in KUSTOMIZATIONS)
        return next((each for each in paths if each in self.files), None)

    def _listed(self, path: str, via: Place) -> Iterator[Resource]:
        start = 0
        for root in self._documents(path) or []:
            start = self.gathered.raw(path, "")
            origin = (path, root.start - start, root.end - start)
            for node in items(root, "items") if text(child(root, "kind")) == "List" else [root]:
                name = text(child(node, "metadata", "name"))
                kind = text(child(node, "kind"))
                if isinstance(node, Mapping) and kind and name:
                    space = text(child(node, "metadata", "namespace"))
                    yield Resource(
                        node, kind, (name,), origin, frozenset((path,)), via, space, labels_of(node)
                    )

    def patches(self, path: str, item: Node | None) -> tuple[list[Node], frozenset[str]]:
        """The documents of a patch, and the files in which it stands: it is a mapping with `path`
        or `patch`, or a text that is either. Raises Unsettled."""
        inline = child(item, "patch")
        item = item if isinstance(item, Scalar) else inline or child(item, "path")
        if not isinstance(item, Scalar):
            raise Unsettled("a patch that is no text")
        if inline is None and "\n" not in item.value and not item.value.lstrip().startswith("{"):
            target = normal(posixpath.dirname(path), item.value)
            content = self.files.text(target) if target is not None else None
            if target is None or content is None:
                raise Unsettled(f"{item.value} is not in the tree")
            return self.gathered.documents(target, content, whole=True), frozenset((path, target))
        return self.gathered.inside(path, item), frozenset((path,))

    def _documents(self, path: str) -> list[Node] | None:
        content = self.files.text(path)
        if content is None:
            return None
        try:
            return self.gathered.documents(path, content)
        except Unsettled:
            return None


def _generate(found: list[Resource], path: str, item: Node) -> None:
    """Add what an entry of `configMapGenerator` says."""
    name, behavior = text(child(item, "name")), text(child(item, "behavior"))
    before = [each for each in found if each.kind == "ConfigMap" and name in each.names]
    if behavior in ("merge", "replace"):
        for each in before:
            each.generators = (*(each.generators if behavior == "merge" else ()), (path, item))
            each.node = each.node if behavior == "merge" else Mapping(item.start, item.end, "")
            each.changed = True
    elif isinstance(item, Mapping) and name:
        made = Resource(
            Mapping(item.start, item.end, ""),
            "ConfigMap",
            (name,),
            (path, item.start, item.end),
            frozenset((path,)),
            place(item),
            generators=((path, item),),
            changed=True,
        )
        found.append(made)
