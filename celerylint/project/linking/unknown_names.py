"""Names under which tasks are sent although none of the project has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.findings import Span
from celerylint.project.combine import text_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries.celery_objects import TaskObject
from celerylint.project.libraries.records import SendRecord, World
from celerylint.project.model import Task, UnknownName
from celerylint.project.modules import Module
from celerylint.project.objects import ClassObject, FunctionObject, Instance

# How much alike two names are of which one is a slip of the other.
_ALIKE = 0.9


def demand(machine: Machine, world: World) -> None:
    """Follow the modules that names of tasks speak of, or ask for them: their tasks may be made in
    ways that no word tells.
    """
    for record in world.sends.values():
        name = _certain(record)
        path = None if name is None else _path(machine, record, name.rpartition(".")[0])
        if path is None or path.endswith("/"):
            continue
        if path in machine.modules:
            with machine.aside():
                machine.module(path)
        else:
            machine.needed.add(path)


def find(
    machine: Machine, world: World, tasks: Iterable[tuple[int, Task]]
) -> tuple[UnknownName, ...]:
    """The calls that send a task by a name which surely none has.

    Nothing is sure where one task's name is not known, or a task is made of what is not.
    """
    known = dict(tasks)
    names = {task.name for task in known.values()} | world.aliases.keys()
    unsure = world.open_registry or any(not each.file.test for each in world.not_tasks.values())
    if not known or None in names or unsure:
        return ()
    found: dict[tuple[str, str, int], UnknownName] = {}
    for record in sorted(world.sends.values(), key=lambda each: each.site.span):
        name = _certain(record)
        if name is not None and name not in names and not record.site.file.test:
            for each in _judged(machine, record, name, known):  # once for `signature(…).delay()`
                found.setdefault((name, each.span.path, each.span.line), each)
    return tuple(found.values())


def _certain(record: SendRecord) -> str | None:
    """The name, where nothing outside the files can change it."""
    value = record.name
    if isinstance(value, Instance):
        value = value.fields.get("value")
    if record.task is not None or value is None or value.environment():
        return None
    return text_of(value)


def _path(machine: Machine, record: SendRecord, dotted: str) -> str | None:
    return machine.names.find(dotted, record.site.file.path) if dotted else None


def _judged(
    machine: Machine, record: SendRecord, name: str, known: dict[int, Task]
) -> Iterator[UnknownName]:
    dotted, _, last = name.rpartition(".")
    names = sorted(task.name for task in known.values() if task.name is not None)
    path = _path(machine, record, dotted)
    span = record.site.span
    if path is not None and not path.endswith("/"):
        module = machine.modules.get(path)
        made = None if module is None else _in_module(machine, module, last, known)
        if made is not None:
            kind, place, right = made
            yield UnknownName(name, span, kind, place, right or _close(name, names))
    elif path is None and _lacks(machine, record, dotted):
        yield UnknownName(name, span, "module", None, _close(name, names))
    elif path is None:
        kin = [each for each in names if dotted and each.rpartition(".")[0] == dotted]
        slips = [each for each in kin if _is_slip(name, each)]
        if len(slips) == 1 and len(kin) > 1:
            yield UnknownName(name, span, "kin", None, slips[0])


def _lacks(machine: Machine, record: SendRecord, dotted: str) -> bool:
    """Is a package of the project known not to hold the module? Of a folder without `__init__.py`
    more may be elsewhere."""
    while dotted:
        dotted = dotted.rpartition(".")[0]
        path = _path(machine, record, dotted)
        if path is not None:
            module = machine.modules.get(path)
            return not path.endswith("/") and not (module is not None and module.test)
    return False


def _in_module(
    machine: Machine, module: Module, last: str, known: dict[int, Task]
) -> tuple[str, Span | None, str] | None:
    """What the module has under that name, if that is sure: a plain function, a task of another
    name, or nothing.
    """
    if module.test or module.open or module.unread_stars or module.state != "done":
        return None
    value = module.env.get(last)
    if value is None:
        return "nothing", None, ""
    value = machine.settle(value)
    if isinstance(value, TaskObject):
        task = known.get(id(value.record))
        return None if task is None else ("other", task.span, task.name or "")
    if isinstance(value, FunctionObject | ClassObject) and not getattr(value, "wrappers", ()):
        return "plain", None if value.site is None else value.site.span, ""
    return None


def _close(name: str, names: list[str]) -> str:
    """The name that was meant, where just one is like it."""
    import difflib

    found = difflib.get_close_matches(name, names, 2, _ALIKE)
    return found[0] if len(found) == 1 else ""


def _is_slip(name: str, right: str) -> bool:
    """Is one the other with one letter too many, too few or wrong, or two exchanged? Numbers and
    plurals tell tasks apart.
    """
    start = 0
    while start < min(len(name), len(right)) and name[start] == right[start]:
        start += 1
    one, other = name[start:], right[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not (one + other).isalpha() or (one + other == "s" and "s" in (name[-1], right[-1])):
        return False
    return len(one) < 2 > len(other) or (len(one) == len(other) == 2 and one == other[::-1])
