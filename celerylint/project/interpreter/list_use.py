"""Whether a function takes a parameter for a list."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.syntax import Body, Node, unparse
from celerylint.project.objects import FunctionObject

_BUILTINS = frozenset({"all", "any", "enumerate", "filter", "frozenset", "len", "list", "map"})
_BUILTINS |= {"max", "min", "reversed", "set", "sorted", "sum", "tuple", "zip"}
_METHODS = frozenset({"append", "extend", "insert", "sort", "reverse"})
_ANNOTATIONS = frozenset({"list", "List", "tuple", "Tuple", "Sequence", "Iterable", "Collection"})
# Code that looks at what it got may be ready for either.
_ASKS = frozenset({"isinstance", "type", "hasattr", "issubclass"})


def takes_list(function: FunctionObject, position: int) -> Node | None:
    """The place where the function says, or shows, that its parameter at that position is a list;
    None where it does not, or looks at what it is."""
    if position >= len(function.params) or function.node[0] != "def":
        return None
    name, kind, _default, annotation, _start, _end = function.params[position]
    if kind not in (0, 1):
        return None
    body = function.body()
    if _asks(body, name):
        return None
    if annotation is not None:
        text = unparse(annotation).partition("[")[0].rpartition(".")[2]
        return annotation if text in _ANNOTATIONS else None
    return next(_uses(body, name), None)


def _asks(body: Body, name: str) -> bool:
    """Is the parameter asked what it is, or bound anew?"""
    for node in _nodes(body):
        if node[0] == "call" and node[3][0] == "name" and node[3][3] in _ASKS:
            if any(_is(each[2], name) for each in node[4]):
                return True
        elif node[0] == "assign" and any(_is(each, name) for each in node[3]):
            return True
    return False


def _uses(body: Body, name: str) -> Iterator[Node]:
    for node in _nodes(body):
        if node[0] == "for" and _is(node[4], name):
            yield node[4]
        elif _walks(node, name) or (node[0] == "call" and _takes(node, name)):
            yield node


def _walks(node: Node, name: str) -> bool:
    if node[0] == "comp":
        return any(_is(each[1], name) for each in node[5])
    return node[0] == "sub" and _is(node[3], name) and _is_index(node[4])


def _takes(call: Node, name: str) -> bool:
    target = call[3]
    given = any(_is(each[2], name) for each in call[4] if not each[1])
    if target[0] == "name" and target[3] in _BUILTINS:
        return given
    if target[0] == "attr":
        joins = target[4] == "join" and target[3][0] == "const"
        return (joins and given) or (target[4] in _METHODS and _is(target[3], name))
    return any(each[0] == "*" and _is(each[2], name) for each in call[4])


def _is_index(node: Node) -> bool:
    return node[0] == "slice" or (node[0] == "const" and isinstance(node[3], int))


def _is(node: object, name: str) -> bool:
    return isinstance(node, tuple) and node[:1] == ("name",) and node[3] == name


def _nodes(tree: object) -> Iterator[Node]:
    """Every node, in the order of the text; bodies of inner functions are not looked into."""
    if not isinstance(tree, tuple):
        return
    if tree and isinstance(tree[0], str) and len(tree) > 2 and isinstance(tree[1], int):
        yield tree
    for each in tree:
        yield from _nodes(each)
