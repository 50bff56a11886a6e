"""The effective settings of an app in each profile, by Celery's
own rules of names and precedence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from celerylint.findings import Span
from celerylint.project import model, naming, operations
from celerylint.project.combine import one_of, text_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import conf_writes
from celerylint.project.libraries.profiles import star_sources
from celerylint.project.libraries.records import AppRecord, ConfEvent, World
from celerylint.project.linking import ineffective, sources
from celerylint.project.linking.sources import Source
from celerylint.project.objects import ModuleObject, Unset
from celerylint.project.values import Literal, Mapping, Site, Value

Release = tuple[int, ...]


# Settings that read another one where they are not set; only what the files set is listed.
_FALLS_BACK = {
    "broker_read_url": "broker_url",
    "broker_write_url": "broker_url",
    "task_default_exchange": "task_default_queue",
    "task_default_routing_key": "task_default_queue",
}


def profiles_of(
    machine: Machine,
    world: World,
    record: AppRecord,
    releases: Sequence[Release],
    chosen: Iterable[str],
) -> list[model.Profile]:
    """Every profile of an app, with the settings that are effective in it."""
    made = []
    for source, event in sources_of(machine, world, record, chosen):
        made.append(_profile(machine, record, source, event, releases))
    return _distinct(made)


def _distinct(profiles: list[model.Profile]) -> list[model.Profile]:
    """Profiles of one name are told apart no further; the first counts."""
    return list({each.name: each for each in reversed(profiles)}.values())[::-1]


def sources_of(
    machine: Machine,
    world: World,
    record: AppRecord,
    chosen: Iterable[str],
) -> list[tuple[Source | None, ConfEvent | None]]:
    """What an app may be configured from, each with the call that says so."""
    loaded = [each for each in record.events if each.kind in {"object", "envvar"}]
    if not loaded:
        return [(_found_by_default(machine, record, chosen), None)]
    event = loaded[-1]
    found: list[tuple[Source | None, ConfEvent | None]] = []
    for each in loaded[:-1] if event.conditional or event.kind == "envvar" else []:
        if each.kind == "object":
            found += [
                (source, each)
                for source in sources.of_value(
                    machine, world, each.value, record, each.site, chosen
                )
            ]
    if event.kind == "envvar":
        others = [sources.beside(machine, each, chosen) for each, _ in found if each is not None]
        found += [(source, event) for several in others for source in several]
    if event.kind == "object":
        found += [
            (source, event)
            for source in sources.of_value(machine, world, event.value, record, event.site, chosen)
        ]
    elif not found:
        variable = text_of(event.value) or "?"
        found.append((sources.unknown(f"the module that {variable} names", event.site), event))
    return found


def _found_by_default(machine: Machine, record: AppRecord, chosen: Iterable[str]) -> Source | None:
    """`celeryconfig.py`, which only the default loader imports where nothing else is configured."""
    if record.loader not in {"default", "celery.loaders.default:Loader"}:
        return None
    value = machine.imported("celeryconfig", None, record.module)
    if isinstance(value, ModuleObject):
        return sources.of_module(machine, value.module, chosen)
    machine.need(value)
    return None


def _profile(
    machine: Machine,
    record: AppRecord,
    source: Source | None,
    event: ConfEvent | None,
    releases: Sequence[Release],
) -> model.Profile:
    prefix = _namespace(record, event)
    sure = conf_writes.written(record, event, conditional=False)
    written = conf_writes.written(record, event, conditional=True)
    certain = _sources(source, prefix, sure, releases)
    resolved = {release: naming.resolve(each) for release, each in certain.items()}
    settings = _decided(source, sure, resolved.values())
    if any(each.conditional for each in record.events):
        either = map(naming.resolve, _sources(source, prefix, written, releases).values())
        settings = _either(settings, _decided(source, written, either))
    for name, value in written.extended:
        settings[name] = _extended(settings.get(name), value, record)
    for decided in settings.values():
        machine.need(decided[0])
    name = source.name if source is not None else "default"
    role = source.role if source is not None else "production"
    # Celery's default app is configured by whoever runs it, unless a `celeryconfig` is here.
    is_open = written.open or (record.loader == "default" if source is None else source.open)
    made = {
        key: model.Setting(key, value, (value.site or site).span, spelling, origin, profile=name)
        for key, (value, spelling, origin, site) in settings.items()
    }
    code = ineffective.Written(record, source, prefix, sure, certain)
    unused = ineffective.find(machine, code, resolved)
    module = source.module if source is not None else None
    bases = frozenset(star_sources(machine, module) if module is not None else ())
    return model.Profile(name, role, is_open, made, _place(made, record), unused, bases)


def _place(settings: dict[str, model.Setting], record: AppRecord) -> Span:
    """Where a further setting would be written: in the file that holds the most, beside those of
    tasks.
    """
    # Django's TIME_ZONE stands among settings that are not Celery's.
    own = [each for each in settings.values() if each.written != "TIME_ZONE"]
    if not own:
        return record.site.span
    file = Counter(each.span.path for each in own).most_common(1)[0][0]
    near = [each for each in own if each.span.path == file]
    return min(each.span for each in [e for e in near if e.name.startswith("task_")] or near)


def _namespace(record: AppRecord, event: ConfEvent | None) -> str | None:
    for value in (event.namespace if event is not None else None, record.namespace):
        text = text_of(value)
        if text:
            return text
    return None


Decided = dict[str, tuple[Value, str, str, Site]]


def _sources(
    source: Source | None,
    prefix: str | None,
    written: conf_writes.Written,
    releases: Sequence[Release],
) -> dict[Release, naming.Sources]:
    """What there is to decide between, for each release."""
    names = tuple(source.values) if source is not None and source.values else None
    return {
        release: naming.Sources(
            release,
            prefix,
            tuple(written.keywords),
            tuple(written.changes),
            tuple(written.early),
            names,
            [tuple(each) for each in written.defaults],
            tuple(written.late),
        )
        for release in releases
    }


def _decided(
    source: Source | None,
    written: conf_writes.Written,
    resolved: Iterable[naming.Resolution],
) -> Decided:
    """What every release of the range says; a setting on which they differ is one of several."""
    answers = [_of_release(source, written, each) for each in resolved]
    merged: Decided = {}
    for name in dict.fromkeys(name for answer in answers for name in answer):
        found = [answer.get(name) for answer in answers]
        present = [each for each in found if each is not None]
        value = one_of(
            [
                Unset(reason="not with every allowed Celery") if each is None else each[0]
                for each in found
            ]
        )
        merged[name] = (value, *present[0][1:])
    return merged


def _of_release(
    source: Source | None, written: conf_writes.Written, resolved: naming.Resolution
) -> Decided:
    values = source.values if source is not None else {}
    decided: Decided = {}
    for name, place in resolved.settings.items():
        if name in _FALLS_BACK and place == resolved.settings.get(_FALLS_BACK[name]):
            continue
        answer = _value_at(place, values, written, source)
        if answer is not None:
            decided[name] = answer
    return decided


def _value_at(
    place: naming.Written | None,
    values: dict[str, Value],
    written: conf_writes.Written,
    source: Source | None,
) -> tuple[Value, str, str, Site] | None:
    while place is not None:
        table = {
            naming.KEYWORD: written.keywords,
            naming.CHANGES: written.changes,
            naming.CONF: written.late if place.late else written.early,
            naming.OBJECT: values,
        }.get(place.origin)
        if table is None:
            table = written.defaults[place.number]
        value = table.get(place.key)
        is_none = isinstance(value, Literal) and value.value is None
        if value is not None and not (is_none and place.otherwise is not None):
            site = value.site or (source.site if source is not None else None)
            return (value, place.key, place.origin, site) if site is not None else None
        place = place.otherwise
    return None


def _either(sure: Decided, maybe: Decided) -> Decided:
    """Settings where some writes stand under conditions: either decides."""
    merged: Decided = {}
    for name in dict.fromkeys([*maybe, *sure]):
        one, other = sure.get(name), maybe.get(name)
        if one is not None and other is not None and one[0] is other[0]:
            merged[name] = one
            continue
        present = [each for each in (one, other) if each is not None]
        values = [each[0] if each is not None else Unset() for each in (one, other)]
        merged[name] = (one_of(values), *present[-1][1:])
    return merged


def _extended(
    known: tuple[Value, str, str, Site] | None, value: Value, record: AppRecord
) -> tuple[Value, str, str, Site]:
    """A setting whose container the code changes in place."""
    before = known[0] if known is not None else Mapping(entries=())
    if isinstance(before, Mapping) and isinstance(value, Mapping):
        after: Value = operations.merged(before, value)
        after = after.at(before.site or value.site or record.site)
    else:
        after = operations.opened(before)
    if known is not None:
        return (after, *known[1:])
    return (after, "", naming.CONF, value.site or record.site)
