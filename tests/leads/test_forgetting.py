"""What nobody can ask about any more is forgotten, a little at a time: activities and answers of providers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import forgetting, sweeper
from leads.models import Activity, Answer, Provider, Source

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
    assert forgetting.forget_activities(NOW) == 5
    assert Activity.objects.get().at == NOW - timedelta(days=400)


def test_a_lot_is_forgotten_in_small_batches_one_after_another(old_and_new, monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    turn = forgetting.Turn()

    assert [turn.take(NOW) for _ in range(5)] == [2, 2, 1, 0, 0]


def test_the_sweeper_forgets_and_then_lets_it_be_for_a_while(old_and_new, monkeypatch):
    monkeypatch.setattr(sweeper, "FORGETTING", forgetting.Turn())
    Activity.objects.update(at=NOW - timedelta(days=500))

    sweeper.sweep()
    assert Activity.objects.count() == 0

    Activity.objects.create(source=Source.objects.get(slug="web"), key="views", at=NOW - timedelta(days=500))
    sweeper.sweep()
    assert Activity.objects.count() == 1


def answer(key, *, days, keep_until=None):
    """What a provider said so many days ago, and until when it counts."""
    provider, _ = Provider.objects.get_or_create(slug="clearview")
    at = NOW - timedelta(days=days)
    Answer.objects.create(provider=provider, key=key, at=at, took_ms=90, result="ok", keep_until=keep_until)


def test_answers_of_providers_are_forgotten_when_they_neither_count_nor_stand_in_the_figures(db):
    answer("failed", days=31)
    answer("over", days=31, keep_until=NOW)
    answer("good", days=31, keep_until=NOW + timedelta(seconds=1))
    answer("shown", days=30)

    assert forgetting.forget_answers(NOW) == 2
    assert set(Answer.objects.values_list("key", flat=True)) == {"good", "shown"}


def test_answers_are_forgotten_in_small_batches_too(db, monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for key in "abc":
        answer(key, days=31)
    turn = forgetting.Turn()

    assert [turn.take(NOW) for _ in range(3)] == [2, 1, 0]


def test_the_sweeper_forgets_old_answers(company, monkeypatch):
    monkeypatch.setattr(sweeper, "FORGETTING", forgetting.Turn())
    answer("old", days=400)

    sweeper.sweep()

    assert Answer.objects.count() == 0
