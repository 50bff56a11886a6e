"""What a Helm template's expression renders, as far as values.yaml beside Chart.yaml says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from celerylint.facts.manifests.model import Manifest, Variable
from celerylint.patterns import regex
from celerylint.project.choices import join
from celerylint.project.deployment.expansion import Surroundings, value_of
from celerylint.project.deployment.helm_conditions import UNKNOWN, holds
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.deployment.place import Home
from celerylint.project.values import Default, Literal, Value
from celerylint.structs import replace

Template = Callable[[str], "Value | None"]

_PATH = regex(r"\(?\$?\.Values\.([A-Za-z0-9_.-]+)\)?$")
_PRINTF = regex(r'printf\s+"([^"%]*)%[sdv]([^"%]*)"\s+(\S+)$')
_PLAIN_FILTERS = ("quote", "squote", "int", "int64", "toString", "trim", "lower")
_EMPTY = ("", "0", "false")
_NUMBER = regex(r"-?\d+(\.\d+)?$")
_MOST_VALUES = 10_000
"""As many as the reader keeps: where there are more, what is absent may only be left out."""
_DEFAULT = regex(r'default\s+(?:"([^"]*)"|([\w.-]+))$')


def template_of(manifest: Manifest, files: Files) -> Template:
    """Renders the expressions of a chart's templates; knows nothing outside a chart."""
    found = _values_of(manifest, files)
    if found is None:
        return lambda _: None
    table, home = _table(found), Home.of(found)

    def look_up(path: str) -> Value | None:
        variable = table.get(path)
        if variable is None or variable.value is None:
            return None
        return value_of(variable.value, Surroundings(), home)

    return lambda text: render(text, look_up)


def conditions_of(manifest: Manifest, files: Files) -> Callable[[str], bool | None]:
    """Tells whether a condition in a chart's template holds when nobody overrides values.yaml;
    None where that is not known. A chart inside another one gets its values from there."""
    found = _values_of(manifest, files)
    chart = files.above(manifest.path, "Chart.yaml")
    outer = posixpath.dirname(posixpath.dirname(chart or ""))
    text = files.text(found.path) if found is not None else None
    if found is None or text is None or (outer and files.above(f"{outer}/x", "Chart.yaml")):
        return lambda _: None
    table, home = _table(found), Home.of(found)
    if found.problems or len(table) >= _MOST_VALUES:
        return lambda _: None

    def look_up(path: str) -> Any:
        variable = table.get(path)
        if variable is None:
            return _container(path, table, text)
        if variable.value is None:
            return None
        value = value_of(variable.value, Surroundings(), home)
        quoted = text[variable.value.start - 1 : variable.value.start] in ("'", '"')
        return _typed(value, quoted)

    return lambda condition: holds(condition, look_up)


def _container(path: str, table: Mapping[str, Variable], text: str) -> Any:
    """A mapping or list that is not empty, or what values.yaml does not have."""
    if any(name.startswith(f"{path}.") for name in table):
        return ("something",)
    written = (
        re.search(rf"(?m)^[^#\n]*\b{re.escape(key)}[\"']?\s*:", text) for key in path.split(".")
    )
    return UNKNOWN if all(written) else None


def _typed(value: Value, quoted: bool) -> Any:
    """The value of a YAML scalar as Go's templates see it."""
    text = value.value if isinstance(value, Literal) else None
    if not isinstance(text, str):
        return UNKNOWN
    if quoted:
        return text
    if text in ("[]", "{}"):
        return ()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return float(text) if _NUMBER.match(text) else text


def _values_of(manifest: Manifest, files: Files) -> Manifest | None:
    """The values.yaml of a template's chart."""
    chart = files.above(manifest.path, "Chart.yaml") if manifest.kind == "helm" else None
    values = posixpath.join(posixpath.dirname(chart), "values.yaml") if chart is not None else None
    return files.manifest(values) if values is not None and values in files else None


def _table(values: Manifest) -> dict[str, Variable]:
    return {
        variable.name: variable
        for each in values.tables
        if each.kind == "values"
        for variable in each.variables
    }


def render(text: str, look_up: Template) -> Value | None:
    """The value of `.Values.a.b | default "c" | quote` or `printf "--x=%s" .Values.a`; None for all
    else. What values.yaml says holds unless an installation says otherwise."""
    first, *filters = [each.strip() for each in text.split("|")]
    value = _first(first, look_up)
    path = _PATH.match(first)
    for each in filters:
        default = _DEFAULT.match(each)
        if default is not None:
            quoted, bare = default.groups()
            given = Literal(quoted if quoted is not None else bare)
            if value is None and path is not None:
                value = Default(f".Values.{path.group(1)}", given)
            elif isinstance(value, Default) and _is_empty(value.default):
                value = replace(value, default=given)
            elif _is_empty(value):
                value = given
        elif each.split(" ")[0] not in _PLAIN_FILTERS:
            return None
    return value


def _is_empty(value: Value | None) -> bool:
    return isinstance(value, Literal) and value.value in _EMPTY


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
