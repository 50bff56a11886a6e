"""Units as the kustomizations of a tree deploy them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import partial

from celerylint.facts.manifests import interpolation
from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.manifests.containers import containers
from celerylint.facts.manifests.kubernetes import config_maps, generated, scalers
from celerylint.facts.manifests.merging import child, text
from celerylint.facts.manifests.model import Manifest, Table, Unit, Variable
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.project.deployment.kustomize import KUSTOMIZATIONS, Builder, Failed, TooMuch
from celerylint.project.deployment.kustomize_changes import feed
from celerylint.project.deployment.kustomize_targets import Resource, items
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.uncertain import blurred, most, moved
from celerylint.project.deployment.units import Service
from celerylint.structs import dataclass, replace

_SCALERS = frozenset(("HorizontalPodAutoscaler", "ScaledObject"))
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")


@dataclass
class _Build:
    """What one kustomization deploys."""

    path: str
    resources: list[Resource]


class Kustomized:
    """The builds of a tree. kept are the manifests that matter to anybody."""

    def __init__(self, kept: Iterable[Manifest], files: Files) -> None:
        self._files = files
        self._kept = frozenset(manifest.path for manifest in kept)
        self._patches: set[str] = set()
        self._builds: list[_Build] = []
        self._origins: dict[str, list[tuple[_Build, Resource]]] = {}
        self._applied: set[str] = set()
        self._speaking = False
        self.lost = False
        paths = sorted(path for name in KUSTOMIZATIONS for path in files.named(name))
        if paths and any(manifest.kind == "kubernetes" for manifest in kept):
            self._builder = Builder(files, self._wanted)
            self._read(paths)

    def _wanted(self, path: str) -> bool:
        """Could this file of resources matter? All of them where a patch speaks of Celery."""
        if path in self._kept or self._speaking:
            return True
        return "kind: ConfigMap" in (self._files.text(path) or "")

    def _read(self, paths: list[str]) -> None:
        above: dict[str, set[str]] = {}
        for path in paths:
            root = self._builder.root(path)
            for key in ("resources", "bases"):
                for item in items(root, key):
                    inner = self._builder.kustomization(path, text(item))
                    above.setdefault(inner or "", set()).add(path)
            for key in _PATCHES:
                for item in items(root, key):
                    own = item if isinstance(item, Scalar) else child(item, "path")
                    target = normal(posixpath.dirname(path), text(own) or "?")
                    if target is not None and target in self._files:
                        self._patches.add(target)
        self._speaking = not self._kept.isdisjoint({*paths, *self._patches})
        for path in paths:
            component = text(child(self._builder.root(path), "kind")) == "Component"
            if not component and all(map(dev_marker, above.get(path, ()))):
                self._build(path)

    def _build(self, path: str) -> None:
        try:
            found = self._builder.build(path)
            feed(found)
            build = _Build(path, found)
            self._builds.append(build)
            for each in found:
                self._origins.setdefault(each.origin[0], []).append((build, each))
                self._applied |= self._patches & each.paths if each.changed else set()
        except TooMuch:
            self.lost = True
        except Failed:
            pass  # kustomize refuses it, too

    def stands_alone(self, manifest: Manifest, unit: Unit) -> bool:
        """Is the unit deployed as its own file has it (or not known to be deployed otherwise)?"""
        if manifest.path in self._applied:
            return False  # a patch, which runs where it is applied
        folder = posixpath.dirname(manifest.path)
        outcomes = []
        for build, each in self._origins.get(manifest.path, []):
            _, start, end = each.origin
            live = posixpath.dirname(build.path) == folder or not dev_marker(build.path)
            if live and start <= unit.start < end:
                outcomes.append(each.changed or each.deleted)
        return not outcomes or not all(outcomes)

    def is_patch(self, path: str) -> bool:
        """Is this a file that changes what others say?"""
        return path in self._patches

    def services(self) -> Iterator[Service]:
        """The containers that kustomizations change, as they are then deployed."""
        if not any(self._matters(each) for build in self._builds for each in build.resources):
            return
        file = self._builder.gathered.file()
        for build in self._builds:
            yield from self._of(build, file)

    def _matters(self, resource: Resource) -> bool:
        matters = resource.changed and not self._kept.isdisjoint(resource.paths)
        return matters and not resource.deleted

    def _of(self, build: _Build, file: YamlFile) -> Iterator[Service]:
        present = [each for each in build.resources if not each.deleted]
        tables = tuple(table for each in present for table in self._tables(each, file))
        scaling = [
            blurred(unit, each.unsure) if each.unsure is not None else unit
            for each in present
            if each.kind in _SCALERS and isinstance(each.node, Mapping)
            for unit in scalers(file, each.node)
        ]
        parts = tuple(self._builder.gathered.parts)
        found = next(part for part in parts if part[1] == build.path)
        manifest = Manifest(build.path, "kubernetes", newlines=found[2], tables=tables, parts=parts)
        change = partial(interpolation.parameters, names=frozenset[str]())
        for each in present:
            if self._matters(each):
                scaler = next((unit for unit in scaling if unit.name in each.names), None)
                for unit in containers(file, each.node, change):
                    yield Service(((manifest, _deployed(unit, each, scaler)),))

    def _tables(self, resource: Resource, file: YamlFile) -> Iterator[Table]:
        """The variables of a ConfigMap, under each name that it is asked for by."""
        if resource.kind != "ConfigMap" or resource.unsure is not None:
            return
        found: list[Variable] = []
        if isinstance(resource.node, Mapping):
            found += [
                each for table in config_maps(file, resource.node) for each in table.variables
            ]
        for path, item in resource.generators:
            made = self._generated(path, item, file)
            if made is None:
                return
            found += made
        for name in dict.fromkeys(resource.names):
            yield Table("configmap", name, tuple(found))

    def _generated(self, path: str, item: Node, file: YamlFile) -> list[Variable] | None:
        """What an entry of `configMapGenerator` says; None where a file of it is missing."""
        found: list[Variable] = []
        listed = [*items(item, "envs"), *([own] if (own := child(item, "env")) else [])]
        for each in listed:
            target = normal(posixpath.dirname(path), text(each) or "?")
            content = self._files.text(target) if target is not None else None
            known = self._files.variables(target) if target is not None and content else None
            if known is None or not known.tables or target is None or content is None:
                return None
            start = self._builder.gathered.raw(target, content)
            found += [moved(variable, start) for variable in known.tables[0].variables]
        return [*found, *generated(file, item)]


def _deployed(unit: Unit, resource: Resource, scaler: Unit | None) -> Unit:
    start, end = resource.via
    named = unit.kind != "initContainer"
    unit = replace(
        unit,
        name=resource.names[-1],
        start=start,
        end=end,
        kind=resource.kind if named else unit.kind,
    )
    if scaler is not None:
        unit = replace(unit, replicas=most(scaler))
    return blurred(unit, resource.unsure) if resource.unsure is not None else unit
