"""Class attributes that only describe something to a library: fields of models, forms, schemas.

They are most of what the classes of a web application hold, and hardly any of them is ever asked
for. So such a call is evaluated when somebody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import classes
from celerylint.project.objects import ClassObject, Deferred, Scope
from celerylint.project.values import Name

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# What a call of something of theirs makes in the body of a class does nothing by itself.
_DESCRIBING = frozenset(
    [
        *(
            "django",
            "rest_framework",
            "django_filters",
            "graphene",
            "graphene_django",
            "strawberry",
        ),
        *("sqlalchemy", "flask_sqlalchemy", "marshmallow", "wtforms", "factory", "mongoengine"),
    ]
)
_PLAIN = frozenset({"const", "name"})


def deferred(machine: Machine, node: Node, scope: Scope) -> Deferred | None:
    """The value of an attribute of a class as one that is evaluated when it is asked for; None
    where evaluating it now may matter."""
    if node[0] != "call" or scope.kind != "class" or machine.branches or machine.dead:
        return None
    return Deferred(node=node, scope=scope) if _describes(machine, node, scope) else None


def _describes(machine: Machine, node: Node, scope: Scope) -> bool:
    stack = [node]
    while stack:
        part = stack.pop()
        if part[0] == "call":
            if not _is_theirs(machine, part[3], scope):
                return False
            stack.extend(argument[2] for argument in part[4])
        elif part[0] == "attr":
            stack.append(part[3])
        elif part[0] == "seq":
            stack.extend(part[4])
        elif part[0] not in _PLAIN:
            return False
    return True


def _is_theirs(machine: Machine, target: Node, scope: Scope) -> bool:
    """Is it something of theirs that is called, or a class of the project that only extends it?"""
    root = target
    while root[0] == "attr":
        root = root[3]
    if root[0] != "name":
        return False
    value = machine.evaluate(target, scope)
    if isinstance(value, Name):
        return _is_of_them(value.dotted) and value.dotted not in machine.handlers
    if not isinstance(value, ClassObject):
        return False
    family = classes.family(machine, value)
    known = all(isinstance(each, ClassObject | Name) for each in family.members)
    return known and bool(family.names) and all(map(_is_of_them, family.names))


def _is_of_them(dotted: str) -> bool:
    return dotted.partition(".")[0] in _DESCRIBING
