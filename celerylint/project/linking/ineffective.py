"""Names that a project writes to configure Celery and that Celery does not use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from celerylint import oracle
from celerylint.findings import Span
from celerylint.oracle import Release
from celerylint.project import model, naming
from celerylint.project.combine import same
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import conf_writes
from celerylint.project.libraries.records import AppRecord
from celerylint.project.linking import name_places
from celerylint.project.linking.sources import Source
from celerylint.project.questions import meant_names
from celerylint.project.values import Default, Joined, Literal, OneOf, Site, Unknown, Value
from celerylint.structs import dataclass, replace

# A project's own constants have such names, too: only what nobody else would call so is meant.
_FAMILIES = ("CELERY", "BROKER_")


@dataclass(frozen=True, slots=True)
class Written:
    """All that configures an app in one profile, as `naming` wants it and with its values."""

    record: AppRecord
    source: Source | None
    prefix: str | None
    code: conf_writes.Written
    by_release: Mapping[Release, naming.Sources]

    @property
    def values(self) -> Mapping[str, Value]:
        """The names and values of the loaded object."""
        return self.source.values if self.source is not None else {}

    def namespaced(self, setting: str) -> str:
        """The name under which the loaded object has to hold a setting."""
        if not self.prefix:
            return setting
        name = f"{self.prefix.rstrip('_')}_{setting}"
        return name.upper() if self.prefix.isupper() else name.lower()


def find(
    machine: Machine, written: Written, resolved: Mapping[Release, naming.Resolution]
) -> tuple[model.Ineffective, ...]:
    """The names of one profile that no allowed release uses, or not each of them."""
    if any(each.error is not None for each in resolved.values()):
        return ()
    used = {release: _used(each) for release, each in resolved.items()}
    made = [
        *_legacy(written, used),
        *_unknown(written),
        *(_shadowed(written, resolved) if written.code.keywords else ()),
    ]
    found = (_placed(machine, written, name, value, each) for name, value, each in made)
    return tuple(each for each in found if each is not None)


_Found = tuple[str, Value, model.Ineffective]


def _used(resolution: naming.Resolution) -> AbstractSet[tuple[str, str]]:
    """The places that decide something, as (origin, key)."""
    found = set()
    for each in resolution.settings.values():
        place: naming.Written | None = each
        while place is not None:
            found.add((place.origin, place.key))
            place = place.otherwise
    return found


def _made(name: str, kind: str, **more: object) -> model.Ineffective:
    return model.Ineffective(name, Span("", 0), kind, **more)  # type: ignore[arg-type]


def _legacy(
    written: Written, used: Mapping[Release, AbstractSet[tuple[str, str]]]
) -> Iterator[_Found]:
    """Names from before Celery 4 under a namespace."""
    if not written.prefix or not written.prefix.isupper():
        return
    tables = {release: oracle.settings(release) for release in used}
    for name, value in written.values.items():
        if not name.startswith(_FAMILIES):
            continue
        settings = {table.old_to_new.get(name) for table in tables.values()}
        if len(settings) != 1 or None in settings:
            continue
        setting = settings.pop() or ""
        unused = [release for release in used if (naming.OBJECT, name) not in used[release]]
        if not unused:
            continue
        meant = written.namespaced(setting)
        other = written.values.get(meant)
        yield (
            name,
            value,
            _made(
                name,
                "legacy",
                setting=setting,
                meant=meant,
                instead=other.span if other is not None else None,
                always=len(unused) == len(used),
                default=_is_default(value, setting, tables),
            ),
        )


def _is_default(value: Value, setting: str, tables: Mapping[Release, oracle.SettingTable]) -> bool:
    """Is this what the setting is anyway?"""
    return isinstance(value, Literal) and all(
        repr(value.value) == table.defaults.get(setting) for table in tables.values()
    )


def _unknown(written: Written) -> Iterator[_Found]:
    """Names that no allowed release knows, and that can be explained."""
    known = meant_names.Known(tuple(written.by_release), written.prefix)
    tables = {release: oracle.settings(release) for release in written.by_release}
    for name, value in written.values.items():
        of_django = written.source is not None and written.source.django
        found = known.explain_source(name, of_django)
        if found is not None and not _is_default(value, found.setting, tables):
            yield name, value, _explained(name, found, written)
    if written.record.cls is None:
        for name, value in written.code.keywords.items():
            found = known.explain_keyword(name)
            if found is not None:
                yield name, value, _explained(name, found, written, "keyword")
    for values in (written.code.early, written.code.late, *written.code.defaults):
        for name, value in values.items():
            found = known.explain_write(name)
            if found is not None:
                yield name, value, _explained(name, found, written, "conf")


def _explained(
    name: str, found: meant_names.Explained, written: Written, origin: str = "object"
) -> model.Ineffective:
    return _made(
        name, found.kind, setting=found.setting, meant=found.meant, last=found.last, origin=origin
    )


def _shadowed(written: Written, resolved: Mapping[Release, naming.Resolution]) -> Iterator[_Found]:
    """Settings that `Celery(...)` and the loaded object both give, and do not agree on."""
    if not written.values:
        return
    by_object = {
        release: naming.resolve(replace(each, keywords=()))
        for release, each in written.by_release.items()
    }
    for setting, given in written.code.keywords.items():
        places = {each.settings.get(setting) for each in by_object.values()}
        place = places.pop() if len(places) == 1 else None
        if place is None or place.origin != naming.OBJECT:
            continue
        value = written.values[place.key]
        winners = [each.settings[setting].origin for each in resolved.values()]
        if not _disagree(given, value, setting) or not set(winners) <= {
            naming.KEYWORD,
            naming.OBJECT,
        }:
            continue
        keyword = next((k for k, s in naming.KEYWORDS.items() if s == setting), setting)
        loses = winners[0] == naming.OBJECT and len(set(winners)) == 1
        loser, winner = (given, value) if loses else (value, given)
        yield (
            keyword if loses else place.key,
            loser,
            _made(
                keyword if loses else place.key,
                "shadowed",
                setting=setting,
                meant=place.key if loses else keyword,
                instead=winner.span,
                always=len(set(winners)) == 1,
                origin="keyword" if loses else "object",
            ),
        )


def _disagree(given: Value, value: Value, setting: str) -> bool:
    """May the two differ, as far as the files tell?"""
    variable = naming.ENVIRONMENT.get(setting, "")
    if {variable} & {*given.environment(), *value.environment()}:
        return False  # that variable wins over both
    if same(given, value) or value.is_none():
        return False
    if isinstance(given, Joined) and isinstance(value, Literal):
        return not str(value.value).startswith(given.prefix() or str(value.value))
    parts = [*given.alternatives(), *value.alternatives()]
    return all(isinstance(each, Literal | Default | Joined) for each in parts) and not any(
        isinstance(each, OneOf | Unknown) for each in parts
    )


def _placed(
    machine: Machine, written: Written, name: str, value: Value, found: model.Ineffective
) -> model.Ineffective | None:
    """The name with its place; None where it is no assignment of this project's own code."""
    source = written.source
    site: Site | None = value.site
    if found.origin == "object" and source is not None and source.module is not None:
        bound = name_places.bound_at(machine, source.module, name, value)
        if bound is None and not (source.django and site is not None):
            return None
        site = bound or site
        if not name.isupper() and bound is not None and bound.file is not source.module:
            return None
    if site is None or site.file.test:
        return None
    return replace(found, span=site.span)


