"""The options that a management command gets from `call_command()`.

Django hands the keywords on by their destination, past the parser, and fills in the defaults that
`add_arguments` declares. What is told here is what is certain; an option that is left out may be
anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.syntax import Node
from celerylint.project import walking
from celerylint.project.combine import text_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.objects import Arguments, ClassObject, FunctionObject
from celerylint.project.values import Literal, Value
from celerylint.structs import dataclass, replace

# What an option holds that is not given, by its `action`; `store` is that of one without.
_ABSENT = {
    "append": None,
    "count": None,
    "store": None,
    "store_const": None,
    "store_false": True,
    "store_true": False,
}
_SET = frozenset({"set_defaults", "parse_args", "parse_known_args"})


@dataclass(frozen=True, slots=True)
class _Declared:
    """An argument of `add_argument`: names are as they are given, without any for a positional;
    default is None where it is not certain."""

    dest: str
    names: tuple[str, ...]
    default: Value | None
    plain: bool  # a positional that takes one word, or none, as it is


def given(machine: Machine, cls: ClassObject, arguments: Arguments) -> Arguments:
    """What `handle` is called with, for the arguments of a `call_command`."""
    declared = list(_declared(machine, cls))
    words = [text_of(each) for each in arguments.args[1:]]
    values: dict[str, Value] = {}
    open_ = arguments.open_args or arguments.open_kwargs
    if not open_ and all(each is not None and each[:1] != "-" for each in words):
        values = {each.dest: each.default for each in declared if each.default is not None}
        values |= _positional(declared, arguments.args[1:])
    keywords = {_keyword(each): each.dest for each in declared if each.names}
    for name, value in arguments.kwargs:
        values[keywords.get(name, name)] = value
    return Arguments(kwargs=tuple(values.items()), open_args=True, open_kwargs=True)


def _keyword(option: _Declared) -> str:
    """By what Django knows an option among the keywords, besides its destination."""
    return min(option.names).lstrip("-").replace("-", "_")


def _positional(declared: list[_Declared], words: tuple[Value, ...]) -> dict[str, Value]:
    """The words of the command line, where each positional argument takes one at most."""
    places = [each for each in declared if not each.names]
    if not words or not all(each.plain for each in places) or len(words) > len(places):
        return {}
    return dict(zip((each.dest for each in places), words, strict=False))


def _declared(machine: Machine, cls: ClassObject) -> Iterator[_Declared]:
    """The arguments that a command and those that it inherits from declare."""
    made: dict[str, list[_Declared]] = {}
    for each in classes.ancestry(machine, cls):
        method = each.env.get("add_arguments") if isinstance(each, ClassObject) else None
        if not isinstance(method, FunctionObject) or method.node[0] != "def":
            continue
        if not _SET.isdisjoint(method.words):
            return
        for node in walking.nodes(method.body(), later=True):
            if node[0] == "call" and node[3][0] == "attr" and node[3][4] == "add_argument":
                found = _one(node)
                if found is not None:
                    made.setdefault(found.dest, []).append(found)
    for several in made.values():
        for found in several:
            same = all(other.default == found.default for other in several)
            yield found if same else replace(found, default=None)


def _one(call: Node) -> _Declared | None:
    """An `add_argument` call, where its names are literal."""
    keywords = {keyword: each for star, keyword, each, *_ in call[4] if keyword and not star}
    if any(star for star, *_ in call[4]):
        return None
    names = [_text(each) for _, keyword, each, *_ in call[4] if keyword is None]
    if not names or None in names:
        return None
    given_names = tuple(str(each) for each in names)
    if not given_names[0].startswith("-"):
        plain = "type" not in keywords and _takes_one(keywords.get("nargs"))
        return _Declared(given_names[0], (), None, plain)
    long = next((each for each in given_names if each.startswith("--")), given_names[0])
    own = _text(keywords.get("dest"))
    if "dest" in keywords and own is None:
        return None
    dest = own or long.lstrip("-").replace("-", "_")
    return _Declared(dest, given_names, _default(keywords), False)


def _takes_one(nargs: Node | None) -> bool:
    return nargs is None or _text(nargs) == "?"


def _default(keywords: dict[str, Node]) -> Value | None:
    """What the option holds where nobody gives it."""
    action = _text(keywords["action"]) if "action" in keywords else "store"
    if action not in _ABSENT or "required" in keywords:
        return None
    if "default" not in keywords:
        return Literal(value=_ABSENT[action])
    default = keywords["default"]
    if default[0] != "const" or ("type" in keywords and isinstance(default[3], str)):
        return None
    return Literal(value=default[3])


def _text(node: Node | None) -> str | None:
    return node[3] if node and node[0] == "const" and isinstance(node[3], str) else None
