"""From a start to a Process: its command line read, its unit's surroundings resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from celerylint.oracle.options import Release
from celerylint.project.deployment import argv as argv_reader
from celerylint.project.deployment import multi, unit_facts
from celerylint.project.deployment.argv import STARTS, Argv
from celerylint.project.deployment.chains import Start, tidy
from celerylint.project.deployment.commanding import chosen_options, merged
from celerylint.project.deployment.entrypoints import EntryPoint
from celerylint.project.deployment.managers import under_manager
from celerylint.project.deployment.probes import probes
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.wrappers import basename
from celerylint.project.process import Chosen, Process
from celerylint.project.values import Literal
from celerylint.structs import dataclass, replace

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
    options = _options(group, release)
    service = situation.service
    role, reason = unit_facts.role(situation, start.word.span)
    span = start.word.span
    return Process(
        kind=read.subcommand or "",
        span=span,
        words=reading.words,
        open=any(each.argv.open for _, each in group),
        app=_app(start, options, own),
        options=options,
        mistakes=(*read.mistakes, *argv_reader.strays(read)),
        repeated=tuple(argv_reader.repeats(read)) if len(group) == 1 else (),
        extra=tuple(arg.written for arg in read.extra),
        service=unit_facts.name(service),
        platform=service.manifest.kind if service is not None else "shell",
        deployment=service.manifest.path if service is not None else span.path,
        role=role,
        role_reason=reason,
        executes=False if _forks(options, reading) else situation.executes,
        replicas=unit_facts.replicas(service, situation),
        grace=unit_facts.grace(service, situation),
        stop_signal=unit_facts.stop_signal(service, situation),
        user=unit_facts.user(service, situation),
        workdir=situation.workdir,
        environment=situation.environment,
        environment_open=situation.environment_open,
        wrappers=situation.wrappers,
        conditions=situation.conditions,
        background=situation.background,
        looped=situation.looped,
        final=situation.final,
        held=situation.held,
        broadcasts=situation.broadcasts,
        copied=situation.copied,
        removed=situation.removed,
        keys=unit_facts.keys(service, situation),
        ports=unit_facts.listed(service, "ports", situation),
        mounts=unit_facts.listed(service, "mounts", situation),
        probes=probes(service, situation.image),
        chain=tidy((*situation.chain, span)),
        multi=reading.node,
        unit=service.unit if service is not None else None,
    )


def _options(group: list[tuple[Start, _Reading]], release: Release) -> dict[str, Chosen]:
    return merged(
        [
            chosen_options(reading.argv, start.situation.environment, release)
            for start, reading in group
        ]
    )


def _forks(options: Mapping[str, Chosen], reading: _Reading) -> bool:
    return reading.node or "detach" in options


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


def finished(
    starts: Sequence[Start],
    managers: Mapping[str, list[Situation]],
    release: Release,
    own: Mapping[str, EntryPoint],
) -> list[Process]:
    """The processes of all starts, each once, in the order of their places, alternatives linked.
    managers are the situations in which a process manager reads a file of programs, by its path."""
    groups: dict[tuple[object, ...], list[Start]] = {}
    for start in starts:
        situation = start.situation
        service_ = situation.service
        unit = (service_.manifest.path, service_.unit.start) if service_ is not None else None
        key = (start.word.span, unit, situation.conditions)
        groups.setdefault(key, []).append(start)
    found = [process for group in groups.values() for process in build(group, release, own)]
    found = [
        under_manager(each, managers[each.deployment]) if each.deployment in managers else each
        for each in found
    ]
    found.sort(key=lambda each: (each.span, each.chain))
    return _alternatives(found)


def _alternatives(processes: list[Process]) -> list[Process]:
    """Links starts of one script and unit that stand in branches which exclude each other."""
    first: dict[tuple[str, str, str | None], Process] = {}
    found = []
    for process in processes:
        key = (process.span.path, process.deployment, process.service)
        before = first.get(key)
        if before is None or not process.conditions:
            first.setdefault(key, process)
        elif before.conditions and before.conditions != process.conditions:
            process = replace(process, alternative_of=before.span)
        found.append(process)
    return found