def confirmed(machine: Machine, apps: Sequence[model.App]) -> list[model.App]:
    """The apps without names that another app uses, or that code of the project reads."""
    profiles = [each for app in apps for each in app.profiles]
    found = [each for profile in profiles for each in profile.ineffective]
    if not found:
        return list(apps)
    used = {
        (profile.name, setting.written): app
        for app in apps
        for profile in app.profiles
        for setting in profile.settings.values()
        if setting.origin == naming.OBJECT
    }
    asked = {name for each in found if each.kind != "shadowed" for name in _spellings(each)}
    read = name_places.read_names(machine, asked)
    left = []
    for app in apps:
        made = []
        for profile in app.profiles:
            kept = tuple(
                each
                for each in profile.ineffective
                if each.origin != "object" or used.get((profile.name, each.name), app) is app
                if each.kind == "shadowed" or read.isdisjoint(_spellings(each))
            )
            made.append(replace(profile, ineffective=kept))
        left.append(replace(app, profiles=tuple(made)))
    return left


def _spellings(found: model.Ineffective) -> tuple[str, ...]:
    """The names under which code may read a name: itself, and as `app.conf` has it."""
    _, _, rest = found.name.partition("_")
    if found.name.isupper() and found.name.startswith("CELERY_") and found.kind == "unknown":
        return found.name, rest.lower()
    return (found.name,)
