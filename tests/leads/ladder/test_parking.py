"""Who lets leads lapse in a row gets no more until he is back, and everybody concerned knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from leads import handover, ladder, services
from leads.configuration import store
from leads.ladder import parking
from leads.models import Lead, SlaClock
from notifications.models import Notification
from reps import services as people
from reps.models import Change, Rep, User
from tests.leads.conftest import COMPANY
from tests.organisation import make_revops

pytestmark = pytest.mark.django_db
PARKING = COMPANY.replace("max_reassignments: 1", "max_reassignments: 5\n    park_after: 2").replace(
    "members: [{rep: ada@example.com}, {rep: bob@example.com}]",
    "members: [{rep: ada@example.com, weight: 1000}, {rep: bob@example.com}]",
)


@pytest.fixture(autouse=True)
def _company(company: None) -> None:
    store.load(PARKING.replace("strategy: round_robin", "strategy: first_available"), now=timezone.now())


def ada() -> Rep:
    return Rep.objects.get(user__email="ada@example.com")


def lapse(lead: Lead) -> None:
    clock = SlaClock.objects.filter(lead=lead, state="running").latest("id")
    while ladder.enforce_due(now=clock.started_at + timedelta(minutes=31)):
        pass


def test_the_second_lapse_in_a_row_parks_him_and_the_manager_is_told(deliver: Callable[..., Lead]) -> None:
    lapse(deliver(email="one@corp.com"))
    assert not ada().paused

    lapse(deliver(email="two@corp.com"))

    assert (ada().paused, ada().paused_until, ada().paused_as) == (True, None, "parked")
    told = dict(Notification.objects.filter(kind="parked").values_list("user__email", "text"))
    lapsed = "2 leads in a row were not accepted in time (one@corp.com, two@corp.com)"
    assert told == {
        "ada@example.com": f"You are parked: {lapsed}. You get no more until you say that you are back.",
        "mia@example.com": f"Ada is parked: {lapsed}. No more go there until Ada is back.",
    }
    change = Change.objects.get(kind="availability", subject="ada@example.com")
    assert (change.by, change.after["paused_as"]) == (None, "parked")
    assert deliver(email="three@corp.com").rep.user.name == "Bob"


@pytest.mark.parametrize("sign_of_life", ["accepted", "declined"])
def test_what_he_does_in_between_begins_the_count_anew(deliver: Callable[..., Lead], sign_of_life: str) -> None:
    first, second = deliver(email="one@corp.com"), deliver(email="two@corp.com")
    SlaClock.objects.filter(lead=second).update(next_at=None)
    lapse(first)
    later = timezone.now() + timedelta(hours=1)
    if sign_of_life == "accepted":
        services.accept(second, by=ada().user, now=later)
    else:
        handover.decline(second, by=ada().user, reason="No", now=later)
    third = deliver(email="three@corp.com")
    SlaClock.objects.filter(lead=third).update(started_at=later)

    lapse(third)

    assert not ada().paused


def test_after_he_is_back_old_lapses_count_no_more(deliver: Callable[..., Lead]) -> None:
    for email in ("one@corp.com", "two@corp.com"):
        lapse(deliver(email=email))
    back = timezone.now() + timedelta(hours=1)
    people.resume(ada(), by=ada().user, now=back)

    assert parking.park_lapsed() == 0
    lead = deliver(email="three@corp.com")
    SlaClock.objects.filter(lead=lead).update(started_at=back)
    lapse(lead)

    assert not ada().paused


def test_whoever_died_before_parking_him_leaves_it_to_the_next(deliver: Callable[..., Lead], monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(parking, "park_lapsed", lambda **_: 0)  # as if it had ended right after the batch
        for email in ("one@corp.com", "two@corp.com"):
            lapse(deliver(email=email))
    assert not ada().paused

    assert parking.Turn().take() == 1
    assert parking.Turn().take() == 0
    assert ada().paused_as == "parked"


def test_without_the_policys_word_nobody_is_parked(deliver: Callable[..., Lead]) -> None:
    store.load(COMPANY, now=timezone.now())
    for email in ("one@corp.com", "two@corp.com", "three@corp.com"):
        lapse(deliver(email=email))

    assert not User.objects.filter(rep__paused=True).exists()


def test_where_the_manager_has_left_everybody_who_oversees_routing_is_told(deliver: Callable[..., Lead]) -> None:
    make_revops()
    User.objects.filter(email="mia@example.com").update(is_active=False)
    people.bump()

    for email in ("one@corp.com", "two@corp.com"):
        lapse(deliver(email=email))

    told = Notification.objects.filter(kind__in=["parked", "unacknowledged"]).exclude(user__email="ada@example.com")
    assert set(told.values_list("kind", "user__email")) == {
        (kind, f"{who}@example.com") for kind in ("parked", "unacknowledged") for who in ("olivia", "max")
    }
