"""What a decorator of the project does with its function, read from the decorator's body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from celerylint.facts.syntax import Body, Node, body_of
from celerylint.project.linking.task_uses import as_task
from celerylint.project.objects import FunctionObject, Scope
from celerylint.structs import dataclass, field, replace

_VAR_POSITIONAL, _VAR_KEYWORD = 2, 4
_MOST_NESTED = 4
# Functions that look at the function they are given, and neither keep nor call it.
_LOOK = frozenset(
    {"callable", "getattr", "hasattr", "iscoroutinefunction", "repr", "signature", "str", "wraps"}
)
_CHANGE = frozenset({"append", "clear", "insert", "pop", "popitem", "remove", "setdefault"})
_CHANGES = _CHANGE | {"extend", "update"}
# Decorators of a wrapper that leave it what it is.
_HARMLESS = frozenset({"wraps", "atomic"})


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decorator does, each None where it is not known.

    transparent: what it returns takes any arguments and passes them on unchanged. replaces: it
    returns something else than it was given. result: "same" where a call returns what the function
    returns, "coroutine" where it returns a coroutine. wants_task: it uses what only tasks have.
    """

    transparent: bool | None = None
    replaces: bool | None = None
    result: str | None = None
    wants_task: bool = False


SAME = Effect(transparent=True, replaces=False, result="same")
PASSES_ON = Effect(transparent=True, replaces=True, result="same")


def of_decorator(function: FunctionObject, position: int) -> Effect:
    """What a function does with the one that it is given as its positional argument number
    `position`.
    """
    if function.node[0] != "def" or function.wrappers or position >= len(function.params):
        return Effect()
    return _of_body(function.body(), function.params[position], _MOST_NESTED)


def of_wrapper(function: FunctionObject, names: Iterable[str]) -> Effect:
    """What a function does that stands for another one, which it knows under these names."""
    return _of_wrapper(function.node, frozenset(names)) if function.node[0] == "def" else Effect()


def names_of(wrapper: FunctionObject, function: FunctionObject) -> Iterator[str]:
    """The names under which the function is known in the wrapper's body."""
    scope: Scope | None = wrapper.scope
    while scope is not None and scope.kind == "function":
        for name, value in scope.env.items():
            if isinstance(value, FunctionObject) and value.key == function.key:
                yield name
        scope = scope.parent


def _of_body(body: Body, param: Node, depth: int) -> Effect:
    given = param[0]
    if param[1] in (_VAR_POSITIONAL, _VAR_KEYWORD) or depth == 0:
        return Effect()
    inner: dict[str, list[Node]] = {}
    found = [_of_return(each, given, inner, depth) for each in _returns(body, given, inner)]
    effect = _common(found)
    return replace(effect, wants_task=True) if as_task(body, given) else effect


def _common(found: list[Effect]) -> Effect:
    if not found:
        return Effect()
    columns = zip(*((e.transparent, e.replaces, e.result) for e in found), strict=True)
    same = [column[0] if len(set(column)) == 1 else None for column in columns]
    transparent, replaces, result = same
    wants_task = any(each.wants_task for each in found)
    return Effect(transparent, replaces, result, wants_task)


def _returns(body: Body, given: str, inner: dict[str, list[Node]]) -> Iterator[Node | None]:
    """The values that a body returns, where it was given a function; `inner` collects what it
    defines until then.
    """
    for node in body:
        if node[0] == "def":
            inner.setdefault(node[3], []).append(node)
        elif node[0] == "return":
            yield node[3]
        elif node[0] == "if":
            absent = _is_absent(node[3], given)
            if absent is not True:
                yield from _returns(node[4], given, inner)
            if absent is not False:
                yield from _returns(node[5] or (), given, inner)
        elif node[0] == "assign" and any(_is_public(each) for each in node[3]):
            yield ("other", node[1], node[2])  # it may give the wrapper what the function had
        elif node[0] in {"with", "try", "for", "while", "match"}:
            yield ("other", node[1], node[2])


def _is_public(target: Node) -> bool:
    """Is an attribute of a plain name assigned to, that is not Python's own?"""
    return bool(target[0] == "attr" and target[3][0] == "name" and not target[4].startswith("__"))


def _is_absent(test: Node, given: str) -> bool | None:
    """Does a condition hold where the decorator was called with options only (True), or where it
    was given its function (False)? None for any other condition.
    """
    if test[0] == "name" and test[3] == given:
        return False
    if test[0] == "call" and test[3][0] == "name" and test[3][3] == "callable":
        return False
    if test[0] == "un" and test[3] == "not":
        inner = _is_absent(test[4], given)
        return None if inner is None else not inner
    if test[0] == "cmp" and test[3][:1] == ("name",) and test[3][3] == given and len(test[4]) == 1:
        sign, right = test[4][0]
        if right[0] == "const" and right[3] is None and sign in {"is", "is not"}:
            return bool(sign == "is")
    return None


