"""From a stored delivery to a lead with a rep, a reason and a running promise, once and only once."""

import json
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from leads import intake, pipeline, services, sources
from leads.configuration import store
from leads.models import Assignment, InboundEvent, Lead, SlaClock, SlaPolicy, TimelineEntry
from notifications.models import Notification
from reps import services as people
from reps.models import Rep
from routing.engine.compile import compile_rules
from routing.engine.conditions import Setting
from routing.engine.document import parse
from routing.engine.facts import STANDARD, from_json
from routing.models import Decision, Member, Queue, Tree, Version

pytestmark = pytest.mark.django_db


def test_a_lead_gets_a_rep_a_reason_a_promise_a_story_and_a_message(deliver):
    lead = deliver(email="Pat@Corp.com", name="Pat Doe", company="Corp")

    decision = Decision.objects.get(lead_id=lead.pk)
    assignment = Assignment.objects.get(lead=lead)
    clock = SlaClock.objects.get(assignment=assignment)
    assert (lead.status, lead.epoch, lead.decision_id) == ("assigned", 1, decision.pk)
    assert (lead.name, lead.email, lead.company) == ("Pat Doe", "pat@corp.com", "Corp")
    assert decision.rules == ["big"]
    assert decision.reason == "Big companies: Ada, next in the rotation of Sales (2 could take it)."
    assert lead.rep == assignment.rep == decision.rep
    assert clock.due_at - clock.started_at == timedelta(minutes=5)
    assert [step["do"] for step in clock.steps] == ["remind", "notify_manager", "reassign"]
    assert list(lead.timeline.order_by("id").values_list("kind", flat=True)) == ["received", "routed"]
    assert Notification.objects.get().user == lead.rep.user


def test_what_a_rule_sets_is_kept_on_the_lead(deliver):
    assert deliver(email="pat@corp.com").facts["segment"] == "enterprise"


def test_leads_take_turns_and_every_level_is_the_sum_of_its_lines(deliver):
    reps = [deliver(email=f"p{number}@corp.com").rep.user.name for number in range(5)]

    assert reps == ["Ada", "Bob", "Ada", "Bob", "Ada"]
    for member in Member.objects.annotate(total=Sum("ledger__amount")):
        assert member.level == pytest.approx(member.total or 0)


def test_the_owner_of_the_account_gets_his_customers_leads(deliver):
    lead = deliver(email="pat@mail.acme.com")

    assert lead.rep.user.name == "Bob"
    assert lead.account.name == "Acme"
    assert Decision.objects.get().facts["account.owner"] == "bob@example.com"


def test_a_lead_that_no_rule_wants_waits_in_the_queue(deliver):
    lead = deliver(email="pat@corp.com", employees=3)

    assert (lead.status, lead.queue.slug, lead.rep, lead.epoch) == ("queued", "emea", None, 0)
    assert Decision.objects.get().fallback


def test_a_discarded_lead_ends_its_event_as_discarded(deliver):
    lead = deliver(email="pat@corp.com", message="cheap viagra")

    assert lead.status == "discarded"
    assert InboundEvent.objects.get().status == "discarded"


def test_the_same_person_is_the_same_lead_and_keeps_its_rep(deliver):
    first = deliver(email="pat@corp.com", employees=500)
    deliver(email="other@corp.com")
    again = deliver(email="PAT@corp.com", employees=900, title="CTO")

    assert again.pk == first.pk
    assert again.rep == first.rep
    assert (again.facts["employees"], again.facts["title"], again.epoch) == (900, "CTO", 1)
    assert Decision.objects.filter(lead_id=first.pk).order_by("id").last().sticky
    assert Assignment.objects.filter(lead=first).count() == 1
    assert again.touches.count() == 2


def test_a_closed_lead_that_comes_back_goes_to_the_same_rep_as_a_new_chance(deliver):
    lead = deliver(email="pat@corp.com")
    services.close(lead, by=lead.rep.user, status="lost", now=timezone.now())

    again = deliver(email="pat@corp.com", message="hello again")

    assert (again.pk, again.rep_id, again.status, again.epoch) == (lead.pk, lead.rep_id, "assigned", 2)
    assert again.closed_at is None


def test_a_lead_that_comes_back_while_its_rep_is_away_is_routed_anew(deliver):
    lead = deliver(email="pat@corp.com")
    now = timezone.now()
    lead.rep.time_off.create(start=now, end=now + timedelta(days=1))
    _bump()

    again = deliver(email="pat@corp.com", message="hello?")

    assert again.rep != lead.rep
    assert again.epoch == 2
    ended = Assignment.objects.get(lead=lead, epoch=1)
    assert ended.ended_as == "returned"
    assert SlaClock.objects.get(assignment=ended).state == "stopped"


def test_a_delivery_of_several_leads_makes_several(company):
    contacts = [{"contact": {"mail": "a@x.com"}}, {"contact": {}}, {"contact": {"mail": "b@x.com"}}]
    event = _store("batch", json.dumps({"batch_id": "b1", "leads": contacts}).encode())

    pipeline.route_waiting()

    event.refresh_from_db()
    assert event.status == "routed"
    assert "Item 2" in event.problem
    assert set(Lead.objects.values_list("email", flat=True)) == {"a@x.com", "b@x.com"}


def test_what_names_nobody_is_quarantined_and_can_be_replayed_once_mended(company):
    event = _store("batch", b'{"leads": [{"contact": {"mehl": "a@x.com"}}]}')
    pipeline.route_waiting()
    event.refresh_from_db()
    assert (event.status, Lead.objects.count()) == ("quarantined", 0)

    source = event.source
    source.mapping = {"email": "contact.mehl"}
    source.save()
    _bump()
    services.replay(event, now=timezone.now())
    pipeline.route_waiting()

    event.refresh_from_db()
    assert (event.status, Lead.objects.get().email) == ("routed", "a@x.com")


