from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from celerylint.facts.manifests import compose, kubernetes, read
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Text
from celerylint.facts.manifests.yaml_scalar import after_properties, decode
from celerylint.facts.manifests.yaml_text import YamlFile, walk

LOADERS: list[Any] = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


def scalars(source: str, loader: Any) -> list[tuple[Any, int]]:
    """The scalar events before the first mistake, each with where its own text begins."""
    found = []
    try:
        for event in yaml.parse(source, Loader=loader):
            if isinstance(event, yaml.ScalarEvent):
                where: Any = event
                start = where.start_mark.index
                if event.tag or event.anchor:
                    start = after_properties(source, start, where.end_mark.index)
                found.append((event, start))
    except yaml.YAMLError:
        pass
    return found


def check_places(source: str, event: Any, start: int) -> None:
    end = event.end_mark.index
    text = decode(source, start, end, event.style or "", event.value)
    assert text.value == event.value
    if not text.value:
        return
    as_a_whole = text.runs == ((0, start, end - start),) and end - start != len(text.value)
    assert not as_a_whole, "no place for each character"
    places = [text.start(index) for index in range(len(text))]
    assert places == sorted(places)
    assert all(start <= place < end for place in places)
    for at, where, width in text.runs:
        following = next((run[0] for run in text.runs if run[0] > at), len(text))
        if width == following - at:
            read = zip(text.value[at:following], source[where : where + width], strict=True)
            assert all(shown == written or shown in " \n" for shown, written in read)


lines = st.text(st.sampled_from("ab  :-#'\"\\\t%{}é☃\U0001f600"), max_size=30)
texts = st.lists(lines, max_size=5).map("\n".join) | st.text(max_size=20)
trees: st.SearchStrategy[Any] = st.recursive(
    texts,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(lines, below, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    tree=trees,
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    width=st.sampled_from([10, 40, 10_000]),
    flow=st.sampled_from([None, True, False]),
    indent=st.sampled_from([2, 4, 7]),
)
def test_decoded_text_equals_pyyaml_for_dumped_trees(
    tree: Any, style: str | None, width: int, flow: bool | None, indent: int
) -> None:
    source = yaml.dump(
        tree,
        Dumper=yaml.SafeDumper,
        default_style=style,
        width=width,
        default_flow_style=flow,
        indent=indent,
        allow_unicode=True,
    )
    for loader in LOADERS:
        for event, start in scalars(source, loader):
            check_places(source, event, start)


@settings(max_examples=600, deadline=None)
@given(
    head=st.sampled_from(
        ["a: ", "- ", "? ", "a: |\n ", "a: >-\n  ", "- >+\n", "b: !t &x |2\n", "", "- '", '- "']
    ),
    body=st.text(st.sampled_from("ab \n\n  :-#'\"\\|>+2\t&!*[]{},\r\x85\u2028é☃"), max_size=60),
    tail=st.sampled_from(["", "\n", "'", '"', "\nc: 1\n", "\n\n\n"]),
)
@example("a: ", "&2:2", "")
def test_decoded_text_equals_pyyaml_for_anything_that_parses(
    head: str, body: str, tail: str
) -> None:
    source = head + body + tail
    for loader in LOADERS:
        for event, start in scalars(source, loader):
            check_places(source, event, start)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab: -\n\n  |>'\"\\#&!*[]{},%?\t\x00\ud800é"), max_size=200))
def test_any_text_is_read_without_an_exception_and_names_one_problem_at_most(source: str) -> None:
    file = YamlFile(source)
    for root in file.documents:
        for found in walk(file, root):
            for entry in file.entries(found.node):
                file.words(entry.value)
    assert len(file.problems) <= 1
    assert all(1 <= line <= source.count("\n") + 1 for line, _ in file.problems)


def first(source: str, *path: str) -> Text:
    file = YamlFile(source)
    text = file.text(file.get(file.documents[0], *path))
    assert text is not None
    return text


def place_of(source: str, text: Text, part: str) -> tuple[int, int]:
    """(line, column) of part, which stands once in the decoded text."""
    offset = text.start(text.value.index(part))
    line = source.count("\n", 0, offset)
    return line + 1, offset - (source.rfind("\n", 0, offset))


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a: celery worker", (1, 11)),
        ("a: 'it''s a worker'", (1, 13)),
        ('a: "\\u0041 \\"worker"', (1, 14)),
        ('a: "one \\\n    worker"', (2, 5)),
        ("a: >\n  one\n  two worker\n", (3, 7)),
        ("a: |2-\n    one\n    worker\n", (3, 5)),
        ("a: &x !t\n  # note\n  one worker\n", (3, 7)),
        ("a:\n  one\n\n  worker", (4, 3)),
        ("a: ☃\U0001f600 worker", (1, 7)),
    ],
)
def test_words_keep_their_place_through_folds_escapes_and_indents(
    source: str, place: tuple[int, int]
) -> None:
    assert place_of(source, first(source, "a"), "worker") == place


def test_tags_are_read_without_running_what_they_name() -> None:
    text = first("a: !!python/object/apply:os.system [x]\nb: !Ref worker", "b")
    assert text.value == "worker"


def test_merge_keys_give_what_the_mapping_does_not_have() -> None:
    file = YamlFile("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\n")
    entries = file.entries(file.get(file.documents[0], "z"))
    values = {entry.name: str(file.word(entry.value)) for entry in entries}
    assert values == {"a": "9", "b": "2", "c": "4"}


