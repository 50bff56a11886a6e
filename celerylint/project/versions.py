"""Which release of a package a project runs, from what its requirement and lock files ask for.

A file speaks for the folder that it belongs to (`apps/api/requirements/base.txt` for `apps/api`).
The folder nearest above an app's file answers; a lock there, or further up if it lies inside the
range asked for, beats a range. Answers that contradict each other leave every release that one of
them allows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from celerylint import oracle
from celerylint.facts.requirement import PACKAGES, PinFacts
from celerylint.findings import Diagnostic, Span
from celerylint.oracle import Release
from celerylint.patterns import regex
from celerylint.project.model import CeleryVersions
from celerylint.structs import dataclass

_FOLDERS = frozenset({"requirements", "requirement", "reqs", "constraints"})
_CLAUSE = regex(r"(===?|!=|~=|<=|>=|<|>|\^|~|=)?\s*v?(\d+!)?(\d+(?:\.\d+)*)((?:\.\*)|[\w.+-]*)")
_CONFIGURED = regex(r"(?:[<>=!~]=|[<>=~^])?\s*\d+(?:\.\d+)*(?:\.\*|[._-]?(?:a|b|rc|post|dev)\d*)?")
_EXACT = regex(r"(?:===?)?\s*v?(\d+(?:\.\d+)*(?:[\w.+-]*))")


@dataclass(frozen=True, slots=True)
class Asked:
    """One file's word on a package: specifier None cannot be known, "" is any release."""

    specifier: str | None
    path: str
    line: int
    kind: str
    conditional: bool

    @property
    def exact(self) -> str | None:
        """The one version that is asked for, as written, or None."""
        match = _EXACT.fullmatch(self.specifier or "")
        return match.group(1) if match else None

    @property
    def source(self) -> str:
        """Where: "path:line"."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tree asks of one package. No file mentions it: nothing in `asked`.

    asked holds the statements that count, the most telling first; version is the one exact answer.
    """

    asked: tuple[Asked, ...] = ()

    @property
    def version(self) -> str | None:
        """The one exact version, None for a range or for several versions."""
        exact = {each.exact for each in self.asked}
        return next(iter(exact)) if len(exact) == 1 else None

    @property
    def specifier(self) -> str | None:
        """The range as written (several are joined), None for an exact version or no range."""
        written = list(dict.fromkeys(each.specifier for each in self.asked if each.specifier))
        return None if self.version else (" || " if self._any else ",").join(written) or None

    @property
    def _any(self) -> bool:
        return any(each.exact or each.conditional for each in self.asked)

    def allows(self, release: Release) -> bool:
        """Does what is asked for let this release in?"""
        if self._any:
            return any(satisfies(release, each.specifier) for each in self.asked)
        return all(satisfies(release, each.specifier) for each in self.asked)


def celery_versions(
    files: Mapping[str, PinFacts], near: str = "", configured: str | None = None
) -> CeleryVersions:
    """The Celery that runs the code at `near` (a file's path; "" for the whole tree).

    configured is the user's `celery-version`: a release ("5.4.0"), a series ("5.4") or a range.
    Raises ValueError where it is none of these.
    """
    if configured is not None:
        return _configured(configured)
    answer = ask(files, "celery", near)
    if not answer.asked:
        return CeleryVersions(oracle.supported())
    first = answer.asked[0]
    return CeleryVersions(_allowed(answer), answer.version, answer.specifier, first.source)


def ask(files: Mapping[str, PinFacts], package: str, near: str = "") -> Answer:
    """What the files that speak for the code at `near` ask of a package (see
    facts.requirement.PACKAGES).
    """
    assert package in PACKAGES, package
    folders: dict[str, list[Asked]] = {}
    for path in sorted(files):
        for asked in _of_file(files, path, package, set()):
            folders.setdefault(_owner(path), []).append(asked)
    levels = [_weighed(folders[each]) for each in _above(near) if each in folders]
    if not levels:
        return _anywhere(folders)
    nearest = levels[0]
    if nearest.asked[0].exact is None:
        for level in levels[1:]:
            # A workspace: the member names a range, the lock lies at its root.
            if level.version and nearest.allows(_release(level.version)):
                return level
    return nearest


def problems(files: Mapping[str, PinFacts]) -> Iterator[Diagnostic]:
    """The files that could not be read for versions."""
    for path, (_, _, found) in sorted(files.items()):
        for message, line in found:
            yield Diagnostic("not-parsed", f"not read for versions: {message}", path, line)


def included(files: Mapping[str, PinFacts]) -> list[str]:
    """Paths that the files include (`-r other.txt`) and that are not among them, sorted."""
    targets = {_target(path, each) for path, facts in files.items() for each, _ in facts[1]}
    return sorted(targets - files.keys() - {""})


def satisfies(release: Release, specifier: str | None) -> bool:
    """Does a final release satisfy a specifier of pip, Poetry, Pipenv or conda? Unknown ones let
    all in.

    Written out rather than taken from `packaging`, which Celery's supported releases do not depend
    on and which knows neither `^5.3` nor `~5.3` nor `||`.
    """
    if not specifier:
        return True
    alternatives = (_CLAUSE.findall(each) for each in re.split(r"\|\|?", specifier))
    return any(all(_clause(release, *clause) for clause in each) for each in alternatives)


