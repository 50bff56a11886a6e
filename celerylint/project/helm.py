"""What a Helm template's expression renders, as far as values.yaml beside Chart.yaml says."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from celerylint.facts.manifests.model import Manifest
from celerylint.patterns import regex
from celerylint.project.choices import join
from celerylint.project.expansion import Surroundings, value_of
from celerylint.project.manifest_files import Files
from celerylint.project.place import Home
from celerylint.project.values import Default, Literal, Value

Template = Callable[[str], "Value | None"]

_PATH = regex(r"\(?\$?\.Values\.([A-Za-z0-9_.-]+)\)?$")
_PRINTF = regex(r'printf\s+"([^"%]*)%[sdv]([^"%]*)"\s+(\S+)$')
_PLAIN_FILTERS = ("quote", "squote", "int", "int64", "toString", "trim", "lower")
_DEFAULT = regex(r'default\s+(?:"([^"]*)"|([\w.-]+))$')


def template_of(manifest: Manifest, files: Files) -> Template:
    """Renders the expressions of a chart's templates; knows nothing outside a chart."""
    chart = files.above(manifest.path, "Chart.yaml") if manifest.kind == "helm" else None
    values = posixpath.join(posixpath.dirname(chart), "values.yaml") if chart is not None else None
    found = files.manifest(values) if values is not None and values in files else None
    if found is None:
        return lambda _: None
    table = {
        variable.name: variable
        for each in found.tables
        if each.kind == "values"
        for variable in each.variables
    }
    home = Home.of(found)

    def look_up(path: str) -> Value | None:
        variable = table.get(path)
        if variable is None or variable.value is None:
            return None
        return value_of(variable.value, Surroundings(), home)

    return lambda text: render(text, look_up)


def render(text: str, look_up: Template) -> Value | None:
    """The value of `.Values.a.b | default "c" | quote` or `printf "--x=%s" .Values.a`; None for all
    else. What values.yaml says holds unless an installation says otherwise."""
    first, *filters = [each.strip() for each in text.split("|")]
    value = _first(first, look_up)
    for each in filters:
        default = _DEFAULT.match(each)
        if default is not None:
            if value is None or value == Literal(""):
                quoted, bare = default.groups()
                value = Literal(quoted if quoted is not None else bare)
        elif each.split(" ")[0] not in _PLAIN_FILTERS:
            return None
    return value


def _first(text: str, look_up: Template) -> Value | None:
    printf = _PRINTF.match(text)
    if printf is not None:
        before, behind, argument = printf.groups()
        inner = _first(argument, look_up)
        return None if inner is None else join([Literal(before), inner, Literal(behind)])
    path = _PATH.match(text)
    if path is None:
        return None
    value = look_up(path.group(1))
    if value is None:
        return None
    return Default(f".Values.{path.group(1)}", value, site=value.site)
