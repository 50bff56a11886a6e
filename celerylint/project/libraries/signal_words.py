"""Which signals a file sends, and which functions it connects to some, told from its bytes."""

from __future__ import annotations

from collections import Counter

from celerylint.patterns import regex

SENDS = frozenset({"send", "send_robust", "asend", "asend_robust"})
CONNECTS = frozenset({"connect", "connect_via"})
_BYTES = (b".send", b".asend", b".connect(")
_MAKE = regex(rb"\bSignal\b|\.signal\b")
_SEND = regex(rb"(\w+)\s*\.(?:a?send)(?:_robust)?\b")
_CONNECT = regex(rb"\.connect\(\s*(?:receiver\s*=\s*)?([\w.]+)")
_ALIAS = regex(rb"\b(\w+) as (\w+)")


def makes(data: bytes) -> bool:
    """May the code of these bytes make a signal?"""
    return b"ignal" in data and _MAKE.search(data) is not None


def sending(signal: str) -> str:
    """The word for sending a signal of this name."""
    return f"send {signal}"


def connecting(function: str) -> str:
    """The word for connecting a function of this name."""
    return f"connect {function}"


def uses(data: bytes) -> tuple[tuple[str, int], ...]:
    """The words of a file's bytes, and how often each is there; what is imported under another name
    counts under its own."""
    if not any(word in data for word in _BYTES):
        return ()
    sent, connected = _SEND.findall(data), _CONNECT.findall(data)
    names = {alias: name for name, alias in _ALIAS.findall(data)} if sent or connected else {}
    found = Counter(sending(_text(names.get(each, each))) for each in sent)
    for each in connected:
        last = each.rpartition(b".")[2]
        found[connecting(_text(names.get(last, last)))] += 1
    return tuple(sorted(found.items()))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
