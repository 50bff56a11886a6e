"""What functions of the standard library and of environment readers return."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from celerylint.project import attributes, classes, operations
from celerylint.project.combine import one_of, text_of
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    ModuleObject,
    Scope,
    Super,
    Unread,
)
from celerylint.project.special import Here, Special
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

if TYPE_CHECKING:
    from celerylint.project.machine import CallHandler, Machine

# Classes whose instances read the environment: a call of the instance, or one of its typed methods.
ENV_CLASSES = frozenset(
    [
        "environ.Env",
        "environ.FileAwareEnv",
        "environs.Env",
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
    return _default(name, default, here)


def _default(name: Value | None, default: Value | None, here: Here) -> Value:
    key = text_of(name)
    if isinstance(default, Unread):
        return default
    return Default(env=key if key is not None else "?", default=default, site=here.site)


def _reader(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`decouple.config(name, default=…, cast=…)` and alike: required where no default is given."""
    default = arguments.kwarg("default")
    if default is None and len(arguments.args) > 1:
        default = arguments.args[1]
    made = _default(arguments.get(0, "name"), default, here)
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
    return _default(name, default or _scheme_default(instance, text_of(name)), here)


def class_handler(machine: Machine, cls: Value, arguments: Arguments, here: Here) -> Value | None:
    """Instances of environment readers."""
    if isinstance(cls, Name) and cls.dotted in ENV_CLASSES:
        return EnvReader(instance=Instance(cls=cls, args=arguments.args, kwargs=arguments.kwargs))
    if isinstance(cls, ClassObject) and classes.descends(machine, cls, ENV_CLASSES):
        return EnvReader(instance=Instance(cls=cls, args=arguments.args, kwargs=arguments.kwargs))
    return None


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


@dataclass(frozen=True, slots=True, eq=False)
class Globals(Special):
    """`globals()`, `locals()` or `vars()` of a scope."""

    scope: Scope

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        key = text_of(index)
        if key is None:
            self.scope.module.open.add("names set through globals()")
        else:
            self.scope.env[key] = value

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return Bound(receiver=self, function=None, name=name)

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        key = text_of(index)
        return Unknown() if key is None else machine.look_up(self.scope, key)

    def update(self, arguments: Arguments) -> None:
        """`globals().update(...)`."""
        for each in arguments.args:
            if isinstance(each, Mapping):
                for key, value in each.entries:
                    if isinstance(key, Literal) and isinstance(key.value, str):
                        self.scope.env[key.value] = value
            if not isinstance(each, Mapping) or each.open:
                self.scope.module.open.add("names set through globals()")


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


def _convert(kind: str) -> CallHandler:
    def convert(machine: Machine, arguments: Arguments, here: Here) -> Value:
        if not arguments.args and not arguments.open:
            return _empty(kind, here)
        if not arguments.args:
            return Unknown(reason=f"{kind}()")
        return operations.convert(kind, arguments.args[0])

    return convert


def _empty(kind: str, here: Here) -> Value:
    if kind in {"list", "tuple", "set", "frozenset"}:
        return Sequence(kind=kind, items=(), site=here.site)  # type: ignore[arg-type]
    return Literal(value={"int": 0, "str": "", "float": 0.0, "bool": False}[kind], site=here.site)


def _dict(machine: Machine, arguments: Arguments, here: Here) -> Value:
    made = Mapping(entries=(), site=here.site)
    for each in arguments.args:
        if isinstance(each, Mapping):
            made = operations.merged(made, each)
        elif isinstance(each, Sequence) and all(
            isinstance(pair, Sequence) and len(pair.items) == 2 for pair in each.items
        ):
            pairs = tuple(
                (pair.items[0], pair.items[1]) for pair in each.items if isinstance(pair, Sequence)
            )
            made = operations.merged(made, Mapping(entries=pairs, open=each.open))
        else:
            made = Mapping(entries=made.entries, open=True, site=here.site)
    named = tuple((Literal(value=key), value) for key, value in arguments.kwargs)
    made = operations.merged(made, Mapping(entries=named, open=arguments.open_kwargs))
    return Mapping(entries=made.entries, open=made.open, site=here.site)


def _getattr(machine: Machine, arguments: Arguments, here: Here) -> Value:
    name = text_of(arguments.args[1]) if len(arguments.args) > 1 else None
    if name is None:
        return Unknown(reason="getattr of a name that is not known")
    found = attributes.get(machine, arguments.args[0], name, here)
    if len(arguments.args) > 2 and isinstance(found, Unknown) and not isinstance(found, Unread):
        return one_of([found, arguments.args[2]])
    return found


