"""The facts of a module: every kind of expression and statement, as plain tuples that travel."""

from __future__ import annotations

import ast
import marshal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libcst as cst
import pytest

from celerylint.facts import ast_statements, cst_statements
from celerylint.facts.python import (
    is_problem,
    problem_of,
    read,
    read_blob,
    with_ast,
    with_libcst,
)
from celerylint.facts.syntax import Node, body_of, dotted, unparse
from celerylint.findings import Diagnostic

PACKAGE = Path(__file__).parent.parent / "celerylint"
FILES = sorted(each.relative_to(PACKAGE).as_posix() for each in PACKAGE.rglob("*.py"))

# Tags of what stands in a text by itself: with offsets.
TAGS = {"name", "const", "attr", "call", "sub", "slice", "seq", "dict", "bin", "un", "bool", "cmp"}
TAGS |= {"ifexp", "fstr", "fmt", "lambda", "comp", "star", "await", "walrus", "yield", "other"}
TAGS |= {"expr", "assign", "ann", "aug", "import", "from", "def", "class", "if", "while", "for"}
TAGS |= {"try", "with", "match", "return", "raise", "del", "scope", "pass", "jump", "assert"}


PARSERS = pytest.mark.parametrize("parse", [with_ast, with_libcst])
Parse = Callable[[str], tuple[Any, ...]]


def body(source: str, parse: Parse = with_ast) -> tuple[Node, ...]:
    with warnings.catch_warnings():
        # The reader's caller silences those of the analysed file's literals.
        warnings.simplefilter("ignore")
        found: tuple[Node, ...] = parse(source)[2]
    return found


def bare(node: Any) -> Any:
    """The node without offsets, names and constants as themselves, bodies of functions unpacked."""
    if not isinstance(node, tuple):
        return node
    if not node or node[0] not in TAGS or len(node) < 3 or not isinstance(node[1], int):
        return tuple(map(bare, node))
    if node[0] == "def":
        _, _, _, name, _, params, decorators, _, returns, is_async, words = node
        inner = tuple(map(bare, body_of(node)))
        return (
            "def",
            name,
            _params(params),
            bare(decorators),
            inner,
            bare(returns),
            is_async,
            words,
        )
    if node[0] == "class":
        bases = tuple((star, keyword, bare(each)) for star, keyword, each, _, _ in node[5])
        return ("class", node[3], bases, bare(node[6]), bare(node[7]))
    if node[0] == "call":
        args = tuple((star, keyword, bare(each)) for star, keyword, each, _, _ in node[4])
        return ("call", bare(node[3]), args)
    if node[0] == "lambda":
        return ("lambda", _params(node[3]), bare(node[4]))
    if node[0] == "try":
        handlers = tuple((bare(each[2]), each[3], bare(each[4])) for each in node[4])
        return ("try", bare(node[3]), handlers, bare(node[5]), bare(node[6]))
    if node[0] == "name":
        return node[3]
    return (node[0], *map(bare, node[3:]))


def _params(params: Any) -> Any:
    return tuple(
        (name, kind, bare(default), bare(note)) for name, kind, default, note, *_ in params
    )


def _id(case: object) -> str:
    return str(case)[:40]


def one(value: object) -> tuple[str, object]:
    return ("const", value)


