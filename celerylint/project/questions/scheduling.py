"""The schedulers of periodic tasks that a deployment runs: beats, and workers with one inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from celerylint.findings import Span
from celerylint.project.choices import readings, settle
from celerylint.project.model import Context, Project
from celerylint.project.process import Chosen, Process
from celerylint.project.values import Literal, Value
from celerylint.structs import dataclass

# celery/beat.py, and the names that django-celery-beat registers for itself
_FILE = "celery.beat"
_DATABASE = ("django", "django_celery_beat.schedulers")


@dataclass(frozen=True, slots=True)
class Beat:
    """A scheduler that runs. embedded: inside a worker (`-B`); span is that word, or the word
    `celery` of a beat of its own. store is where it keeps its schedule: file (Celery's own
    scheduler), database (django-celery-beat's), or None where it may be another one, which may
    take care that it runs only once. contexts are its app in each profile that it may use.
    """

    process: Process
    embedded: bool
    span: Span
    store: str | None
    contexts: tuple[Context, ...]

    @property
    def production(self) -> bool:
        """Does production run it?"""
        roles = {each.profile.role for each in self.contexts}
        known = bool(roles) and roles <= {"development", "test"}
        return self.process.role == "production" and not known


def beats(project: Project) -> Iterator[Beat]:
    """Every scheduler that the files of a project start, in their order."""
    for process in project.processes:
        chosen = process.option("beat")
        embedded = process.kind == "worker" and chosen is not None
        if embedded and chosen is not None and chosen.value != Literal(True):
            continue
        if embedded or process.kind == "beat":
            contexts = tuple(each for each in project.running if each.process is process)
            place = chosen.span if chosen is not None else process.span
            yield Beat(process, embedded, place, _store(process, contexts), contexts)


def _store(process: Process, contexts: tuple[Context, ...]) -> str | None:
    if any("beat" in each or "lock" in each for each in process.wrappers):
        return None
    given = process.option("scheduler")
    if given is not None:
        return _kind(given)
    if process.open or not contexts:
        return None
    found = {_of_settings(each) for each in contexts}
    return found.pop() if len(found) == 1 else None


def _of_settings(context: Context) -> str | None:
    setting = context.setting("beat_scheduler")
    if setting is not None:
        return _kind(Chosen(setting.value, "setting", setting.span))
    return None if context.profile.open else "file"


def _kind(chosen: Chosen) -> str | None:
    name = (chosen.text() or "?").replace(":", ".")
    if name.rpartition(".")[0] == _FILE:
        return "file"
    return "database" if name in _DATABASE or name.rpartition(".")[0] in _DATABASE else None


def alike(one: Beat, other: Beat) -> bool:
    """Do two schedulers surely send the same tasks to the same place? The app, its profiles, its
    broker and whatever variables its settings read are the same.
    """
    first, second = one.process, other.process
    names = {each.profile.name for each in one.contexts}
    if first.app_id is None or first.app_id != second.app_id:
        return False
    if not names or names != {each.profile.name for each in other.contexts}:
        return False
    if one.store is None or one.store != other.store:
        return False
    if _text(first.option("broker")) != _text(second.option("broker")):
        return False
    read = {
        name
        for context in one.contexts
        for setting in context.profile.settings.values()
        for name in setting.value.environment()
    }
    return all(_same(first.environment, second.environment, name) for name in read)


def _text(chosen: Chosen | None) -> object:
    return chosen if chosen is None else readings(settle(chosen.value))


def _same(one: Mapping[str, Value], other: Mapping[str, Value], name: str) -> bool:
    first, second = one.get(name), other.get(name)
    if first is None or second is None:
        return first is second
    return readings(settle(first)) == readings(settle(second))


@dataclass(frozen=True, slots=True)
class Double:
    """Schedulers that send the same tasks. beats are all of them; span is where it is decided:
    the number of replicas, or the scheduler that is one too many. count is how many run, None
    where it is one on each machine; env are the variables that may say another number.
    """

    beats: tuple[Beat, ...]
    span: Span
    count: int | None
    env: tuple[str, ...] = ()


def doubles(project: Project) -> Iterator[Double]:
    """Every scheduler of production that runs more than once, and those of one file that send the
    same tasks. Where a scheduler may care for this itself, nothing is said.
    """
    running = [each for each in beats(project) if each.production and each.store is not None]
    for each in running:
        replicas = each.process.replicas
        number = replicas.number() if replicas is not None else None
        everywhere = _on_each_machine(each.process)
        if everywhere is not None:
            yield Double((each,), everywhere, None)
        elif replicas is not None and number is not None and number > 1:
            yield Double((each,), replicas.span, int(number), replicas.value.environment())
    single = [each for each in running if _certain(each.process)]
    while single:
        first, *single = single
        same = [each for each in single if _beside(first, each) and alike(first, each)]
        single = [each for each in single if each not in same]
        if same:
            group = (first, *same)
            place = next((each for each in group if each.embedded), group[1])
            yield Double(group, place.span, len(group))


def _on_each_machine(process: Process) -> Span | None:
    mode = process.keys.get("deploy.mode")
    if mode is not None and mode.text() == "global":
        return mode.span
    if process.unit is not None and process.unit.kind == "DaemonSet":
        return process.span
    return None


def _certain(process: Process) -> bool:
    """Does it run whenever its file is used? Not where a condition or a profile decides."""
    unit = process.unit
    chosen = unit is not None and (unit.profiles or any(not key for key, _ in unit.maybe))
    return not (chosen or process.conditions or process.alternative_of is not None)


def _beside(one: Beat, other: Beat) -> bool:
    """Do both run in one deployment, where no common pidfile stops the second?"""
    first, second = one.process, other.process
    if first.deployment != second.deployment or first.platform != second.platform:
        return False
    if first.platform == "dockerfile" or first.service is None is not second.service:
        return False
    pidfiles = _text(first.option("pidfile")), _text(second.option("pidfile"))
    return pidfiles[0] is None or pidfiles[0] != pidfiles[1]
