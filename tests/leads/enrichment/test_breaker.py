from datetime import timedelta

import pytest

from leads.enrichment import breaker
from leads.enrichment.breaker import FIRST_PAUSE, LONGEST_PAUSE, OPENS_AFTER, may_try, pause_after, resting, tell
from leads.enrichment.enricher import Enricher, enrich_waiting
from leads.models import Answer, InboundEvent, Lead, ProviderHealth, Source
from tests.leads.enrichment.conftest import lead_of, patience, route
from tests.organisation import NOON, bump

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (0, None),
        (OPENS_AFTER - 1, None),
        (OPENS_AFTER, FIRST_PAUSE),
        (OPENS_AFTER + 1, 2 * FIRST_PAUSE),
        (99, LONGEST_PAUSE),
    ],
)
def test_the_pause_grows_with_every_failure_up_to_its_end(failures, pause):
    assert pause_after(failures) == pause


def fail(row, times, now=NOON):
    for _ in range(times):
        tell(row.pk, ok=False, problem="It answered with 500.", now=now)


def test_failures_in_a_row_open_the_breaker_and_one_good_answer_closes_it(provider):
    row = provider()
    fail(row, OPENS_AFTER - 1)
    assert resting(NOON) == frozenset()

    fail(row, 1)
    assert resting(NOON) == {row.pk}
    assert resting(NOON + FIRST_PAUSE) == frozenset()

    tell(row.pk, ok=True, problem="", now=NOON + FIRST_PAUSE)
    assert ProviderHealth.objects.get().failures == 0
    assert ProviderHealth.objects.get().open_until is None


def test_after_the_pause_one_call_tries_and_no_second(provider):
    row = provider()
    fail(row, OPENS_AFTER)
    later = NOON + FIRST_PAUSE + timedelta(seconds=1)

    assert not may_try(row.pk, NOON)
    assert [may_try(row.pk, later), may_try(row.pk, later)] == [True, False]


def test_a_trial_that_fails_keeps_it_open_for_longer(provider):
    row = provider()
    fail(row, OPENS_AFTER)
    fail(row, 1, NOON + FIRST_PAUSE)

    assert ProviderHealth.objects.get().open_until == NOON + FIRST_PAUSE + 2 * FIRST_PAUSE


def test_a_provider_that_fails_again_and_again_is_no_longer_asked_and_holds_nobody(provider, clearview, send):
    clearview.status = 500
    provider()
    patience(60_000)
    for _ in range(OPENS_AFTER):
        send(email=f"ada@c{_}.example")
        route()
        enrich_waiting()
        route()

    event = send(email="eve@other.example")
    route()

    assert lead_of(event)
    assert len(clearview.asked) == OPENS_AFTER


def test_leads_that_it_will_not_have_do_not_switch_a_provider_off_for_others(provider, clearview, send):
    clearview.status = 422
    row = provider()
    patience(60_000)
    fail(row, OPENS_AFTER - 1)
    for number in range(OPENS_AFTER):
        send(email=f"ada@odd{number}.example")
    route()
    enrich_waiting()

    assert len(clearview.asked) == OPENS_AFTER
    assert ProviderHealth.objects.get().open_until is None


def test_a_flooded_form_does_not_spend_without_end(provider, clearview, send, settings):
    settings.ENRICH_CALLS_PER_HOUR = 5
    provider()
    patience(60_000)
    events = [send(email=f"ada@c{number}.example") for number in range(8)]
    one = Enricher()
    ask_all(one)

    assert len(clearview.asked) == 4
    assert Lead.objects.count() == len(events)
    assert Lead.objects.filter(facts__industry="Aerospace").count() == 4

    for number in range(3):
        send(email=f"bob@d{number}.example")
    Source.objects.update(auth=Source.Auth.TOKEN, secret_env="TOKEN_OF_WEB")
    bump()
    ask_all(one)
    one.close()

    assert len(clearview.asked) == 5
    assert Lead.objects.count() == len(events) + 3


def ask_all(one):
    route()
    while one.step():
        pass
    route()


def test_the_guard_guards_without_the_breaker_everybody_waits(provider, clearview, send, monkeypatch):
    clearview.status = 500
    row = provider()
    patience(60_000)
    monkeypatch.setattr(breaker, "OPENS_AFTER", 1_000)
    fail(row, OPENS_AFTER + 1)

    event = send()
    route()

    event.refresh_from_db()
    assert event.status == InboundEvent.Status.ENRICHING


def test_those_who_wait_when_the_breaker_opens_are_let_go(provider, clearview, send):
    clearview.status = 500
    row = provider()
    patience(60_000)
    event = send()
    route()
    fail(row, OPENS_AFTER, now=event.received_at + timedelta(hours=1))

    enrich_waiting()
    route()

    assert lead_of(event)
    assert Answer.objects.count() == 0
