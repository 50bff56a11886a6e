"""Where facts say that code stands: as both parsers, LibCST's own metadata and the text have it."""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from celerylint.facts.cst_positions import locate
from celerylint.facts.python import read, with_ast, with_libcst
from celerylint.facts.syntax import body_of
from celerylint.findings import Diagnostic

LINE_END = re.compile(r"\r\n|\r|\n")
PACKAGE = Path(__file__).parent.parent / "celerylint"
ODD = {
    "tabs and form feeds": "if a:\n\tb(\n\t\t1,\n\t)\n\x0c\nc = 2\n",
    "carriage returns": "a = f(1,\r\n      b)\r\nc.d(e)\r\n",
    "non-ASCII": "größe = 'ü' + föö('日本', x)  # ü\nü.delay(a)\n",
    "no end of line": "a = (b)",
    "a semicolon": "a = 1; b = f(a); c\n",
    "backslashes": "a = f(b) + \\\n    g(c)\nassert a, \\\n  b\n",
    "parentheses": "a = ((b))\nc = (yield_(d))\n(e).f((g), *(h), **(i))\n",
    "decorators": "@a.b(c)\n# between\n@d\nasync def e(f: g = h, *i, j=k) -> m:\n    return n\n",
    "a class": "@a\nclass B(C, metaclass=D):\n    x: int = 1\n    def f(self): pass\n",
    "comments in blocks": "try:\n    # first\n    a()\n    # last\nexcept (B, C) as d:\n    e()\n",
    "strings": "a = f'x {b!r:>{c}} {d.e()}' 'y' \"z\"\nf = '''a\nb''' + g\n",
    "comprehensions": "[a for b in c if d for e in f]\n{g: h for i in j}\n(k async for l in m)\n",
    "only a comment": "# nothing",
    "an empty file": "",
}


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


SOURCES = ODD | {path.name: _source(path) for path in sorted(PACKAGE.glob("*.py"))}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_offsets_are_those_of_the_metadata(source: str) -> None:
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    expected: Any = wrapper.resolve(PositionProvider)
    spans = locate(wrapper.module)
    starts = [0, *(end.end() for end in LINE_END.finditer(source))]
    positions = {id(node): (place.start, place.end) for node, place in expected.items()}
    for node, found in spans.items():
        start, end = positions[node]
        offsets = (starts[start.line - 1] + start.column, starts[end.line - 1] + end.column)
        assert found == offsets, source[slice(*found)]


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_name_stands_where_its_facts_say(source: str) -> None:
    names = list(_names(with_ast(source)[2]))
    assert [source[start:end] for start, end, _ in names] == [name for _, _, name in names]


def unpacked(node: Any) -> Any:
    """Facts with the bodies of functions as tuples: `marshal` gives equal values several bytes."""
    if isinstance(node, tuple) and node[:1] == ("const",):
        return node
    if isinstance(node, bytes):
        return unpacked(marshal.loads(node))
    return tuple(map(unpacked, node)) if isinstance(node, tuple) else node


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_both_parsers_give_the_same_facts(source: str) -> None:
    assert unpacked(with_ast(source)) == unpacked(with_libcst(source))


def _names(node: object) -> Iterator[tuple[int, int, str]]:
    if not isinstance(node, tuple) or node[:1] == ("fstr",):
        return
    if len(node) == 4 and node[0] == "name":
        yield node[1:]
    if len(node) > 7 and node[0] == "def":
        yield from _names(body_of(node))
    for part in node:
        yield from _names(part)


def test_comments_stand_where_they_begin() -> None:
    source = "a = 1  # noqa: CEL201\nif a:\n    # celerylint: ignore[x]\n    b = '# noqa'\n"
    facts = read("a.py", source)
    assert not isinstance(facts, Diagnostic)
    assert [source[at : at + len(text)] for at, text in facts[3]] == [
        "# noqa: CEL201",
        "# celerylint: ignore[x]",
    ]
