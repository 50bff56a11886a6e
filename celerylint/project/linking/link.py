"""Links the facts of a project's files into one value in Celery's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from celerylint import oracle
from celerylint.findings import Span
from celerylint.project import model, values
from celerylint.project.collected import Kill, Mention
from celerylint.project.combine import same, text_of
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import (
    celery_objects,
    default_app,
    orm,
    profiles,
    result_reads,
    spawning,
)
from celerylint.project.libraries.app_names import ids_of
from celerylint.project.libraries.patched_servers import of_greenlets
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.linking import (
    canvases,
    computing,
    dispatches,
    guards,
    hanging,
    ineffective,
    option_readers,
    python_starts,
    receiving,
    registration,
    retry_calls,
    returns,
    running,
    settings,
    sharing,
    sources,
    taskless,
    tasks,
    undiscovered,
    unknown_names,
    ways,
)
from celerylint.project.linking.follow import follow, machine_for
from celerylint.project.linking.read_options import read_options
from celerylint.project.modules import Module, ModuleMap, load
from celerylint.project.objects import ClassObject, Lazy
from celerylint.project.process import Process, WebServer
from celerylint.project.values import Literal, OneOf, Sequence, Unknown, Value
from celerylint.project.values import Mapping as MappingValue
from celerylint.structs import dataclass, replace

if TYPE_CHECKING:
    from celerylint.oracle.options import Release
    from celerylint.project.deployment.argv import Arg

MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Inputs:
    """What linking needs: facts by path, all Python paths, which of the files are the project's
    Celery code
    (the others were read on demand), which are test code, the Celery versions, and the
    configuration.
    """

    facts: Mapping[str, tuple[object, ...]]
    paths: Iterable[str]
    selected: frozenset[str]
    tests: frozenset[str]
    celery: Callable[[str], model.CeleryVersions]  # the versions that run the code at a path
    production: tuple[str, ...] = ()
    task_wrappers: tuple[str, ...] = ()
    named_settings: tuple[str, ...] = ()
    processes: tuple[Process, ...] = ()
    unread: tuple[Mention, ...] = ()
    servers: tuple[WebServer, ...] = ()
    kills: tuple[Kill, ...] = ()
    # May a file that was not read call what rules about bodies ask for?
    reaches_out: Callable[[str], bool] = bool
    # Which files send a signal or connect a receiver, by a word of `signal_words`?
    users: Callable[[str], Mapping[str, int]] = lambda word: {}
    makes_signals: Callable[[], bool] = bool
    only: str | None = None  # the one file whose findings are asked for


def link(inputs: Inputs, names: ModuleMap, root: str) -> tuple[model.Project, frozenset[str]]:
    """The project, and the files that would have to be read to know more."""
    modules = load(inputs.facts, names, dict.fromkeys(inputs.tests, True))
    world = World(task_wrappers=frozenset(inputs.task_wrappers))
    world.signals.users, world.signals.made = inputs.users, inputs.makes_signals
    machine = machine_for(modules, names, world)
    roots = {path for path in inputs.selected if path in modules and not modules[path].test}
    follow(machine, world, roots)
    _name_settings(machine, world, inputs)
    _register(machine, world, inputs, roots)
    unknown_names.demand(machine, world)
    _find_variables(world, modules)
    project = _project(machine, world, inputs, root)
    needed = frozenset(
        path for path in machine.needed if path not in modules and path in names.files
    )
    return project, needed


def _name_settings(machine: Machine, world: World, inputs: Inputs) -> None:
    """Django's settings modules as the code names them, then as manage.py and its kin do."""
    named: list[str] = []
    for value in machine.environment.get(profiles.VARIABLE, ()):
        named += [text for text in map(text_of, value.alternatives()) if text]
    world.django_settings = list(dict.fromkeys([*named, *inputs.named_settings]))


def _register(machine: Machine, world: World, inputs: Inputs, roots: set[str]) -> None:
    """Follow what workers import although it says nothing of Celery; ask for what was not read."""
    default_app.settle(machine, world)
    seen = set(roots)
    for _ in range(MOST_ROUNDS):
        found = registration.modules(machine, world, inputs.production) - seen
        machine.needed |= found
        found &= machine.modules.keys()
        if not found:
            return
        seen |= found
        follow(machine, world, found)


def _find_variables(world: World, modules: dict[str, Module]) -> None:
    for module in modules.values():
        for name, value in module.env.items():
            if isinstance(value, Lazy):
                continue
            for each in value.options if isinstance(value, OneOf) else (value,):
                if isinstance(each, celery_objects.AppObject) and each.record is not None:
                    each.record.variables.append((module, name))


