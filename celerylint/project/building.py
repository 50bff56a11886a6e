"""From a start to a Process: its command line read, its unit's surroundings resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from celerylint.facts.manifests.classify import dev_marker
from celerylint.findings import Span
from celerylint.oracle.options import Release
from celerylint.project import argv as argv_reader
from celerylint.project import multi
from celerylint.project.argv import STARTS, Argv
from celerylint.project.chains import Situation, Start
from celerylint.project.choices import readings, settle
from celerylint.project.commanding import chosen_options, merged
from celerylint.project.entrypoints import EntryPoint
from celerylint.project.expansion import value_of
from celerylint.project.limits import GRACE, REPLICAS, seconds
from celerylint.project.process import Chosen, Process
from celerylint.project.units import Service
from celerylint.project.values import Default, Literal, Value
from celerylint.project.wrappers import basename

_TASK_RUNNERS = ("makefile", "justfile", "taskfile", "package-json")
_MULTI_STARTS = ("start", "restart")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a start: a variant of its words, or one node of multi."""

    argv: Argv
    words: tuple[str, ...]
    node: bool = False


def build(
    starts: Sequence[Start], release: Release, own: Mapping[str, EntryPoint]
) -> list[Process]:
    """The processes of one start, given in all the variants of its words. Empty where the words are
    no start (`celery inspect`, `celery --version`)."""
    found: dict[tuple[str, int], list[tuple[Start, _Reading]]] = {}
    for start in starts:
        for number, reading in enumerate(_readings(start, release)):
            if reading.argv.subcommand in STARTS:
                key = (reading.argv.subcommand or "", number)
                found.setdefault(key, []).append((start, reading))
    return [_process(group, release, own) for group in found.values()]


def _readings(start: Start, release: Release) -> list[_Reading]:
    words = tuple(each.written for each in (start.word, *start.args) if each.written)
    names = [number for number, arg in enumerate(start.args) if arg.text() == "multi"]
    read = argv_reader.read(start.args, release)
    if read.subcommand != "multi" or not names:
        return [_Reading(read, words)]
    at = names[0]
    verb, nodes = multi.nodes([*start.args[at + 1 :], *start.args[:at]])
    if verb not in _MULTI_STARTS:
        return []
    return [_Reading(argv_reader.read(node.args, release), words, node=True) for node in nodes] or [
        _Reading(read, words)
    ]


def _process(
    group: list[tuple[Start, _Reading]], release: Release, own: Mapping[str, EntryPoint]
) -> Process:
    start, reading = max(group, key=lambda each: len(each[1].words))
    situation, read = start.situation, reading.argv
    options = merged(
        [chosen_options(each.argv, each_start.situation.environment, release)
         for each_start, each in group]
    )  # fmt: skip
    service = situation.service
    role, reason = _role(start, service)
    span = start.word.span
    return Process(
        kind=read.subcommand or "",
        span=span,
        words=reading.words,
        open=any(each.argv.open for _, each in group),
        app=_app(start, options, own),
        options=options,
        mistakes=read.mistakes,
        extra=tuple(arg.written for arg in read.extra),
        service=service.unit.name
        if service is not None and service.unit.kind != "script"
        else None,
        platform=service.manifest.kind if service is not None else "shell",
        deployment=service.manifest.path if service is not None else span.path,
        role=role,
        role_reason=reason,
        executes=False if _forks(options, reading) else situation.executes,
        replicas=_replicas(service, situation),
        grace=_grace(service, situation),
        stop_signal=_field(service, "stop_signal", situation),
        user=_user(service, situation),
        workdir=situation.workdir,
        environment=situation.environment,
        environment_open=situation.environment_open,
        wrappers=situation.wrappers,
        conditions=situation.conditions,
        background=situation.background,
        looped=situation.looped,
        chain=_chain(situation, span),
        multi=reading.node,
        unit=service.unit if service is not None else None,
    )


