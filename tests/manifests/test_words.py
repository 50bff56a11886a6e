from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.model import Command, Unit, Variable, manifest
from celerylint.facts.manifests.words import Lit, Text, TextBuilder, Tmpl, Var, Word, join
from celerylint.kept import dumps, loads


def test_text_that_reads_as_it_stands_maps_character_by_character() -> None:
    text = Text.at("celery worker", 7)
    assert (text.start(0), text.start(7), text.end(13)) == (7, 14, 20)
    assert text.cut(7).start(0) == 14


def test_an_escape_maps_as_a_whole() -> None:
    builder = TextBuilder()
    builder.add("a", 10)
    builder.add('"', 11, 13)
    builder.add("b", 13)
    text = builder.build()
    assert text.value == 'a"b'
    assert [text.start(i) for i in range(4)] == [10, 11, 13, 14]
    assert [text.end(i) for i in range(4)] == [10, 11, 13, 14]


def test_neighbouring_pieces_join_into_one_run() -> None:
    builder = TextBuilder()
    builder.add("ab", 0)
    builder.add("cd", 2)
    assert builder.build().runs == ((0, 0, 4),)


def test_a_hole_is_one_character_and_keeps_its_part() -> None:
    builder = TextBuilder()
    builder.add("-c ", 0)
    builder.hole(Var("N", ":-", (Lit("4"),)), 3, 10)
    builder.add("x", 10)
    text = builder.build()
    assert text.word().parts == (Lit("-c "), Var("N", ":-", (Lit("4"),)), Lit("x"))
    tail = text.cut(3)
    assert tail.holes == ((0, Var("N", ":-", (Lit("4"),))),)
    assert (tail.start(0), tail.end(1), tail.start(1)) == (3, 10, 10)


@given(
    st.lists(st.tuples(st.text("ab c\n", min_size=1, max_size=4), st.integers(0, 3)), max_size=6),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_cutting_keeps_every_position(pieces: list[tuple[str, int]], left: int, right: int) -> None:
    builder, offset = TextBuilder(), 5
    for value, gap in pieces:
        builder.add(value, offset)
        offset += len(value) + gap
    text = builder.build()
    part = text.cut(left, right)
    begin = min(left, len(text), right)
    assert part.value == text.value[begin : max(right, begin)]
    for index in range(len(part)):
        assert part.start(index) == text.start(begin + index)
        assert part.end(index + 1) == text.end(begin + index + 1)


def test_lines_strip_and_join() -> None:
    text = Text.at("  a\n b", 3)
    first, second = text.lines()
    assert (first.value, second.strip().value, second.strip().start(0)) == ("  a", "b", 8)
    both = join([first.strip(), second.strip()])
    assert (both.value, both.start(0), both.start(1)) == ("ab", 5, 8)


def test_a_word_knows_whether_it_may_become_several() -> None:
    assert not Word((Lit("a"), Var("X")), 0, 1).open()
    assert Word((Var("X", quoted=False),), 0, 1).open()
    assert Word((Var("@"),), 0, 1).open()
    assert Word((Lit("a"), Tmpl("x")), 0, 1).literal() is None
    assert Word((Lit("a"), Tmpl("x")), 0, 1).prefix() == "a"
    assert str(Word((Lit("a"), Var("X", ":-", (Lit("b"),))), 0, 1)) == "a${X:-b}"


def test_positions_count_lines_and_columns_from_one() -> None:
    found = manifest("x", "env", "ab\r\n\ncd")
    assert [found.position(offset) for offset in (0, 3, 4, 5, 6)] == [
        (1, 1),
        (1, 4),
        (2, 1),
        (3, 1),
        (3, 2),
    ]


def test_facts_are_kept_as_they_are() -> None:
    word = Text.at("celery -A x", 4).word()
    unit = Unit(
        "worker",
        0,
        6,
        commands=(Command("exec", "command", 4, 9, words=(word,)),),
        env=(Variable("A", None, 1, 2, "secret"),),
    )
    found = manifest("a/b", "procfile", "worker: celery", units=(unit,), problems=((3, "odd"),))
    assert loads(dumps(found)) == found
    assert [command.role for _, command in found.commands()] == ["command"]
