"""My queue: what stands where, what a rep can do with it, and that the page is told as soon as it is old."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import services
from leads.configuration import store
from leads.models import Assignment, Lead, SlaClock
from leads.pages import queue as queue_page
from leads.pages.queue import Queue
from leads.urgency import URGENT
from reps.models import Rep
from tests.office import CLARA, DANA, FILE, HEALTH, LARGE, LEE, arrive, person, signed_in
from tests.organisation import bump

pytestmark = pytest.mark.usefixtures("office")

HTMX = {"HX-Request": "true"}
MOST_QUERIES = 32
MOST_QUERIES_OF_A_POLL = 8


@pytest.fixture
def dana() -> Client:
    return signed_in(DANA)


def shown(client: Client, address: str = "/queue/") -> Queue:
    found: Queue = client.get(address).context["queue"]
    return found


def names(queue: Queue) -> dict[str, list[str]]:
    return {section.name: [str(row.lead) for row in section.rows] for section in queue.sections}


def due(lead: Lead, minutes: float) -> None:
    SlaClock.objects.filter(lead=lead).update(due_at=timezone.now() + timedelta(minutes=minutes))


def act(client: Client, lead: Lead, name: str, **fields: Any) -> Any:
    return client.post(f"/leads/{lead.pk}/{name}/", {"epoch": lead.epoch, **fields}, headers=HTMX)


def poll(client: Client, revision: str) -> Any:
    return client.get("/queue/live/", {"rev": revision}, headers=HTMX)


def test_of_too_many_leads_those_are_left_out_that_have_the_most_time(
    dana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, calm, soon, done = (arrive(f"{name} Raman", **HEALTH) for name in ("Late", "Calm", "Soon", "Done"))
    due(late, -2)
    due(calm, 50)
    due(soon, 3)
    due(done, -10)
    services.contact(done, by=person(DANA), now=timezone.now())

    monkeypatch.setattr(queue_page, "MOST", 2)
    queue = shown(dana)

    assert names(queue) == {"overdue": ["Late Raman"], "new": ["Soon Raman"]}
    assert [section.more for section in queue.sections] == [0, 1]
    assert queue.waiting == 3


def test_leads_stand_by_what_is_to_be_done_and_by_the_time_that_is_left(dana: Client) -> None:
    people = ("Late", "Calm", "Soon", "Taken", "Done")
    late, calm, soon, taken, done = (arrive(f"{name} Raman", **HEALTH) for name in people)
    due(late, -2)
    due(calm, 50)
    due(soon, 3)
    services.accept(taken, by=person(DANA), now=timezone.now())
    services.contact(done, by=person(DANA), now=timezone.now())
    arrive("Iris Wolf", **LARGE)

    assert names(shown(dana)) == {
        "overdue": ["Late Raman"],
        "new": ["Soon Raman", "Calm Raman"],
        "accepted": ["Taken Raman"],
        "team": ["Iris Wolf"],
        "contacted": ["Done Raman"],
    }


def test_somebody_contacted_yesterday_is_not_in_todays_list(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    services.contact(lead, by=person(DANA), now=timezone.now())
    Lead.objects.update(contacted_at=timezone.now() - timedelta(days=1))

    assert names(shown(dana)) == {}
    assert "Nothing waiting" in dana.get("/queue/").content.decode()


def test_each_lead_says_why_it_came_in_one_line(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)

    queue = shown(dana)

    assert queue.sections[0].rows[0].why == "Regulated industry: Healthcare"


def test_the_lead_that_is_looked_at_is_told_whole(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH, message="Before April, please.", city="Boston", country="US")

    page = dana.get("/queue/").content.decode()

    assert "Large demo request" in page
    assert "industry is one of Healthcare, Banking (it is Healthcare)" in page
    assert "Before April, please." in page
    assert "2,400" in page
    assert "Boston, US" in page
    assert "Lee Marsh" in page, "the backup gets it next"


def test_the_first_lead_is_looked_at_unless_another_is_chosen(dana: Client) -> None:
    first, second = arrive("First Raman", **HEALTH), arrive("Second Raman", **HEALTH)
    due(first, 3)
    due(second, 9)

    assert shown(dana).chosen.lead == first
    assert shown(dana, f"/queue/?lead={second.pk}").chosen.lead == second
    assert shown(dana, "/queue/?lead=999999").chosen.lead == first
    assert shown(dana, "/queue/?lead=nonsense").chosen.lead == first


def test_the_load_counts_every_open_lead(dana: Client) -> None:
    arrive("New Raman", **HEALTH)
    services.contact(arrive("Done Raman", **HEALTH), by=person(DANA), now=timezone.now())

    assert shown(dana).load == 2
    assert "2 of 12 open" in dana.get("/queue/").content.decode()


def test_nothing_is_sent_while_nothing_has_changed(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)

    answer = poll(dana, shown(dana).revision)

    assert answer.status_code == 204
    assert abs(int(answer["X-Server-Now"]) / 1000 - timezone.now().timestamp()) < 5


def test_a_new_lead_makes_the_page_old(dana: Client) -> None:
    revision = shown(dana).revision

    arrive("Priya Raman", **HEALTH)

    answer = poll(dana, revision)
    assert answer.status_code == 200
    assert "Priya Raman" in answer.content.decode()
    assert "<html" not in answer.content.decode(), "only the part that changes"


def test_a_lead_that_becomes_overdue_makes_the_page_old(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    revision = shown(dana).revision

    due(lead, -1)

    assert poll(dana, revision).status_code == 200


def test_a_lead_that_goes_away_makes_the_page_old(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    revision = shown(dana).revision

    services.close(lead, by=person(DANA), status="lost", now=timezone.now())

    assert poll(dana, revision).status_code == 200


def test_a_lead_that_is_accepted_in_another_window_makes_the_page_old(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    revision = shown(dana).revision

    act(dana, lead, "accept")

    assert poll(dana, revision).status_code == 200


def test_a_lead_that_a_colleague_takes_from_the_queue_makes_the_page_old(dana: Client) -> None:
    lead = arrive("Iris Wolf", **LARGE)
    revision = shown(dana).revision

    act(signed_in(LEE), lead, "accept")

    assert poll(dana, revision).status_code == 200


def test_accepting_moves_a_lead_to_the_accepted_ones(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)

    answer = act(dana, lead, "accept")

    assert answer.status_code == 204
    assert "lead-changed" in answer["HX-Trigger"]
    assert names(shown(dana)) == {"accepted": ["Priya Raman"]}


def test_contacting_keeps_the_promise(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    act(dana, lead, "accept")

    act(dana, lead, "contact")

    assert names(shown(dana)) == {"contacted": ["Priya Raman"]}
    assert SlaClock.objects.get().state == SlaClock.State.FINISHED


def test_without_scripts_a_deed_leads_back_to_the_page_it_was_done_on(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)

    answer = dana.post(f"/leads/{lead.pk}/accept/", {"epoch": lead.epoch, "next": "/queue/?lead=1"})

    assert answer["Location"] == "/queue/?lead=1"
    assert names(shown(dana)) == {"accepted": ["Priya Raman"]}


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "", "javascript:alert(1)"])
def test_a_deed_never_leads_to_another_site(dana: Client, address: str) -> None:
    lead = arrive("Priya Raman", **HEALTH)

    assert dana.post(f"/leads/{lead.pk}/accept/", {"next": address})["Location"] == "/"


def test_declining_asks_why_and_gives_the_lead_to_somebody_else(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)

    question = dana.get(f"/leads/{lead.pk}/decline/", headers=HTMX)
    silent = act(dana, lead, "decline")
    answer = act(dana, lead, "decline", reason="Conflict of interest", note="My sister works there.")

    assert "Decline Priya Raman?" in question.content.decode()
    assert silent.status_code == 422
    assert "Choose a reason" in silent.content.decode()
    assert answer.status_code == 204
    assert "dialog-done" in answer["HX-Trigger"]
    assert Assignment.objects.first().end_reason == "Conflict of interest. My sister works there."
    assert names(shown(dana)) == {"team": ["Priya Raman"]}, "nobody else has HIPAA: the team's queue"


def test_another_reason_must_be_put_into_words(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)

    silent = act(dana, lead, "decline", reason="other")
    act(dana, lead, "decline", reason="other", note="Former employer")

    assert silent.status_code == 422
    assert "Say in a few words why" in silent.content.decode()
    assert Assignment.objects.first().end_reason == "Former employer"


def test_a_rep_takes_a_lead_that_waits_for_his_team(dana: Client) -> None:
    lead = arrive("Iris Wolf", **LARGE)

    act(dana, lead, "accept")

    assert names(shown(dana)) == {"accepted": ["Iris Wolf"]}
    assert names(shown(signed_in(LEE))) == {}


def test_of_two_who_take_the_same_lead_the_second_is_told_so() -> None:
    lead = arrive("Iris Wolf", **LARGE)
    dana, lee = signed_in(DANA), signed_in(LEE)
    revision = shown(lee).revision

    act(dana, lead, "accept")
    late = act(lee, lead, "accept")

    assert late.status_code == 204
    assert "Dana Okafor was quicker." in poll(lee, revision).content.decode()
    assert names(shown(dana)) == {"accepted": ["Iris Wolf"]}


def test_the_next_one_is_given_and_looked_at(dana: Client) -> None:
    arrive("Iris Wolf", **LARGE)
    urgent = arrive("Ursula Wolf", **LARGE)
    Lead.objects.filter(pk=urgent.pk).update(urgency=URGENT)

    answer = dana.post("/queue/next/", headers=HTMX)

    queue = answer.context["queue"]
    assert names(queue) == {"accepted": ["Ursula Wolf"], "team": ["Iris Wolf"]}
    assert queue.chosen.lead == urgent
    assert "Ursula Wolf is yours." in answer.content.decode()
    assert answer["HX-Replace-Url"] == f"/queue/?lead={urgent.pk}"


def test_the_next_one_without_scripts_leads_back_to_the_page(dana: Client) -> None:
    lead = arrive("Iris Wolf", **LARGE)

    assert dana.post("/queue/next/")["Location"] == f"/queue/?lead={lead.pk}"
    assert dana.post("/queue/next/")["Location"] == "/queue/"
    assert "Nothing waits in your team&#x27;s queues." in dana.get("/queue/").content.decode()


def test_whoever_is_full_is_told_why_he_gets_no_next_one(dana: Client) -> None:
    arrive("Iris Wolf", **LARGE)
    change_dana(capacity=0)

    answer = dana.post("/queue/next/", headers=HTMX)

    assert "1 waits, but you are at capacity." in answer.content.decode()
    assert not Assignment.objects.exists()


def change_dana(**values: Any) -> None:
    Rep.objects.filter(user__email=DANA).update(**values)
    bump()


def test_somebody_without_a_queue_of_his_team_is_offered_none(dana: Client) -> None:
    assert shown(dana).can_pull
    change_dana(team=None)
    assert not shown(dana).can_pull
    assert "next-one" not in dana.get("/queue/").content.decode()


def test_whoever_gives_a_lead_away_on_its_own_page_is_led_home() -> None:
    lead = arrive("Jonas Beck", **HEALTH)
    send_the_unplaced_to_triage()
    page = f"/leads/{lead.pk}/"
    reason = {"epoch": lead.epoch, "reason": "Conflict of interest", "next": page}

    answer = signed_in(DANA).post(
        f"{page}decline/", reason, headers={**HTMX, "HX-Current-URL": f"http://testserver{page}"}
    )

    assert answer["HX-Redirect"] == "/"
    assert signed_in(DANA).get(page).status_code == 404


def test_whoever_does_so_without_scripts_is_led_home_too() -> None:
    lead = arrive("Jonas Beck", **HEALTH)
    send_the_unplaced_to_triage()
    page = f"/leads/{lead.pk}/"

    answer = signed_in(DANA).post(f"{page}decline/", {"reason": "Conflict of interest", "next": page})

    assert answer["Location"] == "/"


def test_a_page_left_open_by_somebody_who_is_no_rep_any_more_is_led_home(dana: Client) -> None:
    Rep.objects.filter(user=person(DANA)).delete()

    answer = dana.get("/queue/live/", headers=HTMX)

    assert answer["HX-Redirect"] == "/"


def test_a_click_on_what_has_moved_on_changes_nothing_and_says_so(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    revision = shown(dana).revision
    Lead.objects.update(epoch=lead.epoch + 1)

    answer = act(dana, lead, "accept")
    page = poll(dana, revision).content.decode()

    assert answer.status_code == 204
    assert Lead.objects.get().status == Lead.Status.ASSIGNED
    assert "The lead has moved on" in page


def test_what_is_to_be_said_is_said_even_if_nothing_else_changed(dana: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    Lead.objects.update(epoch=lead.epoch + 1)
    revision = shown(dana).revision

    act(dana, lead, "accept")

    assert "The lead has moved on" in poll(dana, revision).content.decode()
    assert poll(dana, revision).status_code == 204, "once"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Available"),
        ({"paused": True}, "Away: no new leads"),
        ({"active": False}, "Not active: no new leads"),
    ],
)
def test_the_chip_tells_whether_new_leads_come(dana: Client, change: dict[str, bool], words: str) -> None:
    Rep.objects.filter(user=person(DANA)).update(**change)

    assert words in dana.get("/queue/").content.decode()


def test_another_teams_rep_sees_none_of_it() -> None:
    arrive("Priya Raman", **HEALTH)
    arrive("Iris Wolf", **LARGE)

    assert names(shown(signed_in(CLARA))) == {}


def test_the_page_asks_the_database_as_often_for_many_leads_as_for_few(dana: Client) -> None:
    arrive("One Raman", **HEALTH)
    arrive("One Wolf", **LARGE)
    dana.get("/queue/")
    with CaptureQueriesContext(connection) as few:
        dana.get("/queue/")
    for number in range(8):
        arrive(f"Next{number} Raman", **HEALTH)
        arrive(f"Queued{number} Wolf", **LARGE)
    dana.get("/queue/")

    with CaptureQueriesContext(connection) as many:
        queue = shown(dana)

    assert sum(len(section.rows) for section in queue.sections) == 18
    assert len(many) == len(few) <= MOST_QUERIES


def test_a_poll_asks_the_database_little(dana: Client) -> None:
    arrive("Priya Raman", **HEALTH)
    revision = shown(dana).revision
    poll(dana, revision)

    with CaptureQueriesContext(connection) as asked:
        assert poll(dana, revision).status_code == 204

    assert len(asked) <= MOST_QUERIES_OF_A_POLL


def send_the_unplaced_to_triage() -> None:
    """From now on a lead that the team cannot take waits in Triage, which is no team's."""
    text = FILE.read_text(encoding="utf-8").replace(
        "if_nobody: {kind: queue, queue: enterprise}", "if_nobody: {kind: fallback}"
    )
    store.load(text, now=timezone.now())
