"""Files of variables: `.env`, systemd's EnvironmentFile, and /etc/default/celeryd.

Source: Compose's documentation of `env_file`, systemd.exec(5) "EnvironmentFile", and Celery's guide
to
running the worker as a daemon (a celeryd file is read by a shell).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from celerylint.facts.manifests.lines import Grammar, Value, value
from celerylint.facts.manifests.model import Manifest, Problem, Table, Variable, manifest
from celerylint.facts.manifests.templates import Blanked, blank, fill
from celerylint.facts.manifests.words import Text
from celerylint.patterns import regex

_ASSIGNMENT = regex(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)([ \t]*)=([ \t]*)")
_BARE = regex(r"[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*\r?$", re.MULTILINE)
_CELERYD = regex(
    r"^[ \t]*(?:export[ \t]+)?"
    r"(?:CELERYD_(?:NODES|OPTS|CHDIR|MULTI|USER|PID_FILE)|CELERY_BIN|CELERYBEAT_(?:OPTS|CHDIR))=",
    re.MULTILINE,
)
_COMMENT = regex(r"\s#")
_LINE_END = regex(r"\r?\n|$")

_SHELL = Grammar(stops=" \t\r\n;&|", protected='"\\$`\n', scope="shell")
_QUOTED = Grammar(stops=" \t\r\n", scope="outside")
_UNQUOTED = Grammar(stops="", escape="", protected="", scope="outside")


def read(path: str, text: str) -> Manifest:
    """Facts of a file of variables: one table, of kind "celeryd" or "env".

    Values keep their variables; a quoted one may span lines. What is no assignment is passed over.
    """
    blanked = blank(text)
    kind = "celeryd" if _CELERYD.search(blanked.text) else "env"
    problems: list[Problem] = []
    variables = tuple(_variables(blanked, kind == "celeryd", problems))
    table = Table(kind, "", variables)
    return manifest(path, kind, text, tables=(table,), problems=tuple(problems[:5]))


def _variables(blanked: Blanked, shell: bool, problems: list[Problem]) -> Iterator[Variable]:
    body = blanked.text
    source = Text.at(body, 0)
    at = 0
    while at < len(body):
        match = _ASSIGNMENT.match(body, at)
        if match is None or (shell and (match.group(2) or match.group(3))):
            bare = None if shell else _BARE.match(body, at)
            if bare is not None:
                yield Variable(bare.group(1), None, bare.start(1), bare.end(1), "passed through")
            at = _next_line(body, at)
            continue
        found = _decoded(source, match.end(), shell)
        if not found.closed:
            line = body.count("\n", 0, match.start(1)) + 1
            if len(problems) < 5:
                problems.append((line, f"the value of {match.group(1)[:40]} has no closing quote"))
            end = _line_end(body, match.end())
            found = value(source.cut(0, end), match.end(), _SHELL if shell else _QUOTED)
        word = Value(fill(found.text, blanked), found.start, found.end, found.quoted).word(source)
        yield Variable(match.group(1), word, match.start(1), match.end(1))
        at = _next_line(body, max(found.end, match.end()))


def _decoded(source: Text, at: int, shell: bool) -> Value:
    if shell or source.value[at : at + 1] in ("'", '"'):
        return value(source, at, _SHELL if shell else _QUOTED)
    end = _line_end(source.value, at)
    comment = _COMMENT.search(source.value, at, end)
    end = comment.start() if comment else end
    # A quote in the middle of an unquoted value stands for itself.
    line = source.value[at:end].rstrip()
    text = value(Text.at(line.replace("'", "x").replace('"', "x"), at), 0, _UNQUOTED).text
    if "'" in line or '"' in line:
        text = Text.at(line, at)
    return Value(text, at, at + len(line))


def _next_line(body: str, at: int) -> int:
    end = body.find("\n", at)
    return len(body) if end < 0 else end + 1


def _line_end(body: str, at: int) -> int:
    match = _LINE_END.search(body, at)
    return match.start() if match else len(body)
