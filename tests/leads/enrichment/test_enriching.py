import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.enrichment import enricher
from leads.enrichment.enricher import enrich_waiting
from leads.models import Answer, Enquiry, InboundEvent, Lead, Provider, TimelineEntry
from routing.models import CustomField
from tests.leads.enrichment.conftest import MAPPING, lead_of, patience, route
from tests.organisation import bump

pytestmark = pytest.mark.django_db
SLOW_ENOUGH = 60_000  # milliseconds that no test takes


@pytest.fixture(autouse=True)
def all_the_time_in_the_world(company):
    patience(SLOW_ENOUGH)


def test_a_lead_is_looked_up_before_it_is_routed(provider, clearview, send):
    provider()
    event = send(employees="")

    route()
    event.refresh_from_db()
    assert event.status == InboundEvent.Status.ENRICHING
    assert not Lead.objects.exists()

    enrich_waiting()
    route()

    lead = lead_of(event)
    assert lead.facts["industry"] == "Aerospace"
    assert lead.facts["employees"] == 51
    assert lead.facts["country"] == "DE"
    assert lead.facts["timezone"] == "Europe/Berlin"
    assert lead.provenance["industry"]["by"] == "provider:clearview"
    assert lead.provenance["timezone"]["by"] == "country"
    assert [path for _, path, _, _ in clearview.asked] == ["/v1/companies?domain=acme.example"]


def test_the_rules_see_what_was_looked_up(provider, clearview, send):
    clearview.answer = {"company": {"metrics": {"employees": 900}}}
    provider(mapping={"employees": "company.metrics.employees"})
    event = send()

    route()
    enrich_waiting()
    route()

    assert lead_of(event).rep is not None  # the rule for big companies


def test_only_what_is_blank_is_asked_for_and_filled(provider, clearview, send):
    provider()
    asked, whole = send(industry="Steel"), send(industry="Steel", employees=7, country="FR")

    route()
    assert lead_of(whole).facts["employees"] == 7
    enrich_waiting()
    route()

    assert lead_of(asked).facts["industry"] == "Steel"
    assert lead_of(asked).facts["employees"] == 51
    assert "industry" not in lead_of(asked).provenance
    assert len(clearview.asked) == 1


def test_two_leads_of_a_company_cost_one_call_at_once_and_later(provider, clearview, send):
    provider(cost="0.25")
    events = [send(), send()]
    route()
    enrich_waiting()
    events.append(send())
    route()

    assert {lead_of(event).facts["industry"] for event in events} == {"Aerospace"}
    assert len(clearview.asked) == 1
    assert [str(answer.cost) for answer in Answer.objects.all()] == ["0.2500"]
    assert Enquiry.objects.count() == 2  # the third had its answer before anybody had to wait


def test_without_the_cache_they_cost_two(provider, clearview, send):
    provider()
    for _ in range(2):
        send()
        route()
        enrich_waiting()
        Answer.objects.update(keep_until=None)

    assert len(clearview.asked) == 2


def test_nobody_at_a_free_mail_domain_is_asked_about_by_it(provider, clearview, send):
    provider()
    event = send(email="ada@gmail.com")

    route()

    assert lead_of(event)
    assert clearview.asked == []
    assert not Enquiry.objects.exists()


def test_a_lead_is_never_held_past_its_budget_even_if_nobody_asks(provider, send):
    provider()
    patience(1)
    event = send()

    route()
    route()

    assert lead_of(event).decision is not None
    assert InboundEvent.objects.get(pk=event.pk).status == InboundEvent.Status.ROUTED


def test_a_held_event_is_taken_at_its_deadline_and_not_before(provider, send):
    provider()
    event = send()
    route()
    route()
    assert not Lead.objects.exists()

    InboundEvent.objects.filter(pk=event.pk).update(due_at=event.received_at)
    route()

    assert lead_of(event)


