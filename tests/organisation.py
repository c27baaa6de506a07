"""A small organisation in the database, made by keyword. Whatever is made is configuration in force at once.

Leads made here are as routing leaves them: with decision, assignment, running promise and the first line of the story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from leads.models import Assignment, InboundEvent, Lead, SlaClock, Source, TimelineEntry, Touch
from leads.normalise import normalise, person_key
from leads.urgency import urgency_of
from notifications.models import Subscription
from reps.models import Rep, Revision, Team, User
from reps.tokens import make_token
from routing.engine.facts import as_json
from routing.models import Decision, Member, Pool, Queue, Tree, Version

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday
PASSWORD = "correct horse battery staple"
TO_TRIAGE: Mapping[str, Any] = {"kind": "queue", "queue": "triage"}


def bump() -> None:
    """Tell this process that the configuration changed."""
    if not Revision.objects.filter(id=1).update(number=F("number") + 1):
        Revision.objects.create(number=1)


def make_revops(*, email: str = "olivia@example.com", **values: Any) -> User:
    return _user(email, User.Role.REVOPS, values)


def make_manager(*, email: str = "mia@example.com", **values: Any) -> User:
    return _user(email, User.Role.MANAGER, values)


def make_rep(*, email: str = "ada@example.com", team: Team | None = None, name: str = "", **values: Any) -> Rep:
    """Somebody who signs in and works leads, always open unless `hours` are given."""
    user = _user(email, User.Role.REP, {"name": name} if name else {})
    rep = Rep.objects.create(user=user, team=team, **values)
    bump()
    return rep


def make_team(*, slug: str = "sales", manager: User | None = None, queue: bool = False, **values: Any) -> Team:
    """A team; with `queue`, also the queue of its own with the same slug."""
    team = Team.objects.create(slug=slug, name=values.pop("name", slug.title()), manager=manager, **values)
    if queue:
        make_queue(slug=slug, team=team)
        team.queue = slug
        team.save(update_fields=["queue"])
    bump()
    return team


def make_queue(*, slug: str = "triage", team: Team | None = None) -> Queue:
    queue = Queue.objects.create(slug=slug, name=slug.title(), team=team)
    bump()
    return queue


def make_pool(*, slug: str = "sales", members: Sequence[Rep] = (), **values: Any) -> Pool:
    """The members in this order, each with weight 1."""
    pool = Pool.objects.create(slug=slug, name=slug.title(), **values)
    Member.objects.bulk_create(Member(pool=pool, rep=rep, position=n) for n, rep in enumerate(members))
    bump()
    return pool


def make_source(*, slug: str = "web", **values: Any) -> Source:
    source = Source.objects.create(slug=slug, name=slug.title(), **values)
    bump()
    return source


def make_subscription(*types: str, url: str = "https://crm.example.com/hook", **values: Any) -> Subscription:
    """Another system that hears of these types."""
    values = {"name": f"CRM {Subscription.objects.count() + 1}", "created_at": NOON, "changed_at": NOON, **values}
    subscription = Subscription.objects.create(url=url, types=list(types), **values)
    bump()
    return subscription


def publish_tree(
    *, document: Mapping[str, Any], slug: str = "main", default: bool = True, zone: str = "UTC"
) -> Version:
    """The document as the tree's next version, live at once."""
    tree, _ = Tree.objects.get_or_create(
        slug=slug, defaults={"name": slug.title(), "is_default": default, "timezone": zone}
    )
    tree.versions.filter(status=Version.Status.LIVE).update(status=Version.Status.RETIRED)
    version = Version.objects.create(
        tree=tree,
        number=tree.versions.count() + 1,
        status=Version.Status.LIVE,
        document={"format": 1, **document},
        published_at=NOON,
    )
    bump()
    return version