def _clause(release: Release, operator: str, epoch: str, number: str, suffix: str) -> bool:
    wanted = tuple(map(int, number.split(".")))
    if suffix == ".*":
        same = release[: len(wanted)] == wanted
        return not same if operator == "!=" else same
    # A final release lies behind its own pre-releases and before its post-releases.
    stage = 0 if re.match(r"[._-]?(a|b|c|rc|alpha|beta|pre|dev)", suffix) else 1
    stage = 2 if re.match(r"[._-]?(post|rev|r\d)|-\d", suffix) else stage
    have, want = (_padded(release), 1), (_padded(wanted), stage)
    if operator in {"~=", "^", "~"}:
        return (
            have >= want
            and release[: _fixed(operator, wanted)] == wanted[: _fixed(operator, wanted)]
        )
    compare: Callable[[], bool] = {
        "!=": lambda: have != want,
        "<": lambda: have < want,
        "<=": lambda: have <= want,
        ">": lambda: have > want,
        ">=": lambda: have >= want,
    }.get(operator, lambda: have == want)
    return compare()


def _fixed(operator: str, wanted: Release) -> int:
    """How many leading numbers `~=`, `^` and `~` hold still."""
    if operator == "~=":
        return max(len(wanted) - 1, 1)
    if operator == "~":
        return min(len(wanted), 2)
    return next((at for at, each in enumerate(wanted, 1) if each), len(wanted))


def _padded(release: Release) -> Release:
    return (*release, 0, 0, 0)[:4] if len(release) < 4 else release


def _release(version: str) -> Release:
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    found = tuple(map(int, numbers.group().split("."))) if numbers else ()
    return (*found, 0, 0)[:3]


def _allowed(answer: Answer) -> tuple[Release, ...]:
    exact = sorted({_release(each.exact) for each in answer.asked if each.exact})
    if exact and all(each.exact for each in answer.asked):
        return tuple(exact)
    known = [each for each in oracle.released() if answer.allows(each)]
    supported = tuple(each for each in known if each >= oracle.OLDEST_SUPPORTED)
    if supported or known:
        return supported or tuple(known)
    # Newer than every release that is known here: whatever it is, it starts at what is asked for.
    newest = oracle.released()[-1]
    bounds = [_release(number) for each in answer.asked for number in _bounds(each.specifier)]
    return (max(bounds),) if bounds and max(bounds) > newest else oracle.supported()


def _bounds(specifier: str | None) -> Iterable[str]:
    return (
        number
        for operator, _, number, _ in _CLAUSE.findall(specifier or "")
        if operator[:1] in "~^=>"
    )


def _configured(text: str) -> CeleryVersions:
    written = text.strip()
    clauses = re.split(r"\s*(?:,|\|\|?|\s(?=[<>=!~^]))\s*", written)
    if not all(_CONFIGURED.fullmatch(each) for each in clauses):
        raise ValueError(f"{text!r} is neither a Celery release nor a range of them")
    source = "configuration"
    exact = re.fullmatch(r"(?:==)?\s*(\d+\.\d+\.\d+\w*)", written)
    if exact:
        return CeleryVersions((_release(exact.group(1)),), exact.group(1), None, source)
    series = f"=={written}.*" if re.fullmatch(r"\d+(?:\.\d+)?", written) else written
    answer = Answer((Asked(series, source, 1, "requirement", False),))
    return CeleryVersions(_allowed(answer), None, written, source)


def _of_file(
    files: Mapping[str, PinFacts], path: str, package: str, seen: set[str]
) -> Iterator[Asked]:
    """A file's own statements and those of the files that it includes."""
    if path in seen or path not in files:
        return
    seen.add(path)
    pins, includes, _ = files[path]
    for name, specifier, line, kind, conditional in pins:
        if name == package:
            yield Asked(specifier, path, line, kind, conditional)
    for include, _ in includes:
        yield from _of_file(files, _target(path, include), package, seen)


def _target(path: str, include: str) -> str:
    """The project-relative path that an include means, "" for one outside of the project."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), include))
    return "" if target.startswith(("..", "/")) or "://" in include else target


def _owner(path: str) -> str:
    folder = posixpath.dirname(path)
    while posixpath.basename(folder).lower() in _FOLDERS:
        folder = posixpath.dirname(folder)
    return folder


def _above(near: str) -> Iterator[str]:
    folder = posixpath.dirname(near)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _weighed(asked: Sequence[Asked]) -> Answer:
    """The statements of one folder that count: locks, else exact versions, else ranges; those for
    tests and tools only where there are no others.
    """
    main = [each for each in asked if each.kind != "development"] or asked
    locks = [each for each in main if each.kind == "lock"]
    exact = [each for each in main if each.exact and not each.conditional]
    telling = locks or exact or sorted(main, key=lambda each: not each.specifier)
    return Answer(tuple(dict.fromkeys(telling)))


def asked_for(files: Mapping[str, PinFacts]) -> dict[str, Span]:
    """The packages of facts.requirement.PACKAGES that production installs: where the first file, by
    name, asks for each."""
    found: dict[str, Span] = {}
    for package in sorted(PACKAGES):
        for path in sorted(files):
            asked = [each for each in _of_file(files, path, package, set()) if _installs(each)]
            if asked:
                found[package] = Span(asked[0].path, asked[0].line)
                break
    return found


def _installs(asked: Asked) -> bool:
    return asked.kind != "development"


def _anywhere(folders: Mapping[str, Sequence[Asked]]) -> Answer:
    """No file above the app: one answer from all others where they agree, else all of theirs."""
    answers = [_weighed(folders[each]) for each in sorted(folders, key=lambda f: (f.count("/"), f))]
    main = [each for each in answers if each.asked[0].kind != "development"]
    answers = main or answers
    if not answers:
        return Answer()
    if len({each.version for each in answers}) == 1 and answers[0].version:
        return answers[0]
    union = (_alternative(each) for answer in answers for each in answer.asked)
    return Answer(tuple(union))


def _alternative(asked: Asked) -> Asked:
    """The same statement as one of several of which any may hold."""
    return Asked(asked.specifier, asked.path, asked.line, asked.kind, True)
