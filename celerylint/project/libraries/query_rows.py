"""Query sets of Django's whose rows are no objects: `values()`, `values_list()`, `dates()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import Arguments
from celerylint.project.values import Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

METHODS = frozenset({"values", "values_list", "dates", "datetimes"})
_CHAINED = METHODS | {
    *("all", "filter", "exclude", "order_by", "annotate", "distinct", "using", "none", "alias"),
    *("union", "intersection", "difference", "reverse", "select_for_update"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Special):
    """The query set, not asked yet."""

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return Method(name=name) if name in _CHAINED else Unknown(reason=f".{name} of a query")

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        return Unknown(reason="a row")

    def element(self, machine: Machine) -> Value:
        return Unknown(reason="a row")


@dataclass(frozen=True, slots=True, eq=False)
class Method(Special):
    """A method that makes another query set of the same rows."""

    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        return Rows(site=here.site)
