"""Changing YAML nodes as patches say: strategic merge patches of Kubernetes, and JSON 6902.

Nothing is changed in place: a result shares what did not change with what it was made of, so that
each node still says where it stands. Sources: Kubernetes' "Strategic Merge Patch", kustomize's
merge2 (new items of a list come first), RFC 6901 and 6902.
"""

from __future__ import annotations

from collections.abc import Sequence as Items

from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import is_null

MOST_STEPS = 200_000
"""Nodes that the patches of a tree may look at: aliases multiply what a small file says."""

_BY_KEY = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
}
"""Lists whose items are merged by a key; any other list is replaced as a whole."""
_DIRECTIVE = "$patch"
_OTHER_DIRECTIVES = ("$setElementOrder", "$deleteFromPrimitiveList", "$retainKeys")


class Unsettled(Exception):
    """What the patch does cannot be told."""


class Budget:
    """How many nodes may still be looked at."""

    def __init__(self, left: int = MOST_STEPS) -> None:
        self._left = left

    def spend(self, cost: int) -> None:
        """Raises Unsettled when there is no more."""
        self._left -= cost
        if self._left < 0:
            raise Unsettled("the patches are too large")


def child(node: Node | None, *path: str) -> Node | None:
    """What stands behind these keys of mappings, or None."""
    for name in path:
        if not isinstance(node, Mapping):
            return None
        node = next(
            (value for key, value in node.pairs if isinstance(key, Scalar) and key.value == name),
            None,
        )
    return node


def text(node: Node | None) -> str:
    """A scalar's text, "" for anything else and for null."""
    return node.value if isinstance(node, Scalar) and not is_null(node) else ""


def with_child(node: Mapping, name: str, value: Node | None, key: Node | None = None) -> Mapping:
    """The mapping with another value (None: without the key). key stands for a key that is new, or
    for one whose place changes, too."""
    pairs: list[tuple[Node, Node]] = []
    found = False
    for old, before in node.pairs:
        if isinstance(old, Scalar) and old.value == name:
            found = True
            if value is not None:
                pairs.append((key or old, value))
        else:
            pairs.append((old, before))
    if not found and value is not None:
        place = key or Scalar(value.start, value.start, "", "", name)
        pairs.append((place, value))
    return Mapping(node.start, node.end, node.tag, pairs)


class Merge:
    """One strategic merge patch. strategic: the lists of the resource's kind are merged by their
    keys (not those of a custom resource, of which nobody knows the schema)."""

    def __init__(self, strategic: bool, budget: Budget) -> None:
        self._strategic = strategic
        self._budget = budget

    def merged(self, base: Node, patch: Node) -> Node | None:
        """The base with the patch's values; None where the patch deletes it. Raises Unsettled."""
        self._budget.spend(1)
        if not isinstance(patch, Mapping):
            return patch
        directive = text(child(patch, _DIRECTIVE))
        if directive == "delete":
            return None
        if directive not in ("", "merge", "replace"):
            raise Unsettled(f"$patch: {directive}")
        patch = with_child(patch, _DIRECTIVE, None)
        if directive == "replace" or not isinstance(base, Mapping):
            return self._own(patch)
        found = base
        for key, value in patch.pairs:
            if isinstance(key, Scalar):
                found = self._pair(found, key, value)
        return found

    def _pair(self, base: Mapping, key: Scalar, value: Node) -> Mapping:
        self._budget.spend(1 + len(base.pairs))
        if key.value.startswith(_OTHER_DIRECTIVES):
            raise Unsettled(key.value)
        before = child(base, key.value)
        if is_null(value):
            return with_child(base, key.value, None)
        if before is None:
            return with_child(base, key.value, self._own(value), key)
        by = _BY_KEY.get(key.value) if self._strategic else None
        if isinstance(value, Sequence) and isinstance(before, Sequence) and by:
            return with_child(base, key.value, self._items(before, value, by))
        after = self.merged(before, value) if isinstance(value, Mapping) else value
        return with_child(base, key.value, after, None if isinstance(value, Mapping) else key)

    def _items(self, base: Sequence, patch: Sequence, by: str) -> Sequence:
        new: list[Node] = []
        items: list[Node] = list(base.items)
        for item in patch.items:
            self._budget.spend(1 + len(items))
            name = text(child(item, by))
            if not name:
                raise Unsettled(f"an item without {by}")
            at = next((n for n, each in enumerate(items) if text(child(each, by)) == name), None)
            if at is None:
                if text(child(item, _DIRECTIVE)) != "delete":
                    new.append(self._own(item))
                continue
            after = self.merged(items[at], item)
            items[at : at + 1] = [after] if after is not None else []
        return Sequence(base.start, base.end, base.tag, [*new, *items])

    def _own(self, node: Node) -> Node:
        """What a patch adds, without its directives and nulls."""
        self._budget.spend(1)
        if isinstance(node, Sequence):
            return Sequence(
                node.start, node.end, node.tag, [self._own(each) for each in node.items]
            )
        if not isinstance(node, Mapping):
            return node
        pairs = [
            (key, self._own(value))
            for key, value in node.pairs
            if not is_null(value) and not (isinstance(key, Scalar) and key.value == _DIRECTIVE)
        ]
        return Mapping(node.start, node.end, node.tag, pairs)


def operated(root: Node, operations: Sequence, budget: Budget) -> Node:
    """The node after the operations of a JSON 6902 patch. Raises Unsettled for what cannot be done
    or told."""
    for each in operations.items:
        op, path = text(child(each, "op")), text(child(each, "path"))
        value = child(each, "value")
        if op == "test":
            continue  # where it fails, nothing is deployed at all
        if op not in ("add", "replace", "remove") or not path.startswith("/"):
            raise Unsettled(op or "an operation that is none")
        if op != "remove" and value is None:
            raise Unsettled(f"{op} without a value")
        tokens = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
        if len(tokens) > 50:
            raise Unsettled(path)
        root = _operated(root, tokens, op, value, budget)
    return root


def _operated(node: Node, tokens: Items[str], op: str, value: Node | None, budget: Budget) -> Node:
    token, rest = tokens[0], tokens[1:]
    if isinstance(node, Mapping):
        budget.spend(len(node.pairs))
        before = child(node, token)
        if before is None and (rest or op != "add"):
            raise Unsettled(f"there is no {token}")
        if rest and before is not None:
            return with_child(node, token, _operated(before, rest, op, value, budget))
        return with_child(node, token, value if op != "remove" else None)
    if not isinstance(node, Sequence):
        raise Unsettled(f"{token} of what has no parts")
    budget.spend(len(node.items))
    items = list(node.items)
    if token == "-" and not rest and op == "add" and value is not None:
        return Sequence(node.start, node.end, node.tag, [*items, value])
    if not token.isdecimal() or len(token) > 6 or int(token) > len(items):
        raise Unsettled(f"there is no item {token}")
    at = int(token)
    if not rest and op == "add" and value is not None:
        items.insert(at, value)
    elif at == len(items):
        raise Unsettled(f"there is no item {token}")
    elif rest:
        items[at] = _operated(items[at], rest, op, value, budget)
    else:
        items[at : at + 1] = [value] if op == "replace" and value is not None else []
    return Sequence(node.start, node.end, node.tag, items)
