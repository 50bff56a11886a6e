from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.templates import blank, fill, template_name
from celerylint.facts.manifests.words import Lit, Text, Tmpl

PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "a",
        " ",
        "\n",
        "\r\n",
        "if x",
        "end",
        "-",
        "raw",
        "endraw",
        "/*",
        "*/",
        "include",
        "$x :=",
        '"',
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
def test_blanking_keeps_every_length_and_line(text: str, erb: bool) -> None:
    blanked = blank(text, erb=erb)
    assert len(blanked.text) == len(text)
    assert [at for at, char in enumerate(text) if char == "\n"] == [
        at for at, char in enumerate(blanked.text) if char == "\n"
    ]
    covered = {at for hole in blanked.holes for at in range(hole.start, hole.end)}
    for at, char in enumerate(text):
        assert at in covered or blanked.text[at] == char


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: {{ .Values.image }}\n", "image: xxxxxxxxxxxxxxxxxxx\n"),
        ('  {{- include "labels" . }}\n', " " * 27 + "\n"),
        ("{{ a }}{{ b }}\n", "              \n"),
        ("- {{ if x }}a{{ end }}\n", "-           a         \n"),
        ("{# c #} a {%- set b = 1 %}\n", "        a                 \n"),
        ("{{/* }} */}} x: y\n", "             x: y\n"),
        ("n: {{ a\n  }}\n", "n:     \n    \n"),
        ("${#array[@]} #}\n", "${#array[@]} #}\n"),
        ("a: {{ unclosed\n", "a: {{ unclosed\n"),
        ("{% raw %}{{ kept }}{% endraw %}\n", "         {{ kept }}            \n"),
    ],
)
def test_regions(text: str, expected: str) -> None:
    assert blank(text).text == expected


def test_erb_is_blanked_only_where_asked_for() -> None:
    text = "command=<%= @bin %> worker\n<% if x -%>\n"
    assert blank(text).text == text
    assert blank(text, erb=True).text == "command=xxxxxxxxxxx worker\n           \n"


def test_conditions_that_enclose_a_place() -> None:
    text = "{% if a %}\nA\n{% elif b %}\nB\n{% else %}\n{% for x in y %}\nC\n{% endfor %}\n{% endif %}\nD\n"  # noqa: E501
    blanked = blank(text)
    assert blanked.conditions(text.index("A")) == ("if a",)
    assert blanked.conditions(text.index("B")) == ("if b",)
    assert blanked.conditions(text.index("C")) == ("not if b", "for x in y")
    assert blanked.conditions(text.index("D")) == ()


def test_go_conditions() -> None:
    text = "{{- if .a }}\nA\n{{- else }}\nB\n{{- end }}\nC"
    blanked = blank(text)
    assert [blanked.conditions(text.index(each)) for each in "ABC"] == [
        ("if .a",),
        ("not if .a",),
        (),
    ]


def test_a_filled_region_becomes_one_hole_with_its_place() -> None:
    text = "run: celery -c {{ n }} --x={{ m | quote }}y"
    blanked = blank(text)
    filled = fill(Text.at(blanked.text[5:], 5), blanked)
    assert [part for _, part in filled.holes] == [Tmpl("n"), Tmpl("m | quote")]
    at = filled.holes[0][0]
    assert (filled.start(at), filled.end(at + 1)) == (15, 22)
    assert filled.start(filled.value.index("y", at)) == len(text) - 1
    assert filled.cut(filled.holes[1][0] - 4).parts()[0] == Lit("--x=")


def test_statements_between_words_may_render_any_number_of_words() -> None:
    text = "celery worker{% if x %} -c 4{% endif %}{# note #}"
    blanked = blank(text)
    filled = fill(Text.at(blanked.text, 0), blanked)
    assert [part for _, part in filled.holes] == [
        Tmpl("if x", quoted=False),
        Tmpl("endif", quoted=False),
    ]
    assert filled.value.split()[:2] == ["celery", "worker"]


def test_holes_within_a_stretch() -> None:
    text = "a {{ b }} c {{ d }} e"
    blanked = blank(text)
    assert [hole.body for hole in blanked.within(0, text.index("c"))] == ["b"]
    assert [hole.body for hole in blanked.within(text.index("c"), len(text))] == ["d"]
    assert not blanked.within(0, 2)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/x.service.j2", ("a/x.service", True)),
        ("supervisor.conf.tpl", ("supervisor.conf", True)),
        ("Procfile", ("Procfile", False)),
        ("a/.j2", ("a/.j2", False)),
    ],
)
def test_template_names(path: str, expected: tuple[str, bool]) -> None:
    assert template_name(path) == expected


@pytest.mark.parametrize("junk", ["{{", "{%", "{{/*", "{% raw %}", "{{ x }}", "{% if x %}\n", "}}"])
def test_many_regions_cost_no_more_than_their_number(junk: str) -> None:
    text = junk * 20_000
    assert len(blank(text).text) == len(text)
