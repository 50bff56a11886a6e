"""The shape of Python facts: a module's code as plain tuples that `marshal` carries.

Every node is a tuple `(tag, start, end, ...)` with character offsets into the file's text. Brackets
around an expression do not count, and what stands in an f-string has the place of the f-string.

Expressions
    ("name", s, e, id)                      ("const", s, e, value)
    ("attr", s, e, base, attribute)         ("call", s, e, function, args)
    ("sub", s, e, base, index)              ("slice", s, e)
    ("seq", s, e, kind, items)              kind: list, tuple, set
    ("dict", s, e, entries)                 entries: (key or None for `**`, value)
    ("bin", s, e, operator, left, right)    ("un", s, e, operator, operand)
    ("bool", s, e, "and" | "or", left, right)
    ("cmp", s, e, left, ((operator, right), ...))
    ("ifexp", s, e, test, body, orelse)     ("fstr", s, e, parts)
    ("fmt", s, e, expression, plain)        a replacement field; plain: no conversion, no format
    ("lambda", s, e, params, body)          ("comp", s, e, kind, element, fors)
    ("star", s, e, expression)              ("await", s, e, expression)
    ("walrus", s, e, target, value)         ("yield", s, e, expression or None)
    ("other", s, e)
    args: (star, keyword or None, expression, s, e) with star "", "*" or "**"
    fors: (target, iterable, conditions); kind: list, set, dict, generator; a dict's element is a
    pair
    params: (name, kind, default or None, annotation or None, s, e), kinds as in `PARAM_KINDS`

Statements
    ("expr", s, e, expression)              ("assign", s, e, targets, value)
    ("ann", s, e, target, annotation, value or None)
    ("aug", s, e, target, operator, value)
    ("import", s, e, ((dotted, alias or None), ...))
    ("from", s, e, module, level, ((name, alias or None), ...) or "*")
    ("def", s, e, name, name_start, params, decorators, body, returns, is_async, words)
        body is a marshalled tuple of statements (see `body_of`), words the attribute and plain
        names in it
    ("class", s, e, name, name_start, bases, decorators, body)
    ("if", s, e, test, body, orelse)        ("while", s, e, test, body, orelse)
    ("for", s, e, target, iterable, body, orelse)
    ("try", s, e, body, handlers, orelse, final)   handlers: (s, e, type or None, name or None,
    body)
    ("with", s, e, items, body)             items: (expression, target or None)
    ("match", s, e, subject, cases)         cases: (captured names, guard or None, body)
    ("return", s, e, expression or None)    ("raise", s, e, expression or None)
    ("del", s, e, targets)                  ("scope", s, e, names)     global and nonlocal
    ("pass", s, e)                          ("jump", s, e, "break" | "continue")
    ("assert", s, e, test)
"""

from __future__ import annotations

import functools
import marshal
from typing import Any

# Grows whenever the same bytes would give other facts, or another selection.
READER_VERSION = 5

Node = tuple[Any, ...]
Body = tuple[Node, ...]

# Python itself refuses to write a number of more than 4,300 digits as text.
MOST_BITS = 10_000
PARAM_KINDS = ("positional-only", "positional", "var-positional", "keyword-only", "var-keyword")


def body_of(function: Node) -> Body:
    """The statements of a ("def", ...) node."""
    return _loaded(function[7])


# Each question about a body asks for it anew, mostly soon after the last one.
@functools.lru_cache(maxsize=256)
def _loaded(blob: bytes) -> Body:
    body: Body = marshal.loads(blob)
    return body


def spanning(items: tuple[Node, ...], start: int, end: int) -> tuple[int, int]:
    """The offsets from the first item to the last one; those that are given where there is none.

    Whether its brackets belong to a tuple or a generator is told differently by each parser.
    """
    return (items[0][1], items[-1][2]) if items else (start, end)


def joined(parts: list[Node], start: int, end: int) -> tuple[Node, ...]:
    """The parts of an f-string, with pieces of text that follow each other made one."""
    found: list[Node] = []
    for part in parts:
        if part[0] != "const":
            found.append(part)
        elif part[3] and found and found[-1][0] == "const":
            found[-1] = ("const", start, end, found[-1][3] + part[3])
        elif part[3]:
            found.append(("const", start, end, part[3]))
    return tuple(found)


def dotted(node: Node) -> str | None:
    """`a.b.c` of a name or a chain of attributes, else None."""
    parts: list[str] = []
    while node[0] == "attr":
        parts.append(node[4])
        node = node[3]
    if node[0] != "name":
        return None
    parts.append(node[3])
    return ".".join(reversed(parts))


def unparse(node: Node | None) -> str:
    """Short source-like text of an expression, for messages; `…` stands for what is too long to
    show.
    """
    if node is None:
        return ""
    tag = node[0]
    if tag == "name":
        return str(node[3])
    if tag == "attr":
        return f"{unparse(node[3])}.{node[4]}"
    if tag == "const":
        text = repr(node[3])
        return text if len(text) < 40 else text[:37] + "…"
    if tag == "call":
        return f"{unparse(node[3])}({_short_args(node[4])})"
    if tag == "sub":
        return f"{unparse(node[3])}[{unparse(node[4])}]"
    if tag == "un":
        return f"{node[3]}{' ' if node[3] == 'not' else ''}{unparse(node[4])}"
    if tag == "bool":
        return f"{unparse(node[4])} {node[3]} {unparse(node[5])}"
    if tag == "cmp":
        return " ".join([unparse(node[3]), *(f"{sign} {unparse(each)}" for sign, each in node[4])])
    if tag in {"await", "star"}:
        return f"{'await ' if tag == 'await' else '*'}{unparse(node[3])}"
    return "…"


def _short_args(args: tuple[Any, ...]) -> str:
    if not args:
        return ""
    if len(args) == 1 and args[0][2][0] in {"name", "attr", "const"}:
        star, keyword, value = args[0][:3]
        return f"{star}{keyword + '=' if keyword else ''}{unparse(value)}"
    return "…"