def test_replaying_what_was_routed_changes_nothing(deliver):
    lead = deliver(email="pat@corp.com")
    event = InboundEvent.objects.get()

    services.replay(event, now=timezone.now())
    pipeline.route_waiting()

    event.refresh_from_db()
    assert event.status == "routed"
    assert (Lead.objects.count(), Decision.objects.count(), lead.touches.count()) == (1, 1, 1)


def test_the_same_item_in_another_delivery_is_a_duplicate(company):
    first = _store("web", b'{"external_id": "x1", "email": "a@x.com", "employees": 500}')
    second = _store("web", b'{"external_id": "x1", "email": "a@x.com", "employees": 900}')

    pipeline.route_waiting()

    statuses = [InboundEvent.objects.get(pk=event.pk).status for event in (first, second)]
    assert statuses == ["routed", "duplicate"]
    assert Lead.objects.get().facts["employees"] == 500


def test_nobody_can_use_up_another_persons_id_at_an_open_source(company):
    _store("web", b'{"external_id": "x1", "email": "eve@x.com", "employees": 500}')
    _store("web", b'{"external_id": "x1", "email": "customer@x.com", "employees": 500}')

    pipeline.route_waiting()

    assert set(Lead.objects.values_list("email", flat=True)) == {"eve@x.com", "customer@x.com"}


def test_when_nobody_is_there_the_lead_waits_and_those_in_charge_are_told(company):
    Rep.objects.update(active=False)
    Queue.objects.filter(slug="emea").delete()
    tree_to_sales = {"format": 1, "rules": [], "otherwise": {"kind": "pool", "pool": "sales"}}
    Version.objects.update(document=tree_to_sales)
    _bump()
    _store("web", b'{"email": "a@x.com"}')

    pipeline.route_waiting()

    lead = Lead.objects.get()
    assert (lead.status, lead.queue.slug) == ("queued", Queue.UNASSIGNED)
    assert set(Notification.objects.values_list("user__email", flat=True)) == {"mia@example.com", "max@example.com"}


def test_before_there_are_rules_leads_wait_where_they_are_seen(company):
    Version.objects.update(status="retired")
    Tree.objects.update(is_default=False)
    people.bump()
    _store("web", b'{"email": "a@x.com"}')

    pipeline.route_waiting()

    assert Lead.objects.get().queue.slug == Queue.UNASSIGNED


def test_one_bad_event_does_not_stop_the_others(company, monkeypatch):
    _store("web", b'{"email": "bad@x.com"}')
    _store("web", b'{"email": "good@x.com"}')
    read_event = pipeline.read_event

    def poisoned(event, vocabulary):
        if b"bad" in event.body:
            raise ZeroDivisionError
        return read_event(event, vocabulary)

    monkeypatch.setattr(pipeline, "read_event", poisoned)
    pipeline.route_waiting()

    bad = InboundEvent.objects.get(status="waiting")
    assert Lead.objects.get().email == "good@x.com"
    assert (bad.attempts, bad.due_at > timezone.now()) == (1, True)
    assert "ZeroDivisionError" in bad.problem


def test_an_event_that_fails_eight_times_lies_open_for_revops(company, monkeypatch):
    event = _store("web", b'{"email": "bad@x.com"}')
    monkeypatch.setattr(pipeline, "read_event", lambda *_: 1 / 0)

    for _ in range(pipeline.MOST_ATTEMPTS):
        InboundEvent.objects.update(due_at=timezone.now())
        pipeline.route_waiting()

    event.refresh_from_db()
    assert event.status == "quarantined"


def test_a_decision_can_be_repeated_from_what_it_stored(deliver):
    for number in range(6):
        deliver(email=f"p{number}@{'acme' if number % 2 else 'corp'}.com", employees=number * 60)

    for decision in Decision.objects.select_related("version"):
        level = compile_rules(parse(decision.version.document, STANDARD).rules, {}, {})
        first = level.first(from_json(decision.facts, STANDARD), Setting(now=decision.at))
        assert decision.rules == ([level.rules[first].id] if first >= 0 else [])


def test_the_story_says_it_in_words(deliver):
    lead = deliver(email="pat@corp.com")

    texts = list(TimelineEntry.objects.filter(lead=lead).order_by("id").values_list("text", flat=True))

    assert texts == [
        "Came in through Website.",
        "Big companies: Ada, next in the rotation of Sales (2 could take it).",
    ]


def _store(slug: str, body: bytes) -> InboundEvent:
    known = sources.read()
    delivery = intake.Delivery(body=body, content_type="application/json", headers={})
    receipt = intake.receive(known.by_slug[slug], delivery, revision=known.revision)
    return InboundEvent.objects.get(pk=receipt.event)


def _bump() -> None:

    people.bump()


def test_a_lead_with_a_high_score_gets_the_sooner_promise(deliver):
    SlaPolicy.objects.all().delete()
    big = "{name: Big, when: {field: employees, op: gte, value: 900}, points: 90}"
    store.load(f"version: 1\nscoring: {{rules: [{big}], grades: {{A: 80}}}}", now=timezone.now())

    reader = deliver(email="a@corp.com", intent="content", employees=500)
    hot_reader = deliver(email="b@corp.com", intent="content", employees=900)

    promised = {clock.lead_id: clock.due_at - clock.started_at for clock in SlaClock.objects.all()}
    assert promised == {reader.pk: timedelta(minutes=60), hot_reader.pk: timedelta(minutes=15)}
