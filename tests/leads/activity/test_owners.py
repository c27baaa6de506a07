"""What customers do is told to whoever owns them, once a day and kind, and moves nobody's lead."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from leads import services
from leads.activity import owners
from leads.activity.keeping import Kept
from leads.activity.reading import read_signal
from leads.arrivals import Sighting, StoredEvent
from leads.models import Account, Activity, Lead, Source, TimelineEntry
from leads.sources import read
from leads.world import known
from notifications.models import Notification
from reps import services as people
from reps.models import Rep
from routing.engine.facts import STANDARD

pytestmark = pytest.mark.django_db


def told(kind: str = "signal") -> list[tuple[str, str]]:
    return [
        (notice.user.email.split("@")[0], notice.text)
        for notice in Notification.objects.filter(kind=kind).select_related("user").order_by("text")
    ]


def test_the_owner_of_a_customer_is_told_once_a_day_with_a_count_that_grows(act):
    for _ in range(3):
        act(email="ada@acme.com", name="Ada Lovelace")
    act("seats_used", email="bob@acme.com", value=41)

    assert told() == [
        ("bob", "Acme (customer): pricing views 3 in 7 days, last by Ada Lovelace, ada@acme.com"),
        ("bob", "Acme (customer): seats used at 41, 1 in 7 days, last by bob@acme.com"),
    ]


def test_who_only_looks_round_is_told_to_nobody(act):
    act(email="pat@corp.com")
    Account.objects.update(is_customer=False)
    act(email="ada@acme.com")

    assert told() == []


def test_while_the_owner_is_away_his_cover_is_told_too(act):
    now = timezone.now()
    Rep.objects.get(user__email="bob@example.com").time_off.create(
        start=now - timedelta(days=1), end=now + timedelta(days=1)
    )
    people.hold_revision()
    people.bump()

    act(email="ada@acme.com")

    text = "Acme (customer): pricing views 1 in 7 days, last by ada@acme.com"
    assert told() == [("bob", text), ("cleo", f"{text} (for Bob, who is away)")]


def test_a_closed_lead_of_a_customer_stays_closed_and_its_story_says_who_was_told(act, deliver):
    lead = deliver(email="ada@acme.com", name="Ada Lovelace")
    services.close(lead, by=lead.rep.user, status="won", now=timezone.now())

    act(email="ada@acme.com", intent="demo")
    act(email="ada@acme.com")

    lead.refresh_from_db()
    assert (lead.status, lead.epoch, lead.intent) == ("won", 1, "")
    assert Notification.objects.get(kind="signal").link == f"/leads/{lead.pk}/"
    assert [entry.text for entry in TimelineEntry.objects.filter(lead=lead, kind="signal")] == [
        "Pricing views: Bob was told, for Acme is a customer."
    ]
    assert Lead.objects.count() == 1


def test_somebody_known_by_phone_alone_is_found(act, deliver):
    lead = deliver(name="Ada Lovelace", phone="+4930901820", website="acme.com")

    act(email=None, phone="+49 30 901820")

    assert told() == [("bob", "Acme (customer): pricing views 1 in 7 days, last by Ada Lovelace, +4930901820")]
    assert Notification.objects.get(kind="signal").link == f"/leads/{lead.pk}/"


def test_a_company_that_is_named_alone_is_told_as_somebody_there(post):
    post({"type": "activity", "key": "seats_used", "domain": "acme.com"})

    assert told() == [("bob", "Acme (customer): seats used 1 in 7 days, last by somebody there")]


def kinds(first: int, last: int, domain: str = "acme.com") -> list[dict[str, str]]:
    return [{"type": "activity", "key": f"kind{n}x", "email": f"eve{n}@{domain}"} for n in range(first, last)]


def test_an_open_source_cannot_bury_an_owner_under_notices(post, deliver):
    lead = deliver(email="eve149@acme.com", name="Eve")
    Notification.objects.all().delete()

    post(kinds(0, 150))
    post(kinds(100, 250))
    post(kinds(0, 3))

    texts = [text for _, text in told()]
    assert len(texts) == owners.MOST_FROM_OPEN + 1
    assert texts.count(owners.REST) == 1
    assert "Acme (customer): kind0x 2 in 7 days, last by eve0@acme.com" in texts  # what was told goes on being counted
    assert Activity.objects.count() == 303
    assert not TimelineEntry.objects.filter(lead=lead, kind="signal").exists()


def test_a_source_that_signs_is_heard_whatever_an_open_one_has_sent(post):
    post(kinds(0, 100))
    Source.objects.filter(slug="web").update(auth="token", secret_env="TOKEN_OF_WEB")
    people.hold_revision()
    people.bump()
    sources = read()
    event = StoredEvent(uuid.uuid4(), sources.by_slug["web"], b"", "", timezone.now())
    signal = read_signal({"key": "seats_used"}, {"email": "ada@acme.com"}, STANDARD, received_at=timezone.now())
    seen = Sighting(event.uuid, event.source, 0, "", signal)
    Activity.objects.create(
        source=Source.objects.get(slug="web"), account=Account.objects.get(name="Acme"), key="seats_used", at=signal.at
    )

    with transaction.atomic():
        owners.tell_owners([Kept(seen, Account.objects.get(name="Acme").pk)], known(), now=timezone.now())

    assert any("seats used" in text for _, text in told())
