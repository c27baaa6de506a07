"""The sweeper's round: what fails holds up nothing else, and is not hidden."""

import pytest
from django.utils import timezone

from leads import draining, sweeper
from leads.models import Heartbeat, InboundEvent
from tests.organisation import make_event

pytestmark = pytest.mark.django_db


class Odd(Exception):
    pass


def test_a_round_leaves_a_heartbeat(company):
    assert sweeper.sweep() is False
    assert Heartbeat.objects.filter(name="sweeper").exists()


def test_a_step_that_fails_holds_up_no_other_and_is_raised_in_the_end(company, monkeypatch):
    def fail() -> int:
        raise Odd

    told = []
    monkeypatch.setattr(draining, "drain", fail)
    monkeypatch.setattr(sweeper.overnight, "tell_due", lambda: told.append("told"))
    event = make_event(status=InboundEvent.Status.WAITING, due_at=timezone.now())

    with pytest.raises(Odd):
        sweeper.sweep()

    event.refresh_from_db()
    assert event.status == InboundEvent.Status.ROUTED
    assert told == ["told"]
    assert not Heartbeat.objects.filter(name="sweeper").exists()
