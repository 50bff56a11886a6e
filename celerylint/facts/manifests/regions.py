"""Template regions that put whole keys into a mapping."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.yaml_nodes import Mapping, Node
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.patterns import regex

_INDENT = regex(r"\bn?indent (\d+)")
_DOT = regex(r"(toYaml )?\.( |$)")


def level(file: YamlFile, node: Mapping, above: Node | None) -> Iterator[str]:
    """What each region says that renders text at the column of the mapping's own keys; of one that
    renders what `with` names, the `with`. above is the mapping that holds this one."""
    if not node.pairs or file.blanked.text.startswith("{", node.start):
        return
    start = first = node.pairs[0][0].start
    column = start - file.source.rfind("\n", 0, start) - 1
    for entry in file.entries(above):
        first = entry.key.end if entry.value is node else first
    for hole in file.blanked.within(first, node.end):
        if not hole.renders or hole.filled or hole.keyword in ("range", "for", "each", "while"):
            continue
        indent = _INDENT.search(hole.body)
        here = hole.start - file.source.rfind("\n", 0, hole.start) - 1
        if (int(indent.group(1)) if indent else here) == column:
            body = file.reading(hole)
            outer = file.blanked.conditions(hole.start)
            named = _DOT.match(body) is not None and outer and outer[-1].startswith("with ")
            yield outer[-1] if named else body
