"""Pausing: nobody is given leads while he is away by his own switch, and he is back when he said he would be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.world import known
from reps import services
from reps.models import Change, Rep
from tests.organisation import NOON, make_rep

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Rep:
    return make_rep()


def pause(rep: Rep, **values: object) -> Rep:
    given = {"until": NOON + HOUR, "as_": Rep.Paused.BY_HAND, "by": rep.user, "now": NOON, **values}
    return services.pause(rep, **given)


def engine_rep(rep: Rep):
    return known().world.reps[rep.user.email]


def test_whoever_pauses_is_paused_until_then_for_every_process_at_once(ada):
    assert not engine_rep(ada).is_paused(NOON)

    pause(ada)

    assert engine_rep(ada).is_paused(NOON)
    assert engine_rep(ada).is_paused(NOON + HOUR - timedelta(microseconds=1))
    assert not engine_rep(ada).is_paused(NOON + HOUR)


def test_a_pause_without_an_end_lasts(ada):
    pause(ada, until=None)

    assert engine_rep(ada).is_paused(NOON + 1000 * HOUR)
    assert services.resume_due(NOON + 1000 * HOUR) == 0


def test_who_comes_back_is_there_at_once(ada):
    pause(ada, until=None)

    services.resume(ada, by=ada.user, now=NOON)

    assert not engine_rep(ada).is_paused(NOON)
    assert not Rep.objects.get().paused


def test_who_said_when_comes_back_by_himself_and_never_earlier(ada):
    pause(ada)
    before = known().revision

    assert services.resume_due(NOON + HOUR - timedelta(seconds=1)) == 0
    assert known().revision == before
    assert services.resume_due(NOON + HOUR) == 1
    assert services.resume_due(NOON + HOUR) == 0

    back = Rep.objects.get()
    assert (back.paused, back.paused_until, back.paused_as) == (False, None, "")
    assert known().revision == before + 1


def test_every_change_is_kept_with_who_made_it(ada):
    pause(ada)
    services.resume_due(NOON + HOUR)

    went, came = Change.objects.filter(kind="availability", subject=ada.user.email).order_by("pk")
    assert (went.by, went.before["paused"], went.after["paused"]) == (ada.user, False, True)
    assert (came.by, came.before["paused_as"], came.after["paused"]) == (None, "by_hand", False)


def test_the_same_again_changes_nothing(ada):
    pause(ada)
    revision = known().revision

    pause(ada)
    services.resume(pause(ada, until=None), by=None, now=NOON)
    services.resume(ada, by=None, now=NOON)

    assert known().revision == revision + 2
    assert Change.objects.count() == 3
