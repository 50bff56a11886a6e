"""What a shell script is made of: the values that `structure` yields."""

from __future__ import annotations

from celerylint.facts.manifests.words import Lit, Part, Word
from celerylint.patterns import regex
from celerylint.structs import dataclass, replace

_ASSIGN = regex(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?(\+?)=")


@dataclass(frozen=True, slots=True)
class Assign:
    """`name=value`, `name+=value` or an array; [start, end) is the whole assignment."""

    name: str
    value: Word | None
    items: tuple[Word, ...] | None
    append: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command: leading assignments, then words; redirections are only noted."""

    assigns: tuple[Assign, ...]
    words: tuple[Word, ...]
    redirected: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AndOr:
    """Commands joined by `&&` and `||`: operators[i] stands before nodes[i + 1]."""

    nodes: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pipe:
    """A pipeline; negated when `!` stands before it."""

    nodes: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class If:
    """branches are (test, body) of `if` and each `elif`."""

    branches: tuple[tuple[Block, Block], ...]
    otherwise: Block


@dataclass(frozen=True, slots=True)
class Case:
    """arms are (patterns, body)."""

    word: Word
    arms: tuple[tuple[tuple[Word, ...], Block], ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """kind is while, until, for or select; for loops have a name and its words."""

    kind: str
    name: str
    words: tuple[Word, ...]
    test: Block
    body: Block


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }` or `( ... )`."""

    body: Block
    subshell: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list; background when `&` ends it."""

    node: Node
    background: bool


Node = Simple | AndOr | Pipe | If | Case | Loop | Function | Group
Block = tuple[Item, ...]


def assignment(word: Word) -> Assign | None:
    """The word read as an assignment, or None."""
    first = word.parts[0]
    match = _ASSIGN.match(first.text) if isinstance(first, Lit) else None
    if match is None or not isinstance(first, Lit):
        return None
    parts: list[Part] = [
        part if isinstance(part, Lit) else replace(part, quoted=True) for part in word.parts[1:]
    ]
    rest = first.text[match.end() :]
    if rest or not parts:
        parts.insert(0, Lit(rest))
    source = None if word.source is None else word.source.cut(match.end())
    value = Word(tuple(parts), word.start + match.end(), word.end, word.quoted, source)
    return Assign(match.group(1), value, None, bool(match.group(2)), word.start, word.end)


def without_number(words: list[Word], offset: int) -> list[Word]:
    """`2>` is one operator: the digit right before its offset is no argument."""
    last = words[-1] if words else None
    if last is not None and last.end == offset and (last.literal() or "").isdigit():
        return words[:-1]
    return words


def last_command(block: Block) -> Simple | None:
    """The simple command that a shell with `-c` may replace itself by: the very last one, neither
    piped nor redirected nor in the background."""
    if not block or block[-1].background:
        return None
    node = block[-1].node
    if isinstance(node, AndOr) and node.operators[-1] == "&&":
        node = node.nodes[-1]
    return node if isinstance(node, Simple) and not node.redirected else None
