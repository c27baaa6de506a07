"""What nobody can ask about any more is forgotten, a little at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import sweeper
from leads.activity import retention
from leads.models import Activity, Source

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def old_and_new(company):
    """Five that are too old by a second, and one that is as old as can be."""
    source = Source.objects.get(slug="web")
    for number, seconds in enumerate((1, 1, 1, 1, 1, 0)):
        at = NOW - timedelta(days=400, seconds=seconds)
        Activity.objects.create(source=source, item=number, person_key="mail:a@b.com", key="views", at=at)


def test_only_what_is_too_old_is_forgotten(old_and_new):
    assert retention.forget_old(NOW) == 5
    assert Activity.objects.get().at == NOW - timedelta(days=400)


def test_a_lot_is_forgotten_in_small_batches_one_after_another(old_and_new, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    turn = retention.Turn()

    assert [turn.take(NOW) for _ in range(5)] == [2, 2, 1, 0, 0]


def test_the_sweeper_forgets_and_then_lets_it_be_for_a_while(old_and_new, monkeypatch):
    monkeypatch.setattr(sweeper, "FORGETTING", retention.Turn())
    Activity.objects.update(at=NOW - timedelta(days=500))

    sweeper.sweep()
    assert Activity.objects.count() == 0

    Activity.objects.create(source=Source.objects.get(slug="web"), key="views", at=NOW - timedelta(days=500))
    sweeper.sweep()
    assert Activity.objects.count() == 1
