"""The Python reader: one module's text to its facts. It knows Python, and nothing of Celery.

Facts of a module are `(READER_VERSION, line starts, body, comments)`: `line starts` are the character offsets
at which lines begin, `body` is as in `celerylint.facts.syntax`, and `comments` are (offset, text) of the
comments that may hold a suppression.
"""

from __future__ import annotations

import marshal
import re
from typing import Any

from celerylint.facts import guards
from celerylint.facts.syntax import READER_VERSION
from celerylint.findings import Diagnostic

Facts = tuple[Any, ...]
PROBLEM = "problem"

_SUPPRESSES = re.compile(r"celerylint\s*:|noqa", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")


def read(path: str, text: str) -> Facts | Diagnostic:
    """Facts of a module, or a diagnostic `not-parsed` that names the line where its syntax breaks."""
    import libcst as cst

    from celerylint.facts.positions import locate
    from celerylint.facts.statements import Statements

    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        return Diagnostic("not-parsed", _reason(error), path, error.raw_line)
    spans, comments = locate(module, _SUPPRESSES.search(text) is not None)
    body = Statements(spans).body(module.body)
    starts = (0, *(found.end() for found in _LINE_END.finditer(text)))
    kept = tuple(each for each in comments if _SUPPRESSES.search(each[1]))
    return (READER_VERSION, starts, body, kept)


def prepare() -> None:
    """Import what reading needs, before processes are made that all would."""
    import celerylint.facts.positions
    import celerylint.facts.statements  # noqa: F401


def read_blob(path: str, data: bytes, max_size: int = guards.MAX_SIZE) -> bytes:
    """Marshalled facts of a file's bytes; of what cannot be read, ("problem", kind, message, line)."""
    text = guards.readable_text(path, data, max_size)
    found = text if isinstance(text, Diagnostic) else read(path, text)
    if isinstance(found, Diagnostic):
        return marshal.dumps((PROBLEM, found.kind, found.message, found.line))
    return marshal.dumps(found)


def is_problem(facts: Facts) -> bool:
    """Do these facts say that the file could not be read?"""
    return bool(facts) and facts[0] == PROBLEM


def problem_of(path: str, facts: Facts) -> Diagnostic:
    """The diagnostic behind such facts."""
    return Diagnostic(facts[1], facts[2], path, facts[3])


def _reason(error: Any) -> str:
    what = str(error.message).strip().splitlines()[0].rstrip(".:")
    if what.startswith("parser error"):
        what = what.partition(":")[2].strip() or what
    return f"not parsed: {what}"
