"""What a value in the analysed project is known to be.

Three-valued throughout: a predicate `must` hold, `may` hold, or cannot be judged. Source:
docs/architecture.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any
from typing import Literal as Choice

from celerylint.findings import Span
from celerylint.structs import dataclass, field, moved

Predicate = Callable[[Any], bool]

# What code builds in steps can double with each line (`x = x + x`): larger values are not followed.
# A file's literals stay below; lists in lists cost a stack frame or two for each level.
MOST_WEIGHT = 60_000
DEEPEST = 60


class NotKnown(Exception):
    """Raised when a Python object is asked of a value that is not wholly known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value with the place where it is written (`site`) and the places that it came through
    (`via`).
    """

    site: Site | None = None
    via: tuple[Site, ...] = ()

    @property
    def weight(self) -> int:
        """How many values (or pieces of text) a walk through this one meets, however often it
        meets them; more than MOST_WEIGHT where the value is nested too deeply."""
        return 1

    @property
    def depth(self) -> int:
        """How many containers stand in each other."""
        return 0

    @property
    def span(self) -> Span | None:
        """Where the value is written, or None for a value that no file wrote."""
        return None if self.site is None else self.site.span

    def known(self) -> bool:
        """Is this one Python object, whatever the environment says?"""
        return False

    def python(self) -> Any:
        """The Python object. Raises NotKnown."""
        raise NotKnown(type(self).__name__)

    def alternatives(self) -> Iterator[Value]:
        """Every value that this may be, with environment defaults standing for themselves."""
        yield self

    def must(self, predicate: Predicate) -> bool:
        """Does the predicate hold for every alternative? Unknown alternatives say no."""
        return all(_holds(each, predicate, False) for each in self.alternatives())

    def may(self, predicate: Predicate) -> bool:
        """Could the predicate hold? Unknown alternatives say yes."""
        return any(_holds(each, predicate, True) for each in self.alternatives())

    def environment(self) -> tuple[str, ...]:
        """Names of the environment variables that may replace (part of) this value."""
        return ()

    def is_none(self) -> bool:
        """Is it None wherever the project runs? What is None unless a variable of the environment
        is set, is there for deployments to set it."""
        return not self.environment() and self.must(lambda each: each is None)

    def at(self, site: Site | None) -> Any:
        """The same value, come through one more place (its former site joins `via`)."""
        if site is None or site == self.site:
            return self
        via = self.via if self.site is None else (*self.via[-7:], self.site)
        return moved(self, site=site, via=via)


def _holds(value: Value, predicate: Predicate, unknown: bool) -> bool:
    try:
        return bool(predicate(value.python()))
    except NotKnown:
        return unknown
    except Exception:  # noqa: BLE001 - a rule's predicate met a value of another type
        return False


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file, as offsets into its text; lines and
    columns are computed when asked for.
    """

    file: Any = field(repr=False)
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The place as lines and columns."""
        span: Span = self.file.span(self.start, self.end)
        return span

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Site)
            and self.start == other.start
            and self.end == other.end
            and self.file is other.file
        )

    def __hash__(self) -> int:
        return hash((self.start, self.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound(Value):
    """A value that holds others; its weight is taken once, when it is made."""

    weight: int = field(init=False, compare=False, repr=False)
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        weight, depth = 1, 0
        for part in self.parts_within():
            weight += part.weight
            if isinstance(part, Compound):
                depth = max(depth, part.depth)
        if depth >= DEEPEST:
            weight += MOST_WEIGHT
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "depth", depth + 1)

    def parts_within(self) -> Iterable[Value]:
        """The values that this one holds."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Literal(Value):
    """A Python constant: str, bytes, int, float, complex, bool, None or Ellipsis."""

    value: Any

    @property
    def weight(self) -> int:
        kind = type(self.value)
        if kind is str or kind is bytes:
            return 1 + len(self.value) // 64
        return 1 + self.value.bit_length() // 64 if kind is int else 1

    def known(self) -> bool:
        return True

    def python(self) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Sequence(Compound):
    """A list, tuple, set or frozenset; `open` when more items may be in it than are listed."""

    kind: Choice["list", "tuple", "set", "frozenset"]
    items: tuple[Value, ...]
    open: bool = False

    def parts_within(self) -> Iterable[Value]:
        return self.items

    def known(self) -> bool:
        return not self.open and all(item.known() for item in self.items)

    def python(self) -> Any:
        if self.open:
            raise NotKnown("open sequence")
        make = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[self.kind]
        try:
            return make(item.python() for item in self.items)
        except TypeError as error:
            raise NotKnown(str(error)) from None

    def environment(self) -> tuple[str, ...]:
        return _union(item.environment() for item in self.items)


