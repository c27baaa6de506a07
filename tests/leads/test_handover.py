"""Leads in people's hands: accepted, contacted, declined, claimed, moved, closed, each by whoever may."""

import pytest
from django.utils import timezone

from leads import by_hand, handover, services
from leads.configuration import store
from leads.holding import AlreadyTaken, NotPossible
from leads.models import Assignment, Lead, SlaClock
from reps.models import Rep, User
from routing.models import Decision, Member

pytestmark = pytest.mark.django_db


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


def rep(name: str) -> Rep:
    return Rep.objects.get(user=user(name))


def now():
    return timezone.now()


@pytest.fixture
def lead(deliver) -> Lead:
    return deliver(email="pat@corp.com")


def test_the_holder_accepts_and_contacts_and_the_promise_is_kept(lead):
    services.accept(lead, by=user("ada"), now=now(), epoch=1)
    services.contact(lead, by=user("ada"), now=now(), epoch=1)

    lead.refresh_from_db()
    current = Assignment.objects.get(lead=lead, ended_at=None)
    clock = SlaClock.objects.get(lead=lead)
    assert lead.status == "contacted"
    assert current.contacted_at == lead.contacted_at
    assert (clock.state, clock.next_at) == ("finished", None)
    assert clock.finished_at == lead.contacted_at


def test_accepting_twice_is_once(lead):
    services.accept(lead, by=user("ada"), now=now())
    services.accept(lead, by=user("ada"), now=now())

    assert lead.timeline.filter(kind="accepted").count() == 1


@pytest.mark.parametrize("act", [services.accept, services.contact])
def test_nobody_acts_on_somebody_elses_lead(lead, act):
    with pytest.raises(AlreadyTaken, match="Ada"):
        act(lead, by=user("bob"), now=now())


def test_a_late_click_does_not_touch_a_lead_that_has_moved_on(lead):
    handover.decline(lead, by=user("ada"), reason="holiday", now=now(), epoch=1)

    with pytest.raises(AlreadyTaken):
        services.accept(lead, by=user("bob"), now=now(), epoch=1)


def test_a_declined_lead_goes_to_the_next_and_counts_for_the_decliner(lead):
    after = handover.decline(lead, by=user("ada"), reason="Wrong language", now=now(), epoch=1)

    first = Assignment.objects.get(lead=lead, epoch=1)
    decision = Decision.objects.get(lead_id=lead.pk, cause="declined")
    assert (after.rep, after.epoch, after.status) == (rep("bob"), 2, "assigned")
    assert (first.ended_as, first.end_reason) == ("declined", "Wrong language")
    assert decision.candidates[0]["code"] == "declined"
    assert Member.objects.get(rep=rep("ada")).level == pytest.approx(
        2
    )  # the lead, and his pace while Bob competed alone


def test_a_lead_that_all_decline_waits_in_the_queue(lead):
    handover.decline(lead, by=user("ada"), reason="no", now=now())
    after = handover.decline(lead, by=user("bob"), reason="no", now=now())

    assert (after.status, after.queue.slug, after.rep) == ("queued", "emea", None)
    assert not Assignment.objects.filter(lead=lead, ended_at=None).exists()


def test_declining_needs_a_reason(lead):
    with pytest.raises(NotPossible, match="Say why"):
        handover.decline(lead, by=user("ada"), reason="  ", now=now())


def test_a_rep_takes_a_lead_from_his_teams_queue(deliver):
    lead = deliver(email="pat@corp.com", employees=3)

    taken = services.accept(lead, by=user("cleo"), now=now(), epoch=0)

    assert (taken.rep, taken.status, taken.queue, taken.epoch) == (rep("cleo"), "accepted", None, 1)
    assert Assignment.objects.get(lead=lead).how == "claimed"


def test_the_second_of_two_who_take_a_lead_is_told(deliver):
    lead = deliver(email="pat@corp.com", employees=3)
    services.accept(lead, by=user("cleo"), now=now(), epoch=0)

    with pytest.raises(AlreadyTaken, match="Cleo"):
        services.accept(lead, by=user("ada"), now=now(), epoch=0)


def test_nobody_takes_from_another_teams_queue(deliver):
    lead = deliver(email="pat@corp.com", employees=3)

    with pytest.raises(NotPossible):
        services.accept(lead, by=user("dan"), now=now())


def test_closing_frees_the_place_at_once(deliver):
    lead = deliver(email="pat@corp.com")
    services.close(lead, by=user("ada"), status="won", now=now())

    lead.refresh_from_db()
    assert (lead.status, lead.is_open, lead.rep) == ("won", False, rep("ada"))
    assert Assignment.objects.get(lead=lead).ended_as == "closed"
    with pytest.raises(AlreadyTaken):
        services.close(lead, by=user("ada"), status="lost", now=now())


def test_a_lead_is_closed_as_something(lead):
    with pytest.raises(NotPossible, match="won, lost, disqualified"):
        services.close(lead, by=user("ada"), status="gone", now=now())


def test_people_see_what_is_theirs(deliver):
    mine = deliver(email="a@corp.com")
    waiting = deliver(email="b@corp.com", employees=3)

    def seen(name):
        return set(Lead.objects.visible_to(user(name)))

    assert seen("ada") == {mine, waiting}
    assert seen("bob") == {waiting}
    assert seen("dan") == set()
    assert seen("mia") == {mine, waiting}
    assert seen("max") == set()
    User.objects.filter(email="ada@example.com").update(is_active=False)
    assert seen("ada") == set()


def test_a_lead_keeps_its_account_its_score_and_its_promise_whoever_gets_it(deliver):
    big = "{name: Big, when: {field: employees, op: gte, value: 100}, points: 40}"
    other = "{slug: other, name: Other, respond_within: 9m}"
    fast = "{slug: fast, name: Fast, respond_within: 5m, default: true}"
    store.load(
        f"version: 1\nscoring: {{rules: [{big}], grades: {{A: 80}}}}\nsla_policies: [{fast}, {other}]", now=now()
    )
    lead = deliver(email="pat@acme.com", employees=500)
    before = (lead.account, lead.score, SlaClock.objects.get(lead=lead).policy["slug"])
    fast, other = fast.replace(", default: true", ""), other.replace("9m", "9m, default: true")
    store.load(f"version: 1\nsla_policies: [{other}, {fast}]", now=now())

    moved = by_hand.reassign(lead, to=rep("ada"), by=user("mia"), reason="knows them", now=now())

    assert before == (moved.account, moved.score, SlaClock.objects.get(lead=lead, state="running").policy["slug"])
    assert Decision.objects.get(pk=moved.decision_id or 0).facts["account.name"] == "Acme"


def test_a_touch_of_a_lead_that_is_kept_gives_it_to_nobody_anew(deliver):
    first = deliver(email="pat@acme.com", employees="n/a")
    again = deliver(email="pat@acme.com", employees=500)

    assert again.assigned_at == first.assigned_at
    assert (first.set_aside, again.set_aside) == ({"employees": "n/a"}, {})
