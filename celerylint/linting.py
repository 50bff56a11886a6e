"""Lints one tree: reads and links in rounds, runs the rules, decides what is reported."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from celerylint import config as configuration
from celerylint import registry
from celerylint.config import Config
from celerylint.facts.cache import Cache
from celerylint.findings import Diagnostic, Finding, Related, Severity, Span
from celerylint.outcome import Outcome, Overrides, ProjectRun, Request
from celerylint.project import versions
from celerylint.project.linking import ahead, link, variable_readers
from celerylint.project.model import CeleryVersions, Project
from celerylint.project.modules import ModuleMap
from celerylint.project.questions import option_variables, queue_names
from celerylint.reading import Library
from celerylint.registry import RuleInfo
from celerylint.structs import replace
from celerylint.tree import DiskTree, Tree, text_of
from celerylint.triage import Desk, triage

# Each round reads what the last one could not do without; real projects need three or four.
MOST_ROUNDS = 8
# How far what was demanded is followed without linking: base classes of base classes, and so on.
MOST_AHEAD = 3
_DEMANDED = "demanded"
_COMPLETE = "complete"


def run_tree(library: Library, request: Request, named: Sequence[str], shown: str) -> Outcome:
    """The outcome for the project of a library: what the request names of it (all where nothing
    is named), with paths relative to the working directory, from where the root is `shown`.
    """
    tree, config = library.tree, library.config
    rules = registry.chosen(config, request.overrides)
    only = named[0] if request.stdin is not None and named else None
    project, broken = _linked(library, config, only)
    findings: tuple[Finding, ...] = ()
    if not request.link_only:
        raw, more = judge(project, rules)
        broken += more
        desk = Desk(
            rules,
            config,
            _comments(library),
            library.text,
            named or ("",),
            judge_comments=request.stdin is None,
        )
        findings = triage(raw, desk)
    read, here = tuple(sorted(library.facts)), _inside(tree.root, request.cwd)
    made = ProjectRun(shown, project, len(library.paths), config, read, here)
    problems = [
        replace(each, path=made.reported(each.path)) if each.path else each
        # Files are read in any order.
        for each in sorted(library.problems, key=lambda p: (p.path or "", p.line or 0, p.message))
    ]
    placed = tuple(_placed(each, made) for each in findings)
    return Outcome((made,), placed, (*problems, *broken), made.reader(tree))


def _inside(root: str, cwd: str) -> str:
    """The working directory relative to the root, where it lies inside it."""
    here = os.path.relpath(cwd, root).replace(os.sep, "/")
    return "" if here.split("/")[0] in {".", ".."} else here


def _linked(library: Library, config: Config, only: str | None) -> tuple[Project, list[Diagnostic]]:
    """The linked project; an empty one where linking itself breaks: others still report."""
    try:
        return link_tree(library, config, only), []
    except configuration.ConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - what is wrong is said, and the exit status is 2
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = trace and f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        message = f"linking broke: {type(error).__name__}: {error} ({where})"
        empty = Project(root=library.tree.root, celery=CeleryVersions(()))
        return empty, [Diagnostic("internal-error", message, severity=Severity.ERROR)]


def link_tree(library: Library, config: Config, only: str | None = None) -> Project:
    """Read and link in rounds, until nothing more is needed or the bound is reached. only: the
    file whose findings are asked for, where it is one."""
    selected = library.selected()
    pins = library.pins()
    demanded = set(library.cache.remembered.get(_DEMANDED, ()))
    library.read(selected | demanded)
    names = ModuleMap(library.python)
    named = library.named_settings() if selected else ()
    near = _versions(config, pins)
    project = Project(root=library.tree.root, celery=near(""))
    collected = library.processes(near("").allowed[-1])
    for each in collected.installed:
        names.install(each.path, each.target)
        named = (*named, each.module)
    # A run that leaves something out asks for less: it relies on what one that did not has asked
    # for, of the same files.
    remembered = library.cache.remembered
    if library.cache.changed or not remembered.get(_COMPLETE):
        only = None
    if only is None:
        remembered[_COMPLETE] = True
    for _ in range(MOST_ROUNDS):
        inputs = link.Inputs(
            library.facts,
            library.python,
            selected,
            library.tests,
            near,
            config.settings,
            config.task_decorators,
            named,
            collected.processes,
            collected.unread,
            collected.servers,
            collected.kills,
            library.reaches_out,
            library.users,
            library.makes_signals,
            only,
        )
        project, needed = link.link(inputs, names, library.tree.root)
        missing = set(needed - demanded - library.facts.keys())
        if not missing:
            break
        for _ in range(MOST_AHEAD):
            demanded |= missing
            library.read(missing)
            missing = ahead.closure(library.facts, missing, names) - demanded
    library.cache.remembered[_DEMANDED] = sorted(demanded)
    suspects = option_variables.names(project.processes)
    idle = variable_readers.unread(suspects, library.paths, library.tree.read)
    slips = queue_names.unwritten(queue_names.names(project), library.python, library.tree.read)
    return replace(
        project,
        packages=versions.asked_for(pins),
        idle_variables=idle,
        unwritten_queues=slips,
    )


def _versions(config: Config, pins: Mapping[str, object]) -> Callable[[str], CeleryVersions]:
    known: dict[str, CeleryVersions] = {}

    def near(path: str) -> CeleryVersions:
        folder = path.rpartition("/")[0]
        if folder not in known:
            try:
                known[folder] = versions.celery_versions(pins, path, config.celery_version)  # type: ignore[arg-type]
            except ValueError as error:
                raise config.error("celery-version", str(error)) from None
        return known[folder]

    return near


def judge(project: Project, rules: Sequence[RuleInfo]) -> tuple[list[Finding], list[Diagnostic]]:
    """What the rules say of a project; a rule that breaks is a
    diagnostic, the others still speak.
    """
    found: list[Finding] = []
    broken: list[Diagnostic] = []
    for rule in rules:
        for spec in rule.specs:
            try:
                for subject in project.subjects(spec.subject):
                    found += [
                        replace(each, code=rule.code) for each in spec.check(subject, project)
                    ]
            except Exception as error:  # noqa: BLE001 - a rule may break in any way
                message = (
                    f"the rule {rule.code} ({rule.name}) broke: {type(error).__name__}: {error}"
                )
                broken.append(Diagnostic("internal-error", message, severity=Severity.ERROR))
    return found, broken


def _placed(finding: Finding, run: ProjectRun) -> Finding:
    """The finding with its paths relative to the working directory."""
    related = tuple(Related(_moved(each.span, run), each.message) for each in finding.related)
    return replace(finding, span=_moved(finding.span, run), related=related)


def _moved(span: Span, run: ProjectRun) -> Span:
    return replace(span, path=run.reported(span.path))


def _comments(library: Library) -> dict[str, list[tuple[int, str]]]:
    found = {}
    for path, facts in library.facts.items():
        if facts[3]:
            starts = facts[1]
            found[path] = [(bisect_right(starts, offset), text) for offset, text in facts[3]]
    return found


def lint_tree(
    tree: Tree, config: Config | None = None, rules: Sequence[RuleInfo] | None = None
) -> Outcome:
    """Lint a tree that need not be on a disk, with these rules (None: those that the configuration
    chooses).
    """
    config = config or Config()
    chosen = registry.chosen(config, Overrides()) if rules is None else rules
    library = Library(tree, config, Cache.open("", enabled=False), 1)
    project = link_tree(library, config)
    raw, broken = judge(project, chosen)
    desk = Desk(chosen, config, _comments(library), library.text)
    findings = triage(raw, desk)
    made = ProjectRun(".", project, len(library.paths), config, tuple(sorted(library.facts)))
    return Outcome((made,), findings, (*library.problems, *broken), made.reader(tree))


def project_json(tree: Tree | str, config: Config | None = None) -> dict[str, object]:
    """The linked project of a folder or a tree, as `celerylint project --output-format json` prints
    it.
    """
    from celerylint.report import projectjson

    made: Tree = DiskTree(tree) if isinstance(tree, str) else tree
    if config is None:
        config = configuration.find(lambda name: text_of(made, name))
    outcome = lint_tree(made, config, ())
    return dict(projectjson.document(outcome.runs[0]))
