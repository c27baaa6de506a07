"""A canary decides about its share of the leads, about the same ones each time, and is over when it has to be."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leads import by_hand, draining
from leads.builder.publishing import services as publishing
from leads.builder.trials import figures as trial_figures
from leads.builder.trials import guard as trial_guard
from leads.builder.trials import services as trials
from leads.builder.trials.services import NotNow, Terms, Unfit
from leads.configuration import store
from leads.models import Assignment, Lead, SlaClock
from leads.reconsider import reconsider
from leads.world import known
from notifications.models import Notification
from reps.models import Change, Rep
from routing.builder import drafts
from routing.engine.sides import is_taken
from routing.models import Decision, Pool, TestLead, Tree, Trial, Version
from tests.leads.builder.trying import CANARY, canary, draft, shadow, the_tree
from tests.office import CLARA, FILE, LARGE, LENA, MAYA, SMALL, arrive, person

pytestmark = pytest.mark.usefixtures("office")


def decided_by(lead: Lead) -> int | None:
    return Decision.objects.filter(lead_id=lead.pk).latest("pk").version_id


def again(lead: Lead) -> None:
    """Somebody changes what is known of it, so that the rules have another answer."""
    Decision.objects.filter(pk=lead.decision_id).update(path="inbound/elsewhere")
    reconsider([lead.pk], now=timezone.now())


@given(st.integers(1, 10**9), st.integers(1, 2**62), st.integers(0, 100), st.integers(0, 100))
def test_a_lead_never_changes_sides_and_stays_taken_by_a_larger_share(version, lead, share, more):
    small, large = sorted((share, more))

    assert is_taken(version, small, lead) == is_taken(version, small, lead)
    assert not is_taken(version, small, lead) or is_taken(version, large, lead)
    assert is_taken(version, 100, lead)
    assert not is_taken(version, 0, lead)


def test_the_share_is_what_was_asked_for():
    taken = sum(is_taken(17, 10, lead) for lead in range(20_000))

    assert abs(taken - 2_000) < 200


def test_the_leads_of_the_share_go_by_the_draft_and_point_at_its_version():
    trial = canary(50)

    leads = [arrive(f"P{number} Large", **LARGE) for number in range(12)]

    for lead in leads:
        taken = is_taken(trial.version_id, 50, lead.pk)
        assert decided_by(lead) == (trial.version_id if taken else trial.against_id)
        assert (lead.rep is not None) == taken, "large companies go to EMEA by the draft, and wait by what is live"
    assert {decided_by(lead) for lead in leads} == {trial.version_id, trial.against_id}


def test_a_lead_stays_on_its_side_when_it_is_decided_again_and_when_it_leaves_an_email():
    trial = canary(50)
    by_phone = [arrive(f"P{number}", email="", phone=f"+4930901820{number:02}", **LARGE) for number in range(6)]
    before = {lead.pk: decided_by(lead) for lead in by_phone}

    for number, lead in enumerate(by_phone):
        named = arrive(f"P{number}", email=f"p{number}@later.example", phone=f"+4930901820{number:02}", **LARGE)
        assert named.pk == lead.pk
        again(named)

    assert {lead: decided_by(Lead.objects.get(pk=lead)) for lead in before} == before
    assert set(before.values()) == {trial.version_id, trial.against_id}


def test_a_lead_given_by_hand_is_of_the_side_that_decides_about_it():
    trial = canary(100)
    lead = arrive("Iris Wolf", **SMALL)

    clara = Rep.objects.get(user__email=CLARA)
    by_hand.reassign(lead, to=clara, reason="She asked", by=person(MAYA), now=timezone.now())

    assert decided_by(lead) == trial.version_id


def test_those_who_wait_for_other_people_do_not_wait_in_one_line():
    """Both versions send them along the same path, to different pools that are both full."""
    Rep.objects.all().update(paused=True)
    document = drafts.live_of(the_tree()).document
    live = {**document["rules"][2], "target": {"kind": "pool", "pool": "regulated"}}
    store.load(FILE.read_text(encoding="utf-8"), now=timezone.now())
    Version.objects.filter(tree=the_tree(), status="live").update(
        document={**document, "rules": [*document["rules"][:2], live]}
    )
    trial = canary(50)
    leads = [arrive(f"P{number} Large", **LARGE) for number in range(10)]
    assert {lead.status for lead in leads} == {Lead.Status.QUEUED}
    assert len({lead.waits_for for lead in leads}) == 2

    Rep.objects.filter(user__email=CLARA).update(paused=False)
    trials.people.bump()
    while draining.drain():
        pass

    for lead in Lead.objects.filter(pk__in=[lead.pk for lead in leads]):
        taken = is_taken(trial.version_id, 50, lead.pk)
        assert (lead.rep is not None) == taken


def test_without_a_trial_everybody_is_asked_by_the_same_organisation():
    organisation = known()

    assert organisation.side_of(1) is organisation


def test_what_ends_a_canary_leaves_leads_where_they_are_and_new_ones_go_by_what_is_live():
    trial = canary(100)
    before = arrive("Iris Wolf", **LARGE)

    trials.end(trial, reason="Seen enough.", by=person(MAYA), now=timezone.now())

    before.refresh_from_db()
    after = arrive("Otto Beck", **LARGE)
    assert before.rep.user.email == CLARA
    assert after.rep is None
    assert decided_by(after) == trial.against_id
    trial.refresh_from_db()
    assert (trial.status, trial.end_reason) == ("ended", "Seen enough.")
    assert Version.objects.get(pk=trial.version_id).status == Version.Status.RETIRED
    with pytest.raises(NotNow, match="over already"):
        trials.promote(trial, by=person(MAYA), now=timezone.now())


def test_promotion_makes_it_live_and_the_draft_is_done_with():
    trial = canary(30)

    trials.promote(trial, by=person(MAYA), now=timezone.now())

    assert drafts.live_of(the_tree()).pk == trial.version_id
    assert drafts.newest_of(the_tree()) is None
    assert Version.objects.get(pk=trial.against_id).status == Version.Status.RETIRED
    assert decided_by(arrive("Iris Wolf", **LARGE)) == trial.version_id
    assert Change.objects.filter(kind="trees", subject="inbound", by=person(MAYA)).exists()


def test_a_draft_that_was_worked_on_meanwhile_outlives_the_promotion():
    trial = canary(30)
    document = drafts.newest_of(the_tree()).document
    newest = draft({**document, "rules": document["rules"][1:]})

    trials.promote(trial, by=person(MAYA), now=timezone.now())

    assert drafts.newest_of(the_tree()) == newest
    assert the_tree().draft.base_id == trial.version_id


def test_another_publication_ends_it_with_that_reason_and_it_decides_nothing_from_then_on():
    trial = canary(100)
    text = FILE.read_text(encoding="utf-8").replace("No buyers", "They never buy")
    store.load(text, now=timezone.now())

    lead = arrive("Iris Wolf", **LARGE)
    assert decided_by(lead) == drafts.live_of(the_tree()).pk
    with pytest.raises(NotNow, match="published meanwhile"):
        trials.promote(trial, by=person(MAYA), now=timezone.now())
    trial_guard.guard(timezone.now())

    trial.refresh_from_db()
    assert trial.status == Trial.Status.ENDED
    assert trial.end_reason == f"Version {drafts.live_of(the_tree()).number} was published meanwhile."
    assert Version.objects.get(pk=trial.version_id).status == Version.Status.RETIRED


def test_what_names_a_pool_that_is_gone_decides_nothing_and_is_rolled_back():
    trial = canary(100)
    Pool.objects.filter(slug="emea").delete()
    Version.objects.filter(pk=trial.against_id).update(document={**drafts.EMPTY})
    trials.people.bump()

    lead = arrive("Iris Wolf", **LARGE)
    assert decided_by(lead) == trial.against_id
    trial_guard.guard(timezone.now())

    trial.refresh_from_db()
    assert (trial.status, trial.end_reason) == ("rolled_back", trial_guard.GONE)


@pytest.mark.parametrize("limit", ["fallback", "breach", "reassigned"])
def test_a_limit_that_is_passed_rolls_it_back_and_revops_hear_of_it(limit):
    trial = canary(100, **{limit: 0.5, "leads": 3})
    leads = [arrive(f"P{number} Large", **LARGE) for number in range(3)]
    if limit == "fallback":
        Decision.objects.filter(version=trial.version).update(fallback=True)
    if limit == "breach":
        SlaClock.objects.filter(lead__in=leads[:2]).update(breach_noted_at=timezone.now())
    if limit == "reassigned":
        Assignment.objects.filter(lead__in=leads[:2]).update(ended_at=timezone.now(), ended_as="declined")

    trial_guard.guard(timezone.now())

    trial.refresh_from_db()
    assert trial.status == Trial.Status.ROLLED_BACK
    assert "of 3 leads" in trial.end_reason
    told = Notification.objects.get(kind="trial")
    assert told.user == person(MAYA)
    assert trial.end_reason in told.text
    assert Change.objects.filter(kind="trial", after__status="rolled_back").exists()
    assert Lead.objects.filter(pk=leads[0].pk, rep__user__email=CLARA).exists(), "who was decided stays"


@pytest.mark.parametrize(("limit", "least"), [(1.0, 1), (0.5, 4)])
def test_too_few_leads_and_a_share_within_the_limit_say_nothing(limit, least):
    trial = canary(100, fallback=limit, leads=least)
    for number in range(3):
        arrive(f"P{number} Small", **SMALL)

    assert trial_guard.guard(timezone.now()) == 0

    trial.refresh_from_db()
    side, _ = trial_figures.sides(trial, now=timezone.now())
    assert trial.status == Trial.Status.RUNNING
    assert (side.leads, side.fallback.share) == (3, 1.0)


def test_leads_from_before_it_began_are_not_counted():
    arrive("Iris Wolf", **SMALL)
    trial = canary(100)

    mine, theirs = trial_figures.sides(trial, now=timezone.now() + timedelta(minutes=1))

    assert (mine.leads, theirs.leads) == (0, 0)


def test_only_what_could_be_published_can_be_tried():
    revision = draft({"rules": [{"id": "new", "name": "New", "why": "", "when": {"all": []}}]})

    with pytest.raises(Unfit):
        canary(10, revision)
    with pytest.raises(drafts.Conflict):
        trials.begin(the_tree(), Terms(CANARY, 10), rev=revision.number - 1, by=person(MAYA), now=timezone.now())
    assert not Trial.objects.exists()
    assert not Version.objects.filter(status="trial").exists()


def test_one_of_a_kind_runs_at_a_time_and_the_shadow_beside_it():
    trial = canary(10)

    with pytest.raises(NotNow, match="running already"):
        canary(20, drafts.newest_of(the_tree()))
    assert shadow(drafts.newest_of(the_tree())).version_id != trial.version_id


def test_a_tree_that_takes_two_people_takes_two_for_a_canary():
    Tree.objects.update(needs_approval=True)
    revision = draft()

    with pytest.raises(NotNow, match="somebody else"):
        canary(10, revision)
    trial = trials.begin(the_tree(), Terms(CANARY, 10), rev=revision.number, by=person(LENA), now=timezone.now())
    assert trial.started_by == person(LENA)


def test_a_canary_that_one_person_began_is_not_promoted_once_the_tree_asks_for_two():
    trial = canary(30)
    publishing.need_approval(the_tree(), needed=True, by=person(MAYA), now=timezone.now())

    with pytest.raises(NotNow, match="two people"):
        trials.promote(trial, by=person(MAYA), now=timezone.now())

    assert drafts.live_of(the_tree()).pk == trial.against_id


def test_what_may_not_be_published_is_not_promoted_either():
    trial = canary(30)
    TestLead.objects.create(
        tree=the_tree(),
        name="Large goes nowhere else",
        facts={},
        expect={"to": {"kind": "queue", "queue": "nowhere"}},
        made_at=timezone.now(),
    )

    with pytest.raises(Unfit, match="Large goes nowhere else"):
        trials.promote(trial, by=person(MAYA), now=timezone.now())

    assert drafts.live_of(the_tree()).pk == trial.against_id
