"""Text that is safe and straight on a terminal: escaping, widths, colours."""

from __future__ import annotations

import unicodedata

_TAB = "    "
_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "yellow": "1;33",
    "blue": "1;34",
    "cyan": "36",
    "green": "32",
}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d\u00ad\ufeff")


def escaped(text: str) -> str:
    """The text with control, direction and line-breaking characters shown as escapes instead of
    sent.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(each) for each in text)


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN or character in _JOINERS:
        return character
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(character)
    short = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return known.get(character, short if code < 0x10000 else f"\\U{code:08x}")


def shown_line(line: str, start: int, end: int, width: int = 140) -> tuple[str, int, int]:
    """A source line as it is shown, with the column (from 0) and the width of the marks under it.

    `start` and `end` are indexes into the line. A line that is too long is cut around the marks.
    """
    start = min(max(start, 0), len(line))
    end = min(max(end, start), len(line))
    first, last = _window(line, start, width)
    head = "…" if first else ""
    tail = "…" if last < len(line) else ""
    before = head + _drawn(line[first:start])
    marked = _drawn(line[start : min(end, last)])
    after = _drawn(line[min(end, last) : last]) + tail
    return (before + marked + after).rstrip(), columns(before), max(1, columns(marked.rstrip()))


def _window(line: str, start: int, width: int) -> tuple[int, int]:
    if len(line) <= width:
        return 0, len(line)
    first = max(0, min(start - width // 4, len(line) - width))
    return first, min(len(line), first + width)


def _drawn(text: str) -> str:
    return "".join(_TAB if each == "\t" else _escape(each) for each in text)


def columns(text: str) -> int:
    """How many terminal cells a text takes: wide East Asian characters two, combining marks
    none.
    """
    if text.isascii():
        return len(text)
    return sum(_cells(each) for each in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Paint:
    """Colours text, or leaves it alone."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._on and text else text
