"""Decisions: the list, its filters, and the answer to "why?"."""

import copy
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import handover
from leads.configuration import store, yaml_text
from leads.models import Lead
from reps import keyset
from routing.models import Decision, Version
from tests.office import CLARA, DANA, FILE, HEALTH, LARGE, MAYA, SMALL, STEEL, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

HTMX = {"HX-Request": "true"}
MOST_QUERIES = 16


def listed(query: str = "") -> str:
    return signed_in(MAYA).get(f"/decisions/{query}").content.decode()


def why(lead: Lead) -> str:
    return signed_in(MAYA).get(f"/decisions/{lead.decision_id}/", headers=HTMX).content.decode()


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_decision_is_listed_with_rule_method_and_who_got_the_lead() -> None:
    arrive("Priya Raman", **HEALTH)

    shown = plain(listed())

    for words in ("Priya Raman", "Regulated industry", "Lowest load", "Dana Okafor", "Due in"):
        assert words in shown


def test_why_is_told_rule_by_rule_in_a_row_for_the_list() -> None:
    answer = why(arrive("Priya Raman", **HEALTH))

    assert answer.lstrip().startswith("<tr")
    told = plain(answer)
    assert "Did not hold: 1 Students: e-mail domain does not end with .edu (it is northwind.example)" in told
    assert "Held: 2 Large demo request" in told
    assert "Held: 2.1 Regulated industry: industry is one of Healthcare, Banking (it is Healthcare)" in told
    assert "Dana Okafor: The only one of Regulated who could take it." in told
    assert "2 looked at, 1 could take it" in told


def test_of_a_branch_without_a_fit_all_its_rules_were_asked_in_vain() -> None:
    told = plain(why(arrive("Jonas Beck", **STEEL)))

    assert "Held: 2 Large demo request" in told
    assert "Did not hold: 2.1 Regulated industry" in told
    assert "Clara Voss" in told


def test_a_lead_that_no_rule_takes_ends_at_otherwise() -> None:
    told = plain(why(arrive("Sam Small", **SMALL)))

    assert "Did not hold: 3 Large without a demo" in told
    assert "Otherwise" in told
    assert "Triage" in told


def test_the_same_person_comes_back_before_any_rule_is_asked() -> None:
    arrive("Priya Raman", **HEALTH)
    lead = arrive("Priya Raman", **STEEL)

    told = plain(why(lead))

    assert "knows this person" in told
    assert "Students" not in told


def test_a_version_that_is_no_longer_live_still_explains_its_decisions() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    document = copy.deepcopy(Version.objects.get().document)
    document["rules"][1]["rules"][0]["name"] = "Renamed"
    publish(document)

    told = plain(why(lead))

    assert Version.objects.filter(status=Version.Status.RETIRED).exists()
    assert "2.1 Regulated industry" in told
    assert "Renamed" not in told


def test_a_version_that_cannot_be_read_any_more_is_told_without_its_rules() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    publish({**Version.objects.get().document, "sticky_days": 5})
    Version.objects.filter(status=Version.Status.RETIRED).update(document={"format": 1, "rules": [{"id": "gone"}]})

    told = plain(why(lead))

    assert "Dana Okafor" in told
    assert "Students" not in told


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?outcome=assigned", {"Priya Raman", "Jonas Beck"}),
        ("?outcome=queued", {"Iris Wolf", "Sam Small"}),
        ("?outcome=fallback", {"Sam Small"}),
        ("?rule=regulated", {"Priya Raman"}),
        ("?rule=large", {"Priya Raman", "Jonas Beck"}),
        ("?outcome=assigned&rule=shared", set()),
    ],
)
def test_decisions_are_found_by_outcome_and_rule(query: str, names: set[str]) -> None:
    everybody = {"Priya Raman": HEALTH, "Jonas Beck": STEEL, "Iris Wolf": LARGE, "Sam Small": SMALL}
    for name, facts in everybody.items():
        arrive(name, **facts)

    shown = listed(query)

    assert {name for name in everybody if name in shown} == names


def test_decisions_are_found_by_rep_and_period() -> None:
    arrive("Priya Raman", **HEALTH)
    old = arrive("Jonas Beck", **STEEL)
    Decision.objects.filter(pk=old.decision_id).update(at=timezone.now() - timedelta(days=40))

    assert "Jonas Beck" not in listed(), "30 days, unless said otherwise"
    assert "Jonas Beck" in listed("?period=all")
    assert "Jonas Beck" in listed(f"?period=90&rep={person(CLARA).rep.pk}")
    assert "Priya Raman" not in listed(f"?period=90&rep={person(CLARA).rep.pk}")


def test_a_lead_that_was_declined_has_a_decision_for_each_time() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    handover.decline(lead, by=person(DANA), reason="Conflict of interest", now=timezone.now())

    shown = plain(signed_in(MAYA).get(f"/decisions/{Lead.objects.get().decision_id}/").content.decode())

    assert Decision.objects.count() == 2
    assert "Rep declined" in shown
    assert "declined this lead" in shown


def test_a_long_list_comes_in_pieces_that_neither_repeat_nor_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "SIZE", 3)
    for number in range(8):
        arrive(f"P{number} Raman", **HEALTH)
    Decision.objects.update(at=timezone.now())  # all at the same instant: the key alone tells them apart
    seen, address = [], "/decisions/"
    while address:
        shown = signed_in(MAYA).get(address).content.decode()
        seen += re.findall(r">(P\d Raman)</a>", shown)
        older = re.search(r'href="([^"]+)" rel="next"', shown)
        address = older[1].replace("&amp;", "&") if older else ""

    assert seen == [f"P{number} Raman" for number in reversed(range(8))]


@pytest.mark.parametrize("cursor", ["x", "2026-01-01~1", "2026-13-01T00:00Z~1", "2026-01-01T00:00Z~x", "~"])
def test_a_cursor_that_makes_no_sense_is_refused(cursor: str) -> None:
    assert signed_in(MAYA).get("/decisions/", {"after": cursor}).status_code == 400


def test_the_list_asks_the_database_as_often_for_many_as_for_few() -> None:
    arrive("One Raman", **HEALTH)
    maya = signed_in(MAYA)
    maya.get("/decisions/")
    with CaptureQueriesContext(connection) as few:
        maya.get("/decisions/")
    for number in range(6):
        arrive(f"Next{number} Raman", **(STEEL if number % 2 else HEALTH))

    with CaptureQueriesContext(connection) as many:
        maya.get("/decisions/")

    assert len(many) == len(few) <= MOST_QUERIES


def publish(document: object) -> None:
    configuration = yaml_text.load(FILE.read_text(encoding="utf-8"))
    configuration["trees"][0]["document"] = document
    store.load(yaml_text.dump(configuration), now=timezone.now())
