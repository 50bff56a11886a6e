"""`celery multi start ...`: the worker of each node, by the rules of celery.apps.multi.

Celery's own code cannot be asked: it creates the folders of pid and log files, and it knows no
unknown words. A test compares this reader with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint.project.choices import join
from celerylint.project.deployment.argv import Arg
from celerylint.project.values import Literal, Unknown, Value
from celerylint.structs import dataclass, field, replace

_RESERVED = ("--nosplash", "--quiet", "-q", "--verbose", "--no-color")
_OWN = ("--cmd", "--append", "--hostname", "-n", "--prefix", "--suffix", "--range-prefix")
_GROUP = ("-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir")
_MOST_NODES = 64


@dataclass(frozen=True, slots=True)
class Node:
    """One worker: its name as `multi` builds it (`w1@%h`), and the words behind `celery`."""

    name: Value
    args: tuple[Arg, ...]
    open: bool


@dataclass
class _Parsed:
    """What `NamespacedOptionParser` keeps: an option is (switch, its word, its value or None)."""

    names: list[Arg] = field(default_factory=list)
    options: dict[str, tuple[Arg, Arg | None]] = field(default_factory=dict)
    spaces: dict[str, dict[str, tuple[Arg, Arg | None]]] = field(default_factory=dict)
    rest: list[Arg] = field(default_factory=list)
    open: bool = False


def nodes(args: Sequence[Arg]) -> tuple[str, list[Node]]:
    """The subcommand of multi and the nodes that it names. args are the words behind `multi`; what
    stands between `celery` and `multi` belongs at their end."""
    words = [arg for arg in args if arg.text() not in _RESERVED]
    if not words:
        return "", []
    parsed = _parse(words[1:])
    names, prefix = _names(parsed)
    _spread(parsed, [name.text() or "" for name in names], counted=prefix is not None)
    host = _text(parsed, "--suffix") or _text(parsed, "--hostname") or _text(parsed, "-n") or "%h"
    own = prefix if prefix is not None else _text(parsed, "--prefix")
    return words[0].text() or "", [_node(parsed, name, own, host) for name in names]


def _text(parsed: _Parsed, switch: str) -> str:
    value = parsed.options.get(switch, (None, None))[1]
    return (value.text() or "") if value is not None else ""


def _parse(words: list[Arg]) -> _Parsed:
    found, at = _Parsed(), 0
    while at < len(words):
        arg, prefix = words[at], words[at].prefix()
        at += 1
        if arg.text() == "":
            continue
        if arg.text() == "--":
            found.rest = words[at - 1 :]
            break
        if prefix.startswith("--"):
            name, equals, _ = prefix.partition("=")
            _add(found, name, arg, arg.behind(len(name) + 1) if equals else None)
        elif prefix.startswith("-"):
            takes = at < len(words) and not words[at].prefix().startswith("-")
            _add(found, prefix, arg, words[at] if takes else None)
            at += takes
        elif arg.open:
            found.open = True
        else:
            found.names.append(arg)
    return found


def _add(found: _Parsed, name: str, arg: Arg, value: Arg | None) -> None:
    switch, colon, space = name.partition(":")
    target = found.spaces.setdefault(space, {}) if colon else found.options
    target[switch] = (arg, value)


def _names(parsed: _Parsed) -> tuple[list[Arg], str | None]:
    """The nodes' names, and their prefix where a mere number was given."""
    if len(parsed.names) == 1 and (parsed.names[0].text() or "").isdigit():
        number = min(int(parsed.names[0].text() or 0), _MOST_NODES)
        word = parsed.names[0]
        numbers = [replace(word, value=Literal(str(each + 1))) for each in range(number)]
        return numbers, _text(parsed, "--range-prefix") or "celery"
    return parsed.names, None


def _spread(parsed: _Parsed, names: list[str], counted: bool) -> None:
    """Gives options such as `-c:1,2` and `-c:1-5` to the nodes that they name."""
    if counted:
        _by_number(parsed, names)
    _by_range(parsed, counted)
    if not counted:
        _by_number(parsed, names)


def _by_number(parsed: _Parsed, names: list[str]) -> None:
    for space, options in list(parsed.spaces.items()):
        if space.isdigit() and 0 < int(space) <= len(names):
            parsed.spaces.setdefault(names[int(space) - 1], {}).update(options)


def _by_range(parsed: _Parsed, counted: bool) -> None:
    for space, options in list(parsed.spaces.items()):
        if "," in space or (counted and "-" in space):
            for each in _members(space, counted):
                parsed.spaces.setdefault(each, {}).update(options)
            del parsed.spaces[space]


def _members(space: str, counted: bool) -> list[str]:
    found = []
    for each in space.split(","):
        first, dash, last = each.partition("-")
        if counted and dash and first.isdigit() and last.isdigit():
            stop = min(int(last), int(first) + _MOST_NODES)
            found += [str(number) for number in range(int(first), stop + 1)]
        else:
            found.append(each)
    return found


def _node(parsed: _Parsed, name: Arg, prefix: str, host: str) -> Node:
    text = name.text()
    full: Value
    if text is None:
        full = join([Literal(prefix), name.value, Literal(f"@{host}")])
        short = nodename = ""
    elif "@" in text:
        short, nodename = text.partition("@")[0], text
        full = Literal(text)
    else:
        short = f"{prefix}{text}"
        nodename = f"{short}@{host}"
        full = Literal(nodename)
    space = nodename if nodename in parsed.spaces else (text or short)
    if text is not None and "@" in text and nodename not in parsed.spaces:
        space = short
    options = {key: each for key, each in parsed.options.items() if key not in _OWN}
    options |= parsed.spaces.get(space, {})
    return Node(full, tuple(_words(options, name, full, parsed)), parsed.open)


def _words(
    options: dict[str, tuple[Arg, Arg | None]], name: Arg, full: Value, parsed: _Parsed
) -> list[Arg]:
    before: list[Arg] = []
    behind: list[Arg] = []
    for switch, (word, value) in options.items():
        target = before if switch in _GROUP else behind
        if value is None:
            target.append(replace(word, value=Literal(switch), source=None))
        elif switch.startswith("--"):
            glued = join([Literal(f"{switch}="), value.value])
            target.append(replace(word, value=glued, source=None))
        else:
            target += [replace(word, value=Literal(switch), source=None), value]
    worker = replace(name, value=Literal("worker"), written="worker")
    named = [replace(name, value=Literal("-n"), written="-n"), replace(name, value=full)]
    unknown = Arg(Unknown("more words"), name.span, open=True)
    more = [unknown] if parsed.open else []
    return [*before, worker, *named, *behind, *more, *parsed.rest]
