"""Variables that a tool replaces before the words of a YAML value are made.

Sources: the Compose specification, chapter Interpolation; Kubernetes' "Define Dependent Environment
Variables"; OpenShift's "Using Templates".
"""

from __future__ import annotations

import re
from collections.abc import Collection

from celerylint.facts.manifests.words import Text, TextBuilder, Tmpl, Var
from celerylint.patterns import regex

_COMPOSE = regex(r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*))")
_OPERATOR = regex(r":?[-?+]")
_BRACES = regex(r"\$\$|\$\{|\}")
_KUBERNETES = regex(r"\$?\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")
_PARAMETER = regex(r"\$\{([A-Za-z0-9_]+)\}")
_CLOUD_FOUNDRY = regex(r"\(\(([^()\s]+)\)\)")
_DEEPEST = 20


def compose(text: Text, depth: int = 0) -> Text:
    """Compose's `$X`, `${X:-d}` and `$$`, replaced on every value whatever quotes stand around."""
    if "$" not in text.value or depth > _DEEPEST:
        return text
    builder, at = TextBuilder(), 0
    closed = _closing(text.value)
    while (match := _COMPOSE.search(text.value, at)) is not None:
        _keep(builder, text, at, match.start())
        at = match.end()
        if match.group() == "$$":
            builder.add("$", text.start(match.start()), text.end(at))
        elif match.group(1):
            part = Var(match.group(1), scope="outside")
            builder.hole(part, text.start(match.start()), text.end(at))
        elif (braced := _braced(text, match, closed.get(match.start(), -1), depth)) is not None:
            at = closed[match.start()] + 1
            builder.hole(braced, text.start(match.start()), text.end(at))
        else:
            _keep(builder, text, match.start(), at)
    _keep(builder, text, at, len(text))
    return builder.build()


def _braced(text: Text, match: re.Match[str], end: int, depth: int) -> Var | None:
    """The variable of `${name...}`, or None for what compose refuses."""
    operator = _OPERATOR.match(text.value, match.end())
    if end < 0 or (operator is None and end != match.end()):
        return None
    if operator is None:
        return Var(match.group(2), scope="outside")
    default = compose(text.cut(operator.end(), end), depth + 1).parts()
    return Var(match.group(2), operator.group(), default, scope="outside")


def _closing(value: str) -> dict[int, int]:
    """The index of each `${` that is closed: that of its brace."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for match in _BRACES.finditer(value):
        if match.group() == "${":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            closed[opened.pop()] = match.start()
    return closed


def kubernetes(text: Text, names: Collection[str]) -> Text:
    """`$(X)` for the names that the container's environment has; any other stays as it reads, since
    then it is the shell's. `$$(X)` is a literal `$(X)`."""
    return _each(text, _KUBERNETES, "$(", names)


def parameters(text: Text, names: Collection[str]) -> Text:
    """`${X}` and `${{X}}` for the parameters of an OpenShift template."""
    for at, part in text.holes:  # `{{X}}` was taken for another template's
        if isinstance(part, Tmpl) and part.text in names and text.value[:at].endswith("$"):
            builder = TextBuilder()
            _keep(builder, text, 0, at - 1)
            builder.hole(Var(part.text, scope="outside"), text.start(at - 1), text.end(at + 1))
            _keep(builder, text, at + 1, len(text))
            return parameters(builder.build(), names)
    return _each(text, _PARAMETER, "${", names)


def cloud_foundry(text: Text) -> Text:
    """`((var))` of a Cloud Foundry manifest."""
    return _each(text, _CLOUD_FOUNDRY, "((", None)


def terraform(text: Text) -> Text:
    """`${x}` of a file that Terraform's `templatefile` renders."""
    return _each(text, re.compile(r"\$?\$\{([^}]*)\}"), "${", None)


def _each(text: Text, pattern: re.Pattern[str], mark: str, names: Collection[str] | None) -> Text:
    if mark not in text.value:
        return text
    builder, at = TextBuilder(), 0
    for match in pattern.finditer(text.value):
        start, name = match.start(), match.group(1)
        if names is not None and name not in names:
            continue
        _keep(builder, text, at, start)
        if match.group().startswith("$$"):
            builder.add("$", text.start(start), text.end(start + 2))
            _keep(builder, text, start + 2, match.end())
        elif names is None:
            part = Tmpl(name.strip())
            builder.hole(part, text.start(start), text.end(match.end()))
        else:
            scope = "unit" if pattern is _KUBERNETES else "outside"
            builder.hole(Var(name, scope=scope), text.start(start), text.end(match.end()))
        at = match.end()
    _keep(builder, text, at, len(text))
    return builder.build()


def _keep(builder: TextBuilder, text: Text, start: int, end: int) -> None:
    if start < end:
        builder.text(text.cut(start, end))


def unknown(shown: str, start: int) -> Text:
    """A text that is one hole: what a tag (`!Ref X`) or a template stands for."""
    builder = TextBuilder()
    builder.hole(Tmpl(shown), start, start + len(shown))
    return builder.build()
