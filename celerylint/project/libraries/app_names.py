"""What apps are called, and which of them a worker's `-A` names, by Celery's own search
(celery/app/utils.py: find_app)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.celery_objects import AppObject
from celerylint.project.libraries.records import AppRecord
from celerylint.project.modules import Module
from celerylint.project.objects import ModuleObject
from celerylint.project.values import OneOf, Value

_DEEPEST = 3


def ids_of(apps: Iterable[AppRecord]) -> dict[int, str]:
    """The id of each app in the model, by the identity of its record: its module and variable, with
    the folders in front where apps of several folders would have one id."""
    records = list(apps)
    short = {id(each): _short(each) for each in records}
    counts = Counter(short.values())
    return {
        id(each): _long(each, short[id(each)]) if counts[short[id(each)]] > 1 else short[id(each)]
        for each in records
    }


def _short(record: AppRecord) -> str:
    module = record.module
    own = [name for where, name in record.variables if where is module]
    others = [f"{where.name}:{name}" for where, name in record.variables if where is not module]
    if own:
        return f"{module.name}:{own[0]}"
    return others[0] if others else f"{module.name}:{record.site.span.line}"


def _long(record: AppRecord, short: str) -> str:
    """The name as if the project's folder were where its module is imported from."""
    path = record.module.path.removesuffix(".py").removesuffix("/__init__")
    return f"{path.replace('/', '.')}:{short.partition(':')[2]}"


def find_app(machine: Machine, text: str, folder: str) -> AppRecord | None:
    """The app behind `-A text` for a process that starts in a folder of the tree; None where no app
    of the project is found. Asks for the modules that it has to look into."""
    here = Module(
        f"{folder}/__main__.py" if folder else "__main__.py", "__main__", False, folder, ()
    )
    return _find(machine, text, here, 0)


def _find(machine: Machine, text: str, here: Module, depth: int) -> AppRecord | None:
    module, _, name = text.partition(":")
    if name:
        return _as_app(machine, machine.imported(module, name, here))
    value = machine.imported(module, None, here)
    machine.need(value)
    if not isinstance(value, ModuleObject):
        parent, _, last = module.rpartition(".")
        member = _as_app(machine, machine.imported(parent, last, here)) if parent else None
        return member or _in_folder(machine, module, here, depth)
    for name in ("app", "celery"):
        found = _as_app(machine, machine.member(value.module, name))
        if found is not None:
            return found
    if value.module.package and depth < _DEEPEST:
        found = _find(machine, f"{module}.celery", here, depth + 1)
        if found is not None:
            return found
    for each in list(value.module.env.values()):
        found = _as_app(machine, machine.settle(each))
        if found is not None:
            return found
    return None


def _in_folder(machine: Machine, module: str, here: Module, depth: int) -> AppRecord | None:
    """A folder without `__init__.py` is a package, too: its module `celery` is searched."""
    inner = machine.imported(f"{module}.celery", None, here) if depth < _DEEPEST else None
    if inner is not None:
        machine.need(inner)
    if not isinstance(inner, ModuleObject):
        return None
    return _find(machine, f"{module}.celery", here, depth + 1)


def _as_app(machine: Machine, value: Value) -> AppRecord | None:
    machine.need(value)
    for each in value.options if isinstance(value, OneOf) else (value,):
        if isinstance(each, AppObject) and each.record is not None:
            return each.record
    return None
