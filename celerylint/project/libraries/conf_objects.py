"""`app.conf` as the code of a project meets it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from celerylint.project.interpreter.special import Here, Special
from celerylint.project.libraries.records import AppRecord, ConfEvent, World
from celerylint.project.objects import (
    Arguments,
)
from celerylint.project.values import Literal, Mapping, Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# What changes no configuration that it is given: it shows it, at most.
LEAVES_APPS_ALONE = sys.stdlib_module_names | {
    *("builtins", "celery", "kombu"),
    *("django", "flask", "jinja2"),
}


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
            record.note(note_of("read", machine, here))
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

    def given(self, machine: Machine, here: Here, to: str) -> None:
        if not self.path and to.partition(".")[0] not in LEAVES_APPS_ALONE:
            unknown = Unknown(reason="changed by code that is not here")
            self._note("update", machine, here, unknown, "given")

    def _note(self, kind: str, machine: Machine, here: Here, value: Value, name: str) -> None:
        if self.record is not None and not machine.dead:
            self.record.note(note_of(kind, machine, here, value=value, name=name))


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
            record.note(note_of(kind, machine, here, value=value, name=name))


def note_of(
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
    made = note_of(kind, machine, here, value)
    made.namespace = namespace
    return made
