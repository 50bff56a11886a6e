"""Looks up attributes and items of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project import operations
from celerylint.project.combine import lift, one_of
from celerylint.project.interpreter import classes, held, variables
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    ModuleObject,
    Parameter,
    Super,
    Unread,
)
from celerylint.project.values import (
    Call,
    Default,
    Joined,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Unknown,
    Value,
)
from celerylint.structs import replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine


def get(machine: Machine, base: Value, name: str, here: Here) -> Value:
    """`base.name`."""
    if machine.holds and isinstance(base, held.OPAQUE):
        kept = held.find(here)
        if kept is not None:
            return kept
    for handler in machine.attribute_handlers.get(type(base), ()):
        found = handler(machine, base, name, here)
        if found is not None:
            return found
    if isinstance(base, Special):
        return base.attribute(machine, name, here)
    if isinstance(base, OneOf):
        return one_of([get(machine, each, name, here) for each in base.options])
    if isinstance(base, Name):
        return _of_name(machine, base, name, here)
    return _of_object(machine, base, name, here)


def _of_name(machine: Machine, base: Name, name: str, here: Here) -> Value:
    """An attribute of something external, or of a namespace package of the project."""
    from celerylint.project.interpreter.machine import canonical

    path = machine.names.find(base.dotted, here.scope.module.path)
    if path is not None and path.endswith("/"):
        return machine.imported(base.dotted, name, here.scope.module)
    return Name(dotted=canonical(f"{base.dotted}.{name}"))


def _of_object(machine: Machine, base: Value, name: str, here: Here) -> Value:
    if isinstance(base, ModuleObject):
        return machine.member(base.module, name)
    if isinstance(base, ClassObject):
        return classes.class_attribute(machine, base, name)
    if isinstance(base, Instance):
        return classes.instance_attribute(machine, base, name, here)
    if isinstance(base, Super):
        return _of_super(machine, base, name, here)
    if isinstance(base, FunctionObject):
        return Literal(value=base.name) if name == "__name__" else Unknown(reason="of a function")
    if isinstance(base, Unread):
        return replace(base, member=base.called)
    if isinstance(base, Parameter):
        return Unknown(reason="of a parameter")
    if isinstance(base, Literal | Joined | Mapping | Sequence | Default | Call | Bound):
        return Bound(receiver=base, function=None, name=name)
    return Unknown(reason=f"attribute {name}")


def _of_super(machine: Machine, base: Super, name: str, here: Here) -> Value:
    for parent in base.cls.bases:
        found = classes.find(machine, parent, name)
        if isinstance(found, FunctionObject):
            return classes.bound_method(machine, base.receiver, found, name, here)
        if found is not None:
            return found
    return Bound(receiver=base, function=None, name=name)


def item(machine: Machine, base: Value, index: Value, here: Here) -> Value:
    """`base[index]`."""
    if machine.holds and isinstance(base, held.OPAQUE):
        kept = held.find(here)
        if kept is not None:
            return kept
    if isinstance(base, Special):
        return base.item(machine, index, here)
    if isinstance(base, Name) and base.dotted == "os.environ" and isinstance(index, Literal):
        return variables.look_up(machine, str(index.value), None, here.site)
    if isinstance(base, Name | Call):
        return Unknown(reason="an item of something external")
    if isinstance(base, ClassObject):
        return base  # Generic[...]
    return operations.item(base, index)


def part(base: Value) -> Value:
    """`base[a:b]`."""
    if isinstance(base, Special | Unread):
        return base
    if isinstance(base, Sequence):
        return Sequence(kind=base.kind, items=base.items, open=True)
    if isinstance(base, Default):
        return lift(base, lambda each: Unknown(reason="a slice"))
    return Unknown(reason="a slice")
