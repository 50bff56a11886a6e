"""A process that a file starts, with what is known about it and where each fact comes from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from celerylint.facts.manifests.model import Unit
from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.choices import readings, settle
from celerylint.project.values import Default, Literal, OneOf, Unknown, Value
from celerylint.structs import dataclass, field

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Given:
    """An option that the words give: switch as written (`-c`), span of the switch's word.

    value is Literal(True) for a flag (False for its off switch); value_span is where the value
    stands.
    """

    name: str
    switch: str
    value: Value
    span: Span
    value_span: Span


@dataclass(frozen=True, slots=True)
class Mistake:
    """What click would refuse: kind is no-such-option, no-value, value-for-flag or
    no-subcommand; extra-word is one that Celery cannot read as a setting (`name=value`), ignored an
    option of `celery` behind `flower`, which starts without it."""

    kind: str
    switch: str
    span: Span


@dataclass(frozen=True, slots=True)
class Probe:
    """`celery inspect ping` or `celery status` as a platform runs it.

    kind is healthcheck (liveness included), readiness or startup; span is the subcommand; words
    what follows `celery` ("" stands for what is not known). destination is the node that is asked,
    None where all are; literal: no shell replaces the variable in it. wait is how many seconds
    Celery waits for answers. piped: another command reads what it prints.
    """

    kind: str
    span: Span
    words: tuple[str, ...]
    destination: Span | None
    literal: str = ""
    wait: float | None = 1.0
    piped: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value with its source: origin is option, environment (with the variable's name behind a
    blank), entry point, unit, or "default of PLATFORM"; span is where the value is written."""

    value: Value
    origin: str
    span: Span

    def text(self) -> str | None:
        """The text when it is known, defaults of variables counted as known."""
        found = readings(settle(self.value))
        return found[0][0] if len(found) == 1 else None

    def number(self) -> float | None:
        """The number when it is known, as a number or a text; defaults of variables counted as
        known.
        """
        value = settle(self.value)
        while isinstance(value, Default) and value.default is not None:
            value = value.default
        if not isinstance(value, Literal) or isinstance(value.value, bool):
            return None
        try:
            return float(value.value)
        except (TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class NoApp:
    """Why Celery finds no app behind `-A`: kind is module (there is none of that name), attribute
    (the module at place lacks it), none (the module at place holds no app) or unnamed (there is no
    `-A`, nor anything in its stead). meant is the id of the app that was likely meant, "" where
    that is not known."""

    kind: str
    name: str
    place: Span | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A Celery process (kind worker, beat, flower, events) that a file starts.

    span is the word `celery` (or what stands for it). words are the command line, wrappers left
    out, as written. open: more options may be given than were read. options are all that the words
    or the environment give, by click's parameter name; a flag's value is Literal(True). app is the
    `-A` string (or the entry point's app), None where nothing names one. service is the unit's
    name, None for a script that nothing in the tree runs; platform and deployment say what runs it
    (compose, supervisor, ...) and which file groups it. executes: the process itself gets the
    platform's signals (None: not known). environment holds only what is set for certain, never all.
    grace is in seconds; float("inf") is never. chain leads from the outermost manifest to span;
    reached_by are the chains of every unit that starts the process manager which starts it (empty
    elsewhere). alternative_of is the first of several starts in exclusive branches.
    held are the commands on the way, outermost first, above which a shell stays for certain (their
    first words: `exec` belongs there). broadcasts is the init that hands signals to its whole
    process group (`dumb-init`, `tini -g`). final: nothing follows it in the scripts on the way.
    keys is what the unit says under its format's own keys (stopasgroup, KillMode, Type, ...), and
    cpus, memory, init and restart; copied is the COPY that puts its script into an image, where
    nothing in the tree runs that script; removed are the files that its scripts remove before;
    ports and mounts are "outside:inside" as written. probes are those that ask through Celery.
    repeated are the options that one file gives twice: the first, and the one that wins.
    """

    kind: str
    span: Span
    words: tuple[str, ...]
    open: bool
    app: Chosen | None
    options: Mapping[str, Chosen]
    mistakes: tuple[Mistake, ...] = ()
    repeated: tuple[tuple[Given, Given], ...] = ()
    extra: tuple[str, ...] = ()
    service: str | None = None
    platform: str = ""
    deployment: str = ""
    role: str = "production"
    role_reason: str = ""
    executes: bool | None = None
    replicas: Chosen | None = None
    grace: Chosen | None = None
    stop_signal: Chosen | None = None
    user: Chosen | None = None
    workdir: str = ""
    environment: Mapping[str, Value] = field(default_factory=lambda: _EMPTY)
    environment_open: str = ""
    wrappers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    background: bool = False
    looped: bool = False
    final: bool = True
    held: tuple[Span, ...] = ()
    broadcasts: Span | None = None
    copied: Span | None = None
    removed: frozenset[str] = frozenset()
    keys: Mapping[str, Chosen] = field(default_factory=lambda: _EMPTY)
    ports: tuple[Chosen, ...] = ()
    mounts: tuple[Chosen, ...] = ()
    probes: tuple[Probe, ...] = ()
    chain: tuple[Span, ...] = ()
    reached_by: tuple[tuple[Span, ...], ...] = ()
    alternative_of: Span | None = None
    multi: bool = False
    unit: Unit | None = None
    app_id: str | None = None  # of the app in the linked project, where `app` names one of them
    no_app: NoApp | None = None  # where it surely runs none of the project

    def option(self, name: str) -> Chosen | None:
        """The option of that parameter name, None where neither words nor environment give it."""
        return self.options.get(name)


@dataclass(frozen=True, slots=True)
class WebServer:
    """A web server. library is gevent or eventlet where it runs each request in a greenlet, else
    ""; chosen is what says so (for others: the server's command). program is gunicorn or uwsgi, ""
    where only the code that it serves is known; serves is the dotted module of that code. explicit:
    its command names its kind of workers. chain leads to the command."""

    program: str
    library: str
    chosen: Chosen
    role: str
    serves: str = ""
    explicit: bool = True
    chain: tuple[Span, ...] = ()


_SECRET = regex(r"(://[^/@\s:]*:)[^@\s]+(@)|(--basic[_-]auth=[^:\s$]+:)(?!\$)\S+")


def redacted(text: str) -> str:
    """The text without the passwords of URLs and of `--basic_auth`."""
    return _SECRET.sub(lambda match: f"{match[1] or match[3]}***{match[2] or ''}", text)


def _plain(value: Any) -> Any:
    """What JSON can carry: no infinity, and no password."""
    if value == float("inf"):
        return "infinity"
    return redacted(value) if isinstance(value, str) else value


def value_json(value: Value) -> dict[str, Any]:
    """value and certainty as the project's JSON writes them."""
    value = settle(value)
    if isinstance(value, Literal):
        return {"value": _plain(value.value), "certainty": "known"}
    if isinstance(value, Default):
        inner = value_json(value.default) if value.default is not None else {}
        if "value" in inner:
            return {"value": inner["value"], "certainty": "default", "env": value.env}
        return {"certainty": "unknown", "reason": f"{value.env} is not set in the tree"}
    if isinstance(value, OneOf):
        parts = [value_json(each) for each in value.options]
        if all("value" in part for part in parts):
            return {"value": [part["value"] for part in parts], "certainty": "one-of"}
        reason = next(part["reason"] for part in parts if "reason" in part)
        return {"certainty": "unknown", "reason": reason}
    reason = value.reason if isinstance(value, Unknown) else "not resolved"
    return {"certainty": "unknown", "reason": reason}


def chosen_json(chosen: Chosen | None) -> dict[str, Any] | None:
    """A fact of a process as the project's JSON writes it; None where it is not given."""
    if chosen is None:
        return None
    place = {"from": chosen.origin, "path": chosen.span.path, "line": chosen.span.line}
    return {**value_json(chosen.value), **place}


_JSON_OPTIONS = {
    "pool": "pool",
    "concurrency": "concurrency",
    "queues": "queues",
    "soft_time_limit": "soft_time_limit",
    "time_limit": "time_limit",
    "prefetch": "prefetch_multiplier",
}


def process_json(process: Process) -> dict[str, Any]:
    """A process as an element of `processes` in the project's JSON."""
    return {
        "kind": process.kind,
        "path": process.span.path,
        "line": process.span.line,
        "column": process.span.column,
        "service": process.service,
        "argv": [redacted(word) for word in process.words],
        "open": process.open,
        "app": chosen_json(process.app),
        **{key: chosen_json(process.option(name)) for key, name in _JSON_OPTIONS.items()},
        "replicas": chosen_json(process.replicas),
        "grace": chosen_json(process.grace),
        "exec": process.executes,
        "role": process.role,
        "chain": [f"{span.path}:{span.line}" for span in process.chain],
    }
