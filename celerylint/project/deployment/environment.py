"""The environment that a unit's process starts with: only what is set for certain, never all of
it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from celerylint.facts.manifests.model import Manifest, Table, Variable
from celerylint.project.deployment.expansion import Surroundings, text_of, value_of
from celerylint.project.deployment.helm import template_of
from celerylint.project.deployment.images import Image
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.units import Service
from celerylint.project.values import Default, Literal, Unknown, Value


def surroundings(service: Service, image: Image | None, files: Files) -> tuple[Surroundings, str]:
    """What replaces the variables in a unit's words, and why its environment may hold more ("" when
    nothing says so). Later ones win: image, files of variables in order, the unit's own."""
    manifest = service.manifest
    unit: dict[str, Value] = dict(image.environment()) if image is not None else {}
    outside = _outside(manifest, files)
    around = Surroundings(unit=unit, outside=outside, template=template_of(manifest, files))
    opened = next((each.env_open for _, each in service.layers if each.env_open), "")
    for file, home_manifest in service.env_files():
        path = text_of(file.path, around, Home.of(home_manifest))
        table = _table(path, home_manifest, files)
        if table is not None:
            unit.update(_literal(table[0].variables, table[1], outside))
        elif not opened:
            opened = f"{path or file.path} is not in the tree"
    for variable, home_manifest in service.variables():
        unit[variable.name] = _of_key(variable, home_manifest, files) or _value(
            variable, around, Home.of(home_manifest)
        )
    return around, opened


def _of_key(variable: Variable, manifest: Manifest, files: Files) -> Value | None:
    """What a `configMapKeyRef` names, where the tree has that ConfigMap."""
    kind, *named = variable.reason.split(" ")
    if variable.value is not None or kind != "configMapKeyRef" or len(named) != 2:
        return None
    table = _configmap(named[0], manifest, files)
    if table is None:
        return None
    return _literal(table[0].variables, table[1], {}).get(named[1])


def _value(variable: Variable, around: Surroundings, home: Home) -> Value:
    if variable.value is None:
        if variable.reason and "outside" not in variable.reason:
            return Unknown(variable.reason)
        return around.outside.get(variable.name, Default(variable.name))
    return value_of(variable.value, around, home)


def _literal(
    variables: tuple[Variable, ...], manifest: Manifest, outside: Mapping[str, Value]
) -> dict[str, Value]:
    home, known = Home.of(manifest), dict(outside)
    around = Surroundings(shell=known, unit=known, outside=known)
    found: dict[str, Value] = {}
    for variable in variables:
        value = _value(variable, around, home)
        found[variable.name] = known[variable.name] = value
    return found


def _table(path: str | None, manifest: Manifest, files: Files) -> tuple[Table, Manifest] | None:
    if not path:
        return None
    if path.startswith("configmap:"):
        return _configmap(path.partition(":")[2], manifest, files)
    local = normal(posixpath.dirname(manifest.path), path)
    named = files.variables(local) if local is not None and not path.startswith("/") else None
    if named is None and manifest.kind == "systemd":
        matches = [files.variables(each) for each in _system_files(path, files)]
        named = matches[0] if len(matches) == 1 else None
    if named is None:
        return None
    tables = [table for table in named.tables if table.kind in ("env", "celeryd")]
    return (tables[0], named) if tables else None


def _system_files(path: str, files: Files) -> list[str]:
    """`/etc/conf.d/celery` may stand in the tree as conf.d/celery, celery.conf or celery."""
    name = posixpath.basename(path)
    found = [each for each in files.paths if each.endswith(path.lstrip("/"))]
    return found or files.named(name) or files.named(f"{name}.conf")


def _configmap(name: str, manifest: Manifest, files: Files) -> tuple[Table, Manifest] | None:
    if "{{" in name:
        return None
    for table in manifest.tables:
        if table.kind == "configmap" and table.name == name:
            return table, manifest
    if manifest.parts:  # a build has all that it deploys
        return None
    found = [*_tables(name, posixpath.dirname(manifest.path), files)]
    beside = [each for each in found if _folder(each[1]) == _folder(manifest)]
    found = beside or found  # of several below, each may be for another environment
    return found[0] if len(found) == 1 else None


def _folder(manifest: Manifest) -> str:
    return posixpath.dirname(manifest.path)


def _tables(name: str, folder: str, files: Files) -> Iterator[tuple[Table, Manifest]]:
    """The ConfigMaps of that name at and below a folder."""
    for path in files.yaml:
        inside = not folder or path.startswith(f"{folder}/")
        # Charts are large: only what says that it makes one, and this name, is read.
        text = files.text(path) if inside else None
        made = text is not None and ("ConfigMap" in text or "configMapGenerator" in text)
        other = files.manifest(path) if text is not None and made and name in text else None
        for table in other.tables if other is not None else ():
            if table.kind == "configmap" and table.name == name and other is not None:
                yield table, other


def _outside(manifest: Manifest, files: Files) -> dict[str, Value]:
    """compose reads `.env` beside its file: on this machine these values, elsewhere others."""
    if manifest.kind != "compose":
        return {}
    path = posixpath.join(posixpath.dirname(manifest.path), ".env")
    found = files.manifest(path) if path in files else None
    if found is None or not found.tables:
        return {}
    known = _literal(found.tables[0].variables, found, {})
    return {
        name: Default(name, value, site=value.site)
        for name, value in known.items()
        if isinstance(value, Literal)
    }
