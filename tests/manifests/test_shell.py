from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.shell import Array, Op, Token, split, tokens, unbalanced
from celerylint.facts.manifests.words import Cmd, Lit, Text, TextBuilder, Tmpl, Var, Word


def shown(found: list[Token]) -> list[str]:
    return [str(each) if isinstance(each, Word) else _plain(each) for each in found]


def _plain(each: Op | Array) -> str:
    return each.text if isinstance(each, Op) else f"{each.name}=({len(each.words)})"


@given(st.text("ab '\"\\\n\t$;#", max_size=25))
def test_split_equals_shlex(text: str) -> None:
    try:
        expected = shlex.split(text)
    except ValueError:
        assert unbalanced(Text.at(text, 0)) is not None
        return
    assert [word.literal() for word in split(Text.at(text, 0))] == expected
    assert unbalanced(Text.at(text, 0)) is None


@given(st.text("ab=1 '\"\\\n$`{}()|&;<>#:-@[]!*?", max_size=60))
def test_any_text_gives_tokens_whose_places_ascend(text: str) -> None:
    last = 0
    for token in tokens(Text.at(text, 0)):
        assert last <= token.start < token.end <= len(text)
        last = token.end


def test_words_and_operators() -> None:
    script = "set -e && FOO=1 celery worker >log 2>&1 & # celery\nexec x|y"
    assert shown(tokens(Text.at(script, 0))) == [
        "set", "-e", "&&", "FOO=1", "celery", "worker", ">", "log", "2", ">&", "1", "&", "\n",
        "exec", "x", "|", "y",
    ]  # fmt: skip


def test_a_word_stands_where_its_quotes_begin() -> None:
    script = "  celery \\\n  -A 'my app' -Q \"a,$B\""
    found = [each for each in tokens(Text.at(script, 100)) if isinstance(each, Word)]
    assert [(each.start - 100, each.end - 100) for each in found] == [
        (2, 8), (13, 15), (16, 24), (25, 27), (28, 34),
    ]  # fmt: skip
    assert found[2].literal() == "my app"
    assert found[2].source is not None
    assert found[2].source.start(0) == 117
    assert found[4].parts == (Lit("a,"), Var("B"))


def test_continuation_inside_a_word_vanishes() -> None:
    assert shown(tokens(Text.at("cel\\\nery \\\r\n-A x", 0))) == ["celery", "-A", "x"]


def test_expansions() -> None:
    script = '$A ${B} "${C:-d}" ${D:="e f"} $(nproc) `which x` $((1+2)) ${E[@]} ${F%.*} $@ ${#G}'
    found = [each.parts for each in tokens(Text.at(script, 0)) if isinstance(each, Word)]
    assert found == [
        (Var("A", quoted=False),),
        (Var("B", quoted=False),),
        (Var("C", ":-", (Lit("d"),)),),
        (Var("D", ":=", (Lit("e f"),), quoted=False),),
        (Cmd("nproc", quoted=False),),
        (Cmd("which x", quoted=False),),
        (Cmd("(1+2)"),),
        (Var("E", "[@]", quoted=False),),
        (Var("F", "%.*", quoted=False),),
        (Var("@", quoted=False),),
        (Cmd("${#G}", quoted=False),),
    ]


def test_nested_defaults() -> None:
    (word,) = tokens(Text.at('${A:-${B:-"x y"}z}', 0))
    assert isinstance(word, Word)
    inner = Var("B", ":-", (Lit("x y"),), quoted=False)
    assert word.parts == (Var("A", ":-", (inner, Lit("z")), quoted=False),)


def test_single_quotes_protect_and_ansi_quotes_decode() -> None:
    assert shown(tokens(Text.at(r"'$A' $'a\tb' $ a$", 0))) == ["$A", "a\tb", "$", "a$"]


def test_heredoc_bodies_are_no_commands() -> None:
    script = "cat <<EOF >x\nrun celery worker\nEOF\ncat <<-'E' | y\n\tcelery\n\tE\nz"
    assert shown(tokens(Text.at(script, 0))) == [
        "cat", "<<", "EOF", ">", "x", "\n", "cat", "<<-", "E", "|", "y", "\n", "z",
    ]  # fmt: skip


def test_arrays() -> None:
    first, second = tokens(Text.at("CMD=(celery 'a b'\n # c\n -c 4) CMD+=(x)", 0))
    assert isinstance(first, Array)
    assert isinstance(second, Array)
    assert [each.literal() for each in first.words] == ["celery", "a b", "-c", "4"]
    assert (second.append, second.name) == (True, "CMD")


def test_holes_of_other_languages_stay_parts() -> None:
    builder = TextBuilder()
    builder.add("celery -c ", 0)
    builder.hole(Var("N", scope="outside"), 10, 14)
    builder.add(' "', 14)
    builder.hole(Tmpl("x"), 16, 20)
    builder.add('"', 20)
    for read in (tokens, split):
        found = [each for each in read(builder.build()) if isinstance(each, Word)]
        assert found[2].parts == (Var("N", scope="outside", quoted=False),)
        assert (found[2].start, found[2].end) == (10, 14)
        assert found[3].parts == (Tmpl("x"),)
        assert (found[3].start, found[3].end) == (15, 21)


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "a $(b", "a ${b", "a `b", "X=(a", "$'a"])
def test_what_is_never_closed_ends_with_the_text(text: str) -> None:
    assert tokens(Text.at(text, 3))
    assert unbalanced(Text.at(text, 3), shell=True) == 3 + min(
        text.index(char) for char in "'\"$`(" if char in text
    )


def test_deep_nesting_is_linear() -> None:
    assert tokens(Text.at("${a:-" * 20_000, 0))
    assert tokens(Text.at("$(" * 20_000, 0))
    assert tokens(Text.at('"$(' * 2_000, 0))