def test_what_comes_late_fills_blanks_and_is_told(provider, clearview, send):
    provider()
    event = send(country="FR")
    route()
    InboundEvent.objects.filter(pk=event.pk).update(due_at=event.received_at)
    Enquiry.objects.update(due_at=event.received_at)
    route()
    decision = lead_of(event).decision_id

    enrich_waiting()

    lead = lead_of(event)
    assert lead.facts["industry"] == "Aerospace"
    assert lead.facts["country"] == "FR"
    assert lead.provenance["industry"]["by"] == "provider:clearview"
    assert lead.decision_id == decision
    assert "industry" in lead.timeline.get(kind=TimelineEntry.Kind.ENRICHED).text
    assert Answer.objects.get().late


def test_what_comes_late_routes_an_untouched_lead_again_if_the_source_says_so(provider, clearview, send):
    clearview.answer = {"company": {"metrics": {"employees": 900}}}
    provider(mapping={"employees": "company.metrics.employees"})
    patience(1, reroute=True)
    event = send()
    route()
    assert lead_of(event).rep is None

    enrich_waiting()

    assert lead_of(event).rep is not None
    assert lead_of(event).decision.path != ""


def test_what_comes_late_leaves_a_lead_alone_that_somebody_works_on(provider, clearview, send):
    clearview.answer = {"company": {"metrics": {"employees": 900}}}
    provider(mapping={"employees": "company.metrics.employees"})
    patience(1, reroute=True)
    event = send(email="x@acme.com")  # a customer: goes to his owner
    route()
    lead = lead_of(event)
    Lead.objects.filter(pk=lead.pk).update(status=Lead.Status.ACCEPTED)

    enrich_waiting()

    assert lead_of(event).rep_id == lead.rep_id
    assert lead_of(event).facts["employees"] == 900


@pytest.mark.parametrize(
    ("mode", "status", "answer", "result"),
    [
        ("", 500, {}, "failed"),
        ("", 429, {}, "failed"),
        ("redirect", 200, {}, "failed"),
        ("", 200, b"no json", "failed"),
        ("", 200, b'{"company": {"industry": NaN}}', "failed"),
        ("", 200, b"[" * 60_000, "failed"),
        ("", 200, b"x" * 70_000, "failed"),
        ("trickle", 200, {}, "timeout"),
        ("", 404, {}, "empty"),
        ("", 200, {"company": None}, "empty"),
    ],
)
def test_whatever_a_vendor_does_the_lead_is_routed_without_it(provider, clearview, send, mode, status, answer, result):
    clearview.mode, clearview.status, clearview.answer = mode, status, answer
    provider(timeout_ms=400)
    event = send()

    route()
    enrich_waiting()
    route()

    assert "industry" not in lead_of(event).facts
    assert Answer.objects.get().result == result
    assert len(clearview.asked) == 1


def test_values_of_a_vendor_pass_the_same_gate_as_those_of_a_stranger(provider, clearview, send):
    clearview.answer = {
        "company": {
            "industry": "A\x00B\ud800",
            "metrics": {"employees": {"nested": [1, {"deep": "er"}]}},
            "geo": {"country": "Atlantis"},
        },
        "owner": "eve@example.com",
    }
    provider()
    event = send()

    route()
    enrich_waiting()
    route()

    facts = lead_of(event).facts
    assert facts["industry"] == "A\ufffdB\ufffd"
    assert not {"employees", "country", "account.owner", "owner"} & facts.keys()


def test_values_of_a_lead_cannot_become_another_part_of_the_url(provider, clearview, send):
    provider(url=clearview.origin + "/v1/{company}/x?d={domain}")
    send(company="a/../..?admin=1&x#\r\nHost: evil")

    route()
    enrich_waiting()

    [(_, path, headers, _)] = clearview.asked
    assert path == "/v1/a%2F..%2F..%3Fadmin%3D1%26x%23%0D%0AHost%3A%20evil/x?d=acme.example"
    assert headers["Host"] == clearview.origin.removeprefix("http://")


def test_a_second_provider_is_asked_for_what_the_first_did_not_know(provider, clearview, send):
    clearview.answer = {"company": {"industry": "Aerospace"}}
    provider(order=1)
    provider("backup", order=2, url=clearview.origin + "/backup/{domain}", mapping={"employees": "`12`"})
    event = send()

    route()
    enrich_waiting()
    route()

    assert [path.split("?")[0] for _, path, _, _ in clearview.asked] == ["/v1/companies", "/backup/acme.example"]
    assert lead_of(event).provenance["employees"]["by"] == "provider:backup"
    assert lead_of(event).provenance["industry"]["by"] == "provider:clearview"