def _of_return(value: Node | None, given: str, inner: dict[str, list[Node]], depth: int) -> Effect:
    if value is None:
        return Effect()
    if value[0] == "name":
        if value[3] == given:
            return SAME
        return _common([_of_wrapper(each, frozenset({given})) for each in inner.get(value[3], ())])
    if value[0] != "call":
        return Effect()
    target = value[3]
    args = [each for star, keyword, each, *_ in value[4] if not star and keyword is None]
    if target[0] == "name" and target[3] in inner and len(args) == 1 and _is_name(args[0], given):
        made = [
            _of_body(body_of(each), each[5][0], depth - 1) if each[5] else Effect()
            for each in inner[target[3]]
        ]
        return _common(made)
    place = {"update_wrapper": 0, "cast": 1}.get(_last(target) or "")
    if target[0] == "call" and _last(target[3]) == "wraps":
        place = 0
    if place is not None and len(args) > place:
        return _of_return(args[place], given, inner, depth)
    return Effect()


def _is_name(node: Node, name: str) -> bool:
    return bool(node[0] == "name" and node[3] == name)


def _last(node: Node) -> str | None:
    """The last part of a dotted name."""
    if node[0] == "attr":
        return str(node[4])
    return str(node[3]) if node[0] == "name" else None


def _of_wrapper(node: Node, names: frozenset[str]) -> Effect:
    decorated = [_last(each[3] if each[0] == "call" else each) for each in node[6]]
    if not names or not _HARMLESS.issuperset(decorated):
        return Effect(replaces=True)
    reader = _Reader(names, node[5])
    for each in body_of(node):
        reader.visit(each)
    transparent = None
    if reader.calls and not reader.escapes:
        transparent = all(reader.calls) and not reader.changed
    result = "coroutine" if node[9] else None
    if reader.calls and all(reader.direct) and not reader.escapes:
        result = result or "same"
    return Effect(transparent, True, result)


@dataclass(slots=True)
class _Reader:
    """Reads a wrapper's body for what becomes of the function, which it knows by `names`.

    calls tells of each call whether it passes on the wrapper's own arguments, direct whether the
    wrapper returns its result; escapes: the function goes where it cannot be followed; changed: the
    arguments are others before it is called.
    """

    names: frozenset[str]
    params: tuple[Node, ...]
    calls: list[bool] = field(default_factory=list)
    direct: list[bool] = field(default_factory=list)
    escapes: bool = False
    changed: bool = False

    def visit(self, node: object, returned: bool = False) -> None:
        """Read a statement, an expression, or a tuple of them."""
        if not isinstance(node, tuple) or not node:
            return
        special = _SPECIAL.get(node[0]) if isinstance(node[0], str) else None
        if special is not None:
            special(self, node, returned)
            return
        for each in node:
            self.visit(each)

    def name(self, node: Node, returned: bool) -> None:
        self.escapes |= node[3] in self.names

    def attr(self, node: Node, returned: bool) -> None:
        if not (node[3][0] == "name" and node[3][3] in self.names):
            self.visit(node[3])

    def call(self, node: Node, returned: bool) -> None:
        target = node[3]
        given = [each[2] for each in node[4]]
        if target[0] == "name" and target[3] in self.names:
            self.calls.append(self.passes_on(node[4]))
            self.direct.append(returned)
        else:
            self.visit(target)
            if target[0] == "attr" and target[4] in _CHANGES:
                self.target(target[3])
            if _last(target) in _LOOK:
                given = [each for each in given if each[0] != "name"]
        for each in given:
            self.visit(each)

    def passes_on(self, args: tuple[Node, ...]) -> bool:
        """Are these the wrapper's own parameters, which take whatever there is?"""
        kinds = {param[1] for param in self.params}
        if not kinds >= {_VAR_POSITIONAL, _VAR_KEYWORD}:
            return False
        wanted = []
        for name, kind, *_ in self.params:
            star = {_VAR_POSITIONAL: "*", _VAR_KEYWORD: "**"}.get(kind, "")
            wanted.append((star, name))
        found = [
            (star, each[3] if each[0] == "name" and keyword in (None, each[3]) else None)
            for star, keyword, each, *_ in args
        ]
        return found == wanted

    def target(self, node: Node) -> None:
        """Something is assigned to, or changed."""
        while node[0] in {"sub", "attr", "star"}:
            node = node[3]
        if node[0] == "seq":
            for each in node[4]:
                self.target(each)
        elif node[0] == "name":
            self.changed |= any(node[3] == param[0] for param in self.params)
            self.escapes |= node[3] in self.names

    def assign(self, node: Node, returned: bool) -> None:
        for each in node[3] if node[0] in {"assign", "del"} else (node[3],):
            self.target(each)
        for each in node[4:]:
            self.visit(each)

    def function(self, node: Node, returned: bool) -> None:
        for each in body_of(node):
            self.visit(each)

    def value(self, node: Node, returned: bool) -> None:
        self.visit(node[3], returned=node[0] == "return" or returned)

    def skip(self, node: Node, returned: bool) -> None:
        """Nothing in it is an expression."""

    def anonymous(self, node: Node, returned: bool) -> None:
        self.visit(node[4])


_SPECIAL = {
    "name": _Reader.name,
    "attr": _Reader.attr,
    "call": _Reader.call,
    "assign": _Reader.assign,
    "ann": _Reader.assign,
    "aug": _Reader.assign,
    "del": _Reader.assign,
    "walrus": _Reader.assign,
    "def": _Reader.function,
    "lambda": _Reader.anonymous,
    "return": _Reader.value,
    "await": _Reader.value,
    "import": _Reader.skip,
    "from": _Reader.skip,
    "scope": _Reader.skip,
}
