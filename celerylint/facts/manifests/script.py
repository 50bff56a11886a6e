"""Shell scripts: the whole file is one command of one unit; its shebang names the interpreter."""

from __future__ import annotations

from celerylint.facts.manifests.model import Command, Manifest, Unit, manifest
from celerylint.facts.manifests.words import Text
from celerylint.patterns import regex

_SHEBANG = regex(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?([^\r\n]*)")


def read(path: str, text: str) -> Manifest:
    """Facts of a shell script; also s6's and runit's `run` files, execline scripts included."""
    shebang = _SHEBANG.match(text)
    interpreter = shebang.group(1).strip() if shebang else ""
    command = Command(
        "shell", "run", 0, len(text), script=Text.at(text, 0), interpreter=interpreter
    )
    return manifest(
        path, "shell", text, units=(Unit("", 0, 0, kind="script", commands=(command,)),)
    )
