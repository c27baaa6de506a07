"""The pages of trials: begin one, see how it goes, end or promote it; and who may."""

import pytest
from django.utils import timezone

from leads.builder.trials import services as trials
from leads.models import Lead
from reps.models import Team
from routing.builder import drafts
from routing.models import Disagreement, Queue, Tree, Trial, Version
from tests.leads.builder.trying import canary, draft, shadow, the_tree
from tests.office import DANA, LARGE, LENA, MAYA, SMALL, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

PAGE = "/routing/inbound/trials/"
CANARY = {"kind": "canary", "share": 20, "fallback": 10, "breach": 15, "reassigned": "", "leads": 50}


def test_without_a_draft_the_page_says_what_to_do_first():
    body = signed_in(MAYA).get(PAGE).text

    assert "There is no draft to try." in body
    assert "Begin the trial" not in body
    assert "None yet" in body


def test_a_canary_is_begun_with_its_share_and_its_limits():
    revision = draft()

    answer = signed_in(MAYA).post(f"{PAGE}begin/", {**CANARY, "rev": revision.number}, follow=True)

    trial = Trial.objects.get()
    assert (trial.kind, trial.share, trial.started_by) == ("canary", 20, person(MAYA))
    assert trial.limits == {"fallback": 0.1, "breach": 0.15, "leads": 50}
    assert "The canary of version 2 is running." in answer.text
    assert "Canary of version 2" in answer.text
    assert "0 of 50 leads: until then no limit counts." in answer.text


def test_a_shadow_is_begun_without_share_and_limits():
    revision = draft()

    signed_in(MAYA).post(f"{PAGE}begin/", {"kind": "shadow", "rev": revision.number, "share": 20, "leads": 5})

    trial = Trial.objects.get()
    assert (trial.kind, trial.share, trial.limits) == ("shadow", 0, {})


@pytest.mark.parametrize(
    "wrong",
    [{"share": 0}, {"share": ""}, {"share": 100}, {"fallback": 101}, {"leads": 0}, {"leads": ""}, {"kind": "rocket"}],
)
def test_what_is_wrong_in_the_form_is_said_beside_its_field(wrong):
    revision = draft()

    answer = signed_in(MAYA).post(f"{PAGE}begin/", {**CANARY, "rev": revision.number, **wrong})

    assert answer.status_code == 422
    assert "errorlist" in answer.text
    assert not Trial.objects.exists()


def test_a_draft_that_somebody_else_changed_is_not_tried_unseen():
    seen = draft()
    document = dict(seen.document)
    draft({**document, "rules": document["rules"][:2]})

    answer = signed_in(MAYA).post(f"{PAGE}begin/", {**CANARY, "rev": seen.number})

    assert answer.status_code == 422
    assert "The draft is not what you looked at any more" in answer.text


def test_figures_of_both_sides_stand_beside_each_other():
    canary(50, fallback=0.5, leads=1)
    for number in range(8):
        arrive(f"P{number} Large", **(LARGE if number % 2 else SMALL))

    body = signed_in(LENA).get(PAGE).text

    assert "Version 2, on trial" in body
    assert "Version 1, live" in body
    assert "of the leads, no rule took" in body
    assert "50.0%" in body


def test_disagreements_show_both_answers_page_by_page(monkeypatch):
    trial = shadow()
    lead = arrive("Iris Wolf", **LARGE)
    told = {"to": "Enterprise queue", "reason": "It waits."}
    Disagreement.objects.create(
        trial=trial, decision=lead.decision, at=timezone.now(), live=told, shadow={**told, "to": "<b>Clara</b>"}
    )
    Trial.objects.update(compared=4, differed=1)

    body = signed_in(LENA).get(f"{PAGE}{trial.pk}/").text

    assert "Enterprise queue" in body
    assert "&lt;b&gt;Clara&lt;/b&gt;" in body
    assert "75.0%" in body


