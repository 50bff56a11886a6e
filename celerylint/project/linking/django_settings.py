"""Django's settings modules: which ones a project can run with."""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import profiles
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.linking import sources
from celerylint.project.modules import Module
from celerylint.project.values import Site
from celerylint.testcode import is_test_path


def profiles_of(
    machine: Machine, world: World, record: AppRecord, site: Site, chosen: Iterable[str]
) -> list[sources.Source]:
    """Django's settings: one source for each profile that the project shows."""
    paths = _django_paths(machine, world, record, chosen)
    modules = [machine.modules[path] for path in paths if path in machine.modules]
    machine.needed |= {path for path in paths if path not in machine.modules}
    if not modules:
        return [sources.unknown("Django's settings module was not found", site)]
    made = []
    for module in _evaluated(machine, modules, [*chosen, *world.django_settings]):
        source = sources.of_module(machine, module, chosen)
        source.values = {name: value for name, value in source.values.items() if name.isupper()}
        source.django = True
        made.append(source)
    found = _with_roles(machine, made, modules, chosen)
    world.django_values = [each.values for each in found if each.role in {"production", "unknown"}]
    return found


def _django_paths(
    machine: Machine, world: World, record: AppRecord, chosen: Iterable[str]
) -> list[str]:
    found: list[str] = []
    for name in [*chosen, *world.django_settings]:
        path = machine.names.find(name, record.module.path)
        if path is not None and not path.endswith("/"):
            found.append(path)
    if not found:
        found = [
            path
            for path in sorted(machine.names.files)
            if path.endswith(("/settings.py", "/settings/__init__.py")) or path == "settings.py"
        ]
        found = [path for path in found if not is_test_path(path)][:3]
    more = [each for path in found for each in profiles.siblings(machine, path)]
    return list(dict.fromkeys([*found, *more]))


def _evaluated(machine: Machine, modules: list[Module], named: list[str]) -> list[Module]:
    """The modules that are settings of their own: no other one star-imports them, or their name
    says what they are for, or a project's file names them."""
    paths = {module.path for module in modules}
    bases = _bases(machine, modules)
    found = []
    for module in modules:
        related = paths.intersection(profiles.direct_stars(machine, module)) or module.path in bases
        if not related and not _has_settings(machine, module):
            continue
        told = profiles.role_of(module.name, module.path, ()) or module.name in named
        if module.path not in bases or told:
            found.append(module)
    return found


def _has_settings(machine: Machine, module: Module) -> bool:
    machine.module(module.path)
    if {"INSTALLED_APPS", "DATABASES", "ROOT_URLCONF", "SECRET_KEY"} & set(module.env):
        return True
    exported, _ = sources.exports(machine, module)
    return "INSTALLED_APPS" in exported or "ROOT_URLCONF" in exported


def _with_roles(
    machine: Machine, made: list[sources.Source], modules: list[Module], chosen: Iterable[str]
) -> list[sources.Source]:
    """Roles by name; where no leaf is for production the shared
    base stands in, with role unknown.
    """
    told = {source.name: _told(source, chosen) for source in made}
    bases = _bases(machine, modules)
    for source in made:
        path = source.module.path if source.module is not None else ""
        shared = path in bases and "production" in told.values()
        source.role = told[source.name] or ("unknown" if shared else "production")
    if len(made) == 1 and made[0].role == "development" and made[0].module is not None:
        return made
    if any(source.role == "production" for source in made):
        return made
    left = [m for m in modules if m.path not in {s.module.path for s in made if s.module}]
    for module in [m for m in left if _has_settings(machine, m)][-1:]:
        base = sources.of_module(machine, module, chosen)
        base.values = {name: value for name, value in base.values.items() if name.isupper()}
        base.role, base.django = "unknown", True
        made.append(base)
    return made


def _told(source: sources.Source, chosen: Iterable[str]) -> str:
    path = source.module.path if source.module is not None else ""
    return profiles.role_of(source.name, path, chosen)


def _bases(machine: Machine, modules: list[Module]) -> set[str]:
    found: set[str] = set()
    for module in modules:
        machine.module(module.path)
        found |= profiles.star_sources(machine, module)
    return found
