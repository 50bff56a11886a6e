"""One requirement as pip writes it, and files of them: text to plain tuples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from celerylint.patterns import regex

# (name, specifier, line, kind, conditional). name is normalised as PEP 503 says. specifier is as
# written; "" is any release, None one that cannot be known (a URL without a version). kind is
# `lock` for an exact answer of a locker, `requirement`, or `development` for one that only tests,
# docs or tools ask for. conditional: an environment marker decides whether it counts.
Pin = tuple[str, "str | None", int, str, bool]
Include = tuple[str, int]  # (path as written, relative to the file; line)
Problem = tuple[str, "int | None"]  # (message, line)
PinFacts = tuple[tuple[Pin, ...], tuple[Include, ...], tuple[Problem, ...]]
Found = Iterator["Pin | Include"]

Reader = Callable[[str, str], Found]

# What rules and the linker may ask for; the hundreds of other packages of a lock file are not worth
# keeping.
PACKAGES = frozenset(
    {
        "amqp",
        "billiard",
        "celery",
        "celery-redbeat",
        "django",
        "django-celery-beat",
        "django-celery-results",
        "eventlet",
        "flask",
        "flask-sqlalchemy",
        "gevent",
        "kombu",
        "mysqlclient",
        "psycogreen",
        "psycopg",
        "psycopg2",
        "psycopg2-binary",
        "pydantic",
        "pymysql",
        "redis",
        "sqlalchemy",
        "sqlmodel",
    }
)
_DEVELOPMENT = frozenset(
    {
        *("ci", "dev", "devel", "development", "doc", "docs", "lint", "linting"),
        *("local", "test", "tests", "testing", "typing", "types"),
    }
)
_REQUIREMENT = regex(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.DOTALL)
_SPECIFIER = regex(
    r"(?:===?|!=|~=|[<>]=?)\s*[\w.*+!-]+(?:\s*,\s*(?:===?|!=|~=|[<>]=?)\s*[\w.*+!-]+)*,?"
)
TAG = regex(r"(?:@v?|celery-)(\d+(?:\.\d+)+(?:(?:a|b|rc)\d+)?)")


class Broken(Exception):
    """A file that cannot be parsed: what is wrong, and at which line."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def normalised(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: str, line: int, kind: str) -> Pin | None:
    """One PEP 508 requirement, None for what is not one (a template, an option)."""
    match = _REQUIREMENT.fullmatch(text.strip())
    if match is None:
        return None
    name, rest = normalised(match.group(1)), match.group(2)
    if rest.startswith("@"):
        tag = TAG.search(rest)
        return name, f"=={tag.group(1)}" if tag else None, line, kind, " ;" in rest
    specifier, semicolon, _ = rest.partition(";")
    specifier = re.sub(r"\s+", "", specifier.strip().strip("()")).rstrip(",")
    if specifier and not _SPECIFIER.fullmatch(specifier):
        return None
    return name, specifier, line, kind, bool(semicolon)


def is_development(name: str) -> bool:
    """Does a file or a group of this name serve tests, docs or tools only?"""
    return not _DEVELOPMENT.isdisjoint(re.split(r"[^a-z]+", name.lower()))


def read_requirements(text: str, path: str) -> Found:
    """requirements.txt and its relatives, with what they include."""
    # The file's name and its folder's: requirements/dev.txt, docs/requirements.txt.
    nearest = " ".join(path.split("/")[-2:])
    kind = "development" if is_development(nearest) else "requirement"
    for line, entry in _entries(text):
        option = re.match(r"(?:-[rc]\s*|--(?:requirement|constraint)[\s=]\s*)([^\s].*)", entry)
        if option:
            yield option.group(1).strip().strip("\"'"), line
            continue
        egg = re.match(r"(?:(?:-e|--editable)[\s=]\s*)?(\S+://\S+|git\+\S+)", entry)
        if egg:
            yield from _from_url(egg.group(1), line, kind)
        elif not entry.startswith("-"):
            pin = requirement(re.split(r"\s--?\w", entry)[0], line, kind)
            if pin is not None:
                yield pin


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines without comments, each with the number of its first physical line."""
    start, parts = 0, []
    for number, raw in enumerate(text.split("\n"), 1):
        bare = re.sub(r"(?:^|\s)#.*$", "", raw)
        start = start or number
        parts.append(bare.rstrip().removesuffix("\\"))
        if raw.rstrip().endswith("\\") and bare == raw:
            continue
        entry = " ".join(parts).strip()
        if entry:
            yield start, entry
        start, parts = 0, []
    if parts and (entry := " ".join(parts).strip()):
        yield start, entry


def _from_url(url: str, line: int, kind: str) -> Found:
    name = re.search(r"[#&]egg=([\w.-]+)", url) or re.search(r"/([A-Za-z][\w]*)-\d[^/]*$", url)
    name = name or re.search(r"/([\w.-]+?)(?:\.git)?(?:@[^/]*)?(?:#.*)?$", url)
    if name:
        tag = TAG.search(url)
        yield normalised(name.group(1)), f"=={tag.group(1)}" if tag else None, line, kind, False