def test_the_older_ones_are_on_the_next_page(monkeypatch):
    monkeypatch.setattr("leads.builder.trials.pages.PER_PAGE", 2)
    trial = shadow()
    told = {"to": "x", "reason": "y"}
    leads = [arrive(f"P{number} Large", **LARGE) for number in range(3)]
    for lead in leads:
        Disagreement.objects.create(trial=trial, decision=lead.decision, at=timezone.now(), live=told, shadow=told)
    last, first = Disagreement.objects.latest("pk"), Disagreement.objects.earliest("pk")
    maya = signed_in(MAYA)

    page = maya.get(f"{PAGE}{trial.pk}/").text
    older = maya.get(f"{PAGE}{trial.pk}/?before={first.pk + 1}").text

    assert f"?before={first.pk + 1}" in page
    assert f"/decisions/{last.decision_id}/" in page
    assert f"/decisions/{first.decision_id}/" not in page
    assert f"/decisions/{first.decision_id}/" in older
    assert "?before=" not in older


def test_ending_and_promoting_are_one_click_each_and_stay_in_the_history():
    maya = signed_in(MAYA)
    first = canary(10)
    maya.post(f"{PAGE}{first.pk}/end/", {"reason": "Wrong week."})
    second = shadow(drafts.newest_of(the_tree()))
    body = maya.post(f"{PAGE}{second.pk}/promote/", follow=True).text

    assert "Version 3 is live from now on." in body
    assert Version.objects.get(status="live").number == 3
    assert "Wrong week." in body
    assert "Promoted: version 3 is live." in body
    assert "This trial is over already." in maya.post(f"{PAGE}{first.pk}/end/", follow=True).text


def test_what_runs_is_drawn_again_by_itself():
    trial = canary(10)

    body = signed_in(LENA).get(f"{PAGE}live/", headers={"HX-Request": "true"}).text

    assert body.lstrip().startswith('<div id="running"')
    assert f'id="trial-{trial.pk}"' in body
    assert "Promote" not in body
    assert "<form" not in body


def test_managers_read_and_the_server_refuses_what_they_may_not():
    trial = canary(10)
    lena, dana = signed_in(LENA), signed_in(DANA)

    page = lena.get(PAGE).text

    assert "View only" in page
    assert "Promote" not in page
    for address in ("begin/", f"{trial.pk}/end/", f"{trial.pk}/promote/"):
        assert lena.post(f"{PAGE}{address}").status_code == 403
        assert dana.post(f"{PAGE}{address}").status_code == 403
    for address in ("", "live/", f"{trial.pk}/"):
        assert dana.get(f"{PAGE}{address}").status_code == 403
    assert Trial.objects.get().status == "running"


def test_a_trial_of_another_tree_is_not_here():
    trial = canary(10)
    Tree.objects.create(slug="other", name="Other")

    assert signed_in(MAYA).get(f"/routing/other/trials/{trial.pk}/").status_code == 404
    assert signed_in(MAYA).post(f"/routing/other/trials/{trial.pk}/end/").status_code == 404


def test_the_list_of_trees_says_what_is_on_trial():
    canary(10)
    trials.begin(
        the_tree(),
        trials.Terms(Trial.Kind.SHADOW),
        rev=drafts.newest_of(the_tree()).number,
        by=person(MAYA),
        now=timezone.now(),
    )

    body = signed_in(LENA).get("/routing/").text

    assert "Canary 10 %" in body
    assert "Shadow" in body


def test_a_reason_and_a_place_in_the_list_may_hold_anything():
    maya, trial = signed_in(MAYA), canary(10)

    assert maya.get(f"{PAGE}{trial.pk}/?before={'9' * 5_000}").status_code == 200
    assert maya.post(f"{PAGE}{trial.pk}/end/", {"reason": "Wrong\0week."}).status_code == 302
    trial.refresh_from_db()
    assert trial.end_reason == "Wrong\N{REPLACEMENT CHARACTER}week."


def test_what_is_told_of_a_lead_is_for_those_who_may_see_it():
    trial = shadow()
    lead = arrive("Iris Wolf", **LARGE)
    told = {"to": "Lee", "reason": "Owner of Wolf Ltd."}
    Disagreement.objects.create(trial=trial, decision=lead.decision, at=timezone.now(), live=told, shadow=told)
    Trial.objects.update(compared=1, differed=1)
    others = Team.objects.create(slug="others", name="Others")
    Lead.objects.filter(pk=lead.pk).update(rep=None, queue=Queue.objects.create(slug="o", name="O", team=others))

    for address in (PAGE, f"{PAGE}live/", f"{PAGE}{trial.pk}/"):
        assert "Wolf Ltd" not in signed_in(LENA).get(address).text
        assert "Wolf Ltd" in signed_in(MAYA).get(address).text
    assert "No lead that you may see" in signed_in(LENA).get(PAGE).text
