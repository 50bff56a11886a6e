"""What other files add to a unit: systemd's drop-ins, Kubernetes' autoscalers, kustomize.

Sources: systemd.unit(5), the HorizontalPodAutoscaler and ScaledObject of Kubernetes and KEDA,
kustomize (kustomized.py).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

from celerylint.facts.manifests.containers import RENDERS
from celerylint.facts.manifests.model import Manifest, Unit
from celerylint.project.deployment.helm import conditions_of
from celerylint.project.deployment.helm_regions import may_set
from celerylint.project.deployment.kustomized import Kustomized
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.uncertain import incomplete, most, unknown
from celerylint.project.deployment.units import Layer, Service, service
from celerylint.project.process import Process
from celerylint.structs import replace

_SCALERS = frozenset(("HorizontalPodAutoscaler", "ScaledObject"))
_DEEPEST = 8
_KEYS = {"replicas": "replicas", "stop_grace": "terminationGracePeriodSeconds"}


class Overlays:
    """Joins units with what other files of the tree say about them. Never raises for bad input."""

    def __init__(self, kept: Iterable[Manifest], files: Files) -> None:
        self.files = files
        self._dropins: dict[str, list[Layer]] = {}
        self._scalers: dict[tuple[str, str], list[Layer]] = {}
        self._parts: dict[tuple[str, str, str], bool] = {}
        kept = [*kept]
        self._kustomized = Kustomized(kept, files)
        for path in files.paths:
            folder = posixpath.dirname(path)
            found = files.manifest(path) if folder.endswith(".service.d") else None
            if found is not None and found.kind == "systemd":
                layers = [(found, unit) for unit in found.units]
                self._dropins.setdefault(folder.removesuffix(".d"), []).extend(layers)
        for manifest in kept:
            for unit in manifest.units:
                if unit.kind in _SCALERS:
                    key = (posixpath.dirname(manifest.path), unit.name)
                    self._scalers.setdefault(key, []).append((manifest, unit))

    def services(self, manifest: Manifest, unit: Unit) -> Iterator[Service]:
        """The unit as its own file and what always belongs to it say; nothing where kustomizations
        deploy it in other ways only."""
        if manifest.kind == "systemd":
            if unit.kind != "drop-in" or posixpath.dirname(manifest.path)[:-2] not in self.files:
                yield _with(service(manifest, unit, self.files), self._dropins.get(manifest.path))
            return
        if manifest.kind not in ("kubernetes", "helm"):
            yield service(manifest, unit, self.files)
            return
        unit = self._alone(manifest, unit)
        if manifest.kind == "kubernetes" and not self._kustomized.stands_alone(manifest, unit):
            return
        if manifest.kind == "helm":
            unit = self._rendered(manifest, unit)
        scaler = self._scaler(manifest, unit)
        yield _with(service(manifest, unit, self.files), [scaler] if scaler is not None else None)

    def _rendered(self, manifest: Manifest, unit: Unit) -> Unit:
        """The unit without the fields that its template does not render; those of which nobody
        knows whether it does are unknown."""
        conditions = [(field, each) for field, each in unit.maybe if field]
        if not conditions:
            return unit
        told = conditions_of(manifest, self.files)
        changed: dict[str, Any] = {}
        for field, condition in conditions:
            if condition.startswith(RENDERS):
                key = (condition, field, posixpath.dirname(manifest.path))
                if key not in self._parts:
                    self._parts[key] = may_set(condition, _KEYS[field], manifest, self.files)
                if self._parts[key]:
                    changed[field] = unknown((unit.start, unit.end, condition))
                continue
            answer = told(condition)
            if answer is None or (answer is False and condition.startswith("not ")):
                changed[field] = unknown((unit.start, unit.end, condition))
            elif answer is False:
                changed[field] = None
        return replace(unit, **changed)

    def _scaler(self, manifest: Manifest, unit: Unit) -> Layer | None:
        """The autoscaler that says how many of a unit run."""
        open_one: Layer | None = None
        given = {condition for field, condition in unit.maybe if not field}
        for home, scaler in self._scalers.get((posixpath.dirname(manifest.path), unit.name), []):
            told = conditions_of(home, self.files) if scaler.maybe else None
            asked = [each for _, each in scaler.maybe if each not in given]
            answers = [told(each) for each in asked] if told else []
            if False in answers:
                continue
            count = most(scaler) if None not in answers else None
            if count is not None:
                return home, replace(scaler, replicas=count)
            why = next((each for _, each in scaler.maybe), "an autoscaler")
            word = unknown((scaler.start, scaler.end, why))
            open_one = home, replace(scaler, replicas=word)
        return open_one

    def kustomized(self) -> Iterator[Service]:
        """The containers that kustomizations change, as each of these deploys them."""
        return self._kustomized.services()

    def _alone(self, manifest: Manifest, unit: Unit) -> Unit:
        """A patch whose base is not in the tree is not all that is said about its unit."""
        lost = self._kustomized.lost or self._kustomized.is_patch(manifest.path)
        if manifest.kind == "kubernetes" and lost:
            return incomplete(unit, "other files change it")
        return unit


def _with(found: Service, above: list[Layer] | None) -> Service:
    """The service with layers that are stronger than the unit itself."""
    if not above:
        return found
    return Service((*found.layers, *above), at=len(found.layers) - 1)


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
