"""Classes made by `celerylint.structs` behave as the standard library's data classes do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from celerylint import structs


def _classes(maker: Any) -> Any:
    @maker.dataclass(frozen=True, slots=True)
    class Point:
        """Has a default, a factory and a field that does not count."""

        x: int
        y: int = 2
        tags: list[str] = maker.field(default_factory=list)
        note: str = maker.field(default="", compare=False)

    @maker.dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        name: str = ""

    @maker.dataclass(frozen=True, slots=True)
    class Place(Named):
        where: Point

    @maker.dataclass(slots=True)
    class Counter:
        count: int = 0

    @maker.dataclass(frozen=True, order=True)
    class Version:
        major: int
        minor: int = 0

    @maker.dataclass(frozen=True, slots=True, eq=False)
    class Same:
        x: int

    @maker.dataclass(frozen=True, slots=True)
    class Sum:
        parts: tuple[int, ...]
        total: int = maker.field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", sum(self.parts))

    made = (Point, Named, Place, Counter, Version, Same, Sum)
    return SimpleNamespace(**{each.__name__: each for each in made})


STANDARD, OURS = _classes(dataclasses), _classes(structs)


def _matched(point: Any) -> Any:
    return type(point).__match_args__


CASES: dict[str, Callable[..., Any]] = {
    "fields": lambda c: (c.Point(1).x, c.Point(1).y, c.Point(1).tags, c.Point(1, note="n").note),
    "a list of its own": lambda c: c.Point(1).tags is c.Point(1).tags,
    "equal": lambda c: (
        c.Point(1) == c.Point(1),
        c.Point(1) == c.Point(2),
        c.Point(1, note="a") == c.Point(1),
    ),
    "other type": lambda c: (
        c.Version(1) == c.Counter(1),
        c.Version(1) == (1, 0),
        c.Version(1) != c.Version(1),
    ),
    "hash": lambda c: {c.Version(1): "a"}[c.Version(1)],
    "by identity": lambda c: (c.Same(1) == c.Same(1), len({c.Same(1), c.Same(1)})),
    "order": lambda c: (
        c.Version(1) < c.Version(1, 2),
        min(c.Version(2), c.Version(1)).major,
    ),
    "inherited": lambda c: (
        c.Place(c.Version(1), name="n").name,
        c.Place(c.Version(1)).where.major,
    ),
    "computed": lambda c: c.Sum((1, 2)).total,
    "changed": lambda c: c.Counter(1).count,
    "patterns": lambda c: (
        _matched(c.Point(1)),
        _matched(c.Place(c.Version(1))),
        _matched(c.Sum(())),
    ),
    "shown": lambda c: repr(c.Version(1, 2)).rpartition(".")[2],
}


@pytest.mark.parametrize("case", CASES)
def test_as_the_standard_library(case: str) -> None:
    assert CASES[case](OURS) == CASES[case](STANDARD)


@pytest.mark.parametrize("case", CASES)
def test_the_first_instance_of_a_class_is_as_all_others(case: str) -> None:
    assert CASES[case](_classes(structs)) == CASES[case](STANDARD)


REFUSED: dict[str, Callable[..., Any]] = {
    "unknown field": lambda c: setattr(c.Counter(), "other", 1),
    "missing argument": lambda c: c.Point(),
    "unknown argument": lambda c: c.Point(1, z=2),
    "keyword only": lambda c: c.Named("n"),
    "not hashable": lambda c: hash(c.Counter(1)),
    "computed given": lambda c: c.Sum((1,), total=3),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("classes", [STANDARD, OURS], ids=["dataclasses", "structs"])
def test_refused_as_the_standard_library(case: str, classes: Any) -> None:
    with pytest.raises((AttributeError, TypeError)):
        REFUSED[case](classes)


@pytest.mark.parametrize("case", REFUSED)
def test_the_first_instance_of_a_class_is_refused_alike(case: str) -> None:
    with pytest.raises((AttributeError, TypeError)):
        REFUSED[case](_classes(structs))


@structs.dataclass(frozen=True, slots=True)
class Travels:
    x: int
    tags: list[str] = structs.field(default_factory=list)


def test_instances_are_pickled_and_copied() -> None:
    sent = Travels(1, ["a"])
    assert pickle.loads(pickle.dumps(sent)) == copy.deepcopy(sent) == sent


def test_replace_keeps_the_other_fields() -> None:
    pairs: tuple[tuple[Any, Any], ...] = ((dataclasses, STANDARD), (structs, OURS))
    for maker, c in pairs:
        moved = maker.replace(c.Place(c.Version(1), name="n"), where=c.Version(2))
        assert (moved.where, moved.name) == (c.Version(2), "n")
        assert maker.replace(c.Sum((1, 2)), parts=(5,)).total == 5


def test_moved_copies_without_computing() -> None:
    total = OURS.Sum((1, 2))
    moved = structs.moved(total, parts=(5,))
    assert (moved.parts, moved.total, total.parts) == ((5,), 3, (1, 2))
    assert structs.moved(OURS.Place(OURS.Version(1), name="n"), name="m").where == OURS.Version(1)
