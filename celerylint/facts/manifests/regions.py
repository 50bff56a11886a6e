"""Template regions that put whole keys into a mapping."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile, is_null
from celerylint.patterns import regex

_INDENT = regex(r"\bn?indent (\d+)")
_MOST = 200
"""Regions of a mapping that are looked at: each container in it asks again."""
_DOT = regex(r"(toYaml )?\.( |$)")


def level(file: YamlFile, node: Mapping, above: Node | None) -> Iterator[str]:
    """What each region says that renders text at the column of the mapping's own keys; of one that
    renders what `with` names, the `with`. above is the mapping that holds this one."""
    if not node.pairs or file.blanked.text.startswith("{", node.start):
        return
    start = first = node.pairs[0][0].start
    column = _column(file, start)
    for entry in file.entries(above):
        first = entry.key.end if entry.value is node else first
    holes = file.blanked.within(first, node.end)
    if len(holes) > _MOST:
        yield "too many parts"
        return
    for hole in holes:
        if not hole.renders or hole.filled or hole.keyword in ("range", "for", "each", "while"):
            continue
        indent = _INDENT.search(hole.body)
        here = int(indent.group(1)) if indent else _column(file, hole.start)
        if here == column and not _of_list(file, node, hole.start, column):
            body = file.reading(hole)
            outer = file.blanked.conditions(hole.start)
            named = _DOT.match(body) is not None and outer and outer[-1].startswith("with ")
            yield outer[-1] if named else body


def _of_list(file: YamlFile, node: Mapping, offset: int, column: int) -> bool:
    """Do items stand here, of a list that is not deeper than its key (or is all rendered)?"""
    before = [value for key, value in node.pairs if key.start < offset]
    value = before[-1] if before else None
    if isinstance(value, Sequence):
        return _column(file, value.start) == column
    return value is not None and is_null(value)


def _column(file: YamlFile, offset: int) -> int:
    return offset - file.source.rfind("\n", 0, offset) - 1
