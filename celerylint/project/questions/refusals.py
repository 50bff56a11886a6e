"""What `celery` itself refuses of a command line: it exits with status 2 and starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from celerylint.findings import Span
from celerylint.oracle.options import (
    GROUP,
    CommandOption,
    CommandOptions,
    Release,
    command,
    releases,
)
from celerylint.patterns import regex
from celerylint.project.model import CeleryVersions, Project
from celerylint.project.process import Mistake, Process
from celerylint.project.values import Literal
from celerylint.structs import dataclass

_CELERY = regex(r"(?:^|[/\\])celery(?:\.exe)?$")
_PLAIN = regex(r"[\w@./:,+-]+")
_CLOSE = 0.8

# Options of the worker until 4.x (celery/bin/worker.py and celery/bin/base.py there), and what
# became of them; None where nothing did.
_OLD_SWITCHES = {
    "--maxtasksperchild": "--max-tasks-per-child",
    "--maxmemperchild": "--max-memory-per-child",
    "--autoreload": None,
    "--no-execv": None,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that every Celery which the project allows refuses.

    kind is group-option (it belongs in front of the subcommand), no-such-option, no-value,
    value-for-flag, bad-value or extra-word. switch is the option as written, span the word that is
    wrong, value what is given, expected what would be taken instead ("" where nothing is known);
    since is the release that has such an option ("" where none that is allowed is too old);
    origin is option or "environment NAME".
    """

    kind: str
    switch: str
    span: Span
    value: str = ""
    expected: str = ""
    since: str = ""
    origin: str = "option"


def celery_of(process: Process, project: Project) -> CeleryVersions:
    """The versions that run a process: its app's, else the project's."""
    found = next((app for app in project.apps if app.id == process.app_id), None)
    return found.celery if found is not None else project.celery


def refusals(process: Process, celery: CeleryVersions) -> Iterator[Refusal]:
    """What is refused, in the order of the words; nothing for commands that only end in Celery's,
    for Celery 4 and older, and where it is not known.
    """
    if not celery.allowed or not celery.all_at_least(5) or process.multi:
        return
    if not process.words or not _CELERY.search(process.words[0]) or process.kind == "flower":
        return
    tables = _tables(process.kind, celery.allowed)
    refused = False
    for mistake in process.mistakes:
        for each in _mistaken(mistake, process, tables):
            refused = True
            yield each
    yield from _values(process, tables)
    extra = next((each for each in process.mistakes if each.kind == "extra-word"), None)
    if extra is not None and not refused and not process.open and _PLAIN.fullmatch(extra.switch):
        yield Refusal("extra-word", extra.switch, extra.span, extra.switch)


def _tables(name: str, allowed: tuple[Release, ...]) -> list[CommandOptions]:
    """The options of the subcommand in each allowed release."""
    known = sorted({max([r for r in releases() if r <= one] or [one]) for one in allowed})
    return [table for each in known if (table := command(name, each)) is not None]


def _mistaken(
    mistake: Mistake, process: Process, tables: list[CommandOptions]
) -> Iterator[Refusal]:
    switch, span = mistake.switch, mistake.span
    if mistake.kind in ("extra-word", "ignored", "no-subcommand"):
        return
    if any(switch in table.switches for table in tables) == (mistake.kind == "no-such-option"):
        return  # some of the versions read it otherwise
    if mistake.kind != "no-such-option":
        yield Refusal(mistake.kind, switch, span)
    elif _of_group(switch):
        yield Refusal("group-option", switch, span)
    elif switch in _OLD_SWITCHES:
        yield Refusal("no-such-option", switch, span, expected=_OLD_SWITCHES[switch] or "")
    else:
        near = _nearest(switch, tables[-1]) if tables else ""
        since = _since(switch, process.kind)
        if near or since:  # other names may be those of the app's own `user_options`
            yield Refusal("no-such-option", switch, span, expected=near, since=since)


def _of_group(switch: str) -> bool:
    table = command(GROUP, releases()[-1])
    return table is not None and switch in table.switches and switch not in ("--help", "--version")


def _since(switch: str, name: str) -> str:
    """The first release in which a subcommand has such an option."""
    for release in releases():
        table = command(name, release)
        if table is not None and switch in table.switches:
            return ".".join(map(str, release))
    return ""


def _nearest(switch: str, table: CommandOptions) -> str:
    """The one option that is meant: it begins so, or is written almost so."""
    import difflib

    if not switch.startswith("--"):
        return ""
    longer = {
        option.name: each for each, option in table.switches.items() if each.startswith(switch)
    }
    if len(longer) == 1:
        return next(iter(longer.values()))
    names = [each for each in table.switches if each.startswith("--")]
    return next(iter(difflib.get_close_matches(switch, names, 1, _CLOSE)), "")


def _values(process: Process, tables: list[CommandOptions]) -> Iterator[Refusal]:
    for name, chosen in process.options.items():
        options = [found for table in tables if (found := table.named(name)) is not None]
        if not isinstance(chosen.value, Literal) or not isinstance(chosen.value.value, str):
            continue
        text = chosen.value.value
        wanted = [_unlike(option, text) for option in options]
        if options and len(options) == len(tables) and all(wanted):
            origin = chosen.origin if chosen.origin.startswith("environment") else "option"
            switch = max(options[-1].opts, key=len)
            yield Refusal("bad-value", switch, chosen.span, text, wanted[-1], origin=origin)


def _unlike(option: CommandOption, text: str) -> str:
    """What the option takes, if this text is not it; else ""."""
    if option.flag:
        return ""
    if option.name == "loglevel":
        return "" if text.upper() in option.choices else ", ".join(option.choices)
    if option.choices:
        unchecked = option.type == "pool" and option.choices == _UNCHECKED_POOLS
        return "" if unchecked or text in option.choices else ", ".join(option.choices)
    if option.name == "concurrency" and option.type == "text":
        return "" if text.lower() == "auto" or _is(int, text, 0) else "a number, or auto"
    if option.type == "<min workers>, <max workers>":
        parts = text.split(",")
        good = len(parts) <= 2 and all(_is(int, each) for each in parts)
        return "" if good else "one or two whole numbers with a comma between them"
    if option.type == "integer":
        return "" if _is(int, text) else "a whole number"
    if option.type == "float":
        return "" if _is(float, text) else "a number"
    return ""


# Celery 5.0 lists these and takes any name.
_UNCHECKED_POOLS = ("prefork", "eventlet", "gevent", "solo")


def _is(make: Callable[[str], float], text: str, least: float | None = None) -> bool:
    try:
        number = make(text)
    except ValueError:
        return False
    return least is None or number >= least