def make_lead(
    *,
    rep: Rep | None = None,
    queue: Queue | None = None,
    status: str = "",
    at: datetime = NOON,
    due_in: timedelta = timedelta(minutes=5),
    source: Source | None = None,
    version: Version | None = None,
    email: str = "",
    **facts: Any,
) -> Lead:
    """A lead that `rep` holds, or that waits in `queue`, since `at`. `facts` are values as a form sends them."""
    source = source or Source.objects.filter(slug="web").first() or make_source()
    email = email or f"lead{Lead.objects.count() + 1}@customer.example"
    known = normalise({"email": email, **facts})
    lead = Lead.objects.create(
        person_key=person_key(known.facts),
        source=source,
        name=" ".join(str(known.facts[part]) for part in ("first_name", "last_name") if part in known.facts),
        email=email,
        urgency=urgency_of(known.facts),
        phone=str(known.facts.get("phone", "")),
        company=str(known.facts.get("company", "")),
        intent=str(known.facts.get("intent", "")),
        facts=as_json(known.facts),
        set_aside=known.set_aside,
        status=status or (Lead.Status.ASSIGNED if rep else Lead.Status.QUEUED),
        rep=rep,
        queue=queue,
        epoch=1 if rep else 0,
        received_at=at,
        assigned_at=at if rep else None,
        changed_at=at,
    )
    lead.decision = _decision(lead, version)
    lead.save(update_fields=["decision"])
    if rep:
        _assign(lead, lead.decision, rep, due_in)
    TimelineEntry.objects.create(lead=lead, at=at, kind=TimelineEntry.Kind.ROUTED, text=lead.decision.reason, epoch=1)
    return lead


def make_event(
    *, lead: Lead | None = None, body: bytes = b'{"email": "ada@customer.example"}', **values: Any
) -> InboundEvent:
    """A delivery as it was stored, routed to `lead` if one is named."""
    source = values.pop("source", None) or Source.objects.filter(slug="web").first() or make_source()
    number = InboundEvent.objects.count() + 1
    event = InboundEvent.objects.create(
        **{
            "uuid": f"00000000-0000-7000-8000-{number:012}",
            "source": source,
            "key": f"id:{number}",
            "body": body,
            "body_hash": "0" * 64,
            "content_type": "application/json",
            "headers": {"user-agent": "test"},
            "received_at": NOON,
            "due_at": NOON,
            "status": InboundEvent.Status.ROUTED if lead else InboundEvent.Status.QUARANTINED,
            **values,
        }
    )
    if lead:
        Touch.objects.create(lead=lead, event=event, source=source, at=event.received_at)
    return event


def token_of(user: User, *, now: datetime = NOON) -> str:
    """A token of the API, as the header wants it."""
    return f"Bearer {make_token(user, now)}"


def _user(email: str, role: str, values: Mapping[str, Any]) -> User:
    user = User.objects.create_user(email, PASSWORD, role=role, **{"name": email.split("@")[0].title(), **values})
    bump()
    return user


def _decision(lead: Lead, version: Version | None) -> Decision:
    return Decision.objects.create(
        lead_id=lead.pk,
        at=lead.received_at,
        version=version,
        outcome=Decision.Outcome.ASSIGNED if lead.rep else Decision.Outcome.QUEUED,
        rep=lead.rep,
        queue=lead.queue,
        reason=f"No rule held: {lead.rep or lead.queue}.",
        fallback=version is not None,
        facts=lead.facts,
        candidates=[_candidate(lead.rep)] if lead.rep else [],
        timings={"decided_us": 40},
    )


def _candidate(rep: Rep) -> dict[str, Any]:
    rep_facts = {"rep": rep.user.email, "capacity": rep.capacity}
    return {"code": "", "weight": 1.0, "level": 0.0, "open": 0, "skill": 0, **rep_facts}


def _assign(lead: Lead, decision: Decision, rep: Rep, due_in: timedelta) -> None:
    at = lead.received_at
    ended = at if lead.status in Lead.CLOSED else None
    assignment = Assignment.objects.create(
        lead=lead,
        rep=rep,
        epoch=lead.epoch,
        decision=decision,
        how=Assignment.How.ROTATION,
        assigned_at=at,
        ended_at=ended,
        ended_as=Assignment.Ended.CLOSED if ended else "",
    )
    after_s = due_in.total_seconds() / 2
    steps = [{"after_s": after_s, "at": (at + due_in / 2).isoformat(), "unless": "accepted", "do": "remind"}]
    SlaClock.objects.create(
        lead=lead,
        assignment=assignment,
        policy={"slug": "fast", "name": "Fast", "respond_within_s": due_in.total_seconds(), "max_reassignments": 2},
        waiting_since=at,
        started_at=at,
        due_at=at + due_in,
        state=SlaClock.State.STOPPED if ended else SlaClock.State.RUNNING,
        finished_at=ended,
        steps=steps,
        next_at=None if ended else at + due_in / 2,
    )
