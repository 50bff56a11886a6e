"""What a variable holds according to its annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.objects import ClassObject, Instance, Scope, Unread
from celerylint.project.values import Name, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

_OPTIONAL = {"typing.Optional", "typing.Annotated", "typing.Final", "typing.ClassVar"}
_WRAPPERS = _OPTIONAL | {"typing_extensions.Annotated"}
_MANY = {
    "builtins.list",
    "builtins.set",
    "builtins.tuple",
    "typing.List",
    "typing.Sequence",
    "typing.Iterable",
    "typing.Iterator",
    "typing.Collection",
    "typing.Set",
    "typing.Tuple",
    "collections.abc.Iterable",
    "collections.abc.Sequence",
    "collections.abc.Collection",
    "collections.abc.Iterator",
}


def instance(machine: Machine, annotation: Node, scope: Scope) -> Value | None:
    """An instance of the class that an annotation names; None where it names none that is known."""
    cls = annotated_class(machine, annotation, scope)
    if isinstance(cls, ClassObject | Name):
        return Instance(cls=cls, site=None)
    return cls if isinstance(cls, Unread) else None


def annotated_class(machine: Machine, annotation: Node, scope: Scope) -> Value | None:
    """The class behind an annotation: through quotes, Optional, `| None` and Annotated."""
    if annotation[0] == "const" and isinstance(annotation[3], str):
        return _quoted(machine, annotation[3], scope)
    if annotation[0] == "bin" and annotation[3] == "|":
        sides = [
            annotated_class(machine, each, scope) for each in annotation[4:6] if not _is_none(each)
        ]
        return sides[0] if len(sides) == 1 else None
    if annotation[0] == "sub":
        return _subscripted(machine, annotation, scope)
    if annotation[0] in {"name", "attr"}:
        value = machine.evaluate(annotation, scope)
        if isinstance(value, ClassObject | Name | Unread):
            return value
    return None


def _is_none(node: Node) -> bool:
    return node[0] == "const" and node[3] is None


def _quoted(machine: Machine, text: str, scope: Scope) -> Value | None:
    parts = text.strip().removesuffix("| None").strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    node: Node = ("name", 0, 0, parts[0])
    for part in parts[1:]:
        node = ("attr", 0, 0, node, part)
    return annotated_class(machine, node, scope)


def _subscripted(machine: Machine, annotation: Node, scope: Scope) -> Value | None:
    generic = machine.evaluate(annotation[3], scope)
    index = annotation[4]
    if isinstance(generic, Name) and generic.dotted in _WRAPPERS:
        inner = index[4][0] if index[0] == "seq" and index[4] else index
        return annotated_class(machine, inner, scope)
    if isinstance(generic, Name) and generic.dotted == "typing.Union" and index[0] == "seq":
        sides = [annotated_class(machine, each, scope) for each in index[4] if not _is_none(each)]
        return sides[0] if len(sides) == 1 else None
    return None


def elements(machine: Machine, annotation: Node, scope: Scope) -> Value | None:
    """The class of the elements where the annotation is a
    container of one class (`list[Order]`).
    """
    if annotation[0] != "sub":
        return None
    generic = machine.evaluate(annotation[3], scope)
    if not (isinstance(generic, Name) and generic.dotted in _MANY | {"django.db.models.QuerySet"}):
        return None
    index = annotation[4]
    inner = index[4][0] if index[0] == "seq" and index[4] else index
    return annotated_class(machine, inner, scope)
