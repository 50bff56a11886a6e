"""The example projects load in real Celery, and are what celerylint says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .form import release
from .judge import judge_folder, with_profile
from .live import Live, Load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHOP = Load("shop.celery:app", {"SHOP_DB_ENGINE": "django.db.backends.sqlite3"}, checks=True)
LEGACY = Load("reports.app:app")
PROFILES = ["shop.settings.production", "shop.settings.development", "shop.settings.test"]


def value(found: dict[str, Any], setting: str) -> Any:
    return found["settings"][setting]["value"]


def needs_its_celery(live: Live) -> None:
    """The shop pins 5.6.3; Django's TIME_ZONE counts for Celery from 5.3 on."""
    if release(live.versions["celery"]) < (5, 3):
        pytest.skip("the shop means another Celery")


def needs_django(live: Live) -> None:
    if "django" not in live.versions:
        pytest.skip("no Django beside this Celery")


def test_the_shop_has_its_hazards_in_real_celery(live: Live) -> None:
    needs_django(live)
    found = live.load(EXAMPLES / "shop", with_profile(SHOP, "shop.settings.production"))
    assert "error" not in found, found["traceback"]
    assert value(found, "broker_url").startswith("sqla+postgresql://")
    assert value(found, "result_backend").startswith("redis://")
    assert "result_backend_thread_safe" not in found["settings"]
    assert {limit for task in found["tasks"].values() for limit in task["limits"].values()} == {
        None
    }
    assert found["tasks"]["orders.tasks.charge"]["options"]["max_retries"] is None
    assert found["tasks"]["orders.tasks.refund"]["options"]["retry_kwargs"] == {"max_retries": 8}
    assert found["models"] == [
        "inventory.models.Product",
        "orders.models.Order",
        "orders.models.OrderLine",
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_celerylint_knows_the_shop(live: Live, profile: str) -> None:
    needs_django(live)
    needs_its_celery(live)
    result = judge_folder(live, EXAMPLES / "shop", SHOP, profile)
    assert [str(difference) for difference in result.differences] == []
    assert result.unknown == []


def test_celerylint_knows_the_legacy_worker(live: Live) -> None:
    result = judge_folder(live, EXAMPLES / "legacy-worker", LEGACY)
    assert [str(difference) for difference in result.differences] == []
    assert result.unknown == []


def test_the_legacy_worker_loads(live: Live) -> None:
    found = live.load(EXAMPLES / "legacy-worker", LEGACY)
    assert sorted(found["tasks"]) == ["reports.tasks.invoice", "reports.tasks.yearly_report"]
    assert value(found, "task_soft_time_limit") == 3 * 60 * 60
