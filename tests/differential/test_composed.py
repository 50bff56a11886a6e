"""Projects that Hypothesis composes are the same to celerylint and to real Celery.

CELERYLINT_DIFF_EXAMPLES sets how many are tried, at random; without it they are few, and the same
every time.
"""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings

from .judge import LiveError, judge_files, with_profile
from .live import Live, Load
from .strategies import Composed, projects

EXAMPLES = int(os.environ.get("CELERYLINT_DIFF_EXAMPLES", "0"))
UNKNOWN_SHARE = 0.02
composing = settings(
    max_examples=EXAMPLES or 60,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LOAD = Load("proj:app")


def test_composed_projects_load_in_real_celery(live: Live) -> None:
    outcomes: Counter[str] = Counter()

    @settings(composing, max_examples=EXAMPLES or 20)
    @given(projects())
    def run(project: Composed) -> None:
        found = live.load_files(project.files, with_profile(LOAD, project.profiles[0]))
        # Mixed names are Celery's own error; another would be a project that nobody could run.
        assert found.get("error") in (None, "ImproperlyConfigured"), found["traceback"]
        outcomes[found.get("error", "loaded")] += 1

    run()
    assert outcomes["loaded"] > outcomes.total() // 2


def test_composed_projects_are_what_real_celery_says(live: Live) -> None:
    counts: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    pin = {"requirements.txt": f"celery=={live.versions['celery']}\n"}

    @composing
    @given(projects())
    def run(project: Composed) -> None:
        for profile in project.profiles:
            try:
                result = judge_files(live, {**pin, **project.files}, LOAD, profile)
            except LiveError as error:
                if error.kind != "ImproperlyConfigured":
                    raise
                continue
            assert [str(difference) for difference in result.differences] == []
            counts.update(result.counts)
            if result.unknown:
                unknown.update(set(project.notes))

    run()
    assert counts["unknown"] <= UNKNOWN_SHARE * counts.total(), unknown.most_common(10)
