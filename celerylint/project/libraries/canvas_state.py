"""What becomes of a canvas after it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.objects import Arguments
from celerylint.project.values import Site, Value
from celerylint.structs import dataclass, field

if TYPE_CHECKING:
    from celerylint.project.libraries.canvas_objects import Canvas


@dataclass(frozen=True, slots=True)
class Sent:
    """A place that sends a canvas, and the arguments that it gives to what comes first."""

    site: Site
    how: str
    arguments: Arguments


@dataclass(slots=True, eq=False)
class State:
    """What becomes of a canvas after it is made; every name for it shares this.

    immutable is None where a branch decides; `changed` tells that its parts may be others by now,
    `part` that it belongs to another canvas, `dropped` that a statement ends with it. options are
    what `.set()` gave.
    """

    immutable: bool | None = False
    changed: bool = False
    part: bool = False
    dropped: bool = False
    options: dict[str, Value] = field(default_factory=dict)
    callbacks: list[Value] = field(default_factory=list)
    errbacks: list[Value] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def copy(self) -> State:
        """The state of a clone."""
        made = State(self.immutable, self.changed)
        made.callbacks, made.errbacks = list(self.callbacks), list(self.errbacks)
        made.options = dict(self.options)
        return made


@dataclass(frozen=True, slots=True)
class Linked:
    """Where a callback came out of `.link(…)`, of which canvas."""

    canvas: Canvas
    method: str
    site: Site
