"""What the parts of a Helm template that render whole keys may put there."""

from __future__ import annotations

import posixpath
import re

from celerylint.facts.manifests.model import Manifest
from celerylint.patterns import regex
from celerylint.project.deployment.manifest_files import Files

_NAMED = regex(r'(?:include|template)\s+"([^"]+)"')
_DEFINE = regex(r'\{\{-?\s*define\s+"([^"]+)"')
_DEEPEST = 5


def may_set(body: str, key: str, manifest: Manifest, files: Files) -> bool:
    """May this part of a template give the key? Not when every definition that it includes stands
    in the chart, and none of them has the word."""
    names = _NAMED.findall(body)
    chart = files.above(manifest.path, "Chart.yaml")
    if not names or chart is None:
        return True
    folder = posixpath.dirname(chart)
    inside = f"{folder}/templates/" if folder else "templates/"
    defined: dict[str, str] = {}
    for path in files.paths:
        if path.startswith(inside) and path.endswith((".tpl", ".yaml", ".yml")):
            _, *parts = _DEFINE.split(files.text(path) or "")
            defined.update(zip(parts[::2], parts[1::2], strict=True))
    return any(_mentioned(name, key, defined, 0) for name in names)


def _mentioned(name: str, key: str, defined: dict[str, str], depth: int) -> bool:
    text = defined.get(name)
    if text is None or depth > _DEEPEST or re.search(rf"\b{key}\b", text):
        return True
    return any(_mentioned(each, key, defined, depth + 1) for each in set(_NAMED.findall(text)))
