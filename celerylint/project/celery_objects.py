"""Celery's own objects as the code of a project meets them: apps, their configuration, tasks,
signatures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from celerylint.project import classes
from celerylint.project.combine import one_of
from celerylint.project.objects import (
    Arguments,
    FunctionObject,
    Unset,
)
from celerylint.project.records import AppRecord, ConfEvent, TaskRecord, World
from celerylint.project.special import Here, Special
from celerylint.project.values import Call, Literal, Mapping, Name, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.machine import Machine

SENDS = frozenset(
    [
        "delay",
        "apply_async",
        "s",
        "si",
        "signature",
        "subtask",
        "apply",
        "delay_on_commit",
        "apply_async_on_commit",
        "map",
        "starmap",
        "chunks",
    ]
)
SIGNATURES = frozenset({"s", "si", "signature", "subtask", "map", "starmap", "chunks"})


@dataclass(frozen=True, slots=True, eq=False)
class AppObject(Special):
    """A Celery app; `record` None is `celery.current_app`."""

    world: World
    record: AppRecord | None

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        record = self.record
        if record is not None and record.cls is not None:
            found = classes.find(machine, record.cls, name)
            if isinstance(found, FunctionObject):
                return classes.bound_method(machine, self, found, name, here)
        if name == "conf":
            if record is None:
                record = self.world.current_app(here.site, here.scope.module)
            return Conf(world=self.world, record=record)
        if name == "Task":
            return (record.base if record is not None else None) or Name(dotted="celery.Task")
        if name == "main" and record is not None and record.main is not None:
            return record.main
        if name == "tasks":
            return Registry(world=self.world, record=record)
        return AppMethod(world=self.world, record=record, name=name)

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        if name == "Task" and self.record is not None:
            self.record.base = value
        if name == "conf" and self.record is not None:
            self.record.note(
                _event("update", machine, here, value=Unknown(reason="conf was replaced"))
            )
        if name == "config_from_object":
            return


@dataclass(frozen=True, slots=True, eq=False)
class Registry(Special):
    """`app.tasks`."""

    world: World
    record: AppRecord | None

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        return TaskByName(world=self.world, name=index, app=self.record)

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return AppMethod(world=self.world, record=self.record, name=f"tasks.{name}")


@dataclass(frozen=True, slots=True, eq=False)
class Conf(Special):
    """`app.conf`, or the item of it at `path`."""

    world: World
    record: AppRecord | None
    path: tuple[str, ...] = ()

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if self.path:
            return ConfMethod(conf=self, name=name)
        if name in _CONF_METHODS:
            return ConfMethod(conf=self, name=name)
        return self.read(machine, name, here)

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        if isinstance(index, Literal) and isinstance(index.value, str) and not self.path:
            return self.read(machine, index.value, here)
        return Unknown(reason="an item of a setting")

    def read(self, machine: Machine, name: str, here: Here) -> Value:
        """A setting that the code reads: what was written before, else
        itself as a place to write.
        """
        record = self.record
        if record is not None:
            record.note(_event("read", machine, here))
            known = _last_write(record, name)
            if known is not None:
                return known
        return Conf(world=self.world, record=record, path=(name,))

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        self.write(machine, name, value, here)

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        name = index.value if isinstance(index, Literal) and isinstance(index.value, str) else None
        if self.path:
            entry = Mapping(entries=((index, value),)) if name else Mapping(entries=(), open=True)
            self._note("extend", machine, here, entry, self.path[0])
        elif name is not None:
            self.write(machine, name, value, here)
        else:
            self._note("update", machine, here, Unknown(reason="a name that is not known"), "")

    def write(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        """`conf.name = value`."""
        if not self.path:
            self._note("set", machine, here, value, name)

    def _note(self, kind: str, machine: Machine, here: Here, value: Value, name: str) -> None:
        if self.record is not None and not machine.dead:
            self.record.note(_event(kind, machine, here, value=value, name=name))


def _last_write(record: AppRecord, name: str) -> Value | None:
    """What a setting was last set to, where nothing else may have decided it since."""
    for event in reversed(record.events):
        if event.kind == "set" and event.name == name:
            return None if event.conditional else event.value
        if event.kind == "update" and isinstance(event.value, Mapping) and not event.value.open:
            found = event.value.get(name)
            if found is not None:
                return None if event.conditional else found
        elif event.kind not in {"read", "set"}:
            return None
    return None


_CONF_METHODS = frozenset(
    [
        "update",
        "setdefault",
        "add_defaults",
        "get",
        "pop",
        "keys",
        "values",
        "items",
        "humanize",
        "table",
        "clear",
        "without_defaults",
        "find_option",
        "finalize",
        "get_by_parts",
        "copy",
        "__setitem__",
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class ConfMethod(Special):
    """A method of `app.conf` or of a setting that was read from it."""

    conf: Conf
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        conf = self.conf
        if conf.path:
            return self._on_setting(machine, arguments, here)
        if self.name in {"update", "add_defaults"}:
            self._update(machine, arguments, here)
        elif self.name == "setdefault" and len(arguments.args) == 2:
            self._named(machine, "setdefault", arguments.args[0], arguments.args[1], here)
        elif self.name == "__setitem__" and len(arguments.args) == 2:
            self._named(machine, "set", arguments.args[0], arguments.args[1], here)
        elif self.name == "get" and arguments.args and isinstance(arguments.args[0], Literal):
            return conf.read(machine, str(arguments.args[0].value), here)
        elif self.name in {"pop", "clear"}:
            self._note(machine, "update", Unknown(reason=f"conf.{self.name}()"), here)
        return Unknown(reason=f"conf.{self.name}()")

    def _update(self, machine: Machine, arguments: Arguments, here: Here) -> None:
        kind = "update" if self.name == "update" else "defaults"
        for each in arguments.args:
            plain = each.plain() if isinstance(each, Special) else each
            self._note(machine, kind, plain, here)
        if arguments.kwargs or arguments.open:
            entries = tuple((Literal(value=k), v) for k, v in arguments.kwargs)
            made = Mapping(entries=entries, open=arguments.open, site=here.site)
            self._note(machine, kind, made, here, name="**")

    def _named(self, machine: Machine, kind: str, key: Value, value: Value, here: Here) -> None:
        if isinstance(key, Literal) and isinstance(key.value, str):
            self._note(machine, kind, value, here, name=key.value)
        else:
            self._note(machine, "update", Unknown(reason="a name that is not known"), here)

    def _on_setting(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.name == "update":
            for each in arguments.args:
                self._note(machine, "extend", each, here, name=self.conf.path[0])
        elif self.name in {"append", "extend", "insert", "setdefault", "pop", "add"}:
            opening = Unknown(reason=f"changed by .{self.name}()")
            self._note(machine, "extend", opening, here, name=self.conf.path[0])
        return Unknown(reason="a setting's own method")

    def _note(self, machine: Machine, kind: str, value: Value, here: Here, name: str = "") -> None:
        record = self.conf.record
        if record is not None and not machine.dead:
            record.note(_event(kind, machine, here, value=value, name=name))


@dataclass(frozen=True, slots=True, eq=False)
class AppMethod(Special):
    """A method of an app, by name."""

    world: World
    record: AppRecord | None
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        from celerylint.project import celery_calls

        return celery_calls.app_method(machine, self, arguments, here)

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return AppMethod(world=self.world, record=self.record, name=f"{self.name}.{name}")


@dataclass(frozen=True, slots=True, eq=False)
class TaskDecorator(Special):
    """`shared_task(...)` or `app.task(...)` with options, waiting for its function."""

    world: World
    app: AppRecord | None
    options: tuple[tuple[str, Value], ...]
    open: bool

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        from celerylint.project import celery_calls

        return celery_calls.decorate(machine, self, arguments, here)


@dataclass(frozen=True, slots=True, eq=False)
class TaskObject(Special):
    """A task of the project; also `self` in a bound task's body."""

    world: World
    record: TaskRecord
    bound: bool = False

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if name in SENDS or name in {"retry", "replace", "add_to_chord"}:
            return TaskMethod(world=self.world, task=self, name=name)
        if name == "app":
            return AppObject(world=self.world, record=self.record.app)
        if name == "name":
            return self.record.option("name") or Unknown(reason="the task's automatic name")
        if name in {"run", "__wrapped__"} and self.record.function is not None:
            return self.record.function
        given = self.record.option(name)
        if given is not None:
            return given
        if self.record.cls is not None:
            found = classes.find(machine, self.record.cls, name)
            if isinstance(found, FunctionObject):
                return classes.bound_method(machine, self, found, name, here)
            if found is not None:
                return found
        return Unknown(reason=f"attribute {name} of a task")

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        return Unknown(reason="the result of a task called directly")

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        if self.bound or machine.dead or name.startswith("_") or name in {"app", "name", "run"}:
            return
        record = self.record
        if machine.branches:
            value = one_of([record.option(name) or Unset(), value])
        record.options = (*record.options, (name, value.at(here.site)))


