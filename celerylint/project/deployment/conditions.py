"""Whether a shell test holds: `[ ... ]`, `[[ ... ]]`, `((...))`, three-valued.

Only tests of variables against literals are judged; files, commands and patterns beyond `*text*`
are not known.
"""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Callable, Sequence

from celerylint.facts.manifests.words import Var, Word
from celerylint.project.choices import readings, settle
from celerylint.project.deployment.expansion import Surroundings, value_of
from celerylint.project.deployment.place import Home
from celerylint.project.values import Value
from celerylint.structs import dataclass, replace


@dataclass(frozen=True, slots=True)
class Outcome:
    """holds is None where nobody knows; names are the variables that would change it when set;
    test: it is that of a test, not of a command (which is taken to succeed)."""

    holds: bool | None
    names: tuple[str, ...] = ()
    test: bool = False

    def negated(self) -> Outcome:
        """The opposite."""
        return replace(self, holds=None if self.holds is None else not self.holds)


UNKNOWN = Outcome(None)
YES = Outcome(True)
NO = Outcome(False)

_NUMBERS: dict[str, Callable[[float, float], bool]] = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-gt": operator.gt,
    "-ge": operator.ge,
    "-lt": operator.lt,
    "-le": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def judge(words: Sequence[Word], around: Surroundings, home: Home) -> Outcome | None:
    """The outcome of a test command; None when the words are no test."""
    name = words[0].literal() if words else None
    if name == "((":
        return replace(_arithmetic(words[1:], around), test=True)
    closer = {"[": "]", "[[": "]]", "test": ""}.get(name or "")
    if closer is None:
        return None
    inner = list(words[1:])
    if closer and inner and inner[-1].literal() == closer:
        inner.pop()
    return replace(_either(inner, around, home, patterns=name == "[["), test=True)


def _either(words: list[Word], around: Surroundings, home: Home, patterns: bool) -> Outcome:
    for sign, decisive in (("||", True), ("-o", True), ("&&", False), ("-a", False)):
        for index, word in enumerate(words):
            if 0 < index < len(words) - 1 and word.literal() == sign:
                left = _either(words[:index], around, home, patterns)
                right = _either(words[index + 1 :], around, home, patterns)
                return _both(left, right, decisive)
    if words and words[0].literal() == "!":
        return _either(words[1:], around, home, patterns).negated()
    return _primary(words, around, home, patterns)


def _both(left: Outcome, right: Outcome, decisive: bool) -> Outcome:
    """`||` (decisive True) or `&&` (decisive False) of two outcomes."""
    for each in (left, right):
        if each.holds is decisive:
            return each
    names = tuple(dict.fromkeys((*left.names, *right.names)))
    known = left.holds is not None and right.holds is not None
    return Outcome(not decisive if known else None, names)


def _primary(words: list[Word], around: Surroundings, home: Home, patterns: bool) -> Outcome:
    values = [value_of(word, around, home) for word in words]
    if len(words) == 1:
        return _over(values[0], lambda text: text != "")
    if len(words) == 2 and words[0].literal() in ("-z", "-n"):
        empty = words[0].literal() == "-z"
        return _over(values[1], lambda text: (text == "") is empty)
    if len(words) != 3:
        return UNKNOWN
    sign, right = words[1].literal(), words[2].literal()
    if sign in ("=", "==", "!=") and right is not None:
        glob = (patterns and not words[2].quoted) or "*" in right
        equal = sign != "!="
        return _over(values[0], lambda text: _matches(text, right, glob and patterns) is equal)
    if sign in _NUMBERS and sign.startswith("-"):
        return _numbers(values[0], sign, values[2])
    return UNKNOWN


def _matches(text: str, pattern: str, glob: bool) -> bool:
    return fnmatch.fnmatchcase(text, pattern) if glob else text == pattern


def _numbers(left: Value, sign: str, right: Value) -> Outcome:
    others = readings(settle(right))
    if len(others) != 1 or others[0][0] is None:
        return UNKNOWN
    number, names = others[0]
    found = _over(left, lambda text: _NUMBERS[sign](float(text), float(number or 0)))
    return Outcome(found.holds, (*found.names, *names))


def _over(value: Value, test: Callable[[str], bool]) -> Outcome:
    """What the test says of every reading of the value; unknown where they disagree, and for a
    variable that nothing in sight sets, since something out of sight may."""
    answers: dict[bool, tuple[str, ...]] = {}
    for text, names in readings(settle(value)):
        if text is None:
            return UNKNOWN
        try:
            answer = test(text)
        except ValueError:
            return UNKNOWN
        answers.setdefault(answer, names)
    if len(answers) != 1:
        return UNKNOWN
    ((answer, names),) = answers.items()
    return Outcome(answer, names)


def _arithmetic(words: Sequence[Word], around: Surroundings) -> Outcome:
    """`((NAME > 1))`, the words already apart."""
    if len(words) != 3:
        return UNKNOWN
    left, sign, right = (word.literal() for word in words)
    name = words[0].parts[0].name if isinstance(words[0].parts[0], Var) else left
    if name is None or sign not in _NUMBERS or right is None or not right.isdigit():
        return UNKNOWN
    value = around.shell.get(name)
    number = float(right)
    if value is None:
        return UNKNOWN
    return _over(value, lambda text: _NUMBERS[sign](float(text or 0), number))


def arm_matches(value: Value, patterns: Sequence[Word]) -> Outcome:
    """Does a `case` arm take the value?"""
    texts = [pattern.literal() for pattern in patterns]
    if any(text is None for text in texts):
        return UNKNOWN
    return _over(value, lambda text: any(fnmatch.fnmatchcase(text, each or "") for each in texts))
