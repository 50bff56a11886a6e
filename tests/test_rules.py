"""Tests about the rules and their pages as such: what a reader and a contributor may rely on."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from celerylint import page, registry
from celerylint.findings import Severity
from celerylint.registry import RegistryError, RuleInfo
from celerylint.rule import Task, rule

REPOSITORY = Path(__file__).parent.parent
RULES = [each for each in registry.all_rules() if each.specs]
IDS = [each.name for each in RULES]
# A name says what is wrong; these would say what to do about it.
CURES = {"set", "use", "add", "avoid", "prefer", "require", "no"}

every_rule = pytest.mark.parametrize("info", RULES, ids=IDS)


def sections(info: RuleInfo) -> dict[str, str]:
    parts = re.split(r"(?m)^## +(.*)$", info.page_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@every_rule
def test_the_title_is_the_file_name(info: RuleInfo) -> None:
    read = page.read(info.page_text())
    assert (read.code, read.name) == (info.code, info.name)


@every_rule
def test_the_summary_is_one_sentence(info: RuleInfo) -> None:
    summary = page.read(info.page_text()).summary
    assert re.fullmatch(r"[A-Z`][^\n]{10,160}\.", summary)
    assert not re.search(r"\.\s+[A-Z]", summary)


@every_rule
def test_the_page_says_why_shows_bad_and_good_and_when_it_is_silent(info: RuleInfo) -> None:
    titles = [title.lower() for title in sections(info)]
    assert any(title.startswith("why") for title in titles)
    assert any(title.startswith("bad") for title in titles)
    assert any(title.startswith("good") for title in titles)
    assert any("silent" in title for title in titles)
    assert any(not case.silent for case in page.read(info.page_text()).cases)


@every_rule
def test_the_page_links_its_source(info: RuleInfo) -> None:
    assert re.search(r"https://(docs\.celeryq\.dev|github\.com/celery|docs\.)", info.page_text())


@every_rule
def test_the_name_is_short_and_names_the_fault(info: RuleInfo) -> None:
    words = info.name.split("-")
    assert 2 <= len(words) <= 5
    assert words[0] not in CURES


@every_rule
def test_module_and_page_are_short_enough_to_read(info: RuleInfo) -> None:
    assert info.page is not None
    module = Path(info.page).with_suffix(".py").read_text(encoding="utf-8")
    assert len(module.splitlines()) <= 150
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@every_rule
def test_a_rule_that_is_described_in_the_changelog(info: RuleInfo) -> None:
    assert info.name in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


def test_codes_and_names_are_unique() -> None:
    rules = registry.all_rules()
    assert len({each.code for each in rules}) == len({each.name for each in rules}) == len(rules)


def test_built_in_rules_have_pages_too() -> None:
    for info in registry.BUILT_IN:
        read = page.read(info.page_text())
        assert (read.code, read.name) == (info.code, info.name)
        assert read.summary.endswith(".")


def test_the_configuration_page_names_every_built_in_rule() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    for info in registry.BUILT_IN:
        assert f"### {info.name}" in text


def module(name: str, *checks: object) -> ModuleType:
    made = ModuleType(f"celerylint.rules.{name}")
    made.__file__ = f"{name}.py"
    for number, check in enumerate(checks):
        check.__module__ = made.__name__
        setattr(made, f"check{number}", check)
    return made


class TestModules:
    def test_two_checks_make_one_rule_with_the_graver_severity(self) -> None:
        @rule(on=Task, severity=Severity.ADVICE, since="0.1")
        def first(task, project):  # type: ignore[no-untyped-def]
            return ()

        @rule(on=Task, severity=Severity.ERROR, since="0.1")
        def second(task, project):  # type: ignore[no-untyped-def]
            return ()

        info = registry.rule_of(module("cel501_some_fault", first, second))
        assert (info.code, info.name, info.category) == ("CEL501", "some-fault", "retries")
        assert info.severity is Severity.ERROR
        assert len(info.specs) == 2

    @pytest.mark.parametrize("name", ["some_fault", "cel1_x", "cel901_x", "cel001_x", "CEL501_x"])
    def test_a_module_with_a_wrong_name_is_refused(self, name: str) -> None:
        with pytest.raises(RegistryError, match="celNNN_rule_name"):
            registry.rule_of(module(name))

    def test_a_module_without_a_check_is_refused(self) -> None:
        with pytest.raises(RegistryError, match="no function under @rule"):
            registry.rule_of(module("cel501_some_fault"))

    def test_a_checkout_that_is_not_installed_is_explained(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registry, "PACKAGE", "celerylint.nowhere")
        with pytest.raises(RegistryError, match="pip install -e"):
            registry.all_rules.__wrapped__()