@dataclass(frozen=True, slots=True, eq=False)
class TaskByName(Special):
    """A task that is known by a name only: `app.tasks[name]`."""

    world: World
    name: Value
    app: AppRecord | None

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if name in SENDS:
            return TaskMethod(world=self.world, task=self, name=name)
        return Unknown(reason=f"attribute {name} of a task")


@dataclass(frozen=True, slots=True, eq=False)
class TaskMethod(Special):
    """`task.delay` and its kin, not called yet."""

    world: World
    task: TaskObject | TaskByName
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.name in SIGNATURES:
            return Canvas(world=self.world, kind="signature", parts=(self.task,))
        if self.name == "apply":
            return Call(dotted="celery.result.EagerResult")
        if self.name in {"delay_on_commit", "apply_async_on_commit"}:
            return Literal(value=None)
        return Call(dotted="celery.result.AsyncResult")


@dataclass(frozen=True, slots=True, eq=False)
class Canvas(Special):
    """A signature, chain, group or chord that the code builds."""

    world: World
    kind: str
    parts: tuple[Value, ...]

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if (
            name in {"task", "name"}
            and len(self.parts) == 1
            and isinstance(self.parts[0], TaskByName)
        ):
            return self.parts[0].name
        return CanvasMethod(canvas=self, name=name)

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.kind == "chord" and arguments.args:
            return Call(dotted="celery.result.AsyncResult")
        return Call(dotted="celery.result.AsyncResult")

    def operate(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        if sign == "|":
            return Canvas(world=self.world, kind="chain", parts=(self, other))
        return None


@dataclass(frozen=True, slots=True, eq=False)
class CanvasMethod(Special):
    """A method of a canvas, not called yet."""

    canvas: Canvas
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.name in {"set", "on_error", "clone", "s", "si", "stamp", "replace", "freeze"}:
            return self.canvas
        if self.name in {"link", "link_error"}:
            return arguments.args[0] if arguments.args else Unknown(reason="nothing linked")
        return Call(dotted="celery.result.AsyncResult")


def _event(
    kind: str, machine: Machine, here: Here, value: Value | None = None, name: str = ""
) -> ConfEvent:
    return ConfEvent(
        kind,
        here.site,
        value if value is not None else Unknown(),
        name,
        conditional=machine.branches > 0,
        scope_module=here.scope.module,
    )


def event(
    kind: str, machine: Machine, here: Here, value: Value, namespace: Value | None = None
) -> ConfEvent:
    """Something that happens to a configuration at a place."""
    made = _event(kind, machine, here, value)
    made.namespace = namespace
    return made
