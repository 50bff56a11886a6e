"""What a call gives to a task and what to its message: arguments and options, with places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celerylint import oracle
from celerylint.facts.syntax import Node
from celerylint.findings import Span
from celerylint.project.combine import one_of
from celerylint.project.libraries.records import SendRecord
from celerylint.project.objects import Unset, is_unset
from celerylint.project.values import Literal, Mapping, OneOf, Sequence, Site, Value
from celerylint.structs import dataclass, field

# How much of a call is options and how much arguments of the task.
DIRECT = frozenset({"delay", "s", "si", "delay_on_commit"})
# The function whose parameters a call fills by position; signatures are objects of a class.
_ORDERS = {
    "apply_async": "apply_async",
    "apply_async_on_commit": "apply_async",
    "apply": "apply",
    "send_task": "send_task",
    "signature": "signature",
    "subtask": "signature",
}
_NAMES = frozenset({"args", "kwargs", "name", "task", "varies"})


@dataclass(frozen=True, slots=True)
class Piece:
    """An argument: its keyword or None, the value, what is written, and whether it is surely given
    (what comes out of a splat may not be).
    """

    name: str | None
    value: Value
    node: Node | None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Packed:
    """A call taken apart: the task's arguments, the message's options and their places, and what is
    given as `args` and `kwargs` as a whole; open when there may be more arguments than are listed.
    """

    pieces: tuple[Piece, ...] = ()
    options: dict[str, Value] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    whole: dict[str, Piece] = field(default_factory=dict)
    open: bool = False


def unpack(record: SendRecord) -> Packed:
    """The parts of the call that sends a task or builds a signature."""
    if record.how in DIRECT and record.canvas is None:
        return Packed(tuple(_direct(record)), open=record.arguments.open)
    order: tuple[str, ...] = ()
    if record.how in _ORDERS and len(record.arguments.args) > 1:
        order = _order(record)
    if record.how not in _ORDERS:
        return Packed(options=dict(record.arguments.kwargs), open=record.arguments.open)
    options, spans = _options(record, order)
    if record.canvas is not None:
        return Packed(options=options, spans=spans, open=record.arguments.open)
    whole = _whole(record)
    pieces = [piece for key, each in whole.items() for piece in _inside(key, each)]
    is_open = any(_is_open(key, each.value) for key, each in whole.items())
    is_open = is_open or (record.arguments.open and len(whole) < len(("args", "kwargs")))
    return Packed(tuple(pieces), options, spans, whole, is_open)


def _order(record: SendRecord) -> tuple[str, ...]:
    if record.canvas is not None:
        return oracle.call_order("Signature.apply_async")
    order = oracle.call_order(_ORDERS[record.how])
    return order if record.named or record.how not in {"signature", "subtask"} else order[1:]


def _direct(record: SendRecord) -> Iterator[Piece]:
    given, nodes = record.arguments, _nodes(record.nodes)
    written = {keyword for star, keyword, *_ in record.nodes if not star and keyword is not None}
    starred = any(star for star, *_ in record.nodes)
    for i, value in enumerate(given.args):
        yield Piece(None, value, nodes.get(i), not (starred and given.open_args))
    for name, value in given.kwargs:
        sure = name in written or not (given.open_kwargs or is_unset(value))
        yield Piece(name, value, nodes.get(name), sure)


def _nodes(nodes: tuple[Any, ...]) -> dict[int | str, Node]:
    """What is written, by position or keyword; by keyword only where a splat hides positions."""
    found: dict[int | str, Node] = {key: value for _, key, value, *_ in nodes if key is not None}
    return found | {i: each[2] for i, each in enumerate(_positional(nodes))}


def _positional(nodes: tuple[Any, ...]) -> list[Node]:
    if any(star == "*" for star, *_ in nodes):
        return []
    return [each for each in nodes if each[1] is None and not each[0]]


def _whole(record: SendRecord) -> dict[str, Piece]:
    shift = 1 if record.named else 0
    given, nodes = record.arguments, _nodes(record.nodes)
    found = {}
    for i, name in enumerate(("args", "kwargs"), start=shift):
        value = given.get(i, name)
        if value is not None:
            found[name] = Piece(name, value, nodes.get(name, nodes.get(i)))
    return found


def _inside(key: str, whole: Piece) -> Iterator[Piece]:
    """The arguments in what is given as `args` or `kwargs`."""
    written, value = _parts(whole.node), whole.value
    if key == "args" and isinstance(value, Sequence):
        for i, each in enumerate(value.items):
            yield Piece(None, each, written.get(i), not value.open)
    elif key == "kwargs" and isinstance(value, Mapping):
        for name, each in value.entries:
            if isinstance(name, Literal):
                sure = not (value.open or is_unset(each))
                yield Piece(str(name.value), each, written.get(name.value), sure)


def _parts(node: Node | None) -> dict[int | str, Node]:
    """What is written in a list, tuple or dict, by position or key; nothing where a splat hides
    which.
    """
    if node is not None and node[0] == "seq" and all(each[0] != "star" for each in node[4]):
        return dict(enumerate(node[4]))
    if node is not None and node[0] == "dict" and all(key is not None for key, _ in node[3]):
        return {key[3]: value for key, value in node[3] if key[0] == "const"}
    return {}


def _is_open(key: str, value: Value) -> bool:
    if isinstance(value, Literal) and value.value is None:
        return False
    if key == "args" and isinstance(value, Sequence):
        return value.open or value.kind not in {"list", "tuple"}
    return key == "args" or not isinstance(value, Mapping) or value.open


def _options(
    record: SendRecord, order: tuple[str, ...]
) -> tuple[dict[str, Value], dict[str, Span]]:
    """The options by name, and where each name (or what stands for it) is written."""
    options: dict[str, Value] = {}
    spans: dict[str, Span] = {}
    positions = dict(enumerate(_positional(record.nodes)))
    for i, (name, value) in enumerate(zip(order, record.arguments.args, strict=False)):
        if name not in _NAMES:
            _add(record, options, spans, name, value, positions.get(i))
    written = {each[1]: each for each in record.nodes if each[1] is not None}
    for name, value in record.arguments.kwargs:
        if name not in _NAMES:
            _add(record, options, spans, name, value, written.get(name))
    return options, spans


def _add(
    record: SendRecord,
    options: dict[str, Value],
    spans: dict[str, Span],
    name: str,
    value: Value,
    node: Node | None,
) -> None:
    if name == "options" and record.how in {"signature", "subtask"}:
        for key, inner, site in _merged(value):
            options.setdefault(key, inner)
            spans.setdefault(key, _place(record, site))
    options[name] = value
    if node is None:
        spans[name] = _place(record, value.site)
    else:
        keyword = node[1] is not None
        end = node[3] + len(node[1]) if keyword else node[4]
        spans[name] = record.site.file.span(node[3], end)


def _merged(value: Value) -> Iterator[tuple[str, Value, Site | None]]:
    """What a dict holds, or each of several that it may be, by key: with the place of the key."""
    every = [
        each
        for each in (value.options if isinstance(value, OneOf) else (value,))
        if isinstance(each, Mapping)
    ]
    places: dict[str, Site | None] = {}
    for each in every:
        for key, inner in each.entries:
            if isinstance(key, Literal) and isinstance(key.value, str):
                places.setdefault(key.value, key.site or inner.site)
    for name, site in places.items():
        yield name, one_of([each.get(name) or Unset() for each in every]), site


def _place(record: SendRecord, site: Site | None) -> Span:
    """The place, where it is in the file of the call, else the call."""
    near = site is not None and site.file is record.site.file
    return site.span if near and site is not None else record.site.span
