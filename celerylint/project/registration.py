"""Which modules a worker imports for its tasks: include, imports and autodiscover_tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.project import calling, classes, settings
from celerylint.project.combine import text_of
from celerylint.project.machine import Machine
from celerylint.project.objects import Arguments, ClassObject, FunctionObject
from celerylint.project.records import AppRecord, World
from celerylint.project.special import Here
from celerylint.project.values import Literal, Mapping, Name, Sequence, Value
from celerylint.testcode import is_test_path

_LISTS = frozenset({"include", "imports"})
_INSTALLED = "django.conf.settings.INSTALLED_APPS"


def modules(machine: Machine, world: World, chosen: Iterable[str]) -> set[str]:
    """The project's files that workers import because an app says so, read yet or not."""
    found: set[str] = set()
    for record in [*world.apps.values()]:
        if not record.module.test:
            for dotted in _named(machine, world, record, chosen):
                found |= _files(machine, record, dotted)
    return {path for path in found if not is_test_path(path)}


def _files(machine: Machine, record: AppRecord, dotted: str) -> set[str]:
    path = machine.names.find(dotted, record.module.path)
    return {path} if path is not None and not path.endswith("/") else set()


def _named(
    machine: Machine, world: World, record: AppRecord, chosen: Iterable[str]
) -> Iterator[str]:
    for event in record.events:
        if event.name.lower().removeprefix("celery_") in _LISTS:
            yield from _texts(event.value)
        elif isinstance(event.value, Mapping):
            yield from _listed(event.value)
    installed: list[str] = []
    for source, _ in settings.sources_of(machine, world, record, chosen):
        if source is not None:
            for key, value in source.values.items():
                if key.lower().removeprefix("celery_") in _LISTS:
                    yield from _texts(value)
            installed += _texts(source.values.get("INSTALLED_APPS"))
    for arguments in record.discover:
        yield from _discovered(machine, record, arguments, list(dict.fromkeys(installed)))


def _listed(value: Mapping) -> Iterator[str]:
    for key, each in value.entries:
        if (text_of(key) or "").lower().removeprefix("celery_") in _LISTS:
            yield from _texts(each)


def _texts(value: Value | None) -> list[str]:
    """Every string that a list of modules (or one module) may hold."""
    found: list[str] = []
    for each in () if value is None else value.alternatives():
        items = each.items if isinstance(each, Sequence) else (each,)
        found += [text for text in map(text_of, items) if text]
    return found


def _discovered(
    machine: Machine, record: AppRecord, arguments: Arguments, installed: list[str]
) -> Iterator[str]:
    related = arguments.get(1, "related_name")
    name = "tasks" if related is None else text_of(related)
    packages = arguments.get(0, "packages")
    if isinstance(packages, FunctionObject):
        packages = calling.call(machine, packages, Arguments(), Here(packages.node, packages.scope))
    if packages is None or (isinstance(packages, Literal) and packages.value is None):
        found = [_package_of(machine, record, each) for each in installed]
    elif isinstance(packages, Name) and packages.dotted == _INSTALLED:
        found = installed
    else:
        found = _texts(packages)
    for package in found:
        yield f"{package}.{name}" if name else package


def _package_of(machine: Machine, record: AppRecord, installed: str) -> str:
    """The package of an item of INSTALLED_APPS, which may name a configuration class in it."""
    module, _, attribute = installed.rpartition(".")
    if not attribute[:1].isupper() or machine.names.find(module, record.module.path) is None:
        return installed
    config = machine.need(machine.imported(module, attribute, record.module))
    named = classes.find(machine, config, "name") if isinstance(config, ClassObject) else None
    return text_of(named) or module.rpartition(".")[0]
