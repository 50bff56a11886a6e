"""`dataclass`, `field` and `replace` for a program that starts often and ends soon.

The decorator of the standard library writes and compiles up to six methods for each class, which
takes about a millisecond. With some 170 classes that is a third of a run over files that did not
change. Here a class gets its `__init__` when the first instance is made, and the other methods are
shared. What a type checker sees is the standard library's own; at run time these hold:

- Frozen classes are hashable where they compare by value. That nobody assigns to their fields is
  what type checkers see to: to refuse it at run time would double the cost of making an instance,
  and making instances is most of what linking does.
- `InitVar`, `asdict` and `fields` are not here. A class that needs these takes them from
  `dataclasses`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "is_struct", "moved", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace

    moved = replace

    def is_struct(kind: object) -> bool:
        """Is this a class that was made here?"""
else:
    from operator import attrgetter
    from types import CodeType, FunctionType

    _NOTHING = object()
    _init_names: dict[type, tuple[str, ...]] = {}
    _slots: dict[type, tuple[tuple[str, Any, Any], ...]] = {}

    class _Field:
        """What `field()` says of one field."""

        __slots__ = ("compare", "default", "factory", "init", "keyword")

        def __init__(self, default: Any, factory: Any, compare: bool, init: bool) -> None:
            self.default, self.factory = default, factory
            self.compare, self.init, self.keyword = compare, init, False

    def field(
        *,
        default: Any = _NOTHING,
        default_factory: Any = None,
        compare: bool = True,
        init: bool = True,
        repr: bool = True,
    ) -> Any:
        """As `dataclasses.field`; `repr` is for the type checker, every field is shown."""
        return _Field(default, default_factory, compare, init)

    def dataclass(
        cls: type | None = None,
        /,
        *,
        frozen: bool = False,
        slots: bool = False,
        eq: bool = True,
        order: bool = False,
        kw_only: bool = False,
    ) -> Any:
        """As `dataclasses.dataclass`, with fewer options."""

        def made(cls: type) -> type:
            own = _own_fields(cls, kw_only)
            fields = _inherited(cls) | own
            body = _methods(cls, fields, frozen, eq, order)
            body["__struct_fields__"] = own
            body["__match_args__"] = tuple(
                name for name, each in fields.items() if each.init and not each.keyword
            )
            return _slotted(cls, own, body) if slots else _extended(cls, body)

        return made if cls is None else made(cls)

    def replace(instance: Any, /, **changes: Any) -> Any:
        """A copy with other values in some fields."""
        kind = type(instance)
        names = _init_names.get(kind)
        if names is None:
            fields = _inherited(kind) | kind.__struct_fields__
            names = _init_names[kind] = tuple(name for name, each in fields.items() if each.init)
        for name in names:
            if name not in changes:
                changes[name] = getattr(instance, name)
        return kind(**changes)

    def is_struct(kind: object) -> bool:
        """Is this a class that was made here?"""
        return isinstance(kind, type) and "__struct_fields__" in kind.__dict__

    def moved(instance: Any, /, **changes: Any) -> Any:
        """A copy of an instance with slots, with other values in some fields of which no computed
        one depends: nothing is computed again.
        """
        kind = type(instance)
        made = kind.__new__(kind)
        slots = _slots.get(kind)
        if slots is None:
            names = (*_inherited(kind), *kind.__struct_fields__)
            slots = _slots[kind] = tuple(
                (name, getattr(kind, name).__get__, getattr(kind, name).__set__) for name in names
            )
        for name, get, put in slots:
            put(made, changes[name] if name in changes else get(instance))
        return made

    def _inherited(cls: type) -> dict[str, _Field]:
        found: dict[str, _Field] = {}
        for base in cls.__mro__[:0:-1]:
            found.update(base.__dict__.get("__struct_fields__", {}))
        return found

    def _own_fields(cls: type, keyword: bool) -> dict[str, _Field]:
        found = {}
        for name, annotation in cls.__annotations__.items():
            if str(annotation).startswith("ClassVar"):
                continue
            given = cls.__dict__.get(name, _NOTHING)
            found[name] = given if type(given) is _Field else _Field(given, None, True, True)
            found[name].keyword = keyword
        return found

    def _slotted(cls: type, own: dict[str, _Field], body: dict[str, Any]) -> type:
        kept = {
            name: value
            for name, value in cls.__dict__.items()
            if name not in own and name not in {"__dict__", "__weakref__"}
        }
        kept["__slots__"] = tuple(name for name in own if name not in _inherited(cls))
        made = type(cls)(cls.__name__, cls.__bases__, {**kept, **body})
        made.__qualname__ = cls.__qualname__
        return made

    def _extended(cls: type, body: dict[str, Any]) -> type:
        for name, value in body.items():
            setattr(cls, name, value)
        return cls

    def _methods(
        cls: type, fields: dict[str, _Field], frozen: bool, eq: bool, order: bool
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"__init__": _first_init(fields)}
        if "__repr__" not in cls.__dict__:
            found["__repr__"] = _repr
        names = [name for name, each in fields.items() if each.compare]
        key = attrgetter(*names) if names else _no_key
        if eq and "__eq__" not in cls.__dict__:
            found |= _equality(key, frozen)
        if order:
            found |= _ordering(key)
        return found

    def _equality(key: Any, frozen: bool) -> dict[str, Any]:
        def equal(self: Any, other: Any) -> Any:
            if type(other) is not type(self):
                return NotImplemented
            return self is other or key(self) == key(other)

        def hashed(self: Any) -> int:
            return hash(key(self))

        return {"__eq__": equal, "__hash__": hashed if frozen else None}

    def _ordering(key: Any) -> dict[str, Any]:
        return {
            "__lt__": lambda self, other: key(self) < key(other),
            "__le__": lambda self, other: key(self) <= key(other),
            "__gt__": lambda self, other: key(self) > key(other),
            "__ge__": lambda self, other: key(self) >= key(other),
        }

    def _no_key(instance: object) -> tuple[()]:
        return ()

    def _repr(self: Any) -> str:
        fields = _inherited(type(self)) | type(self).__struct_fields__
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in fields)
        return f"{type(self).__qualname__}({shown})"

    def _first_init(fields: dict[str, _Field]) -> Any:
        """An `__init__` for the only instance of a class. For the second one, and for a call that
        is wrong, it puts the real one in its place.
        """
        given = {name: each for name, each in fields.items() if each.init}
        made = False

        def first(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal made
            if not made and (values := _given(given, args, kwargs)) is not None:
                made = True
                for name, value in values.items():
                    setattr(self, name, value)
                if hasattr(self, "__post_init__"):
                    self.__post_init__()
                return
            kind = type(self)
            owner = next(each for each in kind.__mro__ if each.__dict__.get("__init__") is first)
            owner.__init__ = _compiled(owner, fields)
            owner.__init__(self, *args, **kwargs)

        return first

    def _given(
        fields: dict[str, _Field], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The values of all fields; None where a call does not fit."""
        positional = [name for name, each in fields.items() if not each.keyword]
        if len(args) > len(positional) or not kwargs.keys() <= fields.keys() - set(
            positional[: len(args)]
        ):
            return None
        values = {**dict(zip(positional, args, strict=False)), **kwargs}
        for name, each in fields.items():
            if name not in values:
                value = each.default if each.factory is None else each.factory()
                if value is _NOTHING:
                    return None
                values[name] = value
        return values

    def _compiled(cls: type, fields: dict[str, _Field]) -> Any:
        given = {name: each for name, each in fields.items() if each.init}
        if any(each.factory is not None for each in given.values()):
            return _written(cls, given)
        keywords = {name: each for name, each in given.items() if each.keyword}
        positional = {name: each for name, each in given.items() if not each.keyword}
        ends = ("__post_init__",) if hasattr(cls, "__post_init__") else ()
        order = (*positional, *keywords)
        code = _pattern(len(positional), len(keywords), bool(ends)).replace(
            co_varnames=("self", *order), co_names=(*order, *ends)
        )
        defaults = (each.default for each in positional.values())
        made = FunctionType(code, {}, "__init__", tuple(x for x in defaults if x is not _NOTHING))
        made.__kwdefaults__ = {
            name: each.default for name, each in keywords.items() if each.default is not _NOTHING
        }
        return made

    @functools.cache
    def _pattern(positional: int, keywords: int, ends: bool) -> CodeType:
        """The code of an `__init__` with so many fields; only their names are still to be changed,
        which takes a hundredth of the time of compiling it.
        """
        names = [f"field{number}" for number in range(positional + keywords)]
        star = ["*"] if keywords else []
        parameters = ["self", *names[:positional], *star, *names[positional:]]
        lines = [f"self.{name} = {name}" for name in names]
        lines += ["self.__post_init__()"] if ends else []
        return _function(parameters, lines, {}).__code__

    def _function(parameters: list[str], lines: list[str], names: dict[str, Any]) -> FunctionType:
        body = "".join(f"    {line}\n" for line in lines or ["pass"])
        exec(f"def __init__({', '.join(parameters)}):\n{body}", names)
        return names["__init__"]

    def _written(cls: type, given: dict[str, _Field]) -> FunctionType:
        """An `__init__` that calls the factories of some fields."""
        names: dict[str, Any] = {"_NOTHING": _NOTHING}
        parameters = [
            _parameter(name, each, names)
            for keyword in (False, True)
            for name, each in (("*", None), *given.items())
            if (keyword if each is None else each.keyword is keyword)
        ]
        if parameters[-1:] == ["*"]:
            parameters.pop()
        lines = [
            f"self.{name} = _new_{name}() if {name} is _NOTHING else {name}"
            if each.factory is not None
            else f"self.{name} = {name}"
            for name, each in given.items()
        ]
        lines += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
        return _function(["self", *parameters], lines, names)

    def _parameter(name: str, each: _Field | None, names: dict[str, Any]) -> str:
        if each is None:
            return name
        if each.factory is not None:
            names[f"_new_{name}"] = each.factory
            return f"{name}=_NOTHING"
        if each.default is _NOTHING:
            return name
        names[f"_default_{name}"] = each.default
        return f"{name}=_default_{name}"
