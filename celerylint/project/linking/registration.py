"""Which modules a worker imports for its tasks: include, imports and autodiscover_tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.findings import Span
from celerylint.project.combine import text_of
from celerylint.project.interpreter import calling, classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.linking import settings
from celerylint.project.objects import Arguments, ClassObject, FunctionObject
from celerylint.project.values import Literal, Mapping, Name, Sequence, Value
from celerylint.structs import dataclass
from celerylint.testcode import is_test_path

_LISTS = frozenset({"include", "imports"})
_INSTALLED = "django.conf.settings.INSTALLED_APPS"


@dataclass(frozen=True, slots=True)
class Entry:
    """A module that an app names: by `include` and `imports` (found_by is import), in the list of
    an `autodiscover_tasks` (discover), or in INSTALLED_APPS (installed). The worker imports
    `related` in the package `dotted`, or that itself where related is None. span is where it is
    written, None where that is no single place.
    """

    dotted: str
    related: str | None
    found_by: str
    span: Span | None

    @property
    def module(self) -> str:
        """What a worker imports, if it is there."""
        return f"{self.dotted}.{self.related}" if self.related else self.dotted


def modules(machine: Machine, world: World, chosen: Iterable[str]) -> set[str]:
    """The project's files that workers import because an app says so, read yet or not."""
    found: set[str] = set()
    for record in [*world.apps.values()]:
        if not record.module.test:
            for entry in entries(machine, world, record, chosen):
                found |= _files(machine, record, entry.module)
    return {path for path in found if not is_test_path(path)}


def _files(machine: Machine, record: AppRecord, dotted: str) -> set[str]:
    path = machine.names.find(dotted, record.module.path)
    return {path} if path is not None and not path.endswith("/") else set()


def entries(
    machine: Machine, world: World, record: AppRecord, chosen: Iterable[str]
) -> Iterator[Entry]:
    """What an app tells its workers to import."""
    for event in record.events:
        if event.name.lower().removeprefix("celery_") in _LISTS:
            yield from _imports(event.value)
        elif isinstance(event.value, Mapping):
            for key, each in event.value.entries:
                if (text_of(key) or "").lower().removeprefix("celery_") in _LISTS:
                    yield from _imports(each)
    installed: list[str] = []
    for source, _ in settings.sources_of(machine, world, record, chosen):
        if source is not None:
            for name, value in source.values.items():
                if name.lower().removeprefix("celery_") in _LISTS:
                    yield from _imports(value)
            installed += [text for text, _ in _texts(source.values.get("INSTALLED_APPS"))]
    for arguments in record.discover:
        yield from _discovered(machine, record, arguments, list(dict.fromkeys(installed)))


def _imports(value: Value) -> Iterator[Entry]:
    for text, span in _texts(value):
        yield Entry(text, None, "import", span)


def _texts(value: Value | None) -> Iterator[tuple[str, Span | None]]:
    """Every string that a list of modules (or one module) may hold."""
    for each in () if value is None else value.alternatives():
        for item in each.items if isinstance(each, Sequence) else (each,):
            text = text_of(item)
            if text:
                yield text, item.span


def _discovered(
    machine: Machine, record: AppRecord, arguments: Arguments, installed: list[str]
) -> Iterator[Entry]:
    related = arguments.get(1, "related_name")
    name = "tasks" if related is None else text_of(related)
    packages = arguments.get(0, "packages")
    if isinstance(packages, FunctionObject):
        packages = calling.call(machine, packages, Arguments(), Here(packages.node, packages.scope))
    if packages is None or (isinstance(packages, Literal) and packages.value is None):
        for each in installed:
            yield Entry(_package_of(machine, record, each), name, "installed", None)
    elif isinstance(packages, Name) and packages.dotted == _INSTALLED:
        for each in installed:
            yield Entry(each, name, "installed", None)
    else:
        for text, span in _texts(packages):
            yield Entry(text, name, "discover", span)


def _package_of(machine: Machine, record: AppRecord, installed: str) -> str:
    """The package of an item of INSTALLED_APPS, which may name a configuration class in it."""
    module, _, attribute = installed.rpartition(".")
    if not attribute[:1].isupper() or machine.names.find(module, record.module.path) is None:
        return installed
    config = machine.need(machine.imported(module, attribute, record.module))
    named = classes.find(machine, config, "name") if isinstance(config, ClassObject) else None
    return text_of(named) or module.rpartition(".")[0]
