"""Which setting a name was meant for: told by letters, by words, and by what once was there."""

from __future__ import annotations

import pytest

from celerylint import oracle
from celerylint.project.questions.meant_names import Known, distance

RELEASES = oracle.representatives(oracle.supported())


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("ab", "ab", 0), ("ab", "abc", 1), ("ab", "ba", 1), ("abc", "xbz", 2), ("", "ab", 2)],
)
def test_distance_counts_letters_and_swaps(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


def test_every_setting_is_fine_under_each_of_its_names() -> None:
    table = oracle.settings(RELEASES[-1])
    plain, spaced = Known(RELEASES[-1:], None), Known(RELEASES[-1:], "CELERY")
    for name in (*table.new_names, *table.unlisted):
        assert plain.explain_source(name, of_django=False) is None
        assert spaced.explain_source(f"CELERY_{name.upper()}", of_django=True) is None
        assert plain.explain_write(name) is None
    for name in table.old_to_new:
        assert plain.explain_source(name, of_django=True) is None


def test_no_former_setting_is_one_of_today() -> None:
    for release in RELEASES:
        table = oracle.settings(release)
        assert not any(table.known(name) for name in oracle.former())
    assert "CELERY_SEND_TASK_ERROR_EMAILS" in oracle.former()
