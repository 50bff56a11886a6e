"""Walks over the code of a function as it stands in the facts, without following it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celerylint.facts.syntax import Body, Node, body_of

_CHANGES = frozenset(
    {
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "setdefault",
        "update",
    }
)
_LATER = frozenset({"def", "lambda", "class"})


def nodes(code: Any, *, later: bool = False) -> Iterator[Node]:
    """Every node in a block, statement or expression, in the order of the file. What is only
    defined there and runs later (functions, lambdas) is left out unless it is asked for."""
    stack = [code]
    while stack:
        each = stack.pop()
        if not isinstance(each, tuple) or not each:
            continue
        if not _is_node(each):
            stack.extend(reversed(each))
        elif each[0] not in _LATER:
            yield each
            stack.extend(reversed(each))
        elif later or each is code:
            yield each
            stack.extend(reversed(_inside(each)))


def _is_node(each: tuple[Any, ...]) -> bool:
    return isinstance(each[0], str) and len(each) > 2 and isinstance(each[1], int)


def _inside(node: Node) -> tuple[Any, ...]:
    if node[0] == "class":
        return (node[5], node[6], node[7])
    params = node[5] if node[0] == "def" else node[3]
    defaults = tuple(each[2] for each in params)
    return (*defaults, body_of(node) if node[0] == "def" else node[4])


def bound(code: Any) -> frozenset[str]:
    """The names that a block binds: by assignment, loops, `with`, imports and `:=`."""
    found: set[str] = set()
    for node in nodes(code):
        tag = node[0]
        if tag == "assign":
            for target in node[3]:
                found |= targets(target)
        elif tag in {"ann", "aug", "for", "walrus"}:
            found |= targets(node[3])
        elif tag == "with":
            for _, target in node[3]:
                found |= targets(target)
        elif tag in {"import", "from"} and node[-1] != "*":
            found |= {alias or name.partition(".")[0] for name, alias in node[-1]}
        elif tag == "try":
            found |= {handler[3] for handler in node[4] if handler[3] is not None}
    return frozenset(found)


def targets(target: Node | None) -> set[str]:
    """The names that an assignment to a target binds; none for attributes and items."""
    if target is None:
        return set()
    if target[0] == "name":
        return {target[3]}
    if target[0] == "seq":
        return set().union(*map(targets, target[4])) if target[4] else set()
    return targets(target[3]) if target[0] == "star" else set()


def changed(code: Any) -> frozenset[str]:
    """The names whose object a block visibly changes: an item of it is set or deleted, or a method
    that changes dictionaries, lists or sets is called."""
    found: set[str] = set()
    for node in nodes(code, later=True):
        if node[0] == "assign" or node[0] == "del":
            parts = list(node[3])
        elif node[0] in {"ann", "aug", "for"}:
            parts = [node[3]]
        elif node[0] == "call" and node[3][0] == "attr" and node[3][4] in _CHANGES:
            parts = [("sub", *node[1:3], node[3][3], None)]
        else:
            continue
        found |= {each[3][3] for each in parts if each[0] == "sub" and each[3][0] == "name"}
    return frozenset(found)


def together(body: Body, one: int, other: int) -> bool:
    """Can one run of a block get to both offsets? Not where they stand in different arms, or where
    an arm with one of them ends the block."""
    first, second = sorted((one, other))
    for node in body:
        if not node[1] <= first < node[2]:
            continue
        if node[1] <= second < node[2]:
            inner = blocks(node)
            at = [n for n, each in enumerate(inner) if _holds(each, first)]
            behind = [n for n, each in enumerate(inner) if _holds(each, second)]
            if at and behind and at != behind:
                return node[0] not in {"if", "match"}
            return not at or not behind or together(inner[at[0]], first, second)
        return not _ends(node, first)
    return True


def blocks(node: Node) -> list[Body]:
    """The blocks that a statement holds."""
    if node[0] == "try":
        return [node[3], *(handler[4] for handler in node[4]), node[5], node[6]]
    if node[0] == "match":
        return [case[2] for case in node[4]]
    first = {"if": 4, "while": 4, "for": 5, "with": 4}.get(node[0])
    if first is None:
        return []
    return [node[first]] if node[0] == "with" else [node[first], node[first + 1]]


def _holds(block: Body, place: int) -> bool:
    return bool(block) and block[0][1] <= place < block[-1][2]


def _ends(node: Node, place: int) -> bool:
    """Does control, from a place in a statement, surely not get behind that statement?"""
    for block in blocks(node):
        if _holds(block, place):
            inner = next(i for i, each in enumerate(block) if each[1] <= place < each[2])
            return _ends(block[inner], place) or any(map(_leaves, block[inner + 1 :]))
    return _leaves(node)


def _leaves(node: Node) -> bool:
    return node[0] in {"return", "raise"}
