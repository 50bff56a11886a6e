"""Defines classes, and looks up what they and their instances have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import functions
from celerylint.project.interpreter.special import Here
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    Family,
    FunctionObject,
    Instance,
    Unread,
)
from celerylint.project.values import Call, Literal, Name, OneOf, Site, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.objects import Scope

DEEPEST = 20
MOST_ANCESTORS = 200
ENUMS = {"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"} | {
    "django.db.models.TextChoices",
    "django.db.models.IntegerChoices",
}


def define(machine: Machine, node: Node, scope: Scope) -> bool:
    """`class`: bases and body."""
    bases, keywords = [], []
    for star, keyword, expression, _start, _end in node[5]:
        value = machine.evaluate(expression, scope)
        if keyword is not None:
            keywords.append((keyword, value))
        else:
            bases.append(Unknown(reason="a splat of bases") if star else value)
    site = Site(scope.module, node[4], node[4] + len(node[3]))
    inner = scope.child("class", None)
    made = ClassObject(
        node=node,
        scope=scope,
        bases=tuple(bases),
        keywords=tuple(keywords),
        env=inner.env,
        site=site,
    )
    inner.owner = made
    machine.run(node[7], inner)
    for decorator in reversed(node[6]):
        _decorate(machine, machine.evaluate(decorator, scope), made, Here(decorator, scope))
    scope.env[node[3]] = made
    return False


def _decorate(machine: Machine, decorator: Value, cls: ClassObject, here: Here) -> None:
    """A decorator may make a task of the class, or change it."""
    decorated = functions.decorate(machine, decorator, cls, here)
    if decorated is cls and isinstance(decorator, FunctionObject):
        functions.call(machine, decorator, Arguments(args=(cls,)), here)


def ancestry(machine: Machine, cls: Value) -> tuple[Value, ...]:
    """The class and its ancestors in the order in which Python searches them: classes of the
    project, external names, unknowns.

    Depth first, where of an ancestor that is met twice the last meeting counts: for every hierarchy
    that Python accepts and people write that is its own order. Loops are cut. A class whose base is
    in a module that was not read asks for that module.
    """
    return family(machine, cls).members


def family(machine: Machine, cls: Value) -> Family:
    """The ancestry with the names in it; computed once for each class of the project."""
    known = machine.families.get(id(cls))
    if known is None:
        known = _family(cls)
        if isinstance(cls, ClassObject):
            machine.families[id(cls)] = known
    if known.unread:
        machine.needed |= known.unread
    return known


def _family(cls: Value) -> Family:
    met: list[Value] = []
    _meet(cls, (), met)
    last = {_identity(each): place for place, each in enumerate(met)}
    members = tuple(each for i, each in enumerate(met) if last[_identity(each)] == i)
    names = frozenset(each.dotted for each in members if isinstance(each, Name))
    unread = [path for each in met if isinstance(each, Unread) for path in each.paths]
    return Family(members, names, frozenset(unread), cls)


def _meet(cls: Value, below: tuple[object, ...], met: list[Value]) -> None:
    if isinstance(cls, OneOf):
        for each in cls.options:
            _meet(each, below, met)
        return
    if isinstance(cls, ClassObject) and cls.key in below:
        return
    met.append(cls)
    if isinstance(cls, ClassObject) and len(below) < DEEPEST and len(met) < MOST_ANCESTORS:
        for base in cls.bases:
            _meet(base, (*below, cls.key), met)


def _identity(value: Value) -> object:
    if isinstance(value, ClassObject):
        return value.key
    return value.dotted if isinstance(value, Name) else id(value)


def find(machine: Machine, cls: Value, name: str) -> Value | None:
    """The attribute of a class or its ancestors in the project; Unknown where one hides it."""
    hidden: Value | None = None
    for each in ancestry(machine, cls):
        if isinstance(each, ClassObject):
            found = each.env.get(name)
            if found is not None:
                return hidden or machine.settle(found)
        elif isinstance(each, Unread):
            hidden = hidden or each
        elif not isinstance(each, Name | Call):
            hidden = hidden or Unknown(reason="a base class that is not known")
    return hidden


def descends(machine: Machine, cls: Value, names: set[str] | frozenset[str]) -> bool:
    """Is one of these external classes among the ancestors?"""
    return not family(machine, cls).names.isdisjoint(names)


def hides(machine: Machine, cls: Value) -> bool:
    """Is an ancestor unknown, so that the class may have more than is visible?"""
    return any(
        not isinstance(each, ClassObject | Name) or isinstance(each, Unknown)
        for each in ancestry(machine, cls)
    )


def class_attribute(machine: Machine, cls: ClassObject, name: str) -> Value:
    """`Class.name`."""
    if name == "__name__":
        return Literal(value=cls.name)
    if name == "__module__":
        return Literal(value=cls.module.name)
    found = find(machine, cls, name)
    if isinstance(found, FunctionObject):
        if functions.has_wrapper(found, functions.CLASSMETHOD):
            return Bound(receiver=cls, function=found, name=name)
        return found
    if isinstance(found, Literal) and descends(machine, cls, ENUMS) and not name.startswith("_"):
        return Instance(
            cls=cls, fields={"value": found, "name": Literal(value=name)}, site=found.site
        )
    if found is None:
        return _foreign(machine, cls, name)
    return found


def _foreign(machine: Machine, cls: ClassObject, name: str) -> Value:
    for each in ancestry(machine, cls):
        if isinstance(each, Name) and each.dotted not in {"builtins.object", "typing.Generic"}:
            return Bound(receiver=cls, function=None, name=name)
    return Unknown(reason=f"{cls.name} has no {name}")


def instance_attribute(machine: Machine, instance: Instance, name: str, here: Here) -> Value:
    """`instance.name`."""
    if name in instance.fields:
        return instance.fields[name]
    if name == "__class__":
        return instance.cls
    if isinstance(instance.cls, Name):
        return Bound(receiver=instance, function=None, name=name)
    found = find(machine, instance.cls, name)
    if isinstance(found, FunctionObject):
        return bound_method(machine, instance, found, name, here)
    if found is None:
        return Bound(receiver=instance, function=None, name=name)
    return found


def bound_method(
    machine: Machine, receiver: Value, function: FunctionObject, name: str, here: Here
) -> Value:
    """A method of an instance; a property's value."""
    if functions.has_wrapper(function, functions.PROPERTIES):
        return functions.call(machine, function, Arguments(args=(receiver,)), here)
    if functions.has_wrapper(function, functions.STATIC):
        return function
    if functions.has_wrapper(function, functions.CLASSMETHOD):
        owner = receiver.cls if isinstance(receiver, Instance) else receiver
        return Bound(receiver=owner, function=function, name=name)
    return Bound(receiver=receiver, function=function, name=name)
