"""Which files will be needed because of one that was read on demand, told without following it.

Each round of linking finds what one more link of a chain needs: a base class of a base class, a
name that a package only hands on. These two are told from the imports, which saves rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from celerylint.facts.syntax import Node, dotted
from celerylint.project.modules import ModuleMap

# A package that hands on more modules than these is not read ahead.
MOST_HANDED_ON = 20


def needed_by(path: str, body: tuple[Node, ...], names: ModuleMap) -> set[str]:
    """The files of the project that the classes of a module descend from, and those that a package
    takes names from."""
    imports = dict(_imports(path, body, names))
    found = {
        imports[name]
        for node in body
        if node[0] == "class"
        for _, _, base, *_ in node[5]
        if (name := (dotted(base) or "").partition(".")[0]) in imports
    }
    handed_on = set(imports.values()) if path.endswith("/__init__.py") else set()
    return found | handed_on if len(handed_on) <= MOST_HANDED_ON else found


def _imports(path: str, body: tuple[Node, ...], names: ModuleMap) -> Iterator[tuple[str, str]]:
    for node in body:
        if node[0] != "from" or node[5] == "*":
            continue
        module = names.relative(node[3], node[4], path) if node[4] else node[3]
        for name, alias in node[5]:
            found = names.find(module, path) if module else None
            if found is not None and found.endswith("/"):
                found = names.find(f"{module}.{name}", path)
            if found is not None and not found.endswith("/"):
                yield alias or name, found


def closure(read: Mapping[str, tuple[Any, ...]], paths: set[str], names: ModuleMap) -> set[str]:
    """What the files at these paths need that was not read."""
    found: set[str] = set()
    for path in paths & read.keys():
        found |= needed_by(path, read[path][2], names)
    return found - read.keys()