EXPRESSIONS: list[tuple[str, Any]] = [
    ("a", "a"),
    ("None", one(None)),
    ("True", one(True)),
    ("...", one(...)),
    ("0x_ff", one(255)),
    ("1_000.5e3", one(1_000_500.0)),
    ("2j", one(2j)),
    ("'a' \"b\" r'\\c'", one("ab\\c")),
    ("b'\\xff' rb'\\x'", one(b"\xff\\x")),
    ("'\\N{DIGIT ONE}\\u00e4'", one("1ä")),
    ("'\\d'", one("\\d")),
    ("0x" + "f" * 4_500, ("other",)),
    ("a.b.c", ("attr", ("attr", "a", "b"), "c")),
    (
        "a(b, *c, d=e, **f)",
        ("call", "a", (("", None, "b"), ("*", None, "c"), ("", "d", "e"), ("**", None, "f"))),
    ),
    ("a[b]", ("sub", "a", "b")),
    ("a[b:c]", ("sub", "a", ("slice",))),
    ("a[b, c:d]", ("sub", "a", ("seq", "tuple", ("b", ("slice",))))),
    ("[a, *b]", ("seq", "list", ("a", ("star", "b")))),
    ("(a,)", ("seq", "tuple", ("a",))),
    ("a, b", ("seq", "tuple", ("a", "b"))),
    ("()", ("seq", "tuple", ())),
    ("{a, b}", ("seq", "set", ("a", "b"))),
    ("{a: b, **c}", ("dict", (("a", "b"), (None, "c")))),
    ("{}", ("dict", ())),
    ("a + b * c", ("bin", "+", "a", ("bin", "*", "b", "c"))),
    ("a ** -b", ("bin", "**", "a", ("un", "-", "b"))),
    ("a // b % c @ d", ("bin", "@", ("bin", "%", ("bin", "//", "a", "b"), "c"), "d")),
    ("a << b >> c", ("bin", ">>", ("bin", "<<", "a", "b"), "c")),
    ("a & b | c ^ d", ("bin", "|", ("bin", "&", "a", "b"), ("bin", "^", "c", "d"))),
    ("a / b - c", ("bin", "-", ("bin", "/", "a", "b"), "c")),
    ("not a", ("un", "not", "a")),
    ("~+a", ("un", "~", ("un", "+", "a"))),
    ("a and b or c", ("bool", "or", ("bool", "and", "a", "b"), "c")),
    ("a < b <= c", ("cmp", "a", (("<", "b"), ("<=", "c")))),
    ("a is not b", ("cmp", "a", (("is not", "b"),))),
    ("a not in b", ("cmp", "a", (("not in", "b"),))),
    ("a is b in c", ("cmp", "a", (("is", "b"), ("in", "c")))),
    ("a == b != c", ("cmp", "a", (("==", "b"), ("!=", "c")))),
    ("a > b >= c", ("cmp", "a", ((">", "b"), (">=", "c")))),
    ("a if b else c", ("ifexp", "b", "a", "c")),
    ("f'a{{{b}'", ("fstr", (one("a{"), ("fmt", "b", True)))),
    (
        "f'{a!r}{b:>3}{c=}'",
        ("fstr", (("fmt", "a", False), ("fmt", "b", False), one("c="), ("fmt", "c", False))),
    ),
    ("rf'\\d{a}'", ("fstr", (one("\\d"), ("fmt", "a", True)))),
    ("f'\\t{a}\"'", ("fstr", (one("\t"), ("fmt", "a", True), one('"')))),
    ("'a' f'{b}' 'c'", ("fstr", (one("a"), ("fmt", "b", True), one("c")))),
    ("lambda: a", ("lambda", (), "a")),
    (
        "lambda a, /, b=c, *d, e, **f: g",
        (
            "lambda",
            (
                ("a", 0, None, None),
                ("b", 1, "c", None),
                ("d", 2, None, None),
                ("e", 3, None, None),
                ("f", 4, None, None),
            ),
            "g",
        ),
    ),
    ("[a for b in c if d if e]", ("comp", "list", "a", (("b", "c", ("d", "e")),))),
    ("{a for b in c for d in e}", ("comp", "set", "a", (("b", "c", ()), ("d", "e", ())))),
    (
        "(a async for b, c in d)",
        ("comp", "generator", "a", ((("seq", "tuple", ("b", "c")), "d", ()),)),
    ),
    ("{a: b for c in d}", ("comp", "dict", ("seq", "tuple", ("a", "b")), (("c", "d", ()),))),
    (
        "a(b for c in d)",
        ("call", "a", (("", None, ("comp", "generator", "b", (("c", "d", ()),))),)),
    ),
    ("(a := b)", ("walrus", "a", "b")),
    ("await a", ("await", "a")),
    ("(yield)", ("yield", None)),
    ("(yield a)", ("yield", "a")),
    ("(yield from a)", ("yield", "a")),
    ("((a))", "a"),
]

