"""What functions of the standard library and of environment readers return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project import operations
from celerylint.project.combine import text_of
from celerylint.project.interpreter import classes, variables
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    FunctionObject,
    Instance,
    Unread,
)
from celerylint.project.values import (
    Call,
    Default,
    Literal,
    Mapping,
    Name,
    Sequence,
    Unknown,
    Value,
)
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

# Classes whose instances read the environment: a call of the instance, or one of its typed methods.
ENV_CLASSES = frozenset(
    [
        "environ.Env",
        "environ.FileAwareEnv",
        "environs.Env",
        "environs.FileAwareEnv",
        "decouple.Config",
        "decouple.AutoConfig",
        "starlette.config.Config",
        "envparse.Env",
    ]
)
_NOT_READS = frozenset(
    [
        "read_env",
        "read_envfile",
        "seal",
        "add_parser",
        "parser_for",
        "prefixed",
        "dump",
        "url_for",
        "bool_",
        "read_dot_env",
    ]
)
_PYDANTIC = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"}
)
NOT_HANDLED = Unknown(reason="not handled")


def _look_up(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`os.environ.get(name, default)`, `os.getenv`."""
    name = arguments.get(0, "key")
    default = arguments.get(1, "default") or Literal(value=None, site=here.site)
    return _default(machine, name, default, here)


def _default(machine: Machine, name: Value | None, default: Value | None, here: Here) -> Value:
    if isinstance(default, Unread):
        return default
    return variables.look_up(machine, text_of(name), default, here.site)


def _reader(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`decouple.config(name, default=…, cast=…)` and alike: required where no default is given."""
    default = arguments.kwarg("default")
    if default is None and len(arguments.args) > 1:
        default = arguments.args[1]
    made = _default(machine, arguments.get(0, "name"), default, here)
    cast = arguments.kwarg("cast") or arguments.kwarg("cast_type")
    if isinstance(cast, Name) and cast.dotted.startswith("builtins."):
        return operations.convert(cast.dotted.removeprefix("builtins."), made)
    return made


def _scheme_default(instance: Instance, name: str | None) -> Value | None:
    """`Env(DEBUG=(bool, False))`: the class-level default of django-environ."""
    for key, value in instance.kwargs:
        if key == name and isinstance(value, Sequence) and len(value.items) == 2:
            return value.items[1]
    return None


def env_call(machine: Machine, instance: Instance, arguments: Arguments, here: Here) -> Value:
    """`env(name, default=…)` or `env.int(name, …)`."""
    default = arguments.kwarg("default")
    if default is None and len(arguments.args) > 1:
        method = here.node[3][4] if here.node[0] == "call" and here.node[3][0] == "attr" else ""
        if method or not (isinstance(arguments.args[1], Name | FunctionObject)):
            default = arguments.args[1]
    name = arguments.get(0, "var") or arguments.kwarg("name")
    return _default(machine, name, default or _scheme_default(instance, text_of(name)), here)


def class_handler(
    machine: Machine, cls: ClassObject, arguments: Arguments, here: Here
) -> Value | None:
    """Instances of the project's own environment readers."""
    if not classes.descends(machine, cls, ENV_CLASSES):
        return None
    return EnvReader(instance=Instance(cls=cls, args=arguments.args, kwargs=arguments.kwargs))


def _env_class(dotted: str) -> CallHandler:
    def make(machine: Machine, arguments: Arguments, here: Here) -> Value:
        cls = Name(dotted=dotted)
        return EnvReader(instance=Instance(cls=cls, args=arguments.args, kwargs=arguments.kwargs))

    return make


@dataclass(frozen=True, slots=True, eq=False)
class EnvReader(Special):
    """An instance of `environ.Env` and alike."""

    instance: Instance

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        return env_call(machine, self.instance, arguments, here)

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        if name in _NOT_READS or name.startswith("_"):
            return Unknown(reason=f"attribute {name} of an environment reader")
        return self


def attribute_handler(machine: Machine, base: Value, name: str, here: Here) -> Value | None:
    """Fields of pydantic-settings classes are environment look-ups."""
    if not isinstance(base, Instance) or not isinstance(base.cls, ClassObject):
        return None
    if name.startswith("_") or name in base.fields:
        return None
    if not classes.descends(machine, base.cls, _PYDANTIC):
        return None
    found = classes.find(machine, base.cls, name)
    if isinstance(found, FunctionObject):
        return None
    prefix = _pydantic_prefix(machine, base.cls)
    default, alias = _pydantic_field(found)
    return Default(env=alias or f"{prefix}{name}".upper(), default=default, site=here.site)


def _pydantic_field(found: Value | None) -> tuple[Value | None, str | None]:
    if not (
        isinstance(found, Call) and found.dotted in {"pydantic.Field", "pydantic.fields.Field"}
    ):
        return found, None
    default = found.kwarg("default") or (found.args[0] if found.args else None)
    if isinstance(default, Literal) and default.value is ...:
        default = None
    return default, text_of(found.kwarg("validation_alias")) or text_of(found.kwarg("alias"))


def _pydantic_prefix(machine: Machine, cls: ClassObject) -> str:
    config = classes.find(machine, cls, "model_config") or classes.find(machine, cls, "Config")
    prefix: Value | None = None
    if isinstance(config, Call):
        prefix = config.kwarg("env_prefix")
    elif isinstance(config, Mapping):
        prefix = config.get("env_prefix")
    elif isinstance(config, ClassObject):
        prefix = config.env.get("env_prefix")
    return text_of(prefix) or ""


def _getitem_environ(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return _default(machine, arguments.get(0, "key"), None, here)


def _setdefault_environ(machine: Machine, arguments: Arguments, here: Here) -> Value:
    name, value = text_of(arguments.get(0, "key")), arguments.get(1, "value")
    if name is not None and value is not None:
        variables.write(machine, name, value)
    return _default(machine, arguments.get(0, "key"), value, here)


def _update_environ(machine: Machine, arguments: Arguments, here: Here) -> Value:
    given = [each for each in arguments.args if isinstance(each, Mapping)]
    for key, value in [pair for each in given for pair in each.entries]:
        name = text_of(key)
        if name is not None:
            variables.write(machine, name, value)
    for name, value in arguments.kwargs:
        variables.write(machine, name, value)
    return Literal(value=None)


def handlers() -> dict[str, CallHandler]:
    """The functions by canonical name."""
    table: dict[str, CallHandler] = {
        "os.environ.get": _look_up,
        "os.getenv": _look_up,
        "os.environ.pop": _look_up,
        "os.environ.__getitem__": _getitem_environ,
        "os.environ.setdefault": _setdefault_environ,
        "os.environ.update": _update_environ,
        "decouple.config": _reader,
        "environ.get": _look_up,
    }
    return table | {dotted: _env_class(dotted) for dotted in ENV_CLASSES}
