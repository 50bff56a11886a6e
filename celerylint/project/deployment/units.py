"""A unit with everything that its files say about it together: overrides, `extends`, shared
sections."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from celerylint.facts.manifests.model import Build, Command, EnvFile, Manifest, Unit, Variable
from celerylint.facts.manifests.words import Word
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.place import Home
from celerylint.structs import dataclass

Layer = tuple[Manifest, Unit]


@dataclass(frozen=True, slots=True)
class Service:
    """layers: what is said about the unit, the weakest first; `at` is the unit itself, above which
    files stand that change it from outside."""

    layers: tuple[Layer, ...]
    at: int = -1

    @property
    def manifest(self) -> Manifest:
        """The file of the unit itself."""
        return self.layers[self.at][0]

    @property
    def unit(self) -> Unit:
        """The unit itself, without what other layers add."""
        return self.layers[self.at][1]

    def word(self, name: str) -> tuple[Word, Home] | None:
        """A field of Unit that is a Word, from the strongest layer that has it."""
        for manifest, unit in reversed(self.layers):
            found = getattr(unit, name)
            if isinstance(found, Word):
                return found, Home.of(manifest)
        return None

    def extra(self, key: str) -> tuple[Word, Home] | None:
        """A key that only this format has."""
        for manifest, unit in reversed(self.layers):
            found = unit.get(key)
            if found is not None:
                return found, Home.of(manifest)
        return None

    def command(self, *roles: str) -> tuple[Command, Home] | None:
        """The command of one of these roles, from the strongest layer."""
        for manifest, unit in reversed(self.layers):
            for role in roles:
                found = unit.named(role)
                if found is not None:
                    return found, Home.of(manifest)
        return None

    def build(self) -> tuple[Build, Manifest] | None:
        """How its image is built."""
        for manifest, unit in reversed(self.layers):
            if unit.build is not None:
                return unit.build, manifest
        return None

    def variables(self) -> Iterator[tuple[Variable, Manifest]]:
        """The environment in order: later ones win."""
        for manifest, unit in self.layers:
            for variable in unit.env:
                yield variable, manifest

    def env_files(self) -> Iterator[tuple[EnvFile, Manifest]]:
        """The files of variables in order: later ones win."""
        for manifest, unit in self.layers:
            for file in unit.env_files:
                yield file, manifest

    def mounts(self) -> Iterator[tuple[Word, Manifest]]:
        """What is mounted into the container."""
        for manifest, unit in self.layers:
            for mount in unit.mounts:
                yield mount, manifest


_OVERRIDE_BASES = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")


def service(manifest: Manifest, unit: Unit, files: Files) -> Service:
    """The unit with its layers: what it extends, the base file that it overrides, what is
    shared."""
    shared: tuple[Layer, ...] = ()
    if manifest.shared is not None:
        shared = ((manifest, manifest.shared),)
    if manifest.kind != "compose":
        return Service((*shared, (manifest, unit)))
    return Service(tuple(_compose(manifest, unit, files, frozenset())))


def _compose(
    manifest: Manifest, unit: Unit, files: Files, seen: frozenset[tuple[str, str]]
) -> list[Layer]:
    if (manifest.path, unit.name) in seen or len(seen) > 10:
        return []  # they extend each other in a circle
    seen |= {(manifest.path, unit.name)}
    below: list[Layer] = []
    if unit.extends is not None:
        file, name = unit.extends
        parent = _other(manifest, file, files) if file is not None else manifest
        found = _named(parent, name.literal() or "")
        if parent is not None and found is not None:
            below = _compose(parent, found, files, seen)
    elif unit.image is None and unit.build is None:
        below = _base(manifest, unit, files, seen)
    return [*below, (manifest, unit)]


def _base(
    manifest: Manifest, unit: Unit, files: Files, seen: frozenset[tuple[str, str]]
) -> list[Layer]:
    """The service of the base file that this file's own service only changes."""
    folder = posixpath.dirname(manifest.path)
    for name in _OVERRIDE_BASES:
        path = posixpath.join(folder, name)
        base = files.manifest(path) if path in files and path != manifest.path else None
        found = _named(base, unit.name)
        if base is not None and found is not None:
            return _compose(base, found, files, seen)
    return []


def _other(manifest: Manifest, file: Word, files: Files) -> Manifest | None:
    text = file.literal()
    path = normal(posixpath.dirname(manifest.path), text) if text else None
    return files.manifest(path) if path is not None else None


def _named(manifest: Manifest | None, name: str) -> Unit | None:
    if manifest is None:
        return None
    return next((unit for unit in reversed(manifest.units) if unit.name == name), None)


def override_mounts(found: Service, files: Files) -> Iterator[tuple[Word, Manifest]]:
    """What the override file mounts into the service that `docker compose up` takes besides its
    own. Nothing where a third file is for production, since nobody takes the override there."""
    folder, name = posixpath.split(found.manifest.path)
    stem, suffix = posixpath.splitext(name)
    path = posixpath.join(folder, f"{stem}.override{suffix}")
    if name not in _OVERRIDE_BASES or path not in files:
        return
    override = files.manifest(path)
    unit = _named(override, found.unit.name)
    if override is None or unit is None or any(_deployed(folder, each) for each in files.paths):
        return
    for mount in unit.mounts:
        yield mount, override


def _deployed(folder: str, path: str) -> bool:
    """Is this one of the folder's compose files, by its name that for production?"""
    inside, name = posixpath.split(path)
    return inside == folder and "compose" in name and "prod" in name


def starts_itself(service: Service) -> bool:
    """Does the unit's own file decide what runs? An override without a command of its own adds
    nothing to what its base starts."""
    own = service.unit
    if service.manifest.kind != "compose":
        return True
    if own.image is not None or own.build is not None or len(service.layers) == 1:
        return True
    return any(each.role in ("command", "entrypoint", "args") for each in own.commands) or (
        own.extends is not None
    )
