"""Values that only live while a project is linked: modules, functions, classes, instances of the
project.

They are Values, so that they travel through lists, dictionaries and branches like any constant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from celerylint.facts.syntax import Body, Node, body_of
from celerylint.project.values import (
    Call,
    Default,
    Joined,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Site,
    Unknown,
    Value,
)
from celerylint.structs import dataclass, field

if TYPE_CHECKING:
    from celerylint.project.modules import Module

Env = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Unset(Unknown):
    """The name is not bound (on this branch)."""

    reason: str = "set only under a condition"


@dataclass(frozen=True, slots=True)
class Unread(Unknown):
    """Would be known if these files of the project were read."""

    reason: str = "in a module that was not read"
    paths: frozenset[str] = frozenset()
    called: bool = False  # the result of a call of something in them
    member: bool = False  # an attribute of such a result


@dataclass(frozen=True, slots=True)
class Lazy(Value):
    """An import that is resolved when its name is used: `attribute` of module `dotted` (None: the
    module).
    """

    dotted: str
    attribute: str | None
    module: Module


@dataclass(frozen=True, slots=True, eq=False)
class Deferred(Value):
    """An attribute of a class that is evaluated when it is asked for; `made` holds what it was
    then.
    """

    node: Node
    scope: Scope
    made: list[Value] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Scope:
    """Bindings of a module, class or function body, and where names that it lacks are looked up."""

    module: Module
    env: Env
    parent: Scope | None = None
    kind: str = "module"
    owner: Any = None  # the class or function object
    outer_names: set[str] = field(default_factory=set)  # global and nonlocal

    def child(self, kind: str, owner: Any) -> Scope:
        """A scope for a body inside this one."""
        return Scope(self.module, {}, self, kind, owner)


@dataclass(frozen=True, slots=True, eq=False)
class ModuleObject(Value):
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True, eq=False)
class FunctionObject(Value):
    """A function of the project. `owner` is the class it is defined in, `inner` the decorators
    below.
    """

    node: Node
    scope: Scope
    owner: ClassObject | None = None
    wrappers: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """The function's own name."""
        return str(self.node[3]) if self.node[0] == "def" else "<lambda>"

    @property
    def params(self) -> tuple[Any, ...]:
        """Parameters as in `celerylint.facts.syntax`."""
        params: tuple[Any, ...] = self.node[5] if self.node[0] == "def" else self.node[3]
        return params

    @property
    def words(self) -> tuple[str, ...]:
        """Names and attributes that occur in the body."""
        words: tuple[str, ...] = self.node[10] if self.node[0] == "def" else ()
        return words

    def body(self) -> Body:
        """The statements; a lambda's body as one return."""
        if self.node[0] == "def":
            return body_of(self.node)
        return (("return", self.node[1], self.node[2], self.node[4]),)

    @property
    def key(self) -> tuple[str, int]:
        """Identity over repeated evaluation: file and offset."""
        return (self.scope.module.path, self.node[1])


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A class and its ancestors, the names of those from outside, and the files of which more would
    have to be read. `of` keeps the class alive, whose identity is the key of its family.
    """

    members: tuple[Value, ...]
    names: frozenset[str]
    unread: frozenset[str]
    of: Value


@dataclass(frozen=True, slots=True, eq=False)
class ClassObject(Value):
    """A class of the project, with its bases as values and the bindings of its body."""

    node: Node
    scope: Scope
    bases: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    env: Env

    @property
    def name(self) -> str:
        """The class's own name."""
        return str(self.node[3])

    @property
    def module(self) -> Module:
        """The module that defines it."""
        return self.scope.module

    @property
    def dotted(self) -> str:
        """Module and name, as messages show it."""
        return f"{self.scope.module.name}.{self.name}"

    @property
    def key(self) -> tuple[str, int]:
        """Identity over repeated evaluation: file and offset."""
        return (self.scope.module.path, self.node[1])


@dataclass(frozen=True, slots=True, eq=False)
class Instance(Value):
    """An instance of a class of the project, or of an external class (a Name) that matters here."""

    cls: ClassObject | Name
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    fields: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Bound(Value):
    """A method looked up on a receiver: a project function, or a name of something built in."""

    receiver: Value
    function: FunctionObject | None
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Value):
    """functools.partial(function, *args, **kwargs)."""

    function: Value
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Super(Value):
    """`super()` inside a method of a class."""

    cls: ClassObject
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Unknown):
    """A parameter of a function that is read by itself, so nobody passed it a value."""

    reason: str = "a parameter"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call, evaluated; `open` when a splat may add more than is listed."""

    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    open_args: bool = False
    open_kwargs: bool = False

    @property
    def open(self) -> bool:
        """May there be more arguments than are listed?"""
        return self.open_args or self.open_kwargs

    def kwarg(self, name: str) -> Value | None:
        """The keyword argument of that name (the last one given), if it was."""
        found = None
        for key, value in self.kwargs:
            if key == name:
                found = value
        return found

    def get(self, position: int, name: str) -> Value | None:
        """The argument by keyword, or else by position."""
        by_name = self.kwarg(name)
        if by_name is not None:
            return by_name
        return self.args[position] if position < len(self.args) else None


def is_unset(value: Value) -> bool:
    """May the name be unbound?"""
    return any(isinstance(each, Unset) for each in value.alternatives())


def unread_paths(value: Value | None) -> frozenset[str]:
    """Files that would have to be read before the value is known, with all that it is made of."""
    found: frozenset[str] = frozenset()
    stack = [] if value is None else [value]
    while stack:
        each = stack.pop()
        if isinstance(each, Unread):
            found |= each.paths
        stack.extend(_parts(each))
    return found


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, Sequence):
        yield from value.items
    elif isinstance(value, Mapping):
        for key, each in value.entries:
            yield from (key, each)
    elif isinstance(value, Joined):
        yield from value.parts
    elif isinstance(value, OneOf):
        yield from value.options
    elif isinstance(value, Default) and value.default is not None:
        yield value.default
    elif isinstance(value, Call):
        yield from value.args
        yield from (each for _, each in value.kwargs)


def site_of(value: Value, fallback: Site | None) -> Site | None:
    """Where the value is written, else the fallback."""
    return value.site or fallback
