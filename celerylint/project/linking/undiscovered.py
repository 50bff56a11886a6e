"""Modules that an app names for its tasks and no worker can import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import Node
from celerylint.findings import Related
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.linking import registration
from celerylint.project.linking.registration import Entry
from celerylint.project.model import Undiscovered
from celerylint.project.modules import Module

_MAKES = frozenset({"task", "shared_task"})


def find(machine: Machine, world: World, chosen: Iterable[str]) -> tuple[Undiscovered, ...]:
    """The names of modules that are not there, and the modules of tasks that Python refuses."""
    broken = [each for each in machine.modules.values() if not each.test and _refused(each)]
    found = {each.span: each for module in broken for each in _unimportable(machine, module)}
    for record in world.apps.values():
        if record.module.test:
            continue
        entries = list(registration.entries(machine, world, record, chosen))
        reached = {machine.names.find(each.module, record.module.path) for each in entries}
        for entry in entries:
            made = _missing(machine, record, entry)
            if made is not None:
                near = _meant(machine, world, entry, reached, broken)
                found.setdefault(made.span, made if near is None else _with(made, near))
    return tuple(sorted(found.values(), key=lambda each: each.span))


def _with(made: Undiscovered, near: Module) -> Undiscovered:
    place = Related(near.span(0, 0), f"`{near.name}` is here")
    return Undiscovered(made.name, made.span, made.kind, place, near.name)


def _missing(machine: Machine, record: AppRecord, entry: Entry) -> Undiscovered | None:
    """What happens to a worker for want of the module, where it surely is not there.

    A package whose last part is missing is taken for its parent, and what that has of the wanted
    name is imported; if it has none, nothing is said. With more missing, or in `include`, the
    import fails (celery/loaders/base.py: find_related_module).
    """

    def path(dotted: str) -> str | None:
        return machine.names.find(dotted, record.module.path) if dotted else None

    if entry.span is None or entry.found_by == "installed" or path(entry.dotted) is not None:
        return None
    parent = entry.dotted.rpartition(".")[0]
    above = parent
    while above and path(above) is None:
        above = above.rpartition(".")[0]
    # A folder without `__init__.py` may have more elsewhere, unless it lies in a package.
    parts = above.split(".")
    inside = (path(".".join(parts[: i + 1])) or "" for i in range(len(parts)))
    if not any(each.endswith("/__init__.py") for each in inside):
        return None
    if entry.found_by == "import" or above != parent:
        return Undiscovered(entry.dotted, entry.span, "fails")
    wanted = f"{parent}.{entry.related}" if entry.related else parent
    return None if path(wanted) is not None else Undiscovered(entry.dotted, entry.span, "ignored")


def _meant(
    machine: Machine,
    world: World,
    entry: Entry,
    reached: set[str | None],
    broken: list[Module],
) -> Module | None:
    """The one module of tasks that was likely meant: of the same last name and, but for one part,
    of the same package, and reached by no other entry.
    """
    wanted = entry.module.split(".")
    modules = {id(task.site.file): task.site.file for task in world.tasks.values()}
    modules |= {id(each): each for each in broken}
    found = [
        each
        for each in modules.values()
        if each.path not in reached and not each.test and _is_like(each.name.split("."), wanted)
    ]
    return found[0] if len(found) == 1 else None


def _is_like(name: list[str], wanted: list[str]) -> bool:
    return name[-1] == wanted[-1] and len(set(name) ^ set(wanted)) <= 2 and name[0] == wanted[0]


def _refused(module: Module) -> bool:
    return any(_above(module, node) for node in module.body)


def _above(module: Module, node: Node) -> bool:
    """Does an import go above the top package? Of a script none is looked at."""
    parts = len(module.name.split(".")) - (not module.package)
    return bool(node[0] == "from" and node[4] > max(parts, 1))


def _unimportable(machine: Machine, module: Module) -> Iterator[Undiscovered]:
    root = f"{module.root}/__init__.py".lstrip("/")
    folders = module.path.removeprefix(module.root).strip("/").split("/")[:-1]
    chain = ["/".join(folders[: i + 1]) for i in range(len(folders))]
    prefix = f"{module.root}/" if module.root else ""
    packaged = all(f"{prefix}{each}/__init__.py" in machine.names.files for each in chain)
    if root in machine.names.files or not packaged:
        return
    import_ = next(node for node in module.body if _above(module, node))
    for node in module.body:
        if node[0] == "def" and any(_makes_task(each) for each in node[6]):
            span = module.span(node[4], node[4] + len(node[3]))
            place = Related(module.span(import_[1], import_[2]), "goes above the top package")
            yield Undiscovered(node[3], span, "refused", place)


def _makes_task(decorator: Node) -> bool:
    target = decorator[3] if decorator[0] == "call" else decorator
    return (target[4] if target[0] == "attr" else target[3]) in _MAKES
