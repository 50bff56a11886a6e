"""Where a walk through a shell script is, what it found, and how branches come together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from celerylint.facts.manifests.shell_nodes import Block
from celerylint.facts.manifests.words import Text
from celerylint.project.choices import one_of, unless_set
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.expansion import Surroundings
from celerylint.project.deployment.place import Home
from celerylint.project.values import Default, Unknown, Value
from celerylint.structs import dataclass, field, replace

Source = Callable[[str, "Frame"], tuple[Home, Text] | None]
"""Finds the script that `source` names, for a frame; None when it is not in the tree."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command that the script runs.

    variants are its words (several lists where a variable may hold several words); environment what
    the process gets beyond the unit's own; conditions the enclosing tests as written. executes: it
    replaces the shell (`exec`); final: the last command of the script or `-c` string; trapped: the
    script has set a `trap` before; removed: what it has removed (`rm`) before.
    """

    variants: list[list[Arg]]
    environment: dict[str, Value]
    conditions: tuple[str, ...]
    executes: bool
    final: bool
    background: bool
    piped: bool
    redirected: bool
    looped: bool
    workdir: str
    around: Surroundings
    trapped: bool = False
    removed: frozenset[str] = frozenset()


@dataclass
class Frame:
    """Where the walk is: what is known, and what became of the flow."""

    around: Surroundings
    workdir: str = ""
    exported: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, Block] = field(default_factory=dict)
    conditions: tuple[str, ...] = ()
    depth: int = 0
    background: bool = False
    piped: bool = False
    looped: bool = False
    ended: bool = False
    returned: bool = False  # ended by `return`, which only leaves a function or a sourced file
    removed: frozenset[str] = frozenset()
    trapped: bool = False
    open: str = ""

    def copy(self) -> Frame:
        """A branch's own frame."""
        return replace(
            self,
            around=self.around.copy(),
            exported=dict(self.exported),
            functions=dict(self.functions),
        )

    def under(self, condition: str) -> Frame:
        """A copy with one more condition."""
        found = self.copy()
        if condition:
            found.conditions = (*self.conditions, condition)
        return found

    def come_back(self) -> None:
        """Goes on behind a function or a sourced file that may have returned."""
        if self.returned:
            self.ended = self.returned = False

    def assign(self, name: str, value: Value, export: bool = False) -> None:
        """Sets a variable; exported ones reach the processes."""
        self.around.shell[name] = value
        if export or name in self.exported or name in self.around.unit:
            self.exported[name] = value


def merge(frame: Frame, left: list[Frame], names: tuple[str, ...]) -> None:
    """Makes the frame what the branches leave behind; names: variables that chose the branch."""
    before = dict(frame.around.shell)
    for name in _changed(before, left):
        values = [each.around.shell.get(name, Default(name)) for each in left]
        value = one_of(values)
        if len(left) == 1 and before.get(name) != value:
            for variable in names:
                value = unless_set(variable, value)
        frame.assign(name, value, any(name in each.exported for each in left))
    for each in left:
        frame.exported.update(
            {name: frame.around.shell[name] for name in each.exported if name in frame.around.shell}
        )
        frame.functions.update(each.functions)
    for name in dict.fromkeys(name for each in left for name in each.around.arrays):
        lists = [each.around.arrays.get(name, ()) for each in left]
        frame.around.arrays[name] = _common(lists)
    frame.workdir = left[0].workdir
    if len(left) == 1:
        frame.around.parameters = left[0].around.parameters
    frame.removed = frozenset().union(*(each.removed for each in left))
    frame.trapped = any(each.trapped for each in left)
    frame.open = next((each.open for each in left if each.open), frame.open)


def _changed(before: dict[str, Value], left: list[Frame]) -> Iterator[str]:
    seen = dict.fromkeys(name for each in left for name in each.around.shell)
    for name in seen:
        if any(each.around.shell.get(name) != before.get(name) for each in left):
            yield name


def _common(lists: list[tuple[Arg, ...]]) -> tuple[Arg, ...]:
    """The words that all the lists begin with, and whatever may follow where they differ."""
    longest = max(lists, key=len)
    same = 0
    for same, word in enumerate(longest):
        if any(same >= len(each) or each[same] != word for each in lists):
            break
    else:
        return longest
    rest = replace(longest[same], value=Unknown("given only sometimes"), open=True)
    return (*longest[:same], rest)
