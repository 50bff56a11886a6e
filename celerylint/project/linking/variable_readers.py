"""Which variables of the environment no file of a project seems to read.

Told from the text of every file, since anything may read them: settings, scripts, templates of
other tools. It is asked for a few names in few projects only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from celerylint.patterns import regex

_DOCUMENTS = (".md", ".rst", ".adoc", ".po", ".lock", ".svg", ".map")
_LARGEST = 1_000_000
# An assignment in any format, with what hands on the variable of the same name (`X: ${X:-4}`).
_BEFORE = r"(?:^|(?<=[\s\"',;{\[=])|(?<=-e))"
_ASSIGNED = r"[\"']?\s*(?:[?+:]?=(?!=)|:(?![-+?=]))(?:\s*[\"']?\$\{?%s(?![A-Za-z0-9_]))?"
# A name alone: an entry of a list of variables, or what Kubernetes and ECS call one.
_NAMED = r"\bname[\"']?\s*[:=]\s*[\"']?%s(?![A-Za-z0-9_])"
_ALONE = r"^\s*(?:-\s+)?(?:export\s+|-e\s+|--env\s+)?[\"']?%s[\"']?\s*,?\s*\\?$"
_DOCKER = r"^\s*(?:ENV|ARG)\s+%s(?=\s)"
_COMMENT = regex(r"\s*(?:#|;|//)")
# Code that reads variables by what their names begin with, or all of them.
_BY_PREFIX = regex(r"(?:env(?:var)?_prefix\s*=|from_prefixed_env\()\s*([\"']?)(\w*)")
_ALL = regex(r"environ\.items\(|for\s+\w+\s+in\s+(?:os\.)?environ\b|env_nested_delimiter")
_INIT = "CELERYD_NODES"  # whoever sets it uses an init script, which reads its kin


def unread(
    names: Iterable[str], paths: Iterable[str], read: Callable[[str], bytes]
) -> frozenset[str]:
    """Those of the variables that no file does more with than to set them.

    read raises OSError for what cannot be read; that may be the file which reads them.
    """
    left = set(names)
    for path in paths if left else ():
        if not path.lower().endswith(_DOCUMENTS):
            try:
                data = read(path)
            except (OSError, ValueError):
                return frozenset()
            left -= _mentioned(left, path, data)
    return frozenset(left)


def _mentioned(names: set[str], path: str, data: bytes) -> set[str]:
    if len(data) > _LARGEST or b"\0" in data[:8000]:
        return {each for each in names if each.encode() in data}
    if path.endswith(".py"):
        return _in_python(names, data.decode("utf-8", "replace"))
    if b"CELERY" not in data.upper():
        return set()
    text = data.decode("utf-8", "replace")
    found = {each for each in names if each in text and _reads(each, text)}
    beginnings = {each for each in names if _begins(each, text)}
    kin = {each for each in names if each.startswith("CELERYD_") and _INIT in text}
    return found | beginnings | kin


def _in_python(names: set[str], text: str) -> set[str]:
    """Libraries of settings look names up in any case."""
    if _ALL.search(text):
        return set(names)
    upper = text.upper()
    found = {each for each in names if each in upper or _begins(each, upper)}
    for quote, prefix in _BY_PREFIX.findall(text):
        begun = prefix.upper()
        found |= {each for each in names if not quote or (begun and each.startswith(begun))}
    return found


def _begins(name: str, text: str) -> bool:
    """Does the text have what the name begins with, as a word of its own (`CELERY_*`)?

    Not in a comment: Celery's own example of Django explains the prefix of settings in one.
    """
    text = "\n".join(line for line in text.splitlines() if not _COMMENT.match(line))
    parts = name.split("_")
    beginnings = ("_".join(parts[: i + 1]) for i in range(len(parts) - 1))
    return any(re.search(rf"\b{each}_(?![A-Za-z0-9])", text) for each in beginnings)


def _reads(name: str, text: str) -> bool:
    """Is there a place that does more with the variable than to set it, or to hand it on?"""
    assigned = f"{_BEFORE}{name}{_ASSIGNED % name}"
    sets = re.compile("|".join((assigned, _NAMED % name, _ALONE % name, _DOCKER % name)))
    lines = (line for line in text.splitlines() if name in line and not _COMMENT.match(line))
    return any(name in sets.sub("", line) for line in lines)