def _project(machine: Machine, world: World, inputs: Inputs, root: str) -> model.Project:
    records = [each for each in world.apps.values() if not each.module.test]
    app_ids = ids_of(records)
    made = [_app(machine, world, each, app_ids[id(each)], inputs) for each in records]
    apps = ineffective.confirmed(machine, made)
    made_tasks = _tasks(machine, world, app_ids, guards.limited(apps, inputs.processes))
    by_name = {task.name: task for task in made_tasks.values() if task.name is not None}
    sends = [
        dispatches.make(machine, world, each, made_tasks, app_ids, by_name)
        for each in sorted(world.sends.values(), key=lambda s: (s.site.file.path, s.site.start))
        if not each.site.file.test
    ]
    contexts = tuple(model.Context(app, profile) for app in apps for profile in app.profiles)
    built = python_starts.command_lines(world, app_ids)
    release = inputs.celery("").allowed[-1]
    found = (*inputs.processes, *(_started(built, release) if built else ()))
    places = [(each.module.path, app_ids[id(each)]) for each in records if each.key != ("", 0)]
    processes = running.joined(machine, found, app_ids, places)
    started = running.contexts_of(processes, apps)
    annotated = [_annotated(task, contexts) for task in made_tasks.values()]
    by_record = dict(zip(made_tasks, annotated, strict=True))
    swapped = dict(zip(map(id, made_tasks.values()), annotated, strict=True))
    sends = [
        replace(each, task=swapped.get(id(each.task), each.task)) if each.task is not None else each
        for each in sends
    ]
    return model.Project(
        root=root,
        celery=apps[0].celery if apps else inputs.celery(""),
        apps=tuple(apps),
        tasks=tuple(annotated),
        dispatches=tuple(sends),
        canvases=canvases.make(machine, world, by_record, app_ids),
        models=_models(machine),
        contexts=contexts,
        processes=processes,
        servers=of_greenlets(machine, inputs.servers),
        kills=inputs.kills,
        spawns=tuple(spawning.spawns(machine, world, by_record)),
        computing=computing.computing(machine, world, by_record, processes),
        running=started,
        receivers=receiving.receivers(machine, world, app_ids, started, inputs.production),
        loose_retries=_loose_retries(machine, world),
        commits=tuple(world.commits[key] for key in sorted(world.commits)),
        encoders=frozenset(world.encoders),
        returned=returns.of_project(machine, world, by_record, contexts),
        reached=ways.reached(machine, world, inputs.reaches_out, by_record, inputs.only),
        shared=sharing.shared(machine, world, by_record),
        socket_timeout=hanging.sets_default(machine, world),
        waits=tuple(sorted(each.span for each in world.waits.values() if not each.file.test)),
        reads=result_reads.make(world, dict(zip(made_tasks, annotated, strict=True))),
        local_zone=text_of(
            sources.of_django(world, values.Name(dotted="django.conf.settings.TIME_ZONE"))
        ),
        option_readers=option_readers.may_read(machine, sends),
        read_options=read_options(machine, annotated),
        undiscovered=undiscovered.find(machine, world, inputs.production),
        no_tasks=taskless.find(machine, world),
        unknown_names=unknown_names.find(machine, world, made_tasks.items()),
        unresolved=(*_unresolved(contexts), *_unread(inputs.unread), *_not_made(world)),
    )


def _started(built: list[list[Arg]], release: Release) -> tuple[Process, ...]:
    """The processes that code starts; most projects have none, and do not wait for the import."""
    from celerylint.project.deployment import starts

    return starts.collect((), lambda path: None, release, built=built).processes


def _app(
    machine: Machine,
    world: World,
    record: AppRecord,
    name: str,
    inputs: Inputs,
) -> model.App:
    celery = inputs.celery(record.module.path)
    releases = tuple(oracle.representatives(celery.allowed))
    found = settings.profiles_of(machine, world, record, releases, inputs.production)
    main = record.main.value if isinstance(record.main, Literal) else None
    loaded = next((each for each in reversed(record.events) if each.kind == "object"), None)
    namespace = settings._namespace(record, loaded)
    made = tuple(
        replace(
            profile,
            settings={key: replace(each, app=name) for key, each in profile.settings.items()},
        )
        for profile in found
    )
    return model.App(
        name,
        record.site.span,
        main if isinstance(main, str) else None,
        namespace,
        made,
        celery,
    )


