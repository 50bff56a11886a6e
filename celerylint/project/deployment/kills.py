"""Commands of scripts that kill Celery's processes by their name.

Sources: pkill(1), killall(1), pgrep(1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Text
from celerylint.patterns import regex
from celerylint.project.collected import Kill
from celerylint.project.deployment.place import Home

_DEVELOPMENT = frozenset(("ci", "ide", "taskfile", "makefile", "justfile", "package-json"))
_BY_NAME = regex(r"\b(pkill|killall)\b([^|;&#\n]*)")
_BY_LIST = regex(r"\b(?:e?grep|pgrep)\b([^|;&#)`\n]*celery[^|;&#)`\n]*)[^#\n]*?\bkill\b")
_BY_INNER = regex(r"\bkill\b([^|;&#\n$`]*)[$`]\(?\s*(?:pgrep|ps|pidof)\b([^#\n]*celery[^#\n)`]*)")
_SIGNAL = regex(r"(?:^|\s)(?:-s\s*|--signal[ =])?-?(?:SIG)?(KILL|TERM|INT|QUIT|HUP|9|15|2|3|1)\b")
_NUMBERS = {"9": "KILL", "15": "TERM", "2": "INT", "3": "QUIT", "1": "HUP"}
_WORD = regex(r"""'([^']*)'|"([^"]*)"|(\S+)""")


def kills(manifests: Iterable[Manifest]) -> Iterator[Kill]:
    """Each of them in the scripts of these manifests, in the order of the files."""
    for manifest in manifests:
        marked = manifest.dev or dev_marker(manifest.path) or manifest.kind in _DEVELOPMENT
        role = "development" if marked else "production"
        home = Home.of(manifest)
        for unit in manifest.units:
            for command in unit.commands:
                for line in command.script.lines() if command.script is not None else ():
                    if "celery" in line.value and "kill" in line.value:
                        yield from _of_line(line, home, role)


def _of_line(line: Text, home: Home, role: str) -> Iterator[Kill]:
    if line.value.lstrip().startswith("#") or re.match(r"\s*(echo|printf)\b", line.value):
        return
    found = _BY_NAME.search(line.value)
    if found is not None and "celery" in found[2]:
        full = re.search(r"(^|\s)-\w*f|--full", found[2]) is not None
        pattern = _last(found[2]) if full and found[1] == "pkill" else ""
        span = home.span(line.start(found.start()), line.end(found.end(2)))
        yield Kill(span, found[1], _signal(found[2]), pattern, role)
        return
    inner = _BY_INNER.search(line.value)
    listed = _BY_LIST.search(line.value)
    if inner is not None or listed is not None:
        begin = (inner or listed).start()  # type: ignore[union-attr]
        after = inner[1] if inner is not None else line.value[line.value.rfind("kill") :]
        words = inner[2] if inner is not None else listed[1]  # type: ignore[index]
        pattern = _last(words.partition("|")[0]) if "pgrep" in line.value else ""
        span = home.span(line.start(begin), line.end(len(line.value.rstrip())))
        yield Kill(span, "kill", _signal(after), pattern, role)


def _signal(words: str) -> str:
    """What is sent: TERM unless the words say something else."""
    found = next((each[1] for each in _SIGNAL.finditer(words) if "-" in each[0]), "TERM")
    return _NUMBERS.get(found, found)


def _last(words: str) -> str:
    """The last word that is no option and no redirection, without its quotes."""
    found = [next(filter(None, each.groups()), "") for each in _WORD.finditer(words)]
    plain = [each for each in found if not each.startswith("-") and ">" not in each]
    return plain[-1] if plain else ""
