"""Which written key decides each setting: Celery's own rules of names, by version, as pure
functions.

Nothing here looks at values; a caller says which names are written where, in the order of
execution, and gets back for every setting the place that Celery reads. Sources: celery/app/utils.py
(detect_settings, Settings), celery/utils/collections.py (ConfigurationView), celery/app/base.py
(Celery.__init__, _load_config).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from celerylint import oracle
from celerylint.oracle import Release, SettingTable
from celerylint.structs import dataclass, field, replace

# From this release on a map is searched for every spelling before the next map is looked at;
# before, every map was searched for one spelling before the next spelling was tried.
# (celery/utils/collections.py: ConfigurationView)
MAP_ORDER: Release = (5, 7)
# From this release on Django's TIME_ZONE stands in for the timezone (celery/app/utils.py:
# Settings.timezone).
DJANGO_TIMEZONE: Release = (5, 3)
# Environment variables that win over everything where the setting is read as an attribute of
# `app.conf` (celery/app/utils.py: Settings). `app.conf["broker_url"]` and `app.conf.get` do not
# look at them.
ENVIRONMENT: Mapping[str, str] = {
    "broker_url": "CELERY_BROKER_URL",
    "broker_read_url": "CELERY_BROKER_READ_URL",
    "broker_write_url": "CELERY_BROKER_WRITE_URL",
    "result_backend": "CELERY_RESULT_BACKEND",
}
# Keywords of `Celery(...)` that are settings under another name.
KEYWORDS: Mapping[str, str] = {
    "broker": "broker_url",
    "backend": "result_backend",
    "include": "include",
}

KEYWORD, CHANGES, CONF = "keyword", "changes", "conf"
DEFAULTS, OBJECT = "defaults", "object"


@dataclass(frozen=True, slots=True)
class Written:
    """The place that decides a setting: origin is keyword, changes, conf, defaults or object; key
    is the name as written there (of several writes of one key to `app.conf` the last one counts);
    number tells which `add_defaults` call it is, from 0 in the order of the calls.

    late tells a write to `app.conf` after the configuration was first read from one before.
    `otherwise` is the place that decides where the value here is None (for broker_read_url and
    broker_write_url: empty); None where only Celery's default is left.
    """

    origin: str
    key: str
    number: int = 0
    late: bool = False
    otherwise: Written | None = None


@dataclass(frozen=True, slots=True)
class MixError:
    """Celery raises ImproperlyConfigured: these names do not fit the majority's spelling.

    renames pairs each offending name with the one that Celery asks for; into is "new" or "old".
    """

    renames: tuple[tuple[str, str], ...]
    into: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Every name that configures one app, as Celery would see it.

    keywords: keywords of `Celery(...)` that carry settings and are not None, as setting names
    (`keyword_setting`). changes: the keys of its keyword `changes=`. early: keys written to
    `app.conf` before the configuration is first read, in order of execution. source: the keys of
    the loaded object (`dir()` of a module, class or instance; the keys of a mapping; for Django's
    settings the upper-case names, Django's own defaults included), None where nothing is loaded (an
    empty mapping is not loaded either). defaults: the keys of each `add_defaults` call, in order of
    the calls. late: keys written to `app.conf` after the first read.

    A second `config_from_object` after the first read starts anew: give its source, drop the
    `defaults` and `late` writes that came before it. `app.conf.setdefault` writes nothing where any
    spelling of the setting is there already: after the first read that holds for every setting that
    Celery has a default for. The very first read of all may see an older answer (from 5.7.0 on, for
    `early` writes under a namespace); what counts here is every later one.
    """

    release: Release
    prefix: str | None = None
    keywords: Sequence[str] = ()
    changes: Sequence[str] = ()
    early: Sequence[str] = ()
    source: Sequence[str] | None = None
    defaults: Sequence[Sequence[str]] = ()
    late: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What decides each setting. settings holds those that some source sets, by new lower-case
    name, Celery's own and the unlisted ones (see `celerylint.oracle`); `find` answers for any other
    name. The caller reads the environment (ENVIRONMENT) itself: it wins over all of this.
    """

    error: MixError | None
    settings: Mapping[str, Written]
    _view: _View = field(repr=False)

    def find(self, name: str) -> Written | None:
        """The place that `app.conf.<name>` reads, or None where no source sets it."""
        return _attribute(self._view, name)


def keyword_setting(keyword: str, release: Release) -> str | None:
    """The setting that a keyword of `Celery(...)` writes, None for one that configures the app
    itself.

    Any keyword that Celery does not name is a setting under its own name, known or not. `changes`
    is a mapping of settings (`Sources.changes`).
    """
    if keyword in KEYWORDS:
        return KEYWORDS[keyword]
    return None if keyword in oracle.app_keywords(release) else keyword


def resolve(sources: Sources) -> Resolution:
    """Apply Celery's rules of one release. After an error there are no settings: Celery does not
    start.
    """
    table = oracle.settings(sources.release)
    preconf = _preconf(sources)
    written = sources.source if sources.source is not None else tuple(preconf)
    have = set(written).difference(sources.keywords)
    into, error = detect(table, have, prefix=sources.prefix)
    view = _view(sources, table, preconf, into)
    if error is not None:
        return Resolution(error, {}, view)
    found = ((name, _attribute(view, name)) for name in _names(table))
    return Resolution(None, {name: place for name, place in found if place is not None}, view)


def detect(
    table: SettingTable, have: AbstractSet[str], *, prefix: str | None
) -> tuple[str, MixError | None]:
    """Celery's vote between new and old names: ("new" or "old", the error it raises or None)."""
    new, old = have & table.new_to_old.keys(), have & table.old_to_new.keys()
    if prefix:  # a namespace always means new names, and nothing counts as a mix
        return "new", None
    # A tie counts as new; without any known name the format is new, too.
    into = "old" if len(old) > len(new) else "new"
    left, convert = (old, table.old_to_new) if into == "new" else (new, table.new_to_old)
    renames = tuple((name, convert[name]) for name in sorted(left) if convert[name] not in have)
    return into, MixError(renames, into) if renames else None