def _tasks(
    machine: Machine, world: World, app_ids: dict[int, str], limited: bool
) -> dict[int, model.Task]:
    """Tasks of the model by the identity of their record, in the order of the files."""
    records = [each for each in world.tasks.values() if each.registered and not each.site.file.test]
    records.sort(key=lambda each: (each.site.file.path, each.site.start))
    made, known = {}, guards.Guards(machine, world)
    for record in records:
        retries = [each for each in world.retries.values() if each.task is record]
        task = tasks.make(machine, world, record, app_ids, retries)
        within = guards.needed(task, record, limited)
        made[id(record)] = replace(
            task,
            guards=known.of_task(record) if within else (),
            outside=known.outside(record) if "__call__" in task.overrides else (),
        )
    return made


def _loose_retries(machine: Machine, world: World) -> tuple[model.RetryCall, ...]:
    """The retries in functions that say of a parameter that it is a task, and that no task was
    seen to call."""
    records = [each for each in world.retries.values() if not each.site.file.test]
    known = {each.site for each in records if each.task is not None and each.task.registered}
    return tuple(retry_calls.make(machine, each) for each in records if each.site not in known)


def _annotated(task: model.Task, contexts: tuple[model.Context, ...]) -> model.Task:
    """The task with what `task_annotations` sets on it, where all production profiles agree."""
    own = [each for each in contexts if task.app in (None, each.app.id)]
    own = [each for each in own if each.profile.role == "production"] or own
    found = [each.setting("task_annotations") for each in own]
    setting = found[0] if found else None
    if setting is None or not all(each and same(each.value, setting.value) for each in found):
        return replace(task, open=task.open or any(each is not None for each in found))
    listed = setting.value if isinstance(setting.value, Sequence) else None
    options = dict(task.options)
    known = listed is None or not listed.open
    for value in (setting.value,) if listed is None else listed.items:
        known &= _annotate(options, task, value, setting)
    return replace(task, options=options, open=task.open or not known)


def _annotate(
    options: dict[str, model.Option], task: model.Task, value: Value, setting: model.Setting
) -> bool:
    """Apply one annotation to a task's options; False where it may set more than was read."""
    if not isinstance(value, MappingValue):
        return False
    known = not value.open
    for key in (task.name, "*"):  # what is said of every task is applied last
        entry = value.get(key)
        if isinstance(entry, MappingValue):
            known &= not entry.open
            for name, each in entry.entries:
                if isinstance(name, Literal) and _is_option(name.value):
                    span = each.span or setting.span
                    options[name.value] = model.Option(name.value, each, span, "annotation")
        elif entry is not None:
            known = False
    return known


def _is_option(name: object) -> bool:
    return isinstance(name, str) and name[:1].isalpha()


def _models(machine: Machine) -> tuple[model.OrmModel, ...]:
    found = []
    for module in machine.modules.values():
        if module.test:
            continue
        for value in list(module.env.values()):
            if isinstance(value, ClassObject) and value.module is module and value.site is not None:
                kind = _known_kind(machine, value)
                if kind is not None:
                    found.append(model.OrmModel(value.dotted, kind, value.site.span))
    return tuple(sorted(found, key=lambda each: each.span))


def _known_kind(machine: Machine, value: ClassObject) -> str | None:
    """The kind of an ORM class, without asking for further files: listing is no reason to read
    them.
    """
    needed = set(machine.needed)
    kind = orm.kind_of(machine, value)
    machine.needed = needed
    return kind


def _unresolved(contexts: tuple[model.Context, ...]) -> tuple[model.Unresolved, ...]:
    found: dict[tuple[str, str, int], model.Unresolved] = {}
    for context in contexts:
        for setting in context.profile.settings.values():
            reason = _why_unknown(setting.value)
            if reason is not None:
                key = (setting.name, setting.span.path, setting.span.line)
                found[key] = model.Unresolved("setting", setting.span, f"{setting.name}: {reason}")
    return tuple(found.values())


def _not_made(world: World) -> Iterator[model.Unresolved]:
    for site in world.not_tasks.values():
        if not site.file.test:
            reason = "a task is made of what is not a function of the project"
            yield model.Unresolved("task", site.span, reason)


def _unread(mentions: Iterable[Mention]) -> Iterator[model.Unresolved]:
    for each in mentions:
        yield model.Unresolved("process", Span(each.path, each.line), each.reason)


def _why_unknown(value: Value) -> str | None:
    """Why the value, or one of those that it may be, is not known; None where all are."""
    return next((each.reason for each in value.alternatives() if isinstance(each, Unknown)), None)
