"""Territories in the browser: what the map says, and how RevOps draws on it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from leads.configuration import dump, store
from leads.models import Lead
from leads.territories import editing
from leads.territories.market import PERIOD, look
from leads.world import known
from reps.models import Change
from tests.leads.territories.market import open_market
from tests.office import CLARA, DANA, HEALTH, INES, LEE, LENA, MAYA, STEEL, arrive, open_office, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def market() -> None:
    open_office()
    open_market()


def shown(address: str, email: str = MAYA) -> str:
    answer = signed_in(email).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def form(*places: tuple[str, object], **values: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    sent = {
        "places-TOTAL_FORMS": len(places),
        "places-INITIAL_FORMS": 0,
        "name": "France",
        "slug": "france",
        "parent": "",
        "when": '{"field": "country", "op": "is", "value": "FR"}',
        **values,
    }
    for number, (rep, weight) in enumerate(places):
        sent |= {f"places-{number}-rep": rep, f"places-{number}-weight": weight}
    return sent


def draw(*places: tuple[str, object], email: str = MAYA, **values: Any) -> Any:
    return signed_in(email).post("/territories/+new/", form(*places, **values))


def redraw(which: str, *places: tuple[str, object], **values: Any) -> Any:
    maya = signed_in(MAYA)
    seen = maya.get(f"/territories/{which}/edit/").context["form"]["seen"].value()
    return maya.post(f"/territories/{which}/edit/", form(*places, **{"seen": seen, **values}))


def of_the_file(slug: str) -> Any:
    return dump.current().of("territories").get(slug)


def test_the_map_shows_who_works_what_and_what_is_odd() -> None:
    arrive("Priya Raman", **HEALTH, country="US", state="CA")
    arrive("Luc Petit", **HEALTH, country="FR")

    page = shown("/territories/")

    assert "state is one of CA, OR, WA" in page
    assert page.index("United States") < page.index("US Enterprise") < page.index("US West")
    assert "Overlaps US West" in page
    assert "holds leads that none of its territories holds" in page
    assert "1 of the 2 leads" in page
    assert "Luc Petit" in page
    assert "Begins later" in page


def test_leads_count_where_they_lie_today_and_for_all_above() -> None:
    arrive("Priya Raman", **HEALTH, country="US", state="CA")
    arrive("Jonas Beck", **HEALTH, country="DE", state="Bavaria")

    rows = {row.territory.slug: row.leads for row in signed_in(MAYA).get("/territories/").context["page"].rows}

    assert rows == {"usa": 1, "us-large": 1, "us-west": 0, "dach": 1, "bavaria": 0}


def test_without_territories_the_page_says_what_they_are_for() -> None:
    for slug in ("bavaria", "dach", "us-west", "us-large", "usa"):
        assert signed_in(MAYA).post(f"/territories/{slug}/erase/").status_code == 302

    assert "No territory yet" in shown("/territories/")


def test_a_territorys_page_tells_its_condition_its_reps_and_its_finding() -> None:
    page = shown("/territories/us-west/")

    assert "and within" in page
    assert "67%" in page
    assert "It goes to US Enterprise, because its slug comes first." in page


def test_a_territory_is_drawn_and_leads_lie_in_it_from_then_on() -> None:
    answer = draw((CLARA, "2"), (LEE, ""), ("", ""), valid_from="2026-01-01")

    assert answer.headers["Location"] == "/territories/france/"
    drawn = of_the_file("france")
    assert [(place.rep, place.weight) for place in drawn.reps] == [(CLARA, 2.0), (LEE, 1.0)]
    assert drawn.valid_from.isoformat() == "2026-01-01"
    arrive("Luc Petit", **HEALTH, country="FR")
    assert Lead.objects.get(name="Luc Petit").decision.facts["territory"] == "france"


def test_who_drew_it_and_when_stands_in_the_history() -> None:
    draw((CLARA, 1))
    redraw("france", (CLARA, 3), name="La France")

    changes = Change.objects.filter(kind="territories", subject="france").order_by("pk")
    assert [change.by for change in changes] == [person(MAYA)] * 2
    assert [change.before is None for change in changes] == [True, False]
    page = shown("/territories/france/")
    assert "Drawn" in page
    assert "Changed: name, reps" in page


def test_a_change_keeps_the_slug_and_touches_no_other_territory() -> None:
    before = dump.current().of("territories")

    redraw("us-west", (DANA, 1), slug="renamed", name="Pacific", parent="usa", when='{"all": []}')

    after = dump.current().of("territories")
    assert after.keys() == before.keys()
    assert after["us-west"].name == "Pacific"
    assert {slug: one for slug, one in after.items() if slug != "us-west"} == {
        slug: one for slug, one in before.items() if slug != "us-west"
    }


def test_what_somebody_else_changed_meanwhile_is_not_overwritten() -> None:
    seen = editing.last_change("dach")
    assert redraw("dach", (LEE, 1), name="DACH and more").status_code == 302

    answer = redraw("dach", (CLARA, 5), name="DACH", seen=seen)

    assert answer.status_code == 422
    assert "Somebody changed it meanwhile" in answer.content.decode()
    assert of_the_file("dach").name == "DACH and more"


def test_what_somebody_else_erased_meanwhile_does_not_come_back() -> None:
    seen, now = editing.last_change("us-west"), timezone.now()
    editing.erase("us-west", by=person(MAYA), now=now)

    with pytest.raises(editing.Refused, match="Somebody changed it"):
        editing.redraw("us-west", {"name": "West", "when": {"all": []}}, seen=seen, by=person(MAYA), now=now)

    assert of_the_file("us-west") is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"when": "{"}, "This is not JSON in line 1"),
        ({"when": "[]"}, "Must be one condition"),
        ({"when": '{"field": "employees", "op": "is", "value": NaN}'}, "This is not JSON"),
        ({"when": '{"field": "employees", "op": "is", "value": 1e999}'}, "This is not JSON"),
        ({"when": "[" * 5000}, "This is not JSON"),
        ({"when": '{"not":' * 100 + '{"all": []}' + "}" * 100}, "nested more than 70 deep"),
        ({"when": '{"all": [{"field": "countri", "op": "is", "value": "FR"}]}'}, "when.all[0].field: unknown field"),
        ({"when": '{"field": "country", "op": "is", "value": "\\u0000"}'}, "Holds a NUL"),
        ({"slug": "dach"}, "is already the name of"),
        ({"slug": "Ünicode"}, "Enter a valid"),
        ({"parent": "nowhere"}, "Select a valid choice"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "must be later than valid_from"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_drawn_is_told_beside_the_field(values: dict[str, Any], words: str) -> None:
    before = dump.text()

    answer = draw((CLARA, 1), **values)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was changed" in page
    assert words in page
    assert dump.text() == before


def test_nobody_works_a_territory_twice_or_with_less_than_no_weight() -> None:
    assert "stands here twice" in draw((CLARA, 1), (CLARA, 2)).content.decode()
    assert "greater than or equal to 0" in draw((CLARA, -1)).content.decode()
    assert of_the_file("france") is None


def test_a_territory_cannot_lie_within_itself() -> None:
    answer = redraw("usa", parent="us-west")

    assert answer.status_code == 422
    assert of_the_file("usa").parent is None


@pytest.mark.parametrize(
    ("sent", "condition"),
    [
        ({"pick": "dach"}, {"field": "country", "op": "in", "value": ["DE", "AT", "CH"]}),
        ({"pick": "named", "countries": "Germany, fra;DE"}, {"field": "country", "op": "in", "value": ["DE", "FR"]}),
        (
            {"pick": "named", "states": "California, or"},
            {
                "all": [
                    {"field": "country", "op": "is", "value": "US"},
                    {"field": "state", "op": "in", "value": ["CA", "OR"]},
                ]
            },
        ),
    ],
)
def test_a_quick_pick_writes_the_condition_and_saves_nothing(sent: dict[str, str], condition: object) -> None:
    answer = draw((CLARA, "2"), **sent, when="{")

    assert answer.status_code == 200
    assert json.loads(answer.context["form"]["when"].value()) == condition
    assert answer.context["places"][0]["rep"].value() == CLARA
    assert of_the_file("france") is None


def test_a_country_that_nobody_knows_is_named() -> None:
    assert "Not understood: Atlantis." in _messages(draw(pick="named", countries="Atlantis"))
    assert "Name a country or a state first." in _messages(draw(pick="named"))


def test_a_territory_with_others_within_it_cannot_be_erased() -> None:
    answer = signed_in(MAYA).post("/territories/dach/erase/")

    assert answer.status_code == 422
    assert "It stays" in answer.content.decode()
    assert of_the_file("dach") is not None


def test_an_erased_territory_is_gone_with_its_reps() -> None:
    signed_in(MAYA).post("/territories/us-west/erase/")

    assert of_the_file("us-west") is None
    assert "territory:us-west" not in known().world.pools
    assert signed_in(MAYA).get("/territories/us-west/").status_code == 404


@pytest.mark.parametrize("address", ["/territories/+new/", "/territories/dach/edit/", "/territories/dach/erase/"])
def test_only_revops_draws(address: str) -> None:
    for email, status in ((DANA, 403), (LENA, 403), (MAYA, 200)):
        assert signed_in(email).get(address).status_code == status
        if status == 403:
            assert signed_in(email).post(address, form()).status_code == 403


@pytest.mark.parametrize("address", ["/territories/", "/territories/dach/"])
def test_managers_read_the_map_and_reps_do_not(address: str) -> None:
    assert signed_in(DANA).get(address).status_code == 403
    page = shown(address, LENA)
    assert "/+new/" not in page
    assert "/edit/" not in page


def test_the_form_says_in_a_sentence_what_its_condition_holds() -> None:
    assert "Holds a lead when country is one of DE, AT, CH" in draw(pick="dach").content.decode()
    assert "Holds a lead when" not in draw(when="{nonsense").content.decode()


def test_names_and_conditions_are_text_wherever_they_are_shown() -> None:
    evil = "<img src=x onerror=alert(1)>"
    draw((CLARA, 1), name=evil, when=json.dumps({"field": "company", "op": "is", "value": evil}))

    for address in ("/territories/", "/territories/france/", "/territories/france/edit/", "/territories/france/erase/"):
        page = shown(address)
        assert "<img" not in page
        assert "&lt;img" in page


def _messages(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_leads_and_accounts_that_lie_nowhere_are_counted_with_one_of_them() -> None:
    store.load("version: 1\naccounts: [{name: Far, country: JP}, {name: Near, country: DE}]", now=timezone.now())
    arrive("Luc Petit", **HEALTH, country="FR")
    arrive("Jonas Beck", **HEALTH, country="DE")

    seen = look(known(), person(MAYA), now=timezone.now())

    assert (seen.leads, seen.accounts) == ({"dach": 1}, {"dach": 1})
    assert (seen.leads_outside.count, seen.leads_outside.looked_at) == (1, 2)
    assert (seen.leads_outside.example, seen.leads_outside.because.partition(",")[0]) == ("Luc Petit", "country FR")
    assert (seen.accounts_outside.count, seen.accounts_outside.example) == (1, "Far")


def test_a_manager_is_given_an_example_only_among_the_leads_that_he_may_see() -> None:
    arrive("Luc Petit", **STEEL, country="FR")  # Clara's, of another team than Lena's

    counted = "1 of the 1 leads"
    assert "Luc Petit" in shown("/territories/")
    assert "Luc Petit" in shown("/territories/", INES)
    assert counted in shown("/territories/", LENA)
    assert "Luc Petit" not in shown("/territories/", LENA)


def test_leads_of_long_ago_do_not_count() -> None:
    lead = arrive("Luc Petit", **HEALTH, country="FR")

    assert (
        look(known(), person(MAYA), now=lead.received_at + PERIOD + timedelta(seconds=1)).leads_outside.looked_at == 0
    )


def test_what_is_odd_about_the_map_is_looked_for_anew_when_it_changes() -> None:
    assert {gap.parent for gap in look(known(), person(MAYA), now=timezone.now()).survey.gaps} == {"usa"}

    redraw("usa", name="United States", when='{"field": "state", "op": "in", "value": ["CA", "OR"]}')

    assert look(known(), person(MAYA), now=timezone.now()).survey.gaps == ()
