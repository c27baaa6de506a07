import pytest
from django.utils import timezone

from leads.configuration import dump
from leads.enrichment.enricher import enrich_waiting
from leads.enrichment.figures import figures, fills
from leads.models import Answer, Lead, Provider, Source
from leads.world import known
from routing.engine.facts import STANDARD
from tests.leads.enrichment.conftest import MAPPING, route
from tests.office import LENA, MAYA, STEEL, arrive, open_office, person, send, signed_in
from tests.organisation import bump

FORM = {
    "name": "Clearview",
    "slug": "clearview",
    "on": "on",
    "order": "1",
    "method": "GET",
    "url": "https://api.clearview.example/v2?domain={domain}",
    "headers": "Authorization: Bearer ${SWITCHYARD_SECRET_CLEARVIEW}",
    "body": "",
    "mapping": "industry = company.industry\nemployees = company.metrics.employees",
    "ask_if_blank": "industry",
    "timeout": "1500ms",
    "keep": "90d",
    "cost": "0.05",
}


@pytest.fixture
def office(db):
    open_office()


@pytest.fixture
def clear(office, clearview):
    """A provider that answers, and a source that waits for it."""
    Source.objects.update(enrich_within_ms=60_000)
    row = Provider.objects.create(
        slug="clearview",
        name="Clearview",
        url=clearview.origin + "/{domain}",
        mapping=MAPPING,
        timeout_ms=5000,
        cost="0.5",
    )
    bump()
    return row


def test_revops_sets_a_provider_up_and_it_stands_in_the_file(office):
    maya = signed_in(MAYA)

    assert maya.post("/enrichment/+new/", FORM).status_code == 302

    row = Provider.objects.get()
    assert row.mapping == {"industry": "company.industry", "employees": "company.metrics.employees"}
    assert row.headers == {"Authorization": "Bearer ${SWITCHYARD_SECRET_CLEARVIEW}"}
    assert (row.timeout_ms, str(row.cost), row.ask_if_blank, row.off) == (1500, "0.0500", ["industry"], False)
    assert "SWITCHYARD_SECRET_CLEARVIEW" in dump.text()
    assert known().providers[0].name == "Clearview"


def test_nobody_overwrites_a_provider_that_he_has_not_seen(office):
    maya = signed_in(MAYA)
    maya.post("/enrichment/+new/", FORM)
    seen = maya.get("/enrichment/clearview/").context["form"]["seen"].value()
    theirs = {**FORM, "name": "Theirs", "seen": seen}
    assert maya.post("/enrichment/clearview/", theirs).status_code == 302

    answer = maya.post("/enrichment/clearview/", {**FORM, "name": "Mine", "seen": seen})

    assert answer.status_code == 422
    assert "Somebody changed it meanwhile" in answer.content.decode()
    assert Provider.objects.get().name == "Theirs"


def test_what_is_shown_to_be_changed_is_what_was_saved(office):
    maya = signed_in(MAYA)
    maya.post("/enrichment/+new/", FORM)
    before = dump.text()

    shown = maya.get("/enrichment/clearview/").context["form"]
    values = {name: shown[name].value() for name in shown.fields}
    values["on"] = "on" if values["on"] else ""
    assert maya.post("/enrichment/clearview/", values).status_code == 302

    assert dump.text() == before


