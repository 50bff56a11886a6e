"""Which resources a kustomize patch, transformer or replacement means.

Source: kustomize's selectors: names and kinds are anchored regular expressions, labels Kubernetes'
label selectors; a resource answers to the names that it had before, too.
"""

from __future__ import annotations

import re

from celerylint.facts.manifests.merging import child, text
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.patterns import regex
from celerylint.structs import dataclass, field

Place = tuple[int, int]

# What cannot take long to match, and reads in Python as it does in Go.
_PLAIN = regex(r"[\w.|()$^*+?-]{1,200}$")
_COSTLY = regex(r"\)[*+?]|([*+?].*){4}")
_PAIR = regex(r"\s*([\w./-]+)\s*(==|=|!=)\s*([\w./-]*)\s*$")
_PRESENT = regex(r"\s*(!?)\s*([\w./-]+)\s*$")


@dataclass
class Resource:
    """A resource of a build. names are all that it has or had, the last is the one in force. origin
    is (path, offset of its document in the file, its end), paths the files that say something of
    it; via is where the outermost kustomization takes it in. generators are entries of
    `configMapGenerator` with the kustomization of each. unsure is the place of what changes it in a
    way that cannot be told, with the reason."""

    node: Node
    kind: str
    names: tuple[str, ...]
    origin: tuple[str, int, int]
    paths: frozenset[str]
    via: Place
    namespace: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    generators: tuple[tuple[str, Node], ...] = ()
    changed: bool = False
    deleted: bool = False
    unsure: tuple[int, int, str] | None = None


def items(node: Node | None, *path: str) -> list[Node]:
    """The items of a list behind these keys; none of anything else."""
    found = child(node, *path)
    return found.items if isinstance(found, Sequence) else []


def place(node: Node) -> Place:
    """Where a node stands in the gathered text."""
    return node.start, node.end


def selected(resource: Resource, target: Node | None) -> bool | None:
    """Does a `target:` or `select:` mean the resource? None: not known."""
    if not isinstance(target, Mapping):
        return None
    answers = [
        _each(resource, key.value, value) for key, value in target.pairs if isinstance(key, Scalar)
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _each(resource: Resource, key: str, value: Node) -> bool | None:
    wanted = text(value)
    if not wanted:
        return True
    if key == "name":
        return _any(wanted, resource.names)
    if key == "kind":
        return _any(wanted, (resource.kind,))
    if key == "namespace":
        return True if wanted == resource.namespace else None
    if key == "labelSelector":
        return _labelled(resource.labels, wanted)
    if key in ("group", "version"):
        group, _, version = text(child(resource.node, "apiVersion")).rpartition("/")
        return _any(wanted, (group if key == "group" else version,))
    return None


def _any(pattern: str, names: tuple[str, ...]) -> bool | None:
    if pattern in names:
        return True
    if not _PLAIN.match(pattern) or _COSTLY.search(pattern):
        return None
    try:
        made = re.compile(pattern)
    except re.error:
        return None
    return any(made.fullmatch(name[:300]) is not None for name in names)


def _labelled(labels: dict[str, str], selector: str) -> bool | None:
    found: list[bool] = []
    for each in selector.split(","):
        pair, present = _PAIR.match(each), _PRESENT.match(each)
        if pair is not None:
            name, sign, value = pair.groups()
            found.append((labels.get(name) == value) is (sign != "!="))
        elif present is not None:
            found.append((present[2] in labels) is (present[1] == ""))
        else:
            return None
    return all(found)


def labels_of(node: Node) -> dict[str, str]:
    """`metadata.labels` of a resource."""
    found = child(node, "metadata", "labels")
    pairs = found.pairs if isinstance(found, Mapping) else []
    return {key.value: text(value) for key, value in pairs if isinstance(key, Scalar)}
