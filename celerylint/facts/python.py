"""The Python reader: one module's text to its facts. It knows Python, and nothing of Celery.

Facts of a module are `(READER_VERSION, line starts, body, comments)`: `line starts` are the
character offsets at which lines begin, `body` is as in `celerylint.facts.syntax`, and `comments`
are (offset, text) of the comments that may hold a suppression.
"""

from __future__ import annotations

import marshal
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celerylint.facts import guards
from celerylint.facts.syntax import READER_VERSION
from celerylint.findings import Diagnostic

Facts = tuple[Any, ...]
PROBLEM = "problem"

_SUPPRESSES = re.compile(r"celerylint\s*:|noqa", re.IGNORECASE)
_PLACE = re.compile(r"error at (\d+):")
_LINE_END = re.compile(r"\r\n|\r|\n")


def read(path: str, text: str) -> Facts | Diagnostic:
    """Facts of a module, or a diagnostic `not-parsed` that names the line of the mistake."""
    import libcst as cst

    from celerylint.facts.positions import locate
    from celerylint.facts.statements import Statements

    try:
        with _unvalidated(cst.CSTNode):
            module = cst.parse_module(text)
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        return _not_parsed(path, text, error)
    except BaseException as error:
        # Where LibCST's native code gives up, it raises what is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        return _not_parsed(path, text, error)
    spans, comments = locate(module, _SUPPRESSES.search(text) is not None)
    body = Statements(spans).body(module.body)
    starts = (0, *(found.end() for found in _LINE_END.finditer(text)))
    kept = tuple(each for each in comments if _SUPPRESSES.search(each[1]))
    return (READER_VERSION, starts, body, kept)


@contextmanager
def _unvalidated(node: type[Any]) -> Iterator[None]:
    """LibCST validates each node when it is made; of what its parser makes, that is a seventh of
    the time for nothing.
    """
    validate = node.__post_init__
    node.__post_init__ = _accept
    try:
        yield
    finally:
        node.__post_init__ = validate


def _accept(node: object) -> None:
    pass


def prepare() -> None:
    """Import what reading needs, before processes are made that all would."""
    import celerylint.facts.positions
    import celerylint.facts.statements  # noqa: F401


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


def _not_parsed(path: str, text: str, error: BaseException) -> Diagnostic:
    """In the words of Python's own parser: LibCST's line is the next token's, or the first."""
    import ast

    try:
        ast.parse(text)
    except SyntaxError as said:
        return Diagnostic("not-parsed", f"not parsed: {said.msg}", path, said.lineno)
    except (ValueError, RecursionError, MemoryError):
        pass
    # Newer than the running Python it cannot be; LibCST is stricter, or wrong.
    lines = str(getattr(error, "message", error)).strip().splitlines()
    what = lines[0].rstrip(".:") if lines else type(error).__name__
    place = _PLACE.search(what)
    return Diagnostic("not-parsed", f"not parsed: {what}", path, int(place[1]) if place else None)