@dataclass(frozen=True, slots=True)
class Mapping(Compound):
    """A dict as (key, value) pairs, last one wins; `open` when more may be in it than is listed."""

    entries: tuple[tuple[Value, Value], ...]
    open: bool = False

    def parts_within(self) -> Iterable[Value]:
        return chain.from_iterable(self.entries)

    def known(self) -> bool:
        return not self.open and all(k.known() and v.known() for k, v in self.entries)

    def python(self) -> Any:
        if self.open:
            raise NotKnown("open mapping")
        try:
            return {k.python(): v.python() for k, v in self.entries}
        except TypeError as error:
            raise NotKnown(str(error)) from None

    def get(self, key: object) -> Value | None:
        """The value stored under a key, or None when no listed entry has it."""
        for k, v in reversed(self.entries):
            if isinstance(k, Literal) and k.value == key and type(k.value) is type(key):
                return v
        return None

    def keys(self) -> Iterator[Any]:
        """Every key that is a constant."""
        for k, _ in self.entries:
            if isinstance(k, Literal):
                yield k.value

    def environment(self) -> tuple[str, ...]:
        return _union(v.environment() for _, v in self.entries)


@dataclass(frozen=True, slots=True)
class Joined(Compound):
    """A string put together of parts (f-string, concatenation, %, format), some of which are not
    known.
    """

    parts: tuple[Value, ...]

    def parts_within(self) -> Iterable[Value]:
        return self.parts

    def prefix(self) -> str:
        """The text before the first part that is not known."""
        text = ""
        for part in self.parts:
            if not (isinstance(part, Literal) and isinstance(part.value, str)):
                break
            text += part.value
        return text

    def environment(self) -> tuple[str, ...]:
        return _union(part.environment() for part in self.parts)


@dataclass(frozen=True, slots=True)
class OneOf(Compound):
    """One of several values; which one depends on what is not known (branches, conditionals).

    parted is the `if` of whose two arms each gave one of the two options, first the one that runs
    where the test is true: what two names hold behind one `if` belongs together.
    """

    options: tuple[Value, ...]
    parted: Site | None = field(default=None, repr=False, compare=False)

    def parts_within(self) -> Iterable[Value]:
        return self.options

    def alternatives(self) -> Iterator[Value]:
        for option in self.options:
            yield from option.alternatives()

    def environment(self) -> tuple[str, ...]:
        return _union(option.environment() for option in self.options)


@dataclass(frozen=True, slots=True)
class Default(Compound):
    """An environment look-up: `default` unless the variable `env` is set (None: no default, so
    required).

    prefix is the text that the value begins with whatever the variable holds: of `f"redis://{HOST}"`
    the scheme is sure although the environment decides the rest. steps are what was done to the
    value that was looked up, so that it can be done to another one.
    """

    env: str
    default: Value | None = None
    prefix: str = ""
    steps: tuple[Callable[[Value], Value], ...] = field(default=(), repr=False, compare=False)

    def parts_within(self) -> Iterable[Value]:
        return () if self.default is None else (self.default,)

    def alternatives(self) -> Iterator[Value]:
        if self.default is None:
            yield self
        else:
            yield from self.default.alternatives()

    def environment(self) -> tuple[str, ...]:
        rest = () if self.default is None else self.default.environment()
        return _union([(self.env,), rest])


@dataclass(frozen=True, slots=True)
class Name(Value):
    """Something from outside the project, under its canonical
    dotted name (`datetime.timedelta`).
    """

    dotted: str


@dataclass(frozen=True, slots=True)
class Call(Compound):
    """The result of calling something from outside the project."""

    dotted: str
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()

    def parts_within(self) -> Iterable[Value]:
        return (*self.args, *(value for _, value in self.kwargs))

    def kwarg(self, name: str) -> Value | None:
        """The keyword argument of that name, if it was given."""
        return next((value for key, value in self.kwargs if key == name), None)

    def known(self) -> bool:
        try:
            self.python()
        except NotKnown:
            return False
        return True

    def python(self) -> Any:
        build = _BUILDERS.get(self.dotted)
        if build is None:
            raise NotKnown(self.dotted)
        try:
            args = [each.python() for each in self.args]
            return build(*args, **{key: each.python() for key, each in self.kwargs})
        except (TypeError, ValueError, OverflowError) as error:
            raise NotKnown(str(error)) from None

    def environment(self) -> tuple[str, ...]:
        return _union(v.environment() for v in (*self.args, *(v for _, v in self.kwargs)))


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """Not known, and why."""

    reason: str = "not resolved"


# Plain values of the standard library that a call of their class makes; operators fold over them.
_BUILDERS: dict[str, Callable[..., Any]] = {"datetime.timedelta": datetime.timedelta}


def _union(groups: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in group))


def text_prefix(value: Value) -> str | None:
    """The text that a string value is known to begin with; None when it is no (known) string."""
    if isinstance(value, Literal):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Joined | Default):
        prefix = value.prefix if isinstance(value, Default) else value.prefix()
        return prefix or None
    return None