def _names(table: SettingTable) -> Iterator[str]:
    yield from table.new_names
    yield from table.unlisted


# Properties of celery/app/utils.py: Settings ask for these names in turn until one is not None.
_CHAINS: Mapping[str, tuple[str, ...]] = {
    "broker_url": ("broker_url", "broker_host"),
    "broker_read_url": ("broker_read_url", "broker_url", "broker_host"),
    "broker_write_url": ("broker_write_url", "broker_url", "broker_host"),
    "result_backend": ("result_backend", "CELERY_RESULT_BACKEND"),
    "task_default_exchange": ("task_default_exchange", "task_default_queue"),
    "task_default_routing_key": ("task_default_routing_key", "task_default_queue"),
    "timezone": ("timezone", "TIME_ZONE"),
}


def _attribute(view: _View, name: str) -> Written | None:
    chain = _CHAINS.get(name, (name,))
    if name == "timezone" and view.release < DJANGO_TIMEZONE:
        chain = ("timezone", "time_zone")
    place: Written | None = None
    for each in reversed(chain):
        found = view.find(each)
        if found is not None and found != place:
            place = replace(found, otherwise=place)
    return place


@dataclass(frozen=True, slots=True)
class _View:
    """Celery's ConfigurationView: maps from key to place, highest first.

    defaults are the keys of Celery's last map, which decide nothing but end a search.
    """

    release: Release
    prefix: str | None
    table: SettingTable
    maps: tuple[Mapping[str, Written], ...]
    defaults: AbstractSet[str]

    def keys(self, name: str) -> Iterator[str]:
        if self.prefix:
            key = name if name.startswith(self.prefix) else self.prefix + name
            yield key.upper() if self.prefix.isupper() else key.lower()
        yield name
        yield self.table.old_to_new.get(name, name)
        yield self.table.new_to_old.get(name, name)

    def find(self, name: str) -> Written | None:
        keys = tuple(self.keys(name))
        if self.release >= MAP_ORDER:
            found = (each[key] for each in self.maps for key in keys if key in each)
            return next(found, None)
        for key in keys:
            for each in self.maps:
                if key in each:
                    return each[key]
            if key in self.defaults:
                return None
        return None


def _preconf(sources: Sources) -> dict[str, Written]:
    """Celery's `_preconf`: a dictionary, so that a key keeps the place of its first write."""
    preconf = {key: Written(CHANGES, key) for key in sources.changes}
    preconf.update({key: Written(KEYWORD, key) for key in sources.keywords})
    preconf.update({key: Written(CONF, key) for key in sources.early})
    return preconf


def _view(
    sources: Sources, table: SettingTable, preconf: Mapping[str, Written], into: str
) -> _View:
    convert = table.old_to_new if into == "new" else table.new_to_old
    changes = {convert.get(key, key): place for key, place in preconf.items()}
    changes.update({key: Written(CONF, key, late=True) for key in sources.late})
    maps: list[Mapping[str, Written]] = [changes]
    for number, keys in reversed(tuple(enumerate(sources.defaults))):
        maps.append({key: Written(DEFAULTS, key, number) for key in keys})
    maps.append({key: Written(OBJECT, key) for key in sources.source or ()})
    prefix = sources.prefix.rstrip("_") + "_" if sources.prefix else None
    known = table.new_to_old.keys() if into == "new" else table.old_to_new.keys()
    return _View(sources.release, prefix, table, tuple(maps), known)
