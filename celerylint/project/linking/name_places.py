"""Where names are bound and which code reads them, told from a module's facts alone."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from typing import Any

from celerylint.facts.syntax import Node, body_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import profiles
from celerylint.project.modules import Module
from celerylint.project.values import Site, Value

_WRITERS = {"setdefault", "__setitem__"}  # their first argument is what they write
_BLOCKS = {"if", "while", "for", "try", "with", "match"}


def bound_at(machine: Machine, module: Module | None, name: str, value: Value) -> Site | None:
    """The name in the assignment that gives a module this value, be it in the module itself, in one
    that it star-imports, or where the value is written. None where there is no assignment.
    """
    homes = [] if module is None else [module]
    if module is not None:
        stars = sorted(profiles.star_sources(machine, module))
        homes += [machine.modules[each] for each in stars if each in machine.modules]
    site = value.site
    if site is not None and site.file not in homes:
        homes.append(site.file)
    found = [Site(home, *each) for home in homes for each in _targets(home.body, name, site, home)]
    return found[0] if found else None


def _targets(
    body: Iterable[Node], name: str, site: Site | None, home: Module
) -> list[tuple[int, int]]:
    """The places of the name in assignments, that of the given value first, then the last."""
    exact: list[tuple[int, int]] = []
    other: list[tuple[int, int]] = []
    for statement in _assignments(body):
        targets = statement[3] if statement[0] == "assign" else (statement[3],)
        for target in targets:
            if target[0] == "name" and target[3] == name:
                inside = site is not None and site.file is home
                holds = inside and site is not None and statement[1] <= site.start < statement[2]
                (exact if holds else other).append((target[1], target[2]))
    return [*exact[:1], *other[::-1][:1]]


def _assignments(body: Iterable[Node]) -> Iterator[Node]:
    """Assignments of a body and of the classes and blocks in it, but not of functions."""
    stack: list[Any] = [body]
    while stack:
        node = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        tag = node[0]
        if tag in {"assign", "ann"}:
            yield node
        elif tag == "class":
            stack.append(node[7])
        elif tag in _BLOCKS or not isinstance(tag, str):
            stack.extend(each for each in node if isinstance(each, tuple))


def read_names(machine: Machine, names: Iterable[str]) -> set[str]:
    """Which of these names some code of the project uses, as a name, an attribute or a text; what
    writes them does not count, nor does what a name's own assignment looks up. A text that a name
    begins with, up to a `_`, counts for all names that begin with it.
    """
    sought = {each: each.encode() for each in names}
    starts = {each[: at + 1] for each in sought for at, char in enumerate(each) if char == "_"}
    found: set[str] = set()
    for module in machine.modules.values():
        if not sought:
            break
        blob = marshal.dumps(module.facts[2])
        wanted = {each for each, data in sought.items() if data in blob}
        begun = {each for each in starts if _whole(each, blob)}
        if wanted or begun:
            _Reading(wanted | begun, found).look(module.body)
    used = {each for each in found if each.endswith("_")}
    return {each for each in sought if each in found or any(map(each.startswith, used))}


def _whole(text: str, blob: bytes) -> bool:
    """Is there a string in marshalled data that is this text, and not only begins with it?"""
    data = text.encode()
    return bytes([len(data)]) + data in blob


class _Reading:
    """Looks for uses of names in a module."""

    def __init__(self, names: set[str], found: set[str]) -> None:
        self.names, self.found = names, found

    def look(self, body: Iterable[Node]) -> None:
        stack: list[Any] = [body]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                if node in self.names:
                    self.found.add(node)
            elif isinstance(node, tuple) and node:
                self._step(node, stack)

    def _step(self, node: Any, stack: list[Any]) -> None:
        tag = node[0]
        if tag == "def":
            stack.extend([node[5], node[6], node[8]])
            if any(each.encode() in node[7] for each in self.names):
                stack.append(body_of(node))
        elif tag in {"assign", "ann"}:
            targets = node[3] if tag == "assign" else (node[3],)
            stack.extend(part for each in targets for part in _read_by_target(each))
            own = any(each[0] in {"name", "attr"} and each[-1] in self.names for each in targets)
            stack.extend(() if own else node[4:])
        elif tag == "dict":
            stack.extend(value for _, value in node[3])
            stack.extend(key for key, _ in node[3] if key is not None and key[0] != "const")
        elif tag == "call":
            stack.append(node[3])
            writes = node[3][0] == "attr" and node[3][4] in _WRITERS
            stack.extend(each[2] for each in node[4][1 if writes else 0 :])
        elif tag in {"class", "import"}:
            stack.extend(each for each in node[3:] if isinstance(each, tuple))
        else:
            stack.extend(node)


def _read_by_target(target: Node) -> Iterator[Node]:
    """What an assignment reads of its target: all but the name that it writes."""
    if target[0] == "attr":
        yield target[3]
    elif target[0] == "sub":
        yield target[3]
        if target[4][0] != "const":
            yield target[4]
    elif target[0] != "name":
        yield target
