"""What each row and the panel say will happen next, and to whom: as the ladder would do it now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads import services
from leads.ladder.spells import spells_of, times_taken, times_taken_of
from leads.models import Assignment, Lead, SlaClock
from leads.pages.queue import Row
from leads.world import known
from reps import services as people
from reps.models import Rep
from tests.office import DANA, HEALTH, LEE, arrive, person, signed_in
from tests.organisation import bump

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def dana() -> Client:
    return signed_in(DANA)


def rows(client: Client) -> list[Row]:
    return [row for section in client.get("/queue/").context["queue"].sections for row in section.rows]


def text(client: Client) -> str:
    return " ".join(client.get("/queue/").content.decode().replace("<b>", "").replace("</b>", "").split())


def skip_to_step(lead: Lead, number: int, **values: Any) -> None:
    clock = SlaClock.objects.get(lead=lead)
    SlaClock.objects.filter(pk=clock.pk).update(next_step=number, next_at=clock.steps[number]["at"], **values)


def test_first_the_rep_is_reminded(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)

    assert rows(dana)[0].next.brief == "You are reminded"
    assert "You are reminded" in text(dana)


def test_a_step_that_acceptance_has_made_needless_is_not_told(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    services.accept(lead, by=person(DANA), now=timezone.now())

    assert (rows(dana)[0].next.brief, rows(dana)[0].next.to) == ("Goes to", "Lee Marsh")


def test_the_backup_is_named_while_he_is_free(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    skip_to_step(lead, 1)

    assert "Goes to Lee Marsh" in text(dana)


@pytest.mark.parametrize("gone", ["paused", "full", "held before"])
def test_where_the_backup_cannot_take_it_the_rules_are_asked(dana: Client, gone: str) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    skip_to_step(lead, 1)
    lee = Rep.objects.get(user=person(LEE))
    if gone == "paused":
        people.pause(lee, until=None, as_=Rep.Paused.BY_HAND, by=None, now=timezone.now())
    elif gone == "full":
        Rep.objects.filter(pk=lee.pk).update(capacity=0)
        bump()
    else:
        Assignment.objects.create(
            lead=lead,
            rep=lee,
            epoch=0,
            decision=lead.decision,
            how=Assignment.How.BY_HAND,
            assigned_at=lead.received_at,
            ended_at=lead.received_at,
            ended_as=Assignment.Ended.SLA,
        )

    # Nobody else has the skill that the rule asks for: the lead would wait for the team.
    assert rows(dana)[0].next.to == "Enterprise queue"


def test_after_too_many_moves_it_goes_to_the_queue_and_the_manager_is_told(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    skip_to_step(lead, 1)
    clock = SlaClock.objects.get()
    SlaClock.objects.update(policy={**clock.policy, "max_reassignments": 0})

    assert "Goes to the team’s queue" in text(dana)
    assert "it goes to the team’s queue and your manager is told" in text(dana)


def test_the_page_looks_again_by_itself_only_while_it_names_somebody(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    assert 'id="next-in-line"' in text(dana), "the panel names Lee"

    SlaClock.objects.filter(lead=lead).update(steps=[], next_at=None)
    assert 'id="next-in-line"' not in text(dana)


def test_the_next_step_counts_down_by_the_servers_time(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    at = rows(dana)[0].next.at

    assert f'data-at="{round(at.timestamp() * 1000)}"' in text(dana)
    SlaClock.objects.filter(lead=lead).update(state=SlaClock.State.STOPPED)
    assert "data-at" not in text(dana)


def test_who_was_asked_and_has_not_answered_is_asked_in_the_row(dana: Client) -> None:
    lead, now = arrive("Priya Raman", **HEALTH), timezone.now()
    services.accept(lead, by=person(DANA), now=now)
    policy = {**SlaClock.objects.get().policy, "silent_after_s": 3600}
    SlaClock.objects.update(policy=policy, asked_at=now, silent_at=now + timedelta(minutes=30))

    assert "Still working it? Without an answer it goes to somebody else" in text(dana)

    dana.post(f"/leads/{lead.pk}/still-working/", {"epoch": lead.epoch})
    assert "Still working it?" not in text(dana)


def test_the_page_is_told_when_a_promise_is_reckoned_anew(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)
    revision = dana.get("/queue/").context["queue"].revision
    for changed in ({"due_at": timezone.now() + timedelta(days=2)}, {"asked_at": timezone.now()}, {"next_step": 1}):
        SlaClock.objects.update(**changed)
        seen = dana.get("/queue/").context["queue"].revision
        assert seen != revision
        revision = seen


def test_the_customers_wait_stands_beside_the_promise(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)
    since = timezone.now() - timedelta(minutes=9)
    SlaClock.objects.update(waiting_since=since)

    page = text(dana)

    assert "<dt>Promise</dt><dd>5:00" in page
    assert f'waits <span data-since="{round(since.timestamp() * 1000)}">9:0' in page


@pytest.mark.parametrize(("ended_as", "next_one"), [("silent", "Goes to the team’s queue"), ("closed", "Goes to")])
def test_the_page_counts_moves_as_the_ladder_does(dana: Client, ended_as: str, next_one: str) -> None:
    """Taken for silence counts, too; what was before the lead was closed is another chance."""
    lead = arrive("Priya Raman", **HEALTH)
    skip_to_step(lead, 1)
    clock = SlaClock.objects.get()
    SlaClock.objects.update(policy={**clock.policy, "max_reassignments": 1})
    held = {"lead": lead, "rep": lead.rep, "decision": lead.decision, "how": Assignment.How.BY_HAND}
    Assignment.objects.update(epoch=3)
    Lead.objects.update(epoch=3)
    for epoch, code in enumerate(("sla", ended_as) if ended_as == "closed" else (ended_as,), start=1):
        at = lead.received_at
        Assignment.objects.create(**held, epoch=epoch, assigned_at=at, ended_at=at, ended_as=code)

    assert rows(dana)[0].next.brief == next_one
    assert times_taken(spells_of([lead.pk], known())[lead.pk]) == times_taken_of([lead.pk])[lead.pk]