def _forks(options: Mapping[str, Chosen], reading: _Reading) -> bool:
    return reading.node or "detach" in options


def _chain(situation: Situation, span: Span) -> tuple[Span, ...]:
    found: list[Span] = []
    for each in (*situation.chain, span):
        if not found or (found[-1].path, found[-1].line) != (each.path, each.line):
            found.append(each)
    if found and found[-1] != span:
        found[-1] = span
    return tuple(found)


def _app(
    start: Start, options: Mapping[str, Chosen], own: Mapping[str, EntryPoint]
) -> Chosen | None:
    if "app" in options:
        return options["app"]
    names = [basename(start.word.text() or ""), *start.situation.wrappers]
    for name in names:
        entry = own.get(name)
        if entry is not None:
            return Chosen(Literal(entry.app), "entry point", entry.span)
    return None


def _role(start: Start, service: Service | None) -> tuple[str, str]:
    """(production or development, why)."""
    situation = start.situation
    reason = situation.development
    if service is None:
        reason = reason or dev_marker(start.word.span.path)
        return ("development", reason) if reason else ("production", "")
    manifest = service.manifest
    reason = reason or manifest.dev or dev_marker(manifest.path)
    if not reason and manifest.kind in _TASK_RUNNERS:
        reason = "a task runner's task"
    if not reason and manifest.kind in ("ci", "ide"):
        reason = "continuous integration" if manifest.kind == "ci" else "an editor's configuration"
    return ("development", reason) if reason else ("production", "")


def _field(service: Service | None, name: str, situation: Situation) -> Chosen | None:
    found = service.word(name) if service is not None else None
    if found is None:
        return None
    word, home = found
    value = settle(value_of(word, situation.around, home))
    return Chosen(value, "unit", home.span(word.start, word.end))


def _user(service: Service | None, situation: Situation) -> Chosen | None:
    if situation.user:
        span = situation.chain[-1] if situation.chain else Span("", 1)
        return Chosen(Literal(situation.user), "option", span)
    found = _field(service, "user", situation)
    image = situation.image
    if found is None and image is not None and image.stage.unit.user is not None:
        word = image.stage.unit.user
        value = settle(value_of(word, image.around(), image.home))
        return Chosen(value, "image", image.home.span(word.start, word.end))
    return found


def _numbered(chosen: Chosen) -> Chosen:
    """The same with its text as a number, where it is one text."""
    found = readings(chosen.value)
    if len(found) != 1 or found[0][0] is None:
        return chosen
    number = seconds(found[0][0])
    if number is None:
        return chosen
    return Chosen(_replaced(chosen.value, number), chosen.origin, chosen.span)


def _replaced(value: Value, number: float) -> Value:
    if isinstance(value, Default) and value.default is not None:
        return replace(value, default=_replaced(value.default, number))
    return replace(_number(number), site=value.site, via=value.via)


def _grace(service: Service | None, situation: Situation) -> Chosen | None:
    found = _field(service, "stop_grace", situation)
    if found is not None:
        return _numbered(found)
    if service is None or service.manifest.kind not in GRACE:
        return None
    kind = service.manifest.kind
    return Chosen(_number(GRACE[kind]), f"default of {kind}", _place(service))


def _number(value: float) -> Literal:
    return Literal(int(value) if value.is_integer() else value)


def _replicas(service: Service | None, situation: Situation) -> Chosen | None:
    found = _field(service, "replicas", situation)
    if found is not None:
        return _numbered(found)
    if service is None or service.manifest.kind not in REPLICAS:
        return None
    kind = service.manifest.kind
    if kind == "systemd" and "@." in service.unit.name:
        return None
    return Chosen(Literal(REPLICAS[kind]), f"default of {kind}", _place(service))


def _place(service: Service) -> Span:
    manifest, unit = service.layers[-1]
    return Span(manifest.path, *manifest.position(unit.start))
