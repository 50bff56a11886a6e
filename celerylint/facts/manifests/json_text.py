"""JSON read as YAML, which it is but for comments and a few escapes: those are blanked first."""

from __future__ import annotations

import re

from celerylint.facts.manifests import templates
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.patterns import regex

_TOKEN = regex(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<hole>\$\{[^}\n]*\})', re.DOTALL)
_SURROGATE = regex(r"(?<!\\)((?:\\\\)*)\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def json_file(text: str) -> YamlFile:
    """The file with `//` and `/* */` comments blanked, and `${x}` outside strings as holes (that is
    how Terraform's templates write numbers). Positions are those of the text."""
    blanked = templates.blank(text)
    holes = list(blanked.holes)
    pieces, done = [], 0
    for match in _TOKEN.finditer(blanked.text):
        found = match.group()
        if match.group("hole"):
            start, end = match.span()
            holes.append(templates.Hole(start, end, found[2:-1].strip(), filled=True))
            found = "x" * len(found)
        elif found.startswith("/"):
            found = re.sub(r"[^\r\n]", " ", found)
        elif "\\u" in found:
            found = _SURROGATE.sub(r"\1\\u003f", found)
        pieces += [blanked.text[done : match.start()], found]
        done = match.end()
    pieces.append(blanked.text[done:])
    holes.sort(key=lambda hole: hole.start)
    return YamlFile(text, templates.Blanked.of("".join(pieces), tuple(holes)))
