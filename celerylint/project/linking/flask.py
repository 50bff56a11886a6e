"""Flask applications, as far as Celery is configured from theirs: `app.config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import one_of, text_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    FunctionObject,
    Instance,
    ModuleObject,
    Unset,
)
from celerylint.project.values import Literal, Mapping, Name, Unknown, Value
from celerylint.structs import dataclass, field

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

APPS = frozenset({"flask.Flask"})
_FROM_OUTSIDE = frozenset(
    {"from_envvar", "from_pyfile", "from_file", "from_prefixed_env", "from_json", "pop", "clear"}
)


@dataclass(slots=True)
class ConfigRecord:
    """The keys of one `app.config`, and whether it may hold more."""

    entries: dict[str, Value] = field(default_factory=dict)
    open: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FlaskApp(Special):
    """An instance of `flask.Flask`."""

    config: FlaskConfig

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if name == "config":
            return self.config
        return Unknown(reason=f"attribute {name} of a Flask app")


@dataclass(frozen=True, slots=True, eq=False)
class FlaskConfig(Special):
    """`app.config`, a dictionary of upper-case names."""

    record: ConfigRecord

    def plain(self) -> Value:
        entries = tuple((Literal(value=key), value) for key, value in self.record.entries.items())
        return Mapping(entries=entries, open=self.record.open, site=self.site)

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return ConfigMethod(config=self, name=name)

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        return self.read(text_of(index), Unknown(reason="a key that is not known"))

    def read(self, key: str | None, otherwise: Value) -> Value:
        """The value under a key, or something else where it is not there."""
        if key in self.record.entries:
            return self.record.entries[key]
        if self.record.open or key is None:
            return one_of([Unknown(reason="may come from outside"), otherwise])
        return otherwise

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        self.write(machine, text_of(index), value)

    def write(self, machine: Machine, key: str | None, value: Value) -> None:
        """`config[key] = value`."""
        if machine.dead:
            return
        if key is None:
            self.record.open = True
        elif machine.branches:
            self.record.entries[key] = one_of([value, self.record.entries.get(key, Unset())])
        else:
            self.record.entries[key] = value


@dataclass(frozen=True, slots=True, eq=False)
class ConfigMethod(Special):
    """A method of `app.config`, not called yet."""

    config: FlaskConfig
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        config = self.config
        if self.name == "get" and arguments.args:
            otherwise = arguments.get(1, "default") or Literal(value=None)
            return config.read(text_of(arguments.args[0]), otherwise)
        if self.name == "get_namespace":
            return self._namespace(arguments)
        if self.name == "setdefault" and len(arguments.args) == 2:
            key = text_of(arguments.args[0])
            if key not in config.record.entries:
                config.write(machine, key, arguments.args[1])
            return config.read(key, Unknown())
        if self.name in {"update", "from_mapping"}:
            self._update(machine, arguments)
        elif self.name == "from_object" and arguments.args:
            self._from_object(machine, arguments.args[0], here)
        elif self.name in _FROM_OUTSIDE:
            config.record.open = True
        return Unknown(reason=f"config.{self.name}()")

    def _update(self, machine: Machine, arguments: Arguments) -> None:
        only_upper = self.name == "from_mapping"
        given: list[tuple[str | None, Value]] = list(arguments.kwargs)
        for each in arguments.args:
            mapping = each.plain() if isinstance(each, FlaskConfig) else each
            if isinstance(mapping, Mapping):
                self.config.record.open |= mapping.open
                given += [(text_of(key), value) for key, value in mapping.entries]
            else:
                self.config.record.open = True
        for name, value in given:
            if name is None or name.isupper() or not only_upper:
                self.config.write(machine, name, value)
        self.config.record.open |= arguments.open

    def _from_object(self, machine: Machine, value: Value, here: Here) -> None:
        from celerylint.project.linking import sources

        text = text_of(value)
        if text is not None:
            module, _, name = text.replace(":", ".").rpartition(".")
            value = machine.imported(text, None, here.scope.module)
            if not isinstance(value, ModuleObject) and module:
                value = machine.imported(module, name, here.scope.module)
        machine.need(value)
        cls = value.cls if isinstance(value, Instance) else value
        if isinstance(cls, ClassObject):
            found, hidden = sources.of_class(machine, cls, value, here)
        elif isinstance(value, ModuleObject):
            source = sources.of_module(machine, value.module, ())
            found, hidden = source.values, source.open
        else:
            found, hidden = {}, True
        self.config.record.open |= hidden
        for key, member in found.items():
            if key.isupper() and not isinstance(member, FunctionObject):
                self.config.write(machine, key, member)

    def _namespace(self, arguments: Arguments) -> Value:
        prefix = text_of(arguments.get(0, "namespace")) or ""
        entries = tuple(
            (Literal(value=key[len(prefix) :].lower()), value)
            for key, value in self.config.record.entries.items()
            if key.startswith(prefix)
        )
        return Mapping(entries=entries, open=self.config.record.open)


def class_handler(
    machine: Machine, cls: ClassObject, arguments: Arguments, here: Here
) -> Value | None:
    """An instance of a subclass of `Flask`."""
    return _app(machine, arguments, here) if classes.descends(machine, cls, APPS) else None


def handlers() -> dict[str, CallHandler]:
    """Flask's classes by canonical name."""
    return dict.fromkeys(APPS, _app)


def _app(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return FlaskApp(config=FlaskConfig(record=ConfigRecord(), site=here.site), site=here.site)


def attribute_handler(machine: Machine, base: Value, name: str, here: Here) -> Value | None:
    """`app.config` of a parameter that is annotated as a Flask app: anything may be in it."""
    if name != "config" or not isinstance(base, Instance) or not isinstance(base.cls, Name):
        return None
    if base.cls.dotted not in APPS:
        return None
    return FlaskConfig(record=ConfigRecord(open=True), site=here.site)
