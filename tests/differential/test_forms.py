"""Every form is what it says it is in real Celery, and celerylint says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from . import (
    forms_annotations,
    forms_apps,
    forms_bases,
    forms_conf_writes,
    forms_containers,
    forms_django,
    forms_factories,
    forms_names,
    forms_registration,
    forms_settings,
    forms_tasks,
    forms_traps,
    forms_traps_apps,
    forms_values,
    forms_wrappers,
)
from .encoding import encode
from .form import Form
from .judge import LiveError, asked_settings, claims_of, judged, with_profile
from .live import Live, Load
from .values import matches

GROUPS = (
    forms_annotations,
    forms_apps,
    forms_bases,
    forms_conf_writes,
    forms_containers,
    forms_django,
    forms_factories,
    forms_names,
    forms_registration,
    forms_settings,
    forms_tasks,
    forms_traps,
    forms_traps_apps,
    forms_values,
    forms_wrappers,
)
FORMS = [form for group in GROUPS for form in group.FORMS]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)


def load_of(form: Form) -> Load:
    return Load(form.app, dict(form.env), form.paths)


# Both tests of a form look at one application: it is loaded once.
LOADED: dict[tuple[str, str], dict[str, Any]] = {}


def load_live(live: Live, form: Form, profile: str, ask: Sequence[str] = ()) -> dict[str, Any]:
    key = (form.id, profile)
    found = LOADED.get(key)
    if found is None or not found.get("settings", {}).keys() >= {*ask}:
        load = with_profile(replace(load_of(form), ask=ask), profile)
        found = LOADED[key] = live.load_files(form.live_files(), load)
    return found


def skip_other_versions(live: Live, form: Form) -> None:
    if not form.runs_on(live.versions):
        pytest.skip(f"not a form of {live.versions['celery']} on Python {live.versions['python']}")


def test_every_form_has_its_own_name() -> None:
    assert [name for name, count in Counter(form.id for form in FORMS).items() if count > 1] == []


@every_form
def test_real_celery_makes_of_it_what_the_form_says(live: Live, form: Form) -> None:
    skip_other_versions(live, form)
    for profile in form.profiles:
        found = load_live(live, form, profile)
        if form.error is not None:
            assert found.get("error") == form.error
            continue
        assert "error" not in found, found["traceback"]
        settings = {name: found["settings"][name]["value"] for name in form.settings}
        assert [
            name for name in settings if not matches(encode(form.settings[name]), settings[name])
        ] == []
        assert sorted(found["tasks"]) == sorted(form.tasks)
        for name, options in form.tasks.items():
            live_options = {
                option: found["tasks"][name]["options"].get(option) for option in options
            }
            assert live_options == {option: encode(value) for option, value in options.items()}


@every_form
def test_celerylint_says_what_real_celery_does(live: Live, form: Form) -> None:
    skip_other_versions(live, form)
    files = form.read_files(live.versions["celery"])
    if form.error is not None:
        claims_of(files)  # no application to compare with; reading it must not fail
        return
    claims = claims_of(files)
    for profile in form.profiles:
        found = load_live(live, form, profile, asked_settings(claims))
        result = judged(claims, found, load_of(form), profile)
        assert [str(difference) for difference in result.differences] == []
        assert len(result.unknown) <= form.unknown, result.unknown


def test_a_project_that_does_not_load_is_an_error_with_its_traceback(live: Live) -> None:
    found = live.load_files({"proj.py": "raise RuntimeError('broken')\n"}, Load("proj:app"))
    assert (found["error"], found["message"]) == ("RuntimeError", "broken")
    assert "proj.py" in found["traceback"]


def test_live_errors_carry_their_kind() -> None:
    assert LiveError("ImportError", "no module").kind == "ImportError"
