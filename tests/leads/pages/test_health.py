"""The page that says how Switchyard is: only RevOps see it, and it does not look well when nobody looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.auditor.audit import audit
from leads.models import Finding, Heartbeat, SlaClock
from tests.office import DANA, HEALTH, LENA, MAYA, arrive, signed_in

pytestmark = pytest.mark.usefixtures("office")


def shown() -> str:
    return signed_in(MAYA).get("/health/").content.decode()


def test_only_revops_see_it() -> None:
    assert [signed_in(email).get("/health/").status_code for email in (MAYA, LENA, DANA)] == [200, 403, 403]


def test_kept_promises_are_said_to_be_kept() -> None:
    audit()

    assert "All 12 promises are kept." in shown()


def test_a_broken_one_comes_first_with_what_to_do() -> None:
    arrive("Priya Raman", **HEALTH)
    SlaClock.objects.update(next_at=timezone.now() - timedelta(minutes=2))
    audit()

    page = shown()

    assert "1 of 12 promises is broken." in page
    assert "Steps of promises are more than a minute late (1), such as lead" in page
    assert page.index("Steps of promises") < page.index("Every lead is routed")


def test_when_nobody_has_looked_nothing_is_called_well() -> None:
    assert "Nobody looks whether the promises are kept." in shown()

    audit()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))
    Finding.objects.all().delete()

    page = shown()
    assert "Nobody looks whether the promises are kept." in page
    assert "Kept<" not in page
    assert "Silent since" in page
