"""What other files add to a unit: systemd's drop-ins, Kubernetes' autoscalers, kustomize.

Sources: systemd.unit(5), the HorizontalPodAutoscaler and ScaledObject of Kubernetes and KEDA,
kustomize's kustomization file (resources, components, patches, replicas).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.manifests.model import Manifest, Unit
from celerylint.project.manifest_files import Files, normal
from celerylint.project.process import Process
from celerylint.project.units import Layer, Service, service
from celerylint.structs import dataclass, replace

_SCALERS = frozenset(("HorizontalPodAutoscaler", "ScaledObject"))
_MOST = ("maxReplicas", "maxReplicaCount")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_STARTING = frozenset(("command", "entrypoint", "args"))
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Kustomization:
    """direct: the files that it lists; deep: those of the kustomizations that it lists, by path."""

    manifest: Manifest
    direct: dict[str, Manifest]
    deep: dict[str, Manifest]


class Overlays:
    """Joins units with what other files of the tree say about them. Never raises for bad input."""

    def __init__(self, kept: Iterable[Manifest], files: Files) -> None:
        self.files = files
        self._dropins: dict[str, list[Layer]] = {}
        self._scalers: dict[tuple[str, str], Layer] = {}
        self._kustomizations: list[_Kustomization] | None = None
        for path in files.paths:
            folder = posixpath.dirname(path)
            found = files.manifest(path) if folder.endswith(".service.d") else None
            if found is not None and found.kind == "systemd":
                layers = [(found, unit) for unit in found.units]
                self._dropins.setdefault(folder.removesuffix(".d"), []).extend(layers)
        for manifest in kept:
            for unit in manifest.units:
                if unit.kind in _SCALERS and not unit.maybe:
                    most = next((unit.get(key) for key in _MOST if unit.get(key)), None)
                    folder = posixpath.dirname(manifest.path)
                    self._scalers[folder, unit.name] = (manifest, replace(unit, replicas=most))

    def services(self, manifest: Manifest, unit: Unit) -> Iterator[Service]:
        """The unit as the deployments of the tree run it: once for each kustomization that changes
        it, else as its own file and what always belongs to it say."""
        if manifest.kind == "systemd":
            if unit.kind != "drop-in" or posixpath.dirname(manifest.path)[:-2] not in self.files:
                yield _with(service(manifest, unit, self.files), self._dropins.get(manifest.path))
            return
        if manifest.kind not in ("kubernetes", "helm"):
            yield service(manifest, unit, self.files)
            return
        scaler = self._scalers.get((posixpath.dirname(manifest.path), unit.name))
        changed = [*self._changed(manifest, unit)] if manifest.kind == "kubernetes" else []
        yield from changed
        if not any(_replaces(each, manifest) for each in changed):
            own = service(manifest, unit, self.files)
            yield _with(own, [scaler] if scaler is not None else None)

    def _changed(self, manifest: Manifest, unit: Unit) -> Iterator[Service]:
        if not any(each.role in _STARTING for each in unit.commands):
            return
        for each in self.kustomizations():
            if manifest.path in each.direct or manifest.path in each.deep:
                layers = [*_patches(each, manifest, unit)]
                if layers:
                    yield Service(((manifest, unit), *layers))

    def kustomizations(self) -> list[_Kustomization]:
        """Every kustomization of the tree with the manifests that it takes in."""
        if self._kustomizations is None:
            paths = [path for name in _KUSTOMIZATIONS for path in self.files.named(name)]
            made = (self._kustomization(path, 0) for path in sorted(paths))
            self._kustomizations = [each for each in made if each is not None]
        return self._kustomizations

    def _kustomization(self, path: str, depth: int) -> _Kustomization | None:
        manifest = self.files.manifest(path)
        if manifest is None or depth > _DEEPEST:
            return None
        found = _Kustomization(manifest, {}, {})
        for word in manifest.includes:
            target = normal(posixpath.dirname(path), word.literal() or "?")
            if target is not None and target in self.files:
                listed = self.files.manifest(target)
                if listed is not None:
                    found.direct[target] = listed
            elif target is not None:
                inner = self._inside(target, depth)
                found.deep.update({**inner.direct, **inner.deep} if inner is not None else {})
        return found

    def _inside(self, folder: str, depth: int) -> _Kustomization | None:
        for name in _KUSTOMIZATIONS:
            path = posixpath.join(folder, name)
            if path in self.files:
                return self._kustomization(path, depth + 1)
        return None


def _with(found: Service, above: list[Layer] | None) -> Service:
    """The service with layers that are stronger than the unit itself."""
    if not above:
        return found
    return Service((*found.layers, *above), at=len(found.layers) - 1)


def _patches(each: _Kustomization, manifest: Manifest, unit: Unit) -> Iterator[Layer]:
    """What a kustomization changes of a unit, in its order."""
    container = str(unit.get("container") or "")
    for path, patch in each.direct.items():
        for other in patch.units if path != manifest.path else ():
            starts = any(command.role in _STARTING for command in other.commands)
            same = other.name == unit.name and str(other.get("container") or "") == container
            if same and (not starts or manifest.path in each.deep):
                yield patch, replace(other, kind=unit.kind)
    for other in each.manifest.units:
        if other.kind == "kustomization" and other.name == unit.name:
            yield each.manifest, replace(other, kind=unit.kind)


def _replaces(changed: Service, manifest: Manifest) -> bool:
    """Is the unit deployed with these changes, and not as its own file has it?"""
    path = changed.manifest.path
    same = posixpath.dirname(path) == posixpath.dirname(manifest.path)
    return same or not dev_marker(path)


def included(processes: Iterable[Process], kept: Iterable[Manifest]) -> list[Process]:
    """The processes; those of a compose file that another one includes belong to its deployment."""
    above: dict[str, set[str]] = {}
    for manifest in kept:
        for word in manifest.includes if manifest.kind == "compose" else ():
            target = normal(posixpath.dirname(manifest.path), word.literal() or "?")
            if target is not None and target != manifest.path:
                above.setdefault(target, set()).add(manifest.path)
    return [replace(each, deployment=_root(each.deployment, above)) for each in processes]


def _root(path: str, above: dict[str, set[str]]) -> str:
    for _ in range(_DEEPEST):
        including = above.get(path, set())
        if len(including) != 1:
            break
        (path,) = including
    return path