def test_a_provider_is_switched_off_and_taken_out(office):
    maya = signed_in(MAYA)
    maya.post("/enrichment/+new/", FORM)

    maya.post("/enrichment/clearview/", {name: value for name, value in FORM.items() if name != "on"})
    assert known().providers == ()

    assert maya.post("/enrichment/clearview/remove/").status_code == 302
    assert not Provider.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://169.254.169.254/{domain}"}, "url"),
        ({"url": "https://127.0.0.1/{domain}"}, "url"),
        ({"url": "https://x.example/{secret}"}, "url"),
        ({"headers": "Authorization: ${DATABASE_URL}"}, "headers"),
        ({"headers": "no colon"}, "headers"),
        ({"mapping": "email = person.email"}, "mapping"),
        ({"mapping": "industry = ["}, "mapping"),
        ({"method": "POST", "body": "{"}, "body"),
        ({"timeout": "1h"}, "timeout"),
        ({"slug": "Not A Slug"}, "slug"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_changed(office, change, field):
    answer = signed_in(MAYA).post("/enrichment/+new/", {**FORM, **change})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Provider.objects.exists()


def test_a_second_provider_of_the_same_name_is_refused(office):
    maya = signed_in(MAYA)
    maya.post("/enrichment/+new/", FORM)

    assert maya.post("/enrichment/+new/", FORM).status_code == 422


@pytest.mark.parametrize(
    "address",
    ["/enrichment/+new/", "/enrichment/clearview/", "/enrichment/clearview/try/", "/enrichment/clearview/remove/"],
)
def test_a_manager_only_reads(clear, address):
    lena = signed_in(LENA)

    assert lena.post(address, FORM).status_code == 403
    assert lena.get("/enrichment/").status_code == 200
    assert Provider.objects.count() == 1


def test_trying_a_provider_shows_the_status_and_the_mapped_values_and_nothing_else(clear, clearview):
    clearview.answer = {"company": {"industry": "Aerospace"}, "secret": "hunter2"}
    lead = arrive_without_waiting()

    shown = signed_in(MAYA).post("/enrichment/clearview/try/", {"lead": str(lead.pk)}).content.decode()

    assert "Status 200" in shown
    assert "Aerospace" in shown
    assert "hunter2" not in shown
    lead.refresh_from_db()
    assert lead.facts["industry"] == "Steel"
    assert Answer.objects.count() == 0


def test_trying_says_what_failed_in_our_words(clear, clearview):
    arrive_without_waiting()
    clearview.status, clearview.answer = 500, {"error": "internal detail"}

    shown = signed_in(MAYA).post("/enrichment/clearview/try/").content.decode()

    assert "It answered with 500." in shown
    assert "internal detail" not in shown


def test_no_lead_to_try_it_with_is_said(clear):
    maya, lead = signed_in(MAYA), arrive_without_waiting()
    Lead.objects.update(facts={})

    def said(number: str) -> str:
        return maya.post("/enrichment/clearview/try/", {"lead": number}).content.decode()

    assert "There is no lead with what it needs: {domain}." in said("")
    assert f"Lead {lead.pk} has not all that it needs: {{domain}}." in said(str(lead.pk))
    assert "There is no lead 99999999." in said("99999999")


def test_the_lead_says_where_each_fact_is_from(clear):
    event = send("Priya Raman", intent="demo", title="VP Engineering")
    route()
    enrich_waiting()
    route()
    lead = event.touches.get().lead

    shown = signed_in(MAYA).get(f"/leads/{lead.pk}/").content.decode()

    assert "from Clearview" in shown
    assert "from the job title" in shown


def test_the_figures_count_calls_time_cost_and_fields(clear, clearview):
    send("Priya Raman", intent="demo", title="VP Engineering")
    route()
    enrich_waiting()
    route()
    clearview.status = 500
    send("Jonas Beck", email="jonas@other.example")
    route()
    enrich_waiting()
    route()

    found = figures(STANDARD, now=timezone.now())

    [row] = found.rows
    assert (row.calls.all, row.calls.ok, row.calls.failed, row.calls.late) == (2, 1, 1, 0)
    assert str(row.calls.cost) == "1.0000"
    assert row.failures == 1
    assert (found.time.leads, found.time.in_time) == (2, 2)
    shown = {fill.label: fill for fill in found.fills}
    assert (shown["industry"].of_providers, shown["industry"].of_sender) == (50, 0)
    assert shown["seniority"].worked_out == 50
    assert "Clearview" in signed_in(LENA).get("/enrichment/").content.decode()


def test_no_leads_are_no_division_by_zero():
    assert all(fill.share == 0 for fill in fills([], STANDARD))


def test_an_allowance_that_was_taken_away_is_shown_and_nobody_is_asked(clear, settings):
    settings.OUTGOING_ALLOW = ()
    bump()

    assert known().providers == ()
    assert "Cannot be asked" in signed_in(MAYA).get("/enrichment/").content.decode()


def test_the_api_tells_where_facts_are_from(clear):
    lead = arrive_without_waiting()

    told = signed_in(MAYA).get(f"/api/v1/leads/{lead.pk}/").json()

    assert told["provenance"]["seniority"]["by"] == "title"
    assert person(MAYA).is_revops


def arrive_without_waiting():
    Source.objects.update(enrich_within_ms=0)
    bump()
    return arrive("Jonas Beck", title="CEO", **STEEL)
