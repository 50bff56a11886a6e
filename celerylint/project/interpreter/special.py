"""The protocol by which Celery's, Flask's and the ORMs' objects take part in reading a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.objects import Arguments, Scope
from celerylint.project.values import Site, Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine


@dataclass(frozen=True, slots=True)
class Here:
    """The place in the program where something happens: the node
    and the scope it is evaluated in.
    """

    node: Node
    scope: Scope

    @property
    def site(self) -> Site:
        """The place as a site."""
        return Site(self.scope.module, self.node[1], self.node[2])

    def at(self, node: Node) -> Site:
        """The place of another node of the same module."""
        return Site(self.scope.module, node[1], node[2])


@dataclass(frozen=True, slots=True, eq=False)
class Special(Value):
    """An object whose behaviour is known here although its class is not in the project."""

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        """`self.name`."""
        return Unknown(reason=f"attribute {name}")

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        """`self(...)`."""
        return Unknown(reason="the result of a call")

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        """`self[index]`."""
        return Unknown(reason="an item")

    def set_attribute(self, machine: Machine, name: str, value: Value, here: Here) -> None:
        """`self.name = value`."""

    def set_item(self, machine: Machine, index: Value, value: Value, here: Here) -> None:
        """`self[index] = value`."""

    def element(self, machine: Machine) -> Value:
        """What iterating over it yields."""
        return Unknown(reason="an element")

    def plain(self) -> Value:
        """The dictionary or list that the object can be taken for;
        itself where it can be for none.
        """
        return self

    def operate(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        """`self sign other`; None where the object has no meaning for it."""
        return None

    def reflected(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        """`other sign self`, where `other` has no meaning for it."""
        return self.operate(machine, sign, other, here)

    def given(self, machine: Machine, here: Here, to: str) -> None:
        """Code that is not followed gets the object, and may do to it whatever it likes; to is the
        dotted name of a function outside of the project, or ""."""

    def dropped(self, machine: Machine, here: Here) -> None:
        """The object is the value of a statement: nobody gets it."""
