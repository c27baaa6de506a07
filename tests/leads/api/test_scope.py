"""Nobody sees or changes what is not his: every role at every endpoint with every object."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from leads.models import Lead
from reps.models import Rep, User

EVERYBODY = ("olivia", "mia", "max", "ada", "ben", "zoe")
OUTSIDERS = ("nobody", "gone", "revoked")
# Who may see which lead; decisions go with their leads.
SEE = {
    "adas": "olivia mia ada",
    "zoes": "olivia max zoe",
    "in_berlin": "olivia mia ada ben",
    "in_paris": "olivia max zoe",
    "in_triage": "olivia mia max",
}
ACTS = {
    "accept": {},
    "contact": {},
    "decline": {"reason": "Not mine"},
    "reassign": {"to": "ben@example.com", "reason": "Knows them"},
    "close": {"status": "lost"},
    "link-account": {"account": 1, "reason": "They told us"},
    "unlink-account": {"reason": "Another company"},
}
# What is not about one lead, and who may use it.
OPEN_TO = {
    "leads/": EVERYBODY,
    "decisions/": EVERYBODY,
    "me/": EVERYBODY,
    "reps/": EVERYBODY,
    "schema/": EVERYBODY,
    "queues/": EVERYBODY,
    "accounts/": ("olivia", "mia", "max"),
    "pools/": ("olivia", "mia", "max"),
    "sources/": ("olivia", "mia", "max"),
    "sources/web/": ("olivia", "mia", "max"),
    "sla-policies/": ("olivia", "mia", "max"),
    "territories/": ("olivia", "mia", "max"),
    "change-sets/": ("olivia", "mia", "max"),
    "trees/": ("olivia", "mia", "max"),
    "trees/main/versions/": ("olivia", "mia", "max"),
    "trees/main/versions/1/": ("olivia", "mia", "max"),
    "trees/main/draft/": ("olivia", "mia", "max"),
    "events/": ("olivia",),
    "subscriptions/": ("olivia",),
    "event-types/": ("olivia",),
    "outgoing-events/": ("olivia",),
}
FILTERS = (
    {"owner": "zoe@example.com"},
    {"owner": "ada@example.com"},
    {"status": "assigned"},
    {"status": "queued,assigned"},
    {"source": "web"},
    {"queue": "berlin"},
    {"queue": "paris"},
    {"queue": "triage"},
    {"email": "z@customer.example"},
    {"email": "a@customer.example"},
    {"received_after": "2020-01-01T00:00:00Z"},
    {"ordering": "received_at", "page_size": "1"},
)


def may_see(lead: str, who: str) -> bool:
    return who in SEE[lead].split()


MATRIX = [(who, lead) for who in EVERYBODY for lead in SEE]


@pytest.mark.parametrize(("who", "lead"), MATRIX)
def test_a_lead_and_its_decision_are_there_for_those_who_may_see_it_alone(company, programs, who, lead) -> None:
    found = getattr(company, lead)
    status = 200 if may_see(lead, who) else 404

    assert programs[who].get(f"leads/{found.pk}/").status_code == status
    assert programs[who].get(f"decisions/{found.decision_id}/").status_code == status
    assert programs[who].get("activities/", lead=found.pk).status_code == status


@pytest.mark.parametrize(("who", "lead"), [(who, lead) for who, lead in MATRIX if not may_see(lead, who)])
def test_an_act_of_a_stranger_is_answered_as_if_there_were_no_lead(company, programs, who, lead) -> None:
    found = getattr(company, lead)
    before = Lead.objects.filter(pk=found.pk).values().get()

    for act, body in ACTS.items():
        for sent in (body, {}, {"unknown": True}):
            answer = programs[who].post(f"leads/{found.pk}/{act}/", **sent)
            nowhere = programs[who].post(f"leads/999999999/{act}/", **sent)
            assert answer.status_code == nowhere.status_code == 404
            assert without_id(answer) == without_id(nowhere)
    assert Lead.objects.filter(pk=found.pk).values().get() == before


@pytest.mark.parametrize("who", EVERYBODY)
def test_lists_hold_what_one_may_see_and_no_filter_shows_more(company, programs, who) -> None:
    mine = {getattr(company, lead).pk for lead in SEE if may_see(lead, who)}

    assert ids(programs[who], "leads/") == mine
    assert ids(programs[who], "decisions/", key="lead") == mine
    for chosen in FILTERS:
        assert ids(programs[who], "leads/", **chosen) <= mine, chosen
    for lead in SEE:
        found = getattr(company, lead)
        expected = {found.pk} & mine
        assert ids(programs[who], "leads/", email=found.email) == expected
        assert ids(programs[who], "decisions/", key="lead", lead=found.pk) == expected


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_belongs_to_a_role_is_refused_to_the_others(company, programs, who) -> None:
    for address, roles in OPEN_TO.items():
        answer = programs[who].get(address)

        assert answer.status_code == (200 if who in roles else 403), address


@pytest.mark.parametrize("who", EVERYBODY)
def test_deliveries_are_for_revops_and_evaluating_is_for_overseers(company, programs, who) -> None:
    event = f"events/{company.event.pk}/"
    revops, overseer = who == "olivia", who in ("olivia", "mia", "max")

    assert programs[who].get(event).status_code == (200 if revops else 403)
    assert programs[who].post(f"{event}replay/").status_code == (200 if revops else 403)
    assert programs[who].post("evaluate/", facts={}).status_code == (200 if overseer else 403)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("olivia", {"ada", "ben", "zoe", "gone"}),
        ("mia", {"ada", "ben", "gone"}),
        ("max", {"zoe"}),
        ("ada", {"ada"}),
        ("zoe", {"zoe"}),
    ],
)
def test_reps_are_listed_for_who_answers_for_them(company, programs, who, seen) -> None:
    results = programs[who].get("reps/").json()["results"]

    assert {each["email"].split("@")[0] for each in results} == seen
    assert {each["email"]: each["open"] for each in results if each["open"]} == {
        f"{name}@example.com": 1 for name in seen & {"ada", "zoe"}
    }


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outsiders_are_told_nothing_at_any_address(company, programs, who) -> None:
    addresses = [
        (method.upper(), path.removeprefix("/api/v1/"))
        for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items()
        for method in methods
    ]
    assert len(addresses) > 20
    known = {"{id}": company.adas.pk, "{slug}": "main", "{number}": 1}

    for method, path in [*addresses, ("GET", "rules/"), ("GET", ""), ("GET", "schema/"), ("POST", "leads/")]:
        for name, value in known.items():
            path = path.replace(name, str(value))
        answer = programs[who].ask(method, path.replace("events/1/", f"events/{company.event.pk}/"))
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert set(answer.json()) == {"type", "title", "status", "detail", "request_id"}


def test_a_change_of_role_or_team_holds_from_the_next_request(company, programs) -> None:
    lead = f"leads/{company.adas.pk}/"
    assert programs["mia"].get(lead).status_code == 200

    User.objects.filter(pk=company.mia.pk).update(role=User.Role.REP)
    assert programs["mia"].get(lead).status_code == 404
    assert programs["mia"].get("pools/").status_code == 403

    Rep.objects.filter(pk=company.ben.pk).update(team=None)
    assert programs["ben"].get(f"leads/{company.in_berlin.pk}/").status_code == 404

    User.objects.filter(pk=company.ada.user_id).update(is_active=False)
    assert programs["ada"].get(lead).status_code == 401


def test_a_secret_is_told_to_nobody(company, programs, monkeypatch) -> None:
    monkeypatch.setenv("WEB_SECRET", "whsec_verysecret")

    for address in ("sources/", "sources/web/"):
        answer = programs["olivia"].get(address)

        assert answer.status_code == 200
        assert b"verysecret" not in answer.content
        assert b"WEB_SECRET" not in answer.content


def test_promises_and_sources_say_all_that_they_are_set_to(company, programs) -> None:
    promises = {one["slug"]: one for one in programs["olivia"].get("sla-policies/").json()["results"]}
    web = programs["olivia"].get("sources/web/").json()

    assert promises["warm"]["for_intents"] == ["content"]
    assert promises["warm"]["min_score"] == 60
    assert promises["fast"]["min_score"] is None
    assert (web["enrich_within_ms"], web["reroute_late"]) == (None, False)


def test_the_description_is_whole(tmp_path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def ids(program, address: str, *, key: str = "id", **query) -> set[int]:
    """All pages of a list."""
    found: list[int] = []
    answer = program.get(address, **query)
    while True:
        assert answer.status_code == 200, answer.content
        found += [each[key] for each in answer.json()["results"]]
        following = answer.json()["next"]
        if following is None:
            assert len(found) == len(set(found))
            return set(found)
        answer = program.get(following.partition("/api/v1/")[2])


def without_id(answer) -> dict[str, object]:
    return {**answer.json(), "request_id": ""}
