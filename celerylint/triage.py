"""Decides which raw findings are reported, and how severe they are: everything between a rule
and a report.
"""

from __future__ import annotations

import functools
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence

from celerylint import registry
from celerylint.config import Config
from celerylint.findings import Finding, Related, Severity, Span, order
from celerylint.outcome import lines_of
from celerylint.registry import RuleInfo
from celerylint.structs import dataclass, field, replace
from celerylint.suppressions import Suppression, parse
from celerylint.testcode import is_test_path

Comments = Mapping[str, Sequence[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What triage needs to know of one project; all paths are relative to its root.

    `rules` are those that ran, `comments` the (line, text) comments that may suppress something, by
    path. `text` gives a file's text or None. `asked` lists the files and folders whose findings are
    wanted ("" or "." for all). `judge_comments` is False where unused suppressions are nobody's
    business (an editor's buffer).
    """

    rules: Sequence[RuleInfo]
    config: Config = field(default_factory=Config)
    comments: Comments = field(default_factory=dict)
    text: Callable[[str], str | None] = field(default=lambda path: None)
    asked: Sequence[str] = ("",)
    judge_comments: bool = True


def triage(found: Iterable[Finding], desk: Desk) -> tuple[Finding, ...]:
    """The findings to report, with their final severity, sorted by path, line, column and code.

    Every finding must carry its code. One rule and one primary place make one finding.
    """
    sheet = _Sheet(desk)
    rules = registry.by_code(desk.rules)
    heard = [each for each in found if _wanted(each, desk, rules)]
    kept = [each for each in heard if not sheet.suppresses(each)]
    about_comments = [each for each in sheet.complaints() if _wanted(each, desk, rules)]
    kept += [each for each in about_comments if not sheet.suppresses(each)]
    rated = (_rated(each, rules[each.code], desk.config) for each in kept)
    return merged(rated)


def _wanted(finding: Finding, desk: Desk, rules: Mapping[str, RuleInfo]) -> bool:
    path = finding.span.path
    if not is_asked(path, desk.asked):
        return False
    if is_test_path(path) and not desk.config.lint_tests:
        return False
    rule = rules.get(finding.code)
    return rule is not None and not ignored_in(path, rule, desk.config)


def is_asked(path: str, asked: Iterable[str]) -> bool:
    """Is the path one of those asked for, or below one?"""
    return any(each in ("", ".") or path == each or path.startswith(f"{each}/") for each in asked)


def ignored_in(path: str, rule: RuleInfo, config: Config) -> bool:
    """Does `per-file-ignores` say that the rule has nothing to say in this file?"""
    return any(
        registry.specificity(selector, rule)
        for glob, selectors in config.per_file_ignores
        if glob_matches(glob, path)
        for selector in selectors
    )


def glob_matches(glob: str, path: str) -> bool:
    """Does a path relative to the root match a glob?

    `**` crosses folders, `*` and `?` do not. A glob without a slash matches a file or a folder of
    that name anywhere; one that matches a folder matches what is below it.
    """
    return bool(_glob(glob).match(path))


@functools.lru_cache(maxsize=256)
def _glob(glob: str) -> re.Pattern[str]:
    body = glob.removeprefix("./").strip("/")
    start = "" if "/" in glob.removeprefix("./").rstrip("/") else "(?:.*/)?"
    pattern = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", body):
        if part.startswith("[") and part.endswith("]"):
            pattern += "[^" + part[2:] if part[1] == "!" else part
        else:
            special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
            pattern += special.get(part, re.escape(part))
    return re.compile(f"{start}{pattern}(?:/.*)?$", re.DOTALL)


def _rated(finding: Finding, rule: RuleInfo, config: Config) -> Finding:
    steps = 0 if finding.severity is None else max(0, rule.severity.rank - finding.severity.rank)
    severity = registry.severity_of(rule, config.severity)
    for _ in range(steps):
        severity = severity.lowered()
    return replace(finding, severity=severity, name=rule.name)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each rule and primary place, in order; the gravest speaks, the others are
    related to it.
    """
    groups: dict[tuple[str, Span], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.code, each.span), []).append(each)
    return tuple(sorted((_one(group) for group in groups.values()), key=order))


def _one(group: list[Finding]) -> Finding:
    first, *others = sorted(group, key=lambda each: -(each.severity or Severity.ADVICE).rank)
    if not others:
        return first
    related = list(first.related)
    for other in others:
        if other.message != first.message:
            related.append(Related(other.span, f"also: {other.message}"))
        related.extend(other.related)
    return replace(first, related=tuple(dict.fromkeys(related)))


class _Sheet:
    """The suppressions of the files, and which of their names were needed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._files: dict[str, _File] = {}
        for path, comments in desk.comments.items():
            suppressions = list(parse(comments))
            if suppressions:
                self._files[path] = _File(path, suppressions, desk.text(path))

    def suppresses(self, finding: Finding) -> bool:
        file = self._files.get(finding.span.path)
        return file is not None and file.suppresses(finding)

    def complaints(self) -> list[Finding]:
        ran = {rule.code for rule in self._desk.rules}
        found: list[Finding] = []
        for file in self._files.values():
            for suppression in file.suppressions:
                if registry.UNKNOWN.code in ran:
                    found += _unknown(file, suppression)
                if registry.UNUSED.code in ran and self._desk.judge_comments:
                    found += self._unused(file, suppression)
        return found

    def _unused(self, file: _File, suppression: Suppression) -> Iterable[Finding]:
        if suppression.form not in ("ignore", "ignore-file", "noqa"):
            return
        for name in suppression.names:
            rule = _known(name)
            if rule is None or not rule.specs or (suppression, name) in file.used:
                continue
            if rule in self._desk.rules and not ignored_in(file.path, rule, self._desk.config):
                where = "in this file" if suppression.whole_file else "here"
                yield Finding(
                    file.span(suppression),
                    f"`{name}` has nothing to say {where}, so nothing is suppressed",
                    help=f"remove `{name}` from the comment",
                    code=registry.UNUSED.code,
                )


class _File:
    def __init__(self, path: str, suppressions: list[Suppression], text: str | None) -> None:
        self.path = path
        self.suppressions = suppressions
        self.used: set[tuple[Suppression, str]] = set()
        self._text = text
        self._lines = lines_of(text) if text is not None else []
        self._starts: dict[int, int] | None = None
        self._by_line: dict[int, list[Suppression]] = {}
        for each in suppressions:
            self._by_line.setdefault(self._target(each.line), []).append(each)

    def suppresses(self, finding: Finding) -> bool:
        line = finding.span.line
        nearby = [each for each in self.suppressions if each.whole_file]
        for number in {line, self._first_line(line)}:
            nearby += [each for each in self._by_line.get(number, ()) if not each.whole_file]
        hits = [
            (each, name) for each in nearby for name in each.names if _names(each, name, finding)
        ]
        self.used.update(hits)
        return bool(hits)

    def span(self, suppression: Suppression) -> Span:
        line = self._line(suppression.line)
        column = max(0, line.find(suppression.text)) + 1
        end = column + len(suppression.text)
        return Span(self.path, suppression.line, column, suppression.line, end)

    def _line(self, number: int) -> str:
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def _target(self, line: int) -> int:
        """A comment that stands alone speaks of the line below it (and below further comments)."""
        if self._text is None or not self._is_comment(line):
            return line
        while line <= len(self._lines) and self._is_comment(line):
            line += 1
        return line

    def _is_comment(self, line: int) -> bool:
        return self._line(line).lstrip().startswith(("#", ";", "//"))

    def _first_line(self, line: int) -> int:
        if self._starts is None:
            python = self.path.endswith((".py", ".pyi")) and self._text is not None
            self._starts = statement_starts(self._text or "") if python else {}
        return self._starts.get(line, line)


def statement_starts(text: str) -> dict[int, int]:
    """The first line of the statement that each continued line of a Python text belongs to.

    A text that cannot be read to its end answers for the part before.
    """
    starts: dict[int, int] = {}
    first = None
    skipped = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                first = None
            elif first is None and token.type not in skipped:
                first = token.start[0]
            if first is not None:
                starts.update(
                    (line, first)
                    for line in range(token.start[0], token.end[0] + 1)
                    if line > first
                )
    except (tokenize.TokenError, SyntaxError):
        pass
    return starts


def _known(name: str) -> RuleInfo | None:
    try:
        return registry.named(name)
    except registry.UnknownSelector:
        return None


def _names(suppression: Suppression, name: str, finding: Finding) -> bool:
    if suppression.form not in ("ignore", "ignore-file", "noqa"):
        return False
    rule = _known(name)
    return rule is not None and rule.code == finding.code


def _unknown(file: _File, suppression: Suppression) -> Iterable[Finding]:
    code, span = registry.UNKNOWN.code, file.span(suppression)
    form = "write `celerylint: ignore[rule-name]`"
    if suppression.form == "bare":
        yield Finding(
            span, "the comment names no rule, so it suppresses nothing", help=form, code=code
        )
        return
    if suppression.form not in ("ignore", "ignore-file", "noqa"):
        message = (
            f"`{suppression.form}` is no word of celerylint's, so the comment suppresses nothing"
        )
        yield Finding(span, message, help=form, code=code)
        return
    for name in suppression.names:
        try:
            registry.named(name)
        except registry.UnknownSelector as error:
            message, _, hint = str(error).partition("; ")
            yield Finding(
                span, f"{message}, so the comment suppresses nothing", help=hint, code=code
            )
