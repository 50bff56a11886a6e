"""The Python reader: one module's text to its facts. It knows Python, and nothing of Celery.

Facts of a module are `(READER_VERSION, line starts, body, comments)`: `line starts` are the
character offsets at which lines begin, `body` is as in `celerylint.facts.syntax`, and `comments`
are (offset, text) of the comments that may hold a suppression.
"""

from __future__ import annotations

import ast
import marshal
import re
import warnings
from typing import Any

from celerylint.facts import guards
from celerylint.facts.syntax import READER_VERSION
from celerylint.findings import Diagnostic
from celerylint.patterns import regex

Facts = tuple[Any, ...]
PROBLEM = "problem"

_SUPPRESSES = regex(r"celerylint\s*:|noqa", re.IGNORECASE)
_LINE_END = regex(r"\r\n|\r|\n")


def read(path: str, text: str) -> Facts | Diagnostic:
    """Facts of a module, or a diagnostic `not-parsed` that names the line of the mistake."""
    try:
        return with_ast(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = error
    try:
        return with_libcst(text)
    except BaseException as error:
        # Where LibCST's native code gives up, it raises what is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
    return _not_parsed(path, said)


def with_ast(text: str) -> Facts:
    """Facts by Python's own parser, which is ten times quicker than LibCST. Raises SyntaxError, and
    the errors of a parser at its limits.
    """
    from celerylint.facts.ast_statements import Statements

    starts = _line_starts(text)
    body = Statements(text, starts).body(ast.parse(text).body)
    return (READER_VERSION, starts, body, _comments(text))


def with_libcst(text: str) -> Facts:
    """The same facts by LibCST, which reads what is newer than the Python that runs. Raises its
    errors.
    """
    import libcst as cst

    from celerylint.facts.cst_positions import locate
    from celerylint.facts.cst_statements import Statements

    module = cst.parse_module(text)
    body = Statements(locate(module)).body(module.body)
    return (READER_VERSION, _line_starts(text), body, _comments(text))


def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(found.end() for found in _LINE_END.finditer(text)))


def _comments(text: str) -> tuple[tuple[int, str], ...]:
    found = guards.comments(text) if _SUPPRESSES.search(text) else ()
    return tuple(each for each in found if _SUPPRESSES.search(each[1]))


def _not_parsed(path: str, error: Exception) -> Diagnostic:
    said = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    line = error.lineno if isinstance(error, SyntaxError) else None
    return Diagnostic("not-parsed", f"not parsed: {said}", path, line)


def prepare() -> None:
    """Import what reading needs, before processes are made that all would."""
    import celerylint.facts.ast_statements  # noqa: F401


def read_blob(path: str, data: bytes, max_size: int = guards.MAX_SIZE) -> bytes:
    """Marshalled facts of a file's bytes; ("problem", kind, message, line) where it has none."""
    text = guards.readable_text(path, data, max_size)
    with warnings.catch_warnings():
        # Of the analysed file's literals, such as "\d": nobody asked, and they would be printed.
        warnings.simplefilter("ignore")
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