def test_the_second_is_spared_if_the_first_knew_and_asked_if_it_failed(provider, clearview, send):
    provider(order=1)
    provider("backup", order=2, url=clearview.origin + "/backup/{domain}", mapping={"employees": "`12`"})
    send()
    route()
    enrich_waiting()
    assert len(clearview.asked) == 1

    clearview.status = 500
    event = send(email="ada@other.example")
    route()
    enrich_waiting()

    assert [path.split("?")[0] for _, path, _, _ in clearview.asked[1:]] == ["/v1/companies", "/backup/other.example"]
    assert InboundEvent.objects.get(pk=event.pk).status == InboundEvent.Status.WAITING


def test_a_provider_that_is_off_is_not_asked(provider, clearview, send):
    provider(off=True)
    event = send()

    route()

    assert lead_of(event)
    assert clearview.asked == []


def test_a_source_that_does_not_wait_is_not_looked_up_over_the_network(provider, clearview, send):
    provider()
    patience(0)
    event = send()

    route()
    enrich_waiting()

    assert lead_of(event)
    assert clearview.asked == []


def test_without_providers_routing_asks_the_database_no_more_than_ever(company, send):
    def queries():
        send()
        with CaptureQueriesContext(connection) as seen:
            route()
        return [query["sql"] for query in seen if "leads_provider" in query["sql"] or "leads_enquiry" in query["sql"]]

    queries()  # the organisation is read once
    assert queries() == []


def test_a_returning_persons_own_word_replaces_what_was_looked_up_and_never_the_other_way(provider, clearview, send):
    provider()
    event = send(email="ada@acme.example", industry="Steel", employees=9, country="US", state="CA")
    route()
    again = send(email="ada@acme.example", message="again")
    route()
    enrich_waiting()
    route()

    lead = lead_of(again)
    assert lead.pk == lead_of(event).pk
    assert (lead.facts["industry"], lead.facts["employees"]) == ("Steel", 9)

    send(email="ada@acme.example", industry="Wood", country="US", employees=1)
    route()
    assert lead_of(event).facts["industry"] == "Wood"


def test_a_mapping_may_fill_a_field_of_the_admin(provider, send, clearview):
    CustomField.objects.create(key="custom.naics", type="number", label="NAICS")
    clearview.answer = {"code": "5411"}
    provider(mapping={"custom.naics": "code"})
    event = send()

    route()
    enrich_waiting()
    route()

    assert lead_of(event).facts["custom.naics"] == 5411


def test_a_replayed_event_does_not_wait_again(provider, clearview, send):
    provider()
    event = send()
    route()
    enrich_waiting()
    route()
    Provider.objects.update(mapping={**MAPPING, "revenue": "x"})
    bump()
    InboundEvent.objects.filter(pk=event.pk).update(status=InboundEvent.Status.WAITING)

    route()

    event.refresh_from_db()
    assert event.status == InboundEvent.Status.ROUTED
    assert len(clearview.asked) == 1


def test_what_nobody_expected_does_not_end_the_enricher(company, monkeypatch):
    stop = threading.Event()
    rounds: list[int] = []

    def step(self):
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("nobody expected this")
        stop.set()
        return False

    monkeypatch.setattr(enricher.Enricher, "step", step)
    monkeypatch.setattr(enricher, "LONGEST_PAUSE_S", 0)
    monkeypatch.setattr(enricher, "close_old_connections", lambda: None)

    enricher.run_until(stop)

    assert rounds == [0, 1]


def test_an_enquiry_that_was_tried_too_often_is_let_go(provider, clearview, send):
    provider()
    event = send()
    route()
    Enquiry.objects.update(attempts=enricher.MOST_ATTEMPTS)

    enrich_waiting()
    route()

    assert lead_of(event)
    assert clearview.asked == []
