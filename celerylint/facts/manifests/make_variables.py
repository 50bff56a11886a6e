"""Make's variables: what a Makefile's `$(X)` stands for, as far as the file settles it.

Source: the GNU make manual, "How to Use Variables" and "Functions for Transforming Text".
"""

from __future__ import annotations

from celerylint.facts.manifests.lines import take
from celerylint.facts.manifests.words import Cmd, Lit, Spec, Text, TextBuilder, Var
from celerylint.structs import dataclass, field

_LONGEST = 2000
_DEEPEST = 20
_AUTOMATIC = "<^?*+|%"


@dataclass(slots=True)
class Variables:
    """The variables of a file. settled ones have one value whatever the environment says."""

    values: dict[str, Text] = field(default_factory=dict)
    defaults: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    _known: dict[str, str | None] = field(default_factory=dict)
    _depth: int = 0

    def assign(self, name: str, operator: str, value: Text, conditional: bool) -> None:
        """One assignment; under a condition, or put together from
        several, a variable is unsettled.
        """
        self._known.clear()
        if conditional or operator in ("+=", "!="):
            self.unsettled.add(name)
        elif operator == "?=":
            if name not in self.values:
                self.defaults.add(name)
                self.values[name] = value
        else:
            self.defaults.discard(name)
            self.values[name] = value

    def expand(self, text: Text, target: str = "") -> Text:
        """The text with variables replaced, or as holes; `$$` is one `$`; `$@` is the target."""
        if "$" not in text.value:
            return text
        builder = TextBuilder()
        body, at = text.value, 0
        while at < len(body):
            dollar = body.find("$", at)
            if dollar < 0 or dollar + 1 >= len(body):
                break
            take(builder, text, at, dollar)
            end = self._reference(builder, text, dollar, target)
            if end is None:
                at = dollar
                break
            at = end
        take(builder, text, at, len(body))
        return builder.build()

    def _reference(self, builder: TextBuilder, text: Text, at: int, target: str) -> int | None:
        """Add what begins at a `$`; the index behind it, or None where
        a bracket is never closed.
        """
        char = text.value[at + 1]
        start = text.start(at)
        if char in "({":
            end = _closing(text.value, at + 1)
            if end is None:
                return None
            self._bracketed(builder, text, (at, end), target)
            return end
        end = at + 2
        if char == "$":
            builder.add("$", start, text.end(end))
        elif char == "@" and target:
            builder.add(target, start, text.end(end))
        elif char == "@" or char in _AUTOMATIC:
            builder.hole(Spec("$" + char), start, text.end(end))
        else:
            self._variable(builder, char, start, text.end(end))
        return end

    def _bracketed(
        self, builder: TextBuilder, text: Text, where: tuple[int, int], target: str
    ) -> None:
        at, end = where
        inner = text.value[at + 2 : end - 1].strip()
        start, stop = text.start(at), text.end(end)
        if inner.startswith("call ") and "," in inner:
            # A function of the file runs its last argument more often than not.
            comma = text.value.index(",", at)
            builder.hole(Cmd(text.value[at + 2 : comma], quoted=False), start, text.end(comma))
            builder.add(" ", text.start(comma), text.end(comma + 1))
            if inner.count("$(") <= 5:
                builder.text(self.expand(text.cut(comma + 1, end - 1), target))
            return
        if inner == "@" and target:
            builder.add(target, start, stop)
        elif any(each in inner for each in " \t:,$"):
            builder.hole(Cmd(inner[:200], quoted=False), start, stop)
        else:
            self._variable(builder, inner, start, stop)

    def _variable(self, builder: TextBuilder, name: str, start: int, end: int) -> None:
        known = self.known(name)
        if known is None:
            builder.hole(Var(name, scope="make", quoted=False), start, end)
        elif name in self.defaults:
            default = (Lit(known),)
            builder.hole(Var(name, ":-", default, scope="make", quoted=False), start, end)
        else:
            builder.add(known, start, end)

    def known(self, name: str) -> str | None:
        """The value of a variable, where nothing in it is open."""
        if name not in self._known:
            self._known[name] = None  # a variable that names itself stays unknown
            value = self.values.get(name)
            if value is not None and name not in self.unsettled and self._depth < _DEEPEST:
                self._depth += 1
                expanded = self.expand(value)
                self._depth -= 1
                if not expanded.holes and len(expanded.value) <= _LONGEST:
                    self._known[name] = expanded.value
        return self._known[name]


def _closing(body: str, at: int) -> int | None:
    opener = body[at]
    closer = ")" if opener == "(" else "}"
    level = 0
    for index in range(at, len(body)):
        if body[index] == opener:
            level += 1
        elif body[index] == closer:
            level -= 1
            if level == 0:
                return index + 1
    return None
