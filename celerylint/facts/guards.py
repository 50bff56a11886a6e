"""Python source as text, or the reason why it cannot be read.

Parsers work by recursion in native code: some thousand nested brackets kill the process, and a few
hundred end whatever walks the tree (LibCST's code generator first) with a RecursionError. So the
depth of the tree is bounded from the text first, from above: real code stays far below the limits.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from celerylint.findings import Diagnostic
from celerylint.patterns import regex

MAX_SIZE = 1_000_000
# In nodes of the tree. LibCST's code generator takes 2.5 frames for each, and Python allows 1,000.
MAX_EXPRESSION = 200
MAX_BLOCKS = 100
# Patterns of a `case`: LibCST takes four times as long for each level of brackets, others do not.
MAX_PATTERN = 6
# Nobody opens so many f-strings in each other, or in a row, without closing one.
NESTED_AT_MOST = 20
NESTED_FORMATTED = regex(r"""(?:\{[^{}"']{0,40}[fFtT][rR]?["'][^{}"']{0,40}){20}""")
# Below these many columns of indentation and `elif`s in the whole file, blocks need no closer look.
PLAIN_INDENTATION = 24
PLAIN_ELIFS = 24

UTF_16_AND_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
CODING = regex(rb"\A(?:\xef\xbb\xbf)?(?:[ \t\f]*(?:#.*)?\r?\n)?[ \t\f]*#.*?coding[:=]")

# Each alternative matches wherever it starts, so nothing is ever tried twice; the text has no `\r`.
STRING_OR_COMMENT = regex(
    r'''
      """ [^"\\]* (?: (?: \\(?:.|\Z) | "(?!"") ) [^"\\]* )* (?:"""|\Z)
    | \'\'\' [^'\\]* (?: (?: \\(?:.|\Z) | '(?!\'\') ) [^'\\]* )* (?:\'\'\'|\Z)
    | " [^"\\\n]* (?: \\(?:.|\Z) [^"\\\n]* )* "?
    | ' [^'\\\n]* (?: \\(?:.|\Z) [^'\\\n]* )* '?
    | \# [^\n]*
    ''',
    re.VERBOSE | re.DOTALL,
)
PREFIX = regex(r"\b[rRbBuUfFtT]{1,3}\Z")
PREFIX_LETTERS = frozenset("rRbBuUfFtT")
FORMATTED = frozenset("fFtT")
BRACE = regex(r"[{}]")
# Stands for a line's end that ends no statement: in a string, or behind a backslash.
INNER_END = "\v"
NEITHER_BRACKET_NOR_END = bytes(sorted(set(range(256)) - set(b"()[]{}\n")))
# What can make a tree deeper, or starts a new element of it. Comparisons are flat in LibCST.
STEP = regex(
    r"[()\[\]{},;:]|'(?:\s*')*|->|\*\*|//|[-.+*/%@&|^~]|<<|>>"
    r"|\b(?:and|or|not|if|for|await|yield|from|lambda)\b"
)
CASE = regex(r"[ \t\f]*case\b\s*[^\s=.,:)]")
PATTERN_STEP = regex(r"[()\[\]{}:]|\bif\b")


def readable_text(path: str, data: bytes, max_size: int = MAX_SIZE) -> str | Diagnostic:
    """The source as text, decoded as PEP 263 says, without a byte order mark.

    A Diagnostic where it is larger than max_size bytes ("too-large"), not text ("not-parsed"), or
    nested so deeply that LibCST would not survive it ("too-deep").
    """
    if len(data) > max_size:
        message = f"{len(data):,} bytes are more than {max_size:,}; max-file-size raises the limit"
        return Diagnostic("too-large", message, path)
    text = _decoded(path, data)
    if isinstance(text, Diagnostic):
        return text
    return _too_deep(path, text) or text


def _decoded(path: str, data: bytes) -> str | Diagnostic:
    if data.startswith(UTF_16_AND_32):
        return Diagnostic("not-parsed", "is UTF-16 or UTF-32, which Python cannot read", path, 1)
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Diagnostic("not-parsed", "holds a null byte, which Python cannot read", path, line)
    encoding = "utf-8-sig"
    try:
        if CODING.match(data):
            from tokenize import detect_encoding

            encoding = detect_encoding(io.BytesIO(data).readline)[0]
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not {error.encoding.upper()}, and declares no other encoding"
        if encoding != "utf-8-sig":
            message = f"is not in the encoding that it declares: {encoding}"
        return Diagnostic("not-parsed", message, path, line)
    except (LookupError, SyntaxError, ValueError) as error:
        return Diagnostic("not-parsed", f"its encoding cannot be told: {error}", path, 1)


def _too_deep(path: str, text: str) -> Diagnostic | None:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    code, formatted = _without_strings(text)
    if (at := _deep_formatted(text, formatted)) is not None:
        message = "an f-string is nested too deeply to be read"
        return Diagnostic("too-deep", message, path, text.count("\n", 0, at) + 1)
    statements = list(_statements(code))
    for at, statement, closed in statements:
        if len(statement) > MAX_EXPRESSION and _depth(statement) > MAX_EXPRESSION:
            if not closed:
                return Diagnostic("not-parsed", "a bracket is never closed", path, _line(code, at))
            message = "an expression is nested or chained too deeply to be read"
            return Diagnostic("too-deep", message, path, _line(code, at))
        if CASE.match(statement) and _is_deep_pattern(statement):
            message = "the pattern of a case is nested too deeply to be read"
            return Diagnostic("too-deep", message, path, _line(code, at))
    if (at := _deep_block(code, statements)) is not None:
        message = "blocks (or branches of an if) are nested too deeply to be read"
        return Diagnostic("too-deep", message, path, _line(code, at))
    return None


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments: offset and text, `#` included."""
    for match in STRING_OR_COMMENT.finditer(text):
        if text[match.start()] == "#":
            yield match.start(), match[0].split("\r", 1)[0]


def _without_strings(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The code with `'` for each string and no comments; and the f-strings that may be deep."""
    parts: list[str] = []
    formatted: list[tuple[int, str]] = []
    last = 0
    for match in STRING_OR_COMMENT.finditer(text):
        start, end = match.span()
        before = text[last:start]
        last = end
        if text[start] == "#":
            parts.append(before)
            continue
        if before[-1:] in PREFIX_LETTERS and (prefix := PREFIX.search(before, len(before) - 4)):
            before = before[: prefix.start()]
            if end - start > MAX_EXPRESSION // 2 and not FORMATTED.isdisjoint(prefix[0]):
                formatted.append((start, text[start:end]))
        parts += (before, "'", INNER_END * text.count("\n", start, end))
    parts.append(text[last:])
    return "".join(parts).replace("\\\n", INNER_END), formatted


def _statements(code: str) -> Iterator[tuple[int, str, bool]]:
    """Each logical line: its offset in `code`, its text, and whether its brackets are closed."""
    skeleton = code.encode("latin-1", "replace").translate(None, NEITHER_BRACKET_NOR_END)
    net: dict[bytes, int] = {b"": 0}
    start = offset = depth = 0
    for line, brackets in zip(code.split("\n"), skeleton.split(b"\n"), strict=True):
        if brackets not in net:
            closing = sum(map(brackets.count, b")]}"))
            net[brackets] = len(brackets) - 2 * closing
        depth = max(depth + net[brackets], 0)
        offset += len(line) + 1
        if not depth:
            yield start, code[start : offset - 1], True
            start = offset
    if depth:
        yield start, code[start:], False


def _depth(code: str) -> int:
    """How deep an expression's tree can be at most, in nodes; code without strings and comments."""
    outer: list[tuple[int, int, int, int]] = []
    # links: what makes the present element deeper wherever it stands; inner: what brackets in it
    # hold; worst: the deepest element so far; lambdas: those whose colon is still to come.
    links = inner = worst = lambdas = 0
    for match in STEP.finditer(code):
        step = match[0]
        if step in "([{":
            outer.append((links, inner, worst, lambdas))
            links = inner = worst = lambdas = 0
            if len(outer) > MAX_EXPRESSION // 2:
                break
        elif step in ")]}":
            within = max(worst, links + inner) + 1
            links, inner, worst, lambdas = outer.pop() if outer else (0, 0, 0, 0)
            links, inner = links + 1, max(inner, within)
        elif step in ",;":
            if not lambdas:
                worst, links, inner = max(worst, links + inner), 0, 0
        elif step == ":":
            lambdas -= lambdas > 0
        elif step[0] == "'":
            links += step.count("'") - 1
        elif step != "->":
            links += 1
            lambdas += step == "lambda"
    return max(worst, links + inner) + 2 * len(outer)


def _is_deep_pattern(code: str) -> bool:
    depth = 0
    for match in PATTERN_STEP.finditer(code):
        if match[0] in "([{":
            depth += 1
            if depth > MAX_PATTERN:
                return True
        elif match[0] in ")]}":
            depth -= 1
        elif not depth:
            # The guard, or the body.
            break
    return False


def _deep_formatted(text: str, formatted: list[tuple[int, str]]) -> int | None:
    """Where an f-string becomes too deep."""
    for at, body in formatted:
        if any(_depth(_without_strings(field)[0]) > MAX_EXPRESSION for field in _fields(body)):
            return at
    # Since Python 3.12 the inner ones may use the outer one's quotes, which only a parser can pair.
    if sum(map(text.count, ("f'", 'f"', "F'", 'F"'))) < NESTED_AT_MOST:
        return None
    nested = NESTED_FORMATTED.search(text)
    return nested.start() if nested else None


def _fields(body: str) -> Iterator[str]:
    """What stands in the braces of an f-string."""
    depth = start = skip = 0
    for match in BRACE.finditer(body):
        at = match.start()
        if at < skip:
            continue
        if body[at] == "}":
            depth = max(depth - 1, 0)
            if not depth and at - start > MAX_EXPRESSION // 2:
                yield body[start + 1 : at]
        elif not depth and body.startswith("{{", at):
            skip = at + 2
        else:
            start = start if depth else at
            depth += 1
    if depth:
        yield body[start + 1 :]


def _deep_block(code: str, statements: list[tuple[int, str, bool]]) -> int | None:
    """Where blocks and branches become too deep: each `elif` is one node below the one before."""
    indented = any(text[:PLAIN_INDENTATION].isspace() for _, text, _ in statements)
    if not indented and code.count("elif") <= PLAIN_ELIFS:
        return None
    columns = [-1]
    branches = [0]
    for at, text, _ in statements:
        if not (stripped := text.lstrip(" \t\f")):
            continue
        column = len(text[: len(text) - len(stripped)].expandtabs())
        while len(columns) > 1 and columns[-1] > column:
            columns.pop()
            branches.pop()
        if columns[-1] < column:
            columns.append(column)
            branches.append(0)
        elif stripped.startswith("elif"):
            branches[-1] += 1
        elif not stripped.startswith("else"):
            branches[-1] = 0
        if 2 * len(columns) + sum(branches) > MAX_BLOCKS:
            return at
    return None


def _line(code: str, at: int) -> int:
    return code.count("\n", 0, at) + code.count(INNER_END, 0, at) + 1
