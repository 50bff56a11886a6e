from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.guards import MAX_EXPRESSION, readable_text
from celerylint.findings import Diagnostic


def _problem(data: bytes | str, **options: int) -> Diagnostic:
    data = data.encode() if isinstance(data, str) else data
    result = readable_text("shop/tasks.py", data, **options)
    assert isinstance(result, Diagnostic)
    assert result.path == "shop/tasks.py"
    return result


def _is_accepted(text: str) -> bool:
    return readable_text("shop/tasks.py", text.encode()) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("x = 'ä'".encode(), "x = 'ä'"),
        (b"\xef\xbb\xbfx = 1", "x = 1"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe4'", "# -*- coding: latin-1 -*-\nx = 'ä'"),
        (b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        (b"\x0cif x:\n\ty\n", "\x0cif x:\n\ty\n"),
        ("größe = 1".encode(), "größe = 1"),
        (b"", ""),
    ],
)
def test_source_is_decoded_as_python_does(data: bytes, text: str | None) -> None:
    result = readable_text("a.py", data)
    assert result == text if text is not None else "€" in str(result)


@pytest.mark.parametrize(
    ("data", "part", "line"),
    [
        ("x = 1".encode("utf-16"), "UTF-16", 1),
        (b"\xfe\xff\x00x", "UTF-16", 1),
        (b"x = 1\ny = '\0'\n", "null byte", 2),
        (b"x = 1\n\ny = '\xe4'\n", "is not UTF-8", 3),
        (b"# coding: ascii\ny = '\xe4'\n", "the encoding that it declares: ascii", 2),
        (b"# coding: klingon\n", "klingon", 1),
        (b"# coding: rot13\n", "rot13", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", "its encoding cannot be told", 1),
    ],
)
def test_what_is_no_text_is_said(data: bytes, part: str, line: int) -> None:
    problem = _problem(data)
    assert (problem.kind, problem.line) == ("not-parsed", line)
    assert part in problem.message


def test_a_coding_in_the_third_line_declares_nothing() -> None:
    text = "\nx = 1\n# coding: klingon\n"
    assert _is_accepted(text)


def test_large_files_are_left_out_unless_the_limit_is_raised() -> None:
    data = b"x = 1\n" * 200_000
    assert _problem(data).kind == "too-large"
    assert "max-file-size" in _problem(data).message
    assert readable_text("a.py", data, max_size=len(data)) == data.decode()
    assert _problem(b"x = 1", max_size=4).kind == "too-large"


CHAINS: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "lists": lambda n: "[" * n + "1" + "]" * n,
    "dictionaries": lambda n: "{1:" * n + "1" + "}" * n,
    "calls": lambda n: "f(" * n + "1" + ")" * n,
    "subscripts": lambda n: "a[" * n + "1" + "]" * n,
    "attributes": lambda n: "a" + ".b" * n,
    "called attributes": lambda n: "a" + ".b(c, d)" * n,
    "called results": lambda n: "a" + "(1)" * n,
    "additions": lambda n: "a" + " + b" * n,
    "additions on many lines": lambda n: "(a" + "\n+ b" * n + ")",
    "continued additions": lambda n: "a" + " \\\n + b" * n,
    "powers": lambda n: "a" + "**b" * n,
    "unions": lambda n: "a" + "|b" * n,
    "conjunctions": lambda n: "a" + " and b" * n,
    "negations": lambda n: "not " * n + "a",
    "minuses": lambda n: "-" * n + "a",
    "conditionals": lambda n: "a if b else " * n + "c",
    "lambdas": lambda n: "lambda: " * n + "c",
    "lambdas with parameters": lambda n: "lambda a, b: " * n + "c",
    "lambdas as defaults": lambda n: "lambda a=(" * n + "1" + "): 1" * n,
    "string pieces": lambda n: "(" + "'a'\n" * n + ")",
    "raw string pieces": lambda n: "(" + "'a' Rf'b'\n" * n + ")",
    "added strings": lambda n: " + ".join(['"a"'] * n),
    "comprehension clauses": lambda n: "[a" + " for a in b" * n + "]",
    "generators": lambda n: "(a for a in " * n + "b" + ")" * n,
    "f-strings": lambda n: "f'{" * n + "1" + "}'" * n,
    "f-strings in both quotes": lambda n: "f'{f\"{" * n + "1" + "}\"}'" * n,
    "additions in an f-string": lambda n: "f'{" + "a + " * n + "b}'",
    "brackets in an f-string": lambda n: "f'{" + "[" * n + "b" + "]" * n + "}'",
    "format specifications": lambda n: "f'" + "{a:" * n + "1" + "}" * n + "'",
    "a mixture": lambda n: "[a + f(not b.c, " * n + "1" + ")]" * n,
}
BLOCKS: dict[str, Callable[[int], str]] = {
    "elif": lambda n: "if a:\n  pass\n" + "elif b:\n  pass\n" * n,
    "if": lambda n: "".join(" " * i + "if a:\n" for i in range(n)) + " " * n + "pass\n",
    "tabs": lambda n: "".join("\t" * i + "for a in b:\n" for i in range(n)) + "\t" * n + "pass\n",
    "patterns": lambda n: "match a:\n  case " + "[" * n + "b" + "]" * n + ":\n    pass\n",
    "class patterns": lambda n: "match a:\n  case " + "A(" * n + "b" + ")" * n + ":\n    pass\n",
    "mapping patterns": lambda n: "match a:\n  case " + "{1:" * n + "b" + "}" * n + ": pass\n",
}