STATEMENTS: list[tuple[str, Any]] = [
    ("a = b = c", ("assign", ("a", "b"), "c")),
    ("a, *b = c", ("assign", (("seq", "tuple", ("a", ("star", "b"))),), "c")),
    ("a.b[c] = d", ("assign", (("sub", ("attr", "a", "b"), "c"),), "d")),
    ("a: b", ("ann", "a", "b", None)),
    ("a: b = c", ("ann", "a", "b", "c")),
    ("a += b", ("aug", "a", "+", "b")),
    ("a **= b", ("aug", "a", "**", "b")),
    ("a |= b", ("aug", "a", "|", "b")),
    ("a @= b", ("aug", "a", "@", "b")),
    ("a >>= b", ("aug", "a", ">>", "b")),
    ("import a.b, c as d", ("import", (("a.b", None), ("c", "d")))),
    ("from a.b import c, d as e", ("from", "a.b", 0, (("c", None), ("d", "e")))),
    ("from a import (b,)", ("from", "a", 0, (("b", None),))),
    ("from ..a import *", ("from", "a", 2, "*")),
    ("from . import a", ("from", "", 1, (("a", None),))),
    ("a()", ("expr", ("call", "a", ()))),
    ("def f(): pass", ("def", "f", (), (), (("pass",),), None, False, ())),
    (
        "@a\n@b(c)\nasync def f(d: e = g, *, h) -> i:\n    await j.k",
        (
            "def",
            "f",
            (("d", 1, "g", "e"), ("h", 3, None, None)),
            ("a", ("call", "b", (("", None, "c"),))),
            (("expr", ("await", ("attr", "j", "k"))),),
            "i",
            True,
            ("j", "k"),
        ),
    ),
    (
        "def f(*a: b, **c: d): x",
        (
            "def",
            "f",
            (("a", 2, None, "b"), ("c", 4, None, "d")),
            (),
            (("expr", "x"),),
            None,
            False,
            ("x",),
        ),
    ),
    ("class A: b = c", ("class", "A", (), (), (("assign", ("b",), "c"),))),
    (
        "@a\nclass B(C, *D, e=F, **G): pass",
        (
            "class",
            "B",
            (("", None, "C"), ("*", None, "D"), ("", "e", "F"), ("**", None, "G")),
            ("a",),
            (("pass",),),
        ),
    ),
    (
        "if a: b\nelif c: d\nelse: e",
        ("if", "a", (("expr", "b"),), (("if", "c", (("expr", "d"),), (("expr", "e"),)),)),
    ),
    ("while a: break\nelse: b", ("while", "a", (("jump", "break"),), (("expr", "b"),))),
    (
        "for a, b in c: continue\nelse: d",
        ("for", ("seq", "tuple", ("a", "b")), "c", (("jump", "continue"),), (("expr", "d"),)),
    ),
    ("async def f():\n    async for a in b: pass\n    async with c: pass", None),
    (
        "try: a\nexcept b as c: d\nexcept (e, f): pass\nexcept: g\nelse: h\nfinally: i",
        (
            "try",
            (("expr", "a"),),
            (
                ("b", "c", (("expr", "d"),)),
                (("seq", "tuple", ("e", "f")), None, (("pass",),)),
                (None, None, (("expr", "g"),)),
            ),
            (("expr", "h"),),
            (("expr", "i"),),
        ),
    ),
    (
        "try: a\nexcept* b as c: d",
        ("try", (("expr", "a"),), (("b", "c", (("expr", "d"),)),), (), ()),
    ),
    ("with a as b, c: d", ("with", (("a", "b"), ("c", None)), (("expr", "d"),))),
    ("with (a as (b, c)): d", ("with", (("a", ("seq", "tuple", ("b", "c"))),), (("expr", "d"),))),
    (
        "match a:\n    case B(c, d=[e, *f]) | {'g': h, **i} if j: k\n    case _: l",
        (
            "match",
            "a",
            ((("c", "e", "f", "h", "i"), "j", (("expr", "k"),)), ((), None, (("expr", "l"),))),
        ),
    ),
    ("return a, b", ("return", ("seq", "tuple", ("a", "b")))),
    ("return", ("return", None)),
    ("raise a from b", ("raise", "a")),
    ("raise", ("raise", None)),
    ("del a, b[c]", ("del", (("seq", "tuple", ("a", ("sub", "b", "c"))),))),
    ("global a, b", ("scope", ("a", "b"))),
    ("nonlocal a", ("scope", ("a",))),
    ("pass", ("pass",)),
    ("assert a, b", ("assert", "a")),
]


@PARSERS
@pytest.mark.parametrize(("source", "expected"), EXPRESSIONS, ids=_id)
def test_expressions(parse: Parse, source: str, expected: Any) -> None:
    (statement,) = body(f"x = {source}\n", parse)
    assert bare(statement) == ("assign", ("x",), expected)


@PARSERS
@pytest.mark.parametrize(("source", "expected"), STATEMENTS, ids=_id)
def test_statements(parse: Parse, source: str, expected: Any) -> None:
    if "except*" in source and parse is with_ast and not hasattr(ast, "TryStar"):
        pytest.skip("newer than this Python")
    (statement,) = body(source + "\n", parse)
    if expected is not None:
        assert bare(statement) == expected


@pytest.mark.parametrize("source", ["'\\x1'", "9" * 4_500])
def test_constants_that_only_libcst_accepts(source: str) -> None:
    facts = read("a.py", f"x = {source}\n")
    assert not isinstance(facts, Diagnostic)
    assert bare(facts[2][0]) == ("assign", ("x",), ("other",))


def test_what_no_parser_accepts() -> None:
    found = read("a.py", "y = 1\nx = 'a' b'b'\n")
    assert isinstance(found, Diagnostic)
    assert (found.kind, found.path, found.line) == ("not-parsed", "a.py", 2)


@pytest.mark.parametrize("newer", ["except A, B:", "except* A, B:"])
def test_what_is_newer_than_this_python(newer: str) -> None:
    source = f"try:\n    a()\n{newer}\n    b()\n"
    facts = read("a.py", source)
    assert not isinstance(facts, Diagnostic)
    (handler,) = facts[2][0][4]
    assert bare(handler[2]) == ("seq", "tuple", ("A", "B"))