def test_null_and_words_that_yaml_makes_numbers_of_stay_what_they_are() -> None:
    file = YamlFile("a: no\nb: 22:22\nc:\nd: ~\ne: ''\n")
    root = file.documents[0]
    shown = [file.word(file.get(root, key)) for key in "abcde"]
    assert [None if word is None else str(word) for word in shown] == [
        "no",
        "22:22",
        None,
        None,
        "",
    ]


def test_a_repeated_key_is_named_and_the_last_one_counts() -> None:
    file = YamlFile("a: 1\nb: 2\na: 3\n")
    assert file.string(file.documents[0], "a") == "3"
    assert file.problems == ((3, "the key 'a' is repeated: the last one counts"),)


def test_a_bad_line_costs_itself_and_what_is_below_it() -> None:
    file = YamlFile("a: 1\nb: c: d\n  e: 2\nf: 3\n---\ng: 4\n")
    assert [file.string(root, key) for root, key in zip(file.documents, "fg", strict=True)] == [
        "3",
        "4",
    ]
    assert file.get(file.documents[0], "e") is None
    ((line, message),) = file.problems
    assert line == 2
    assert message.startswith("not valid YAML")


@pytest.mark.parametrize("source", ["a: 1\nb: 'open\nc: 2\n", "a: 1\nb: [1, 2\nc: 2\n"])
def test_what_is_never_closed_is_named_where_it_was_opened(source: str) -> None:
    file = YamlFile(source)
    assert [line for line, _ in file.problems] == [2]
    assert file.string(file.documents[0], "a") == "1"


BAD = {
    "brackets": "a: 1\nb: " + "[" * 10_000,
    "braces": "a: 1\nb: " + "{x: " * 10_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "closed brackets": "a: 1\nb: " + "[" * 5_000 + "]" * 5_000,
    "directives": "%TAG !a! x\n" * 20_000,
    "binary": "".join(map(chr, range(256))) * 40,
    "half a surrogate pair": "a: 1\nb: \ud800\n",
    "bad lines": "a: b: c\n" * 2_000,
    "unclosed": 'a: "' + "x\n" * 2_000,
    "anchors": "&a " * 5_000,
    "tab": "a:\n\tb: 1\n",
    "comma": "a: [1, 2,, 3]\n",
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD.keys())
def test_bad_files_end_with_one_problem(source: str) -> None:
    for kind in ("compose", "kubernetes", "helm", "ci", "platform", "ecs", "ide", "taskfile"):
        found = read("x.yaml", source, kind)
        assert len(found.problems) == 1
        assert found.problems[0][0] <= source.count("\n") + 1


def test_a_bomb_of_aliases_is_not_expanded() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30)]
    maps = [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 30)]
    source = "\n".join(["l0: &l0 [x]", "m0: &m0 {k: v}", *levels, *maps])
    file = YamlFile(source)
    assert file.string(file.get(file.documents[0], "m29"), "k") == "v"
    assert file.problems == ()
    assert sum(1 for _ in walk(file, file.documents[0])) < 100


def test_a_long_chain_of_merges_ends() -> None:
    chain = [f"m{n}: &m{n} {{<<: *m{n - 1}}}" for n in range(1, 3_000)]
    file = YamlFile("\n".join(["m0: &m0 {k: v}", *chain]))
    assert file.get(file.documents[0], "m2999", "k") is None
    assert file.string(file.get(file.documents[0], "m40"), "k") == "v"


def test_what_refers_to_itself_ends() -> None:
    file = YamlFile("a: &a\n  <<: *a\n  b: *a\n  c: [*a, 1]\n")
    assert [entry.name for entry in file.entries(file.get(file.documents[0], "a"))] == ["b", "c"]
    assert sum(1 for _ in walk(file, file.documents[0])) == 2


def test_a_compose_file_of_five_megabytes_is_read_up_to_the_limit() -> None:
    service = "  s{}:\n    image: x\n    command: celery -A x worker -c {}\n    restart: always\n"
    source = "services:\n" + "".join(service.format(n, n) for n in range(62_000))
    assert len(source) > 5_000_000
    found = compose.read("compose.yml", source)
    assert len(found.units) > 5_000
    ((_, message),) = found.problems
    assert "what follows was not read" in message


def test_without_libyaml_the_pure_python_loader_reads_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = "services:\n  w:\n    command: >-\n      celery -A x\n      worker\n    image: i\n"
    expected = compose.read("compose.yml", source)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert compose.read("compose.yml", source) == expected


def test_a_byte_order_mark_moves_nothing() -> None:
    source = "services:\n  w:\n    command: celery -A x worker\n"
    assert read("compose.yml", "\ufeff" + source, "compose") == compose.read("compose.yml", source)


def positions(found: Manifest) -> list[tuple[str, int, int]]:
    return [
        (str(word), *found.position(word.start))
        for _, command in found.commands()
        for word in command.words
    ]


def test_commands_in_what_was_lost_are_found_by_lines() -> None:
    source = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"
        "bad: [\n  x: {\n    args: [celery, worker]\n"
    )
    found = kubernetes.read("pod.yaml", source)
    assert positions(found) == [("celery", 7, 12), ("worker", 7, 20)]
    assert [unit.kind for unit in found.units] == ["unknown"]
    assert len(found.problems) == 1
