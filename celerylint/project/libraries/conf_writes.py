"""What a project's code writes to an app's configuration beside the loaded object."""

from __future__ import annotations

from celerylint import oracle
from celerylint.project import naming
from celerylint.project.combine import one_of
from celerylint.project.libraries.records import AppRecord, ConfEvent
from celerylint.project.modules import Module
from celerylint.project.values import Literal, Mapping, Value
from celerylint.structs import dataclass, field


@dataclass(slots=True)
class Written:
    """The names and values written to one app's configuration beside the loaded object."""

    keywords: dict[str, Value] = field(default_factory=dict)
    changes: dict[str, Value] = field(default_factory=dict)
    early: dict[str, Value] = field(default_factory=dict)
    late: dict[str, Value] = field(default_factory=dict)
    defaults: list[dict[str, Value]] = field(default_factory=list)
    extended: list[tuple[str, Value]] = field(default_factory=list)
    writers: dict[str, Module | None] = field(default_factory=dict)
    open: bool = False


def written(record: AppRecord, loaded: ConfEvent | None, *, conditional: bool) -> Written:
    made = Written()
    read = False
    for event in record.events:
        if event is loaded and read:
            made.late.clear()
            made.defaults.clear()
            read = False
        if event.conditional and not conditional:
            continue
        if event.kind == "read":
            read = True
        elif event.kind == "extend":
            read = True
            made.extended.append((event.name, event.value))
        elif event.kind == "keywords":
            _keywords(made, event)
        elif event.kind in {"update", "set", "setdefault"}:
            _write(made, event, made.late if read else made.early)
        elif event.kind == "defaults":
            made.defaults.append(_entries(made, event))
    return made


def _keywords(made: Written, event: ConfEvent) -> None:
    for key, value in _entries(made, event).items():
        setting = naming.keyword_setting(key, oracle.supported()[-1])
        if setting is not None and not (isinstance(value, Literal) and value.value is None):
            made.keywords[setting] = value


def _write(made: Written, event: ConfEvent, into: dict[str, Value]) -> None:
    if event.kind == "update":
        for key, value in _entries(made, event).items():
            _put(made, event, into, key, value)
    elif event.kind == "set":
        _put(made, event, into, event.name, _placed(event.value, event))
    elif event.name not in into and into is made.early:
        into[event.name] = _placed(event.value, event)


def _put(made: Written, event: ConfEvent, into: dict[str, Value], key: str, value: Value) -> None:
    """The last write counts; of two modules it is not known which one is imported last."""
    before, writer = into.pop(key, None), made.writers.get(key)
    if before is not None and writer is not None and writer is not event.scope_module:
        value = one_of([before, value])
    made.writers[key] = event.scope_module
    into[key] = value


def _placed(value: Value, event: ConfEvent) -> Value:
    """The value, which is written where the event is if it is not known where."""
    placed: Value = value if value.site is not None else value.at(event.site)
    return placed


def _entries(made: Written, event: ConfEvent) -> dict[str, Value]:
    value = event.value
    if not isinstance(value, Mapping):
        made.open = True
        return {}
    made.open = made.open or value.open
    return {
        k.value: _placed(v, event)
        for k, v in value.entries
        if isinstance(k, Literal) and isinstance(k.value, str)
    }
