"""Celery's own objects as the code of a project meets them: apps, their configuration, tasks,
signatures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import one_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.libraries import canvas_making, canvas_objects
from celerylint.project.libraries.conf_objects import Conf, note_of
from celerylint.project.libraries.records import AppRecord, TaskRecord, World
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Unset,
)
from celerylint.project.values import Call, Literal, Name, Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

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
# The signals of an app whose sender it is, in celery/app/base.py.
_SIGNALS = ("on_configure", "on_after_configure", "on_after_finalize", "on_after_fork")
CONNECTS = frozenset(f"{signal}.connect" for signal in _SIGNALS)
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
                note_of("update", machine, here, value=Unknown(reason="conf was replaced"))
            )
        if name == "config_from_object":
            return

    def given(self, machine: Machine, here: Here, to: str) -> None:
        Conf(world=self.world, record=self.record).given(machine, here, to)


@dataclass(frozen=True, slots=True, eq=False)
class Registry(Special):
    """`app.tasks`."""

    world: World
    record: AppRecord | None

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        return TaskByName(world=self.world, name=index, app=self.record)

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        for each in index.alternatives():
            if isinstance(each, Literal) and isinstance(each.value, str):
                self.world.aliases.setdefault(each.value, here.site)
            else:
                self.world.open_registry = True

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return AppMethod(world=self.world, record=self.record, name=f"tasks.{name}")


@dataclass(frozen=True, slots=True, eq=False)
class AppMethod(Special):
    """A method of an app, by name."""

    world: World
    record: AppRecord | None
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        from celerylint.project.libraries import celery_calls

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
        from celerylint.project.libraries import task_making

        return task_making.decorate(machine, self, arguments, here)


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
        return self._of_base(machine, name, here)

    def _of_base(self, machine: Machine, name: str, here: Here) -> Value:
        """A method of the task's base class, or Celery's own one where a rule asks for it."""
        base = self.record.option("base")
        if isinstance(base, ClassObject):
            found = classes.find(machine, base, name)
            if isinstance(found, FunctionObject):
                return classes.bound_method(machine, self, found, name, here)
        if name == "update_state" and not isinstance(base, Unknown):
            return Bound(receiver=self, function=None, name=name)
        return Unknown(reason=f"attribute {name} of a task")

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        return Returned(task=self, arguments=arguments)

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        if self.bound or machine.dead or name.startswith("_") or name in {"app", "name", "run"}:
            return
        record = self.record
        if machine.branches:
            value = one_of([record.option(name) or Unset(), value])
        record.options = (*record.options, (name, value.at(here.site)))


@dataclass(frozen=True, slots=True, eq=False)
class Returned(Unknown):
    """What a task returns that is called as a function."""

    reason: str = "the result of a task called directly"
    task: TaskObject | None = None
    arguments: Arguments = Arguments()


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

    def dropped(self, machine: Machine, here: Here) -> None:
        if self.name in SENDS:
            canvas_objects.unsent(machine, self.world, self.task, self.name, here)

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        if self.name in SIGNATURES:
            made = canvas_making.signature(self.world, self.task, self.name, arguments, here)
            direct = self.name in {"s", "si"}  # their keywords are the task's
            return made if direct else canvas_making.options(machine, made, arguments, here)
        if self.name == "apply":
            return Call(dotted=canvas_objects.EAGER)
        if self.name in {"delay_on_commit", "apply_async_on_commit"}:
            return Literal(value=None)
        given = arguments.kwarg("ignore_result") if self.name != "delay" else None
        kwargs = () if given is None else (("ignore_result", given),)
        return Call(dotted=canvas_objects.RESULT, args=(self.task,), kwargs=kwargs)