def test_what_says_nothing_is_left_out() -> None:
    assert body("'''A docstring.'''\n1\n...\n# a comment\n") == ()


def test_several_statements_on_a_line() -> None:
    assert [each[0] for each in body("a = 1; b(); pass\n")] == ["assign", "expr", "pass"]


def test_words_are_those_of_the_whole_function() -> None:
    (outer,) = body("def f(a=b):\n    def g():\n        c.d(e)\n    return lambda: h\n")
    assert outer[-1] == ("c", "d", "e", "h")


def _sources() -> list[str]:
    return [*(f"x = {source}" for source, _ in EXPRESSIONS), *(each for each, _ in STATEMENTS)]


def test_the_cases_hold_every_kind_of_node_that_libcst_makes() -> None:
    held: set[type] = set()
    todo: list[cst.CSTNode] = [cst.parse_module(f"{each}\n") for each in _sources()]
    while todo:
        node = todo.pop()
        held.add(type(node))
        todo += node.children
    reader = cst_statements.Statements({})
    assert {*reader._table, *reader._statements} - held == set()


def test_the_cases_hold_every_kind_of_node_that_ast_makes() -> None:
    held: set[type] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in _sources():
            try:
                held.update(map(type, ast.walk(ast.parse(f"{source}\n"))))
            except SyntaxError:
                assert "except*" in source
    reader = ast_statements.Statements("", (0,))
    assert {*reader._table, *reader._statements} - held == set()


@pytest.mark.parametrize("path", FILES)
def test_facts_travel_as_bytes(path: str) -> None:
    data = (PACKAGE / path).read_bytes()
    facts = marshal.loads(read_blob("a.py", data))
    assert facts == with_ast(data.decode())
    assert not is_problem(facts)
    # Python's own parser sees as many definitions, calls and names.
    counted = _count(facts[2])
    tree = list(ast.walk(ast.parse(data)))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert counted["def"] == sum(isinstance(each, functions) for each in tree)
    assert counted["class"] == sum(isinstance(each, ast.ClassDef) for each in tree)
    for tag, kind in (("call", ast.Call), ("name", ast.Name)):
        assert counted[tag] == sum(isinstance(each, kind) for each in tree) - _unread(tree, kind)


def _count(node: Any, counts: dict[str, int] | None = None) -> dict[str, int]:
    counts = dict.fromkeys(TAGS, 0) if counts is None else counts
    if isinstance(node, tuple):
        # A parameter may be called like a tag; it has six parts.
        if len(node) in (4, 5, 8, 11) and node[0] in TAGS:
            counts[node[0]] += 1
        if node and node[0] == "def" and len(node) == 11:
            _count(body_of(node), counts)
            node = node[:-1]  # without the words, which may be tags
        for part in node:
            _count(part, counts)
    return counts


def _unread(tree: list[ast.AST], kind: type[ast.AST]) -> int:
    """How much of a kind stands in what facts leave out: slices, formats, causes, messages."""
    left: list[ast.AST | None] = []
    for each in tree:
        if isinstance(each, ast.Slice):
            left.append(each)
        elif isinstance(each, ast.FormattedValue):
            left.append(each.format_spec)
        elif isinstance(each, ast.Raise):
            left.append(each.cause)
        elif isinstance(each, ast.Assert):
            left.append(each.msg)
    below = [inner for each in left if each is not None for inner in ast.walk(each)]
    return sum(isinstance(inner, kind) for inner in below)


def test_what_cannot_be_read_travels_too() -> None:
    facts = marshal.loads(read_blob("a.py", b"x = 1\ny = = 2\n"))
    assert is_problem(facts)
    assert problem_of("b.py", facts) == Diagnostic(
        "not-parsed", "not parsed: invalid syntax", "b.py", 2
    )
    assert marshal.loads(read_blob("a.py", b"x = 1\n", max_size=3))[1] == "too-large"


def test_dotted_names() -> None:
    assert [dotted(each[3]) for each in body("a.b.c\na\na().b\na[0].b\n")] == [
        "a.b.c",
        "a",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a.b(c)", "a.b(c)"),
        ("a(b=1)", "a(b=1)"),
        ("a(*b)", "a(*b)"),
        ("a(b, c)", "a(…)"),
        ("a()", "a()"),
        ("a['b']", "a['b']"),
        ("await a", "await a"),
        ("'" + "x" * 50 + "'", "'" + "x" * 36 + "…"),
        ("a + b", "…"),
    ],
)
def test_short_text_of_code(source: str, shown: str) -> None:
    assert unparse(body(f"x = {source}\n")[0][4]) == shown