def _setattr(machine: Machine, arguments: Arguments, here: Here) -> Value:
    if len(arguments.args) == 3:
        target, name, value = arguments.args
        key = text_of(name)
        if isinstance(target, Special) and key is not None:
            target.set_attribute(machine, key, value, here)
        elif isinstance(target, ModuleObject):
            if key is None:
                target.module.open.add("names set through setattr()")
            else:
                target.module.env[key] = value
        elif isinstance(target, Instance) and key is not None:
            target.fields[key] = value
        elif isinstance(target, ClassObject) and key is not None:
            target.env[key] = value
    return Literal(value=None)


def _super(machine: Machine, arguments: Arguments, here: Here) -> Value:
    step: Scope | None = here.scope
    while step is not None:
        owner = step.owner
        if isinstance(owner, FunctionObject) and owner.owner is not None:
            first = owner.params[0][0] if owner.params else ""
            return Super(cls=owner.owner, receiver=step.env.get(first, Unknown()))
        step = step.parent
    return Unknown(reason="super() outside of a class")


def _first(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return arguments.args[0] if arguments.args else Unknown(reason="no argument")


def _cast(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return arguments.args[1] if len(arguments.args) > 1 else Unknown(reason="no argument")


def _import_module(machine: Machine, arguments: Arguments, here: Here) -> Value:
    name = text_of(arguments.get(0, "name"))
    if name is None or name.startswith("."):
        return Unknown(reason="a module whose name is not known")
    return machine.imported(name, None, here.scope.module)


def _import_string(machine: Machine, arguments: Arguments, here: Here) -> Value:
    dotted = text_of(arguments.get(0, "dotted_path"))
    if dotted is None or "." not in dotted.replace(":", "."):
        return Unknown(reason="an import whose name is not known")
    module, _, attribute = dotted.replace(":", ".").rpartition(".")
    return machine.imported(module, attribute, here.scope.module)


def _globals(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return Globals(scope=here.scope.module.scope if here.scope.kind != "class" else here.scope)


def _method_update(machine: Machine, arguments: Arguments, here: Here) -> Value:
    bound = arguments.args[0]
    if isinstance(bound, Bound) and isinstance(bound.receiver, Globals):
        bound.receiver.update(Arguments(arguments.args[1:], arguments.kwargs))
        return Literal(value=None)
    return NOT_HANDLED


def _getitem_environ(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return _default(arguments.get(0, "key"), None, here)


def _setdefault_environ(machine: Machine, arguments: Arguments, here: Here) -> Value:
    name, value = text_of(arguments.get(0, "key")), arguments.get(1, "value")
    if name is not None and value is not None:
        machine.environment.setdefault(name, []).append(value)
    return _default(arguments.get(0, "key"), arguments.get(1, "default"), here)


def handlers() -> dict[str, CallHandler]:
    """The functions by canonical name."""
    table: dict[str, CallHandler] = {
        "os.environ.get": _look_up,
        "os.getenv": _look_up,
        "os.environ.pop": _look_up,
        "os.environ.__getitem__": _getitem_environ,
        "os.environ.setdefault": _setdefault_environ,
        "decouple.config": _reader,
        "environ.get": _look_up,
        "builtins.dict": _dict,
        "collections.OrderedDict": _dict,
        "collections.defaultdict": lambda m, a, h: Mapping(entries=(), open=True, site=h.site),
        "builtins.getattr": _getattr,
        "builtins.setattr": _setattr,
        "builtins.super": _super,
        "builtins.globals": _globals,
        "builtins.locals": _globals,
        "builtins.vars": _globals,
        "method:update": _method_update,
        "typing.cast": _cast,
        "copy.deepcopy": _first,
        "copy.copy": _first,
        "types.MappingProxyType": _first,
        "builtins.sorted": _first,
        "builtins.reversed": _first,
        "importlib.import_module": _import_module,
        "django.utils.module_loading.import_string": _import_string,
        "celery.utils.imports.symbol_by_name": _import_string,
    }
    kinds: Iterable[str] = ["int", "str", "float", "bool", "list", "tuple", "set", "frozenset"]
    table |= {f"builtins.{kind}": _convert(kind) for kind in kinds}
    return table
