"""What Python's built-in functions return, and some of the standard library's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from celerylint.project import operations, sizes
from celerylint.project.combine import lift, one_of, python_or, text_of
from celerylint.project.interpreter import attributes, held, targets
from celerylint.project.interpreter.special import Here, Special
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
from celerylint.project.values import (
    Default,
    Literal,
    Mapping,
    NotKnown,
    OneOf,
    Sequence,
    Unknown,
    Value,
)
from celerylint.structs import dataclass, replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

NOT_HANDLED = Unknown(reason="not handled")
_COMPUTED: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
    "sum": sum,
}


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


def _convert(kind: str) -> CallHandler:
    def convert(machine: Machine, arguments: Arguments, here: Here) -> Value:
        if not arguments.args and not arguments.open:
            return _empty(kind, here)
        if not arguments.args:
            return Unknown(reason=f"{kind}()")
        given = arguments.args[0]
        if isinstance(given, Special) and kind in {"list", "tuple", "set", "frozenset"}:
            items = (given.element(machine),)
            return Sequence(kind=kind, items=items, open=True, site=here.site)  # type: ignore[arg-type]
        return operations.convert(kind, given)

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
        elif isinstance(target, Special):
            held.give(machine, target, here)  # any of its attributes may be another one now
        elif isinstance(target, ModuleObject):
            if key is None:
                target.module.open.add("names set through setattr()")
            else:
                machine.module(target.module.path)
                targets.put(machine, target.module.env, key, value)
        elif isinstance(target, Instance) and key is not None:
            targets.put(machine, target.fields, key, value)
        elif isinstance(target, ClassObject) and key is not None:
            targets.put(machine, target.env, key, value)
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


def _copy(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return replace(arguments.args[0]) if arguments.args else Unknown(reason="no argument")


def _sorted(machine: Machine, arguments: Arguments, here: Here) -> Value:
    given = arguments.args[0] if arguments.args else Unknown()
    backwards = python_or(arguments.kwarg("reverse") or Literal(value=False), None)
    if arguments.kwarg("key") is not None or arguments.open or backwards is None:
        return Unknown(reason="sorted by what is not known")
    return _fold(lambda items: sorted(items, reverse=bool(backwards)), [given], "sorted()")


def _reversed(machine: Machine, arguments: Arguments, here: Here) -> Value:
    given = arguments.args[0] if arguments.args else Unknown()
    if isinstance(given, Sequence) and not given.open and given.kind in {"list", "tuple"}:
        return Sequence(kind="list", items=given.items[::-1], site=here.site)
    return Unknown(reason="reversed()")


def _computed(name: str) -> CallHandler:
    """`len`, `max` and alike, of what is wholly known or an environment look-up's default."""

    def compute(machine: Machine, arguments: Arguments, here: Here) -> Value:
        if arguments.kwargs or arguments.open or not arguments.args:
            return Unknown(reason=f"{name}()")
        return _fold(_COMPUTED[name], list(arguments.args), f"{name}()")

    return compute


def _fold(function: Callable[..., Any], values: list[Value], what: str) -> Value:
    unsure = next((i for i, each in enumerate(values) if isinstance(each, OneOf | Default)), None)
    if unsure is not None:
        head, tail = values[:unsure], values[unsure + 1 :]
        return lift(values[unsure], lambda each: _fold(function, [*head, each, *tail], what))
    if any(sizes.is_long(value) for value in values):
        return Unknown(reason=what)
    try:
        return operations.from_python(function(*(value.python() for value in values)))
    except (NotKnown, TypeError, ValueError, OverflowError, ArithmeticError):
        return Unknown(reason=what)


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
    if arguments.args:
        return Unknown(reason="vars() of an object")
    return Globals(scope=here.scope.module.scope if here.scope.kind != "class" else here.scope)


def _method_update(machine: Machine, arguments: Arguments, here: Here) -> Value:
    bound = arguments.args[0]
    if isinstance(bound, Bound) and isinstance(bound.receiver, Globals):
        bound.receiver.update(Arguments(arguments.args[1:], arguments.kwargs))
        return Literal(value=None)
    return NOT_HANDLED


def handlers() -> dict[str, CallHandler]:
    """The functions by canonical name."""
    table: dict[str, CallHandler] = {
        "builtins.dict": _dict,
        "builtins.getattr": _getattr,
        "builtins.globals": _globals,
        "builtins.locals": _globals,
        "builtins.reversed": _reversed,
        "builtins.setattr": _setattr,
        "builtins.sorted": _sorted,
        "builtins.super": _super,
        "builtins.vars": _globals,
        "celery.utils.imports.symbol_by_name": _import_string,
        "collections.OrderedDict": _dict,
        "collections.defaultdict": lambda m, a, h: Mapping(entries=(), open=True, site=h.site),
        "copy.copy": _copy,
        "copy.deepcopy": _copy,
        "django.utils.module_loading.import_string": _import_string,
        "importlib.import_module": _import_module,
        "method:update": _method_update,
        "types.MappingProxyType": _copy,
        "typing.cast": _cast,
    }
    kinds: Iterable[str] = ["int", "str", "float", "bool", "list", "tuple", "set", "frozenset"]
    table |= {f"builtins.{kind}": _convert(kind) for kind in kinds}
    return table | {f"builtins.{name}": _computed(name) for name in _COMPUTED}
