"""Which Python files are worth parsing, told from their bytes: plain substring tests, no tokens.

Most call sites of a Django project lie in files that never say "celery", so that words which send a
task count as well. What matters in files without such words is read on demand (see the engine).
"""

from __future__ import annotations

import codecs
import re

from celerylint.patterns import regex
from celerylint.testcode import is_test_path

# celery, Celery and CELERY in two tests; "celerylint" in a suppression counts as well.
MENTIONS = (b"elery", b"ELERY", b"kombu")
# Each was counted in 13 projects: in a file that does not mention Celery it nearly always means a
# task. Bare `.delay` is not among them (mocks in tests; `.delay)` and `.delay,` hand on a bound
# method), nor is any `.apply(` (pandas) or `signature(` (inspect). One literal byte leads, since
# the regular expression then takes 20 ms for 28 MB, and each substring test takes 15.
SENDS = regex(
    rb"""
    \. (?:
        delay (?: [(),] | _on_commit )
      | apply (?: _async | \( (?: \) | \( | \[ | args | kwargs ) )
      | si?\( | subtask\( | send_task | worker_main\( | (?<! inspect\. ) signature\(
    )
    """,
    re.VERBOSE,
)
# An app under any name that is configured (`app.conf.x = 1`), or may decorate a task (`@app.task`).
CONFIGURES = regex(rb"\.conf(?:\.(?:update|setdefault|add_defaults)\(|\[|\.\w+ ?=(?!=))|\.task\b")
# What an `on_commit` sends is often some calls away; in a loop it is wrong whatever it sends.
DEFERS = regex(rb"\.on_commit\(\s*lambda\b")
_GREEN = regex(rb"\b(?:patch_all\(|monkey_patch\(|worker_class\b)")
_DECORATOR = regex(rb"[ \t]*@[\w.]+")


def is_selected(data: bytes) -> bool:
    """Whether this Python file may say something about Celery or send a task."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Python cannot read it, and that is to be said where it is about Celery.
        data = data.replace(b"\0", b"")
    if any(word in data for word in MENTIONS):
        return True
    sends = SENDS.search(data) is not None or _defers_in_loop(data)
    return sends or _is_of_an_app(data) or _is_green(data)


def _defers_in_loop(data: bytes) -> bool:
    """Is a lambda handed to `on_commit` in a loop, as the indentation tells?"""
    for found in DEFERS.finditer(data):
        deepest = None
        for line in reversed(data[: found.start()].split(b"\n")):
            words = line.lstrip()
            indent = len(line) - len(words)
            if not words or (deepest is not None and indent >= deepest):
                continue
            deepest = indent
            if words.startswith((b"for ", b"while ", b"async for ")):
                return True
            if words.startswith((b"def ", b"async def ", b"class ")):
                break
    return False


def _is_green(data: bytes) -> bool:
    """Does it choose greenlets for a web server, or for the whole process?"""
    return (b"gevent" in data or b"eventlet" in data) and _GREEN.search(data) is not None


def _is_of_an_app(data: bytes) -> bool:
    for found in CONFIGURES.finditer(data):
        if found[0] != b".task":
            return True
        line = data.rfind(b"\n", 0, found.start()) + 1
        if _DECORATOR.fullmatch(data, line, found.start()):
            return True
    return False


def is_python(path: str) -> bool:
    """Whether this path can be a module of the project.

    Stubs run nothing, and what lies in a hidden folder cannot be imported: there are fixtures of
    other tools (`.semgrep`) and scripts of editors and agents. Migrations are read like all else:
    in saleor, 27 of them send tasks, and others hold some.
    """
    return path.endswith(".py") and not path.startswith(".") and "/." not in path


def role_of(path: str) -> str | None:
    """ "test" for a project-relative path of test code, else None."""
    return "test" if is_test_path(path) else None
