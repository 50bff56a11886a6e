"""Finds the rules and their pages at run time, and decides which of them a run uses.

A rule's file name is its identity: `rules/cel301_missing_soft_time_limit.py` is CEL301
missing-soft-time-limit, in the category of its first digit.
"""

from __future__ import annotations

import functools
import importlib
import os
import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from types import FunctionType, ModuleType

from celerylint.config import Config
from celerylint.findings import Severity, page_url
from celerylint.outcome import Overrides
from celerylint.patterns import regex
from celerylint.rule import RuleSpec
from celerylint.structs import dataclass

CATEGORIES = {
    "0": "celerylint",
    "1": "settings",
    "2": "transport",
    "3": "tasks",
    "4": "calls",
    "5": "retries",
    "6": "workers",
    "7": "routing",
    "8": "security",
}
PACKAGE = "celerylint.rules"
_NO_OVERRIDES = Overrides()
_MODULE = regex(r"cel(?P<digits>[1-8]\d\d)_(?P<name>[a-z0-9]+(?:_[a-z0-9]+)*)")


class RegistryError(Exception):
    """The rules cannot be found, or a rule's module is not what its name says."""


class UnknownSelector(Exception):
    """A selector that means no rule; the message names the nearest one."""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule: what it is called, how bad it is, when it runs, and its checks.

    `page` is the path of its Markdown page; a built-in rule has no module, no page and no checks,
    but `text`.
    """

    code: str
    name: str
    category: str
    severity: Severity
    default: bool
    preview: bool
    since: str
    specs: tuple[RuleSpec, ...] = ()
    page: str | None = None
    text: str = ""

    @property
    def url(self) -> str:
        """Where the page can be read."""
        return page_url(self.code, self.name)

    @property
    def status(self) -> str:
        """How it comes to run: default, opt-in or preview."""
        return "preview" if self.preview else "default" if self.default else "opt-in"

    def page_text(self) -> str:
        """The rule's page as Markdown. Raises RegistryError when the page is missing."""
        if self.page is None:
            return self.text
        try:
            with open(self.page, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            raise RegistryError(f"{self.code} {self.name} has no page: {error}") from None


def _built_in(code: str, name: str, summary: str, rest: str) -> RuleInfo:
    text = f"# {code} {name}\n\n{summary}\n\n{rest}\n"
    return RuleInfo(code, name, CATEGORIES["0"], Severity.WARNING, True, False, "0.1", text=text)


BUILT_IN = (
    _built_in(
        "CEL001",
        "unused-suppression",
        "A suppression comment names a rule that has nothing to say there.",
        "Such a comment hides the hazard on the day it comes back. Remove the name, or the whole\n"
        "comment. Only rules that ran count, and an editor's buffer (`-`) is never judged.",
    ),
    _built_in(
        "CEL002",
        "unknown-suppression",
        "A suppression comment names no rule that there is.",
        "It suppresses nothing. `celerylint rule --all` lists the names, and the message says the\n"
        "nearest one. The form is `# celerylint: ignore[rule-name, other-rule] why it is fine`.",
    ),
)
UNUSED, UNKNOWN = BUILT_IN


@functools.cache
def all_rules() -> tuple[RuleInfo, ...]:
    """Every rule in order of its code, the built-in ones first. Raises RegistryError."""
    try:
        package = importlib.import_module(PACKAGE)
    except ModuleNotFoundError as error:
        if error.name != PACKAGE:
            raise
        raise RegistryError(
            "celerylint is not installed here, so it has no rules: "
            "run `pip install -e .` in the checkout"
        ) from None
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [rule_of(importlib.import_module(f"{PACKAGE}.{name}")) for name in names]
    rules = (*BUILT_IN, *found)
    for key in ("code", "name"):
        if len({getattr(rule, key) for rule in rules}) < len(rules):
            raise RegistryError(f"two rules have the same {key}: {', '.join(names)}")
    return rules


def rule_of(module: ModuleType) -> RuleInfo:
    """The rule that a module holds. Raises RegistryError when its name or its checks are wrong."""
    stem = module.__name__.rsplit(".", 1)[-1]
    match = _MODULE.fullmatch(stem)
    if match is None:
        raise RegistryError(f"rules/{stem}.py: name a rule's module celNNN_rule_name.py")
    specs = tuple(
        spec
        for each in vars(module).values()
        if isinstance(each, FunctionType) and each.__module__ == module.__name__
        for spec in getattr(each, "__celerylint_rules__", ())
    )
    if not specs:
        raise RegistryError(f"rules/{stem}.py has no function under @rule")
    return RuleInfo(
        code="CEL" + match["digits"],
        name=match["name"].replace("_", "-"),
        category=CATEGORIES[match["digits"][0]],
        severity=max((spec.severity for spec in specs), key=lambda severity: severity.rank),
        default=any(spec.default for spec in specs),
        preview=all(spec.preview for spec in specs),
        since=specs[0].since,
        specs=specs,
        page=os.path.splitext(module.__file__ or stem)[0] + ".md",
    )


def named(name: str) -> RuleInfo:
    """The rule of this code or name, whatever its case. Raises UnknownSelector."""
    wanted = name.strip()
    for rule in all_rules():
        if wanted.upper() == rule.code or wanted.lower().replace("_", "-") == rule.name:
            return rule
    raise UnknownSelector(f"no rule is called `{wanted}`{_nearest(wanted, exact=True)}")


def specificity(selector: str, rule: RuleInfo) -> int:
    """How closely a selector names a rule: 0 not at all, 1 ALL, up to 7 for its code or name."""
    wanted = selector.strip()
    if wanted.upper() == rule.code or wanted.lower().replace("_", "-") == rule.name:
        return 7
    if wanted.upper() == "ALL":
        return 1
    if wanted.lower() == rule.category:
        return 4
    if re.fullmatch(r"CEL\d{0,2}", wanted.upper()) and rule.code.startswith(wanted.upper()):
        return len(wanted)
    return 0


def check_selector(selector: str) -> None:
    """Raises UnknownSelector unless the selector is ALL or means some rule or family."""
    wanted = selector.strip()
    if wanted.upper() in ("ALL", "CEL") or wanted.lower() in CATEGORIES.values():
        return
    if re.fullmatch(r"CEL[0-8]", wanted.upper()):
        return
    if not any(specificity(selector, rule) for rule in all_rules()):
        raise UnknownSelector(f"no rule is selected by `{wanted}`{_nearest(wanted)}")


def _nearest(wrong: str, exact: bool = False) -> str:
    import difflib

    rules = all_rules()
    words = [rule.name for rule in rules] + [rule.code for rule in rules]
    if not exact:
        words += [*CATEGORIES.values(), "ALL"]
    name = wrong.lower().replace("_", "-")
    close = [
        *difflib.get_close_matches(name, words, 1, 0.5),
        *difflib.get_close_matches(wrong.upper(), words, 1, 0.5),
    ]
    return f"; did you mean `{close[0]}`?" if close else "; `celerylint rule --all` lists the rules"


def chosen(config: Config, overrides: Overrides = _NO_OVERRIDES) -> tuple[RuleInfo, ...]:
    """The rules that a run uses.

    `--select` on the command line replaces what the configuration chooses and ignores. The more
    specific selector wins, an ignored rule where both are equally specific. Preview rules need
    `overrides.preview`. Raises ConfigError for an unknown selector of the configuration,
    UnknownSelector for one of the command line.
    """
    _check(config, overrides)
    if overrides.select is None:
        select, ignore = config.select, (*config.ignore, *overrides.ignore)
        extend = (*config.extend_select, *overrides.extend_select)
    else:
        select, extend, ignore = overrides.select, overrides.extend_select, overrides.ignore
    return tuple(
        rule
        for rule in all_rules()
        if (overrides.preview or not rule.preview) and _is_on(rule, select, extend, ignore)
    )


def _is_on(
    rule: RuleInfo, select: Sequence[str] | None, extend: Sequence[str], ignore: Sequence[str]
) -> bool:
    on = _closest(rule, extend)
    if select is None:
        # What runs by default is chosen as loosely as by ALL, so that any `ignore` wins over it.
        on = max(on, 1 if rule.default else 0)
    else:
        on = max(on, _closest(rule, select))
    return on > _closest(rule, ignore)


def _closest(rule: RuleInfo, selectors: Iterable[str]) -> int:
    return max((specificity(selector, rule) for selector in selectors), default=0)


def _check(config: Config, overrides: Overrides) -> None:
    written: dict[str, Iterable[str]] = {
        "select": config.select or (),
        "extend-select": config.extend_select,
        "ignore": config.ignore,
        "severity": [selector for selector, _ in config.severity],
        "per-file-ignores": [each for _, group in config.per_file_ignores for each in group],
    }
    for key, selectors in written.items():
        for selector in selectors:
            try:
                check_selector(selector)
            except UnknownSelector as error:
                raise config.error(key, str(error)) from None
    for selector in (*(overrides.select or ()), *overrides.extend_select, *overrides.ignore):
        check_selector(selector)


def severity_of(rule: RuleInfo, overrides: Iterable[tuple[str, str]]) -> Severity:
    """The rule's severity under the configuration's `severity` table; the most specific selector
    wins.
    """
    ranked = [(specificity(selector, rule), word) for selector, word in overrides]
    best = max(ranked, key=lambda pair: pair[0], default=(0, ""))
    return Severity(best[1]) if best[0] else rule.severity


def by_code(rules: Iterable[RuleInfo]) -> Mapping[str, RuleInfo]:
    """The rules by their code."""
    return {rule.code: rule for rule in rules}
