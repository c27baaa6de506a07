"""Leads moved by a manager: by whom, to whom, what the ledger says, who is told, and that the story says it once."""

import pytest
from django.utils import timezone

from leads import by_hand, handover, services
from leads.holding import AlreadyTaken, NotPossible
from leads.models import Assignment, Lead, SlaClock
from notifications.models import Notification
from reps import services as people
from reps.models import Rep, Team, User
from routing.models import LedgerLine, Member

pytestmark = pytest.mark.django_db


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


def rep(name: str) -> Rep:
    return Rep.objects.get(user=user(name))


def now():
    return timezone.now()


def levels() -> dict[str, float]:
    return {member.rep.user.name: member.level for member in Member.objects.select_related("rep__user")}


def story(lead: Lead) -> list[tuple[str, str]]:
    return list(lead.timeline.order_by("pk").values_list("kind", "text"))


def told(name: str, kind: str) -> list[str]:
    return list(Notification.objects.filter(user=user(name), kind=kind).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def lead(deliver) -> Lead:
    return deliver(email="pat@corp.com", first_name="Pat", last_name="Lee")


def test_a_manager_moves_a_lead_and_the_ledger_follows(lead):
    after = by_hand.reassign(lead, to=rep("bob"), by=user("mia"), reason="knows them", now=now(), epoch=1)

    assert (after.rep, after.epoch) == (rep("bob"), 2)
    assert levels() == {"Ada": 0, "Bob": 1}
    assert list(LedgerLine.objects.order_by("id").values_list("kind", "amount")) == [
        ("assigned", 1.0),
        ("assigned", 1.0),
        ("credit", -1.0),
    ]
    assert Assignment.objects.get(lead=lead, epoch=1).ended_as == "by_hand"


def test_who_gets_it_and_who_had_it_are_told_why(lead):
    by_hand.reassign(lead, to=rep("bob"), by=user("mia"), reason="on the phone already", now=now())

    assert "Mia gave it to Bob: on the phone already" in told("bob", "assigned")[0]
    assert told("ada", "taken") == ["Mia gave Pat Lee to Bob: on the phone already"]


def test_the_story_says_once_who_gave_it_to_whom(lead):
    by_hand.reassign(lead, to=rep("bob"), by=user("mia"), reason="knows them", now=now())

    assert story(lead)[-1] == ("reassigned", "Mia gave it to Bob: knows them")
    assert sum("Mia gave it" in text for _, text in story(lead)) == 1
    assert lead.timeline.latest("pk").by == user("mia")


def test_the_story_says_once_who_took_it_and_nobody_is_told_what_he_did_himself(deliver):
    lead = deliver(email="pat@corp.com", employees=3)
    services.accept(lead, by=user("cleo"), now=now(), epoch=0)

    assert sum("Cleo took it" in text for _, text in story(lead)) == 1
    assert story(lead)[-1][0] == "accepted"
    assert told("cleo", "assigned") == []


def test_a_rep_cannot_move_leads(lead):
    for act in (lambda: by_hand.reassign(lead, to=rep("bob"), by=user("ada"), reason="x", now=now()),):
        with pytest.raises(NotPossible, match="manager"):
            act()
    with pytest.raises(NotPossible, match="manager"):
        by_hand.put_back(lead, by=user("ada"), reason="x", now=now())


def test_a_manager_gives_leads_to_nobody_elses_reps(lead):
    with pytest.raises(NotPossible, match="You do not answer for Dan"):
        by_hand.reassign(lead, to=rep("dan"), by=user("mia"), reason="x", now=now())

    lead.refresh_from_db()
    assert lead.rep == rep("ada")


def test_moving_needs_a_reason(lead):
    with pytest.raises(NotPossible, match="Say why"):
        by_hand.reassign(lead, to=rep("bob"), by=user("mia"), reason=" ", now=now())
    with pytest.raises(NotPossible, match="Say why"):
        by_hand.put_back(lead, by=user("mia"), reason=" ", now=now())


def test_nobody_inactive_is_given_a_lead_by_hand(lead):
    Rep.objects.filter(user=user("bob")).update(active=False)
    people.bump()

    with pytest.raises(NotPossible, match="not active"):
        by_hand.reassign(lead, to=rep("bob"), by=user("mia"), reason="x", now=now())


def test_whoever_was_quicker_keeps_it(lead):
    handover.decline(lead, by=user("ada"), reason="no", now=now())

    with pytest.raises(AlreadyTaken, match="moved on: Bob"):
        by_hand.reassign(lead, to=rep("cleo"), by=user("mia"), reason="x", now=now(), epoch=1)
    with pytest.raises(AlreadyTaken, match="moved on: Bob"):
        by_hand.put_back(lead, by=user("mia"), reason="x", now=now(), epoch=1)


def test_a_lead_is_put_into_the_queue_of_its_team_and_counts_for_nobody(lead):
    after = by_hand.put_back(lead, by=user("mia"), reason="Ada is ill", now=now(), epoch=1)

    assert (after.status, after.queue.slug, after.rep, after.waits_for) == ("queued", "emea", None, "")
    assert levels() == {"Ada": 0, "Bob": 0}
    assert story(lead)[-1] == ("reassigned", "Mia put it into EMEA queue: Ada is ill")
    assert sum("Ada is ill" in text for _, text in story(lead)) == 1
    assert told("ada", "taken") == ["Mia put Pat Lee into EMEA queue: Ada is ill"]
    assert not SlaClock.objects.filter(lead=lead, state="running", assignment__isnull=False).exists()


def test_a_lead_of_somebody_without_a_team_goes_where_nobodys_leads_wait(lead):
    Rep.objects.update(team=None)
    Team.objects.update(queue="")
    people.bump()
    User.objects.filter(email="mia@example.com").update(role=User.Role.REVOPS)

    assert by_hand.put_back(lead, by=user("mia"), reason="x", now=now()).queue.slug == "unassigned"


def test_what_waits_in_a_queue_is_put_into_none(deliver):
    lead = deliver(email="pat@corp.com", employees=3)

    with pytest.raises(NotPossible, match="Nobody holds"):
        by_hand.put_back(lead, by=user("mia"), reason="x", now=now())