def _assigned(made: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: f"x = 1\ny = {made(count)}\n"


FORMS = {name: _assigned(made) for name, made in CHAINS.items()} | BLOCKS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [300, 1_000, 10_000])
def test_what_is_too_deep_is_never_parsed(form: str, count: int) -> None:
    # Ten thousand steps of indentation are 50 MB.
    count = min(count, 500) if form in ("if", "tabs") else count
    problem = _problem(FORMS[form](count), max_size=2_000_000)
    assert problem.kind == "too-deep"
    assert problem.line is not None


def test_100_000_brackets() -> None:
    assert _problem("x = " + "(" * 100_000 + ")" * 100_000).kind == "too-deep"
    assert _problem("x = 1\ny = " + "(" * 100_000).message == "a bracket is never closed"


@pytest.mark.parametrize("form", FORMS)
def test_what_people_write_is_accepted(form: str) -> None:
    assert _is_accepted(FORMS[form](5))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_accepted_can_be_parsed_and_walked(form: str) -> None:
    import libcst

    count = max(n for n in range(MAX_EXPRESSION + 2) if _is_accepted(FORMS[form](n)))
    module = libcst.parse_module(FORMS[form](count))

    def far_down(frames: int) -> str:
        return module.code if frames == 0 else far_down(frames - 1)

    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(1_000)
        assert far_down(150) == FORMS[form](count)
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "1, " * 5_000 + "]\n",
        "x = {" + "'a': b.c + d(e),\n" * 5_000 + "}\n",
        "x = [" + "lambda a, b: a.c(b),\n" * 1_000 + "]\n",
        "x = 1 + 2\n" * 5_000,
        "x = 1; " * 5_000,
        "a = " * 1_000 + "1\n",
        "a" + " < b" * 1_000 + "\n",
        "'''" + "(" * 1_000 + "'''\n",
        '"' + "(" * 1_000 + '"\n',
        "# " + "(" * 1_000 + "\n",
        "'\\'((((" + "(" * 1_000 + "'\n",
        '"""a "quoted" word \\""" and ' + "[" * 1_000 + '"""\n',
        "rb'" + "(" * 1_000 + "'\n",
        "f'{{" * 1 + "{{(" * 1_000 + "'\n",
        'f"""' + "select (a.b + c.d) from x.y where {a.b} -- \n" * 300 + '"""\n',
        "x = f'" + "{a.b(c)} - " * 500 + "'\n",
        "def f():\n" + "    if a:\n        b\n" * 1_000,
        "if a:\n  b\n" * 1_000,
        "try:\n  a\n" + "except b:\n  c\n" * 300,
        "match a:\n"
        + "  case [b, (c, d), {'e': F(g=h)}] if i(j(k(l(m(n(o()))))))  :\n    b\n" * 300,
        "case = f(g(h(i(j(k(l(m())))))))\n",
        "match a:\n  case b: return f(g(h(i(j(k(l(m())))))))\n",
        "x = (\n" + " " * 200 + "1 +\n" + " " * 300 + "2)\n",
        "if'a':b\n",
    ],
)
def test_long_is_not_deep(text: str) -> None:
    assert _is_accepted(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_is_that_of_the_statement(end: str) -> None:
    before = ["'''a", "b'''", "x = 'a\\", "b' \\", "  + 'c'", "# (", ""]
    text = end.join([*before, "y = [", " " + "-" * 300 + "1]", "z = 1"])
    assert _problem(text).line == 8


@given(st.text(alphabet="abf'\"\\#\n\r{}[]():,.+- \t", max_size=300))
def test_the_scan_survives_any_text(text: str) -> None:
    readable_text("a.py", text.encode())


@pytest.mark.parametrize("piece", ['"""', "'''\\", '"\\\n', "'", "\\", "{", "f'{", "' ", "((", "#"])
def test_the_scan_takes_linear_time(piece: str) -> None:
    # Quadratic, a megabyte would take minutes.
    readable_text("a.py", (piece * 1_000_000)[:1_000_000].encode())
