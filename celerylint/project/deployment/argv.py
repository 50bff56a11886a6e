"""Reads the words behind `celery` as Celery's click commands do, but keeps what is not known.

The words may hold unknown parts, so click itself cannot read them; a test compares this reader with
click's parser of the installed Celery. Nothing here converts or validates a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.facts.manifests.words import Text
from celerylint.findings import Span
from celerylint.oracle.options import GROUP, CommandOption, CommandOptions, Release, command
from celerylint.project.deployment.place import Home
from celerylint.project.process import Given, Mistake
from celerylint.project.values import Joined, Literal, Value, text_prefix
from celerylint.structs import dataclass, replace

STARTS = ("worker", "beat", "flower", "multi", "events")
"""The subcommands that start a process of their own."""


@dataclass(frozen=True, slots=True)
class Arg:
    """One word of a command line. open: it may be any number of words, none included.

    written is the word as its file writes it, without quotes ("" for all but the first of the words
    that one variable became); source is its decoded text with the file that it stands in, where it
    may be read again as a script.
    """

    value: Value
    span: Span
    open: bool = False
    written: str = ""
    source: tuple[Home, Text] | None = None

    def text(self) -> str | None:
        """The word when it is known."""
        value = self.value
        return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None

    def prefix(self) -> str:
        """What the word is known to begin with."""
        return text_prefix(self.value) or ""

    def behind(self, count: int) -> Arg:
        """The word without its first `count` characters, which are known."""
        value: Value = self.value
        if isinstance(value, Literal):
            value = Literal(value.value[count:], site=value.site, via=value.via)
        elif isinstance(value, Joined):
            value = _behind(value, count)
        span = replace(self.span, column=self.span.column + count)
        span = span if span.line == span.end_line else self.span
        return replace(self, value=value, span=span, source=None)


def _behind(joined: Joined, count: int) -> Value:
    parts = list(joined.parts)
    while count and parts:
        first = parts.pop(0)
        assert isinstance(first, Literal)
        rest = first.value[count:]
        count -= min(count, len(first.value))
        if rest:
            parts.insert(0, Literal(rest, site=first.site))
    return parts[0] if len(parts) == 1 else replace(joined, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Argv:
    """The words behind `celery`, read.

    group and given list every option in order (the last of a name wins: `option`). extra are the
    words left over. open: more options may be given than are listed.
    """

    subcommand: str | None
    subcommand_span: Span | None
    group: tuple[Given, ...]
    given: tuple[Given, ...]
    extra: tuple[Arg, ...]
    mistakes: tuple[Mistake, ...]
    open: bool

    def option(self, name: str) -> Given | None:
        """The subcommand's option of that parameter name, as it takes effect."""
        return next((each for each in reversed(self.given) if each.name == name), None)

    def globally(self, name: str) -> Given | None:
        """The group's option of that parameter name (`app`, `broker`, `workdir`, ...)."""
        return next((each for each in reversed(self.group) if each.name == name), None)


def read(args: Sequence[Arg], release: Release) -> Argv:
    """The words behind `celery` as that release reads them. Never raises."""
    group = _Reader(args, _table(GROUP, release), intersperse=False)
    group.run()
    rest = group.rest()
    if not rest:
        opened = group.open or any(arg.open for arg in args)
        mistakes = tuple(group.mistakes)
        return Argv(None, None, tuple(group.given), (), (), mistakes, opened)
    first, words = rest[0], rest[1:]
    name = first.text()
    table = _table(name or "", release)
    if name is None or table is None:
        opened = group.open or any(arg.open for arg in rest)
        found = (tuple(group.given), (), words, tuple(group.mistakes), opened)
        return Argv(name, first.span, *found)
    if release < (5,):  # optparse and argparse took the group's options on both sides
        shared = _table(GROUP, release) or CommandOptions((), {})
        both = {**shared.switches, **table.switches}
        table = CommandOptions((*shared.options, *table.options), both)
    reader = _Reader(words, table, intersperse=True)
    reader.run()
    return Argv(
        name,
        first.span,
        tuple(group.given) + tuple(reader.foreign(release)),
        tuple(reader.given),
        reader.rest(),
        (*group.mistakes, *reader.mistakes),
        group.open or reader.open,
    )


def strays(argv: Argv) -> Iterator[Mistake]:
    """Words behind the subcommand that are no options of it: see Mistake."""
    for arg in argv.extra:
        name = arg.prefix().partition("=")[0]
        if argv.subcommand == "flower":
            if name in _CHOOSING or name[:2] in ("-A", "-b"):
                yield Mistake("ignored", name if name in _CHOOSING else name[:2], arg.span)
        elif argv.subcommand in ("worker", "beat"):
            text = arg.text()
            if text and not arg.open and "=" not in text:
                yield Mistake("extra-word", text, arg.span)


