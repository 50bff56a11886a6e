"""What `-A` names and Celery cannot load (celery/app/utils.py: find_app).

Where a process starts is not asked: a module counts as missing only if no folder of the tree has
it, while the package that it should lie in is here, and so is an app beside or below that.
"""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.patterns import regex
from celerylint.project.deployment.wrapper_table import WRAPPERS
from celerylint.project.deployment.wrappers import basename
from celerylint.project.interpreter.machine import Machine
from celerylint.project.linking.taskless import is_complete
from celerylint.project.modules import EXTERNAL, Module, dirname
from celerylint.project.objects import ClassObject, FunctionObject, ModuleObject
from celerylint.project.process import NoApp, Process
from celerylint.project.values import Literal, Mapping, Name, Sequence, Value

_TARGET = regex(r"(?!\d)\w+(?:\.\w+)*(?::(?!\d)\w+)?")


def no_app(machine: Machine, text: str, apps: Iterable[tuple[str, str]]) -> NoApp | None:
    """Why Celery finds no app behind `-A text`, where that is sure. apps are the project's: the
    path of the module that makes it, and its id."""
    if not _TARGET.fullmatch(text):
        return None
    dotted, _, name = text.partition(":")
    tops = _places(machine, dotted.partition(".")[0])
    near = [app for path, app in apps if any(_below(path, dirname(top)) for top in tops)]
    if not near or dotted.partition(".")[0] in EXTERNAL:
        return None
    meant = near[0] if len(near) == 1 and not near[0].rpartition(":")[2].isdigit() else ""
    places = _places(machine, dotted)
    if places:
        module = _only(machine, places)
        if module is None:
            return None
        if name and _lacks(machine, module, name):
            return NoApp("attribute", name, module.span(0, 0), meant)
        if not name and _has_none(machine, module):
            return NoApp("none", dotted, module.span(0, 0), meant)
        return None
    parent, _, last = dotted.rpartition(".")
    found = [each for each in _places(machine, parent) if parent]
    if found and not name:  # the last part may be a name in the module above
        above = _only(machine, found)
        missing = above is not None and _lacks(machine, above, last)
        return NoApp("module", dotted, None, meant) if missing else None
    return NoApp("module", dotted, None, meant) if _is_here(machine, parent) else None


def _places(machine: Machine, dotted: str) -> list[str]:
    """Every file that may be the module, wherever it is imported from; with a trailing `/`, the
    folders without `__init__.py`."""
    stem = "/" + dotted.replace(".", "/")
    return [each for each in machine.names.called(dotted) if _stem(each).endswith(stem)]


def _stem(path: str) -> str:
    return (
        "/" + path.rpartition(".")[0].removesuffix("/__init__")
        if path[-1] != "/"
        else f"/{path[:-1]}"
    )


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _only(machine: Machine, places: list[str]) -> Module | None:
    """The one module that it can be, as far as it was read."""
    module = machine.modules.get(places[0]) if len(places) == 1 else None
    if len(places) == 1 and module is None and places[0] in machine.names.files:
        machine.needed.add(places[0])
    return None if module is None or module.test else module


def _is_here(machine: Machine, dotted: str) -> bool:
    """Is the nearest package above a missing module one of this tree, and only here?"""
    while dotted:
        places = _places(machine, dotted)
        if places:
            module = _only(machine, places)
            return module is not None and module.package
        dotted = dotted.rpartition(".")[0]
    return False


def _lacks(machine: Machine, module: Module, name: str) -> bool:
    machine.module(module.path)
    return name not in module.env and is_complete(machine, module, name)


def _has_none(machine: Machine, module: Module) -> bool:
    """Does nothing in the module look like an app, nor like anything that may be one?"""
    lacking = all(_lacks(machine, module, each) for each in ("app", "celery"))
    values = list(module.env.values()) if lacking else []
    return lacking and all(_is_other(machine.settle(each)) for each in values)


def _is_other(value: Value) -> bool:
    if isinstance(value, Name):
        top, _, rest = value.dotted.partition(".")
        last = rest.rpartition(".")[2]
        return last[:1].isupper() or (top in EXTERNAL and top != "celery") or not rest
    kinds = Literal | FunctionObject | ClassObject | ModuleObject | Mapping | Sequence
    return isinstance(value, kinds)


# What tells Celery its app or its settings without `-A`, be the variable's value known or not.
_TELLING = frozenset(
    {
        *("APP", "CELERY_APP", "BROKER_URL", "CELERY_BROKER", "CELERY_BROKER_URL"),
        *("CELERY_BROKER_READ_URL", "CONFIG_MODULE", "CELERY_CONFIG", "CELERY_CONFIG_MODULE"),
        *("LOADER", "CELERY_LOADER", "PYTHONPATH"),
    }
)
_OPTIONS = ("app", "broker", "config", "loader", "include", "workdir")
_CELERY = regex(r"(?:^|[/\\])celery(?:\.exe)?$")


def unnamed(machine: Machine, process: Process, apps: Iterable[tuple[str, str]]) -> NoApp | None:
    """That a worker or beat names no app, where nothing configures Celery's default app for it."""
    direct = bool(process.words) and _CELERY.search(process.words[0]) is not None
    known = all(basename(each) in WRAPPERS for each in process.wrappers)
    if process.kind not in ("worker", "beat") or not direct or not known:
        return None
    if process.open or process.multi or process.mistakes:
        return None
    if any(process.option(each) for each in _OPTIONS) or _TELLING & process.environment.keys():
        return None
    # The default app reads `celeryconfig`; a `celery` that is no package's may be anybody's.
    if _has_default(machine):
        return None
    ids = [each for _, each in apps]
    return NoApp("unnamed", "", None, ids[0] if len(ids) == 1 else "") if ids else None


def _has_default(machine: Machine) -> bool:
    if _places(machine, "celeryconfig"):
        return True
    found = [path for path in _places(machine, "celery") if path.endswith("celery.py")]
    folders = (path.rpartition("/")[0] for path in found)
    return any(f"{each}/__init__.py".lstrip("/") not in machine.names.files for each in folders)
