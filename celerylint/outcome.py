"""What a run is asked for and what it answers: plain values between the command line, the engine
and the reports.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from celerylint.config import Config
from celerylint.findings import Diagnostic, Finding, Severity, Span
from celerylint.structs import dataclass, field
from celerylint.tree import Tree, text_of

if TYPE_CHECKING:
    from celerylint.project.model import Project


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says about rules; `select` None means that it does not choose."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One run. Paths are as the user wrote them, relative to `cwd` (absolute) or absolute.

    With `stdin` (the bytes of an editor's buffer) `stdin_filename` says which file they stand for,
    and only that file is reported. `link_only` asks for the linked projects without running rules.
    `jobs` None means one reader for every processor; `cache_dir` None means the user's cache
    folder.
    """

    paths: tuple[str, ...] = (".",)
    cwd: str = "."
    config_file: str | None = None
    overrides: Overrides = field(default_factory=Overrides)
    celery_version: str | None = None
    stdin_filename: str | None = None
    stdin: bytes | None = None
    cache_dir: str | None = None
    use_cache: bool = True
    jobs: int | None = None
    link_only: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What the reports say of a linked project: how much there is of it, its Celery, and what could
    not be resolved as (what, place, reason). `empty` where nothing in it is Celery's.
    """

    apps: int
    tasks: int
    processes: int
    workers: int
    empty: bool
    version: str | None
    specifier: str | None
    source: str | None
    unresolved: tuple[tuple[str, Span, str], ...]


@dataclass(frozen=True, slots=True)
class ProjectRun:
    """One project of a run.

    `root` is relative to the working directory, with `/` ("." for the directory itself); `here` is
    the working directory relative to the root, where it lies inside it ("" otherwise); the places
    inside the project are relative to that root. `files` counts every file of the tree, `read`
    lists (relative to the root) those whose text was looked into. A run that is remembered has no
    linked project, but what was `told` of it.
    """

    root: str
    linked: Project | None
    files: int
    config: Config = field(default_factory=Config)
    read: tuple[str, ...] = ()
    here: str = ""
    told: Summary | None = None

    @property
    def project(self) -> Project:
        """The linked project, which a remembered run has not."""
        assert self.linked is not None, "a remembered run has no project"
        return self.linked

    @property
    def summary(self) -> Summary:
        """What there is to say of the project."""
        return self.told or _summary(self.project)

    @property
    def has_celery(self) -> bool:
        """Is there anything of Celery's in it that can be judged?"""
        return not self.summary.empty

    def reported(self, path: str) -> str:
        """A path of this project as it is reported: relative to the working directory."""
        return joined(self.root, path, self.here)

    def reader(self, tree: Tree) -> Callable[[str], str | None]:
        """The text of a file of the project's tree by its reported path."""
        prefix = "" if self.root in {"", "."} else f"{self.root}/"

        def text(path: str) -> str | None:
            if self.here:
                return text_of(tree, joined(self.here, path))
            return text_of(tree, path[len(prefix) :]) if path.startswith(prefix) else None

        return text


def _summary(project: Project) -> Summary:
    parts = (project.apps, project.tasks, project.processes, project.dispatches, project.schedule)
    return Summary(
        len(project.apps),
        len(project.tasks),
        len(project.processes),
        sum(each.kind == "worker" for each in project.processes),
        not any(parts),
        project.celery.version,
        project.celery.specifier,
        project.celery.source,
        tuple((each.what, each.span, each.reason) for each in project.unresolved),
    )


def _no_text(path: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, with paths relative to the working directory.

    `findings` are sorted by path, line, column and code, and carry code, name and severity.
    `sources` gives the text of a file by its reported path, or None where it cannot be shown.
    """

    runs: tuple[ProjectRun, ...] = ()
    findings: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Callable[[str], str | None] = field(default=_no_text)

    @property
    def failed(self) -> bool:
        """Did a rule or a reader break, so that the answer is not to be trusted?"""
        return any(each.kind == "internal-error" for each in self.diagnostics)

    @property
    def nothing_analysed(self) -> bool:
        """Is there no file, or no Celery in any of them?"""
        return not self.findings and not any(run.has_celery for run in self.runs)


def joined(root: str, path: str, here: str = "") -> str:
    """`path` below `root`, both with `/`, without `./` and with `..` resolved.

    `here` is the working directory relative to the root, where it lies inside it: it is what the
    `..` of `root` lead away from, so `shop/tasks.py` below `..` is `tasks.py` in the folder `shop`.
    """
    if here not in ("", ".") and not path.startswith("/"):
        return _from_inside(here.split("/"), path.split("/"))
    whole = path if root in ("", ".") or path.startswith("/") else f"{root}/{path}"
    absolute = whole.startswith("/")
    parts: list[str] = []
    for part in whole.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if absolute else "") + "/".join(parts) or "."


def _from_inside(here: list[str], parts: list[str]) -> str:
    parts = [part for part in parts if part not in ("", ".")]
    shared = 0
    while shared < min(len(here), len(parts)) and here[shared] == parts[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + parts[shared:]) or "."


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends. Python's and YAML's ends only: a form feed ends no
    line.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def source_line(outcome: Outcome, path: str, line: int) -> str | None:
    """One line of a file by its reported path, or None where there is none."""
    text = outcome.sources(path)
    if text is None:
        return None
    lines = lines_of(text)
    return lines[line - 1] if 0 < line <= len(lines) else None


def fingerprints(outcome: Outcome) -> list[str]:
    """One stable name per finding, in order: it survives lines that are added elsewhere in the
    file.

    Made of the rule's code, the path, the source line with its white space evened out, and an
    ordinal among findings that are alike in these.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    texts = _Texts(outcome)
    names = []
    for finding in outcome.findings:
        line = " ".join(texts.line(finding.span.path, finding.span.line).split())
        key = (finding.code, finding.span.path, line)
        digest = hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass"))
        names.append(digest.hexdigest()[:20])
        seen[key] += 1
    return names


class _Texts:
    def __init__(self, outcome: Outcome) -> None:
        self._sources = outcome.sources
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str:
        if path not in self._lines:
            self._lines[path] = lines_of(self._sources(path) or "")
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much a run looked at: the numbers of the summary and of the last line."""

    files: int
    apps: int
    tasks: int
    processes: int
    workers: int
    not_parsed: int
    settings_unresolved: int
    errors: int
    warnings: int
    advice: int


NOT_PARSED = frozenset({"not-parsed", "not-readable", "not-decoded", "too-large", "too-deep"})


def coverage(outcome: Outcome) -> Coverage:
    """The numbers of an outcome, over all its projects."""
    seen = [run.summary for run in outcome.runs]
    levels = Counter(finding.severity for finding in outcome.findings)
    return Coverage(
        files=sum(run.files for run in outcome.runs),
        apps=sum(each.apps for each in seen),
        tasks=sum(each.tasks for each in seen),
        processes=sum(each.processes for each in seen),
        workers=sum(each.workers for each in seen),
        not_parsed=len({d.path for d in outcome.diagnostics if d.kind in NOT_PARSED}),
        settings_unresolved=sum(
            what == "setting" for each in seen for what, _, _ in each.unresolved
        ),
        errors=levels[Severity.ERROR],
        warnings=levels[Severity.WARNING],
        advice=levels[Severity.ADVICE],
    )