def repeats(argv: Argv) -> Iterator[tuple[Given, Given]]:
    """Options that one file gives twice with different values: the first and the one that wins."""
    last = {each.name: each for each in (*argv.group, *argv.given)}
    for each in (*argv.group, *argv.given):
        final = last[each.name]
        apart = each.span != final.span and each.span.path == final.span.path
        known = each.value.known() and final.value.known()
        if apart and known and each.value.python() != final.value.python():
            yield each, final


# Options of the group that choose what is talked to.
_CHOOSING = ("--app", "--broker", "--result-backend", "--loader", "--config", "--workdir")


def _table(name: str, release: Release) -> CommandOptions | None:
    return command(name, release)


class _Reader:
    """click's option loop: `parser._process_args_for_options` over words that may be unknown."""

    def __init__(
        self, args: Sequence[Arg], table: CommandOptions | None, intersperse: bool
    ) -> None:
        self.args = list(args)
        self.at = 0
        self.table = table.switches if table is not None else {}
        self.intersperse = intersperse
        self.given: list[Given] = []
        self.left: list[Arg] = []
        self.mistakes: list[Mistake] = []
        self.open = False

    def rest(self) -> tuple[Arg, ...]:
        """The words left over, in click's order: what came before `--` and what came behind it."""
        return (*self.left, *self.args[self.at :])

    def foreign(self, release: Release) -> Iterator[Given]:
        """Options of the group that an old release accepts behind the subcommand."""
        if release < (5,):
            own = _table(GROUP, release)
            names = {each.name for each in own.options} if own is not None else set()
            yield from (each for each in self.given if each.name in names)

    def run(self) -> None:
        while self.at < len(self.args):
            arg = self.args[self.at]
            prefix, text = arg.prefix(), arg.text()
            if text == "--":
                self.at += 1
                self.open = self.open or any(each.open for each in self.args[self.at :])
                return
            if prefix.startswith("-") and (text is None or len(text) > 1):
                self.at += 1
                self._option(arg, prefix)
                continue
            if not prefix and text is None:
                self.open = True  # it may be an option
            if not self.intersperse and not arg.open:
                return
            if self.intersperse:
                self.left.append(arg)
            self.at += 1

    def _option(self, arg: Arg, prefix: str) -> None:
        known = arg.text() is not None
        name, equals, _ = prefix.partition("=")
        nameless = name.startswith("--") or name[:2] not in self.table
        if not known and not equals and nameless:
            self.open = True  # the unknown part is (part of) the switch's own name
            self.left.append(arg)
            return
        option = self.table.get(name) if len(name) > 2 else None
        if option is not None:
            self._long(arg, option, name, arg.behind(len(name) + 1) if equals else None)
        elif name.startswith("--"):
            self.mistakes.append(Mistake("no-such-option", name, arg.span))
        elif len(prefix) >= 2:
            self._short(arg, prefix)

    def _long(self, arg: Arg, option: CommandOption, name: str, value: Arg | None) -> None:
        if not option.flag:
            self._take(arg, option, name, value)
        elif value is not None:
            self.mistakes.append(Mistake("value-for-flag", name, arg.span))
        else:
            self._flag(arg, option, name)

    def _short(self, arg: Arg, prefix: str) -> None:
        for index in range(1, len(prefix)):
            switch = "-" + prefix[index]
            option = self.table.get(switch)
            if option is None:
                self.mistakes.append(Mistake("no-such-option", switch, arg.span))
                return
            if option.flag:
                self._flag(arg, option, switch)
                continue
            behind = arg.behind(index + 1)
            glued = behind.text() != ""
            self._take(arg, option, switch, behind if glued else None)
            return
        self.open = self.open or arg.text() is None

    def _flag(self, arg: Arg, option: CommandOption, switch: str) -> None:
        value = Literal(switch not in option.off)
        self.given.append(Given(option.name, switch, value, arg.span, arg.span))

    def _take(self, arg: Arg, option: CommandOption, switch: str, value: Arg | None) -> None:
        if value is None:
            if self.at >= len(self.args):
                self.mistakes.append(Mistake("no-value", switch, arg.span))
                return
            value = self.args[self.at]
            self.at += 1
        self.given.append(Given(option.name, switch, value.value, arg.span, value.span))
