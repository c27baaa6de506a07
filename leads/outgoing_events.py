"""What other systems are told of a lead: each act on it as an event, with the lead, its holder and why, as it then was.

Who holds a lead says which event a decision is: from nobody to somebody it is assigned, from somebody to another or to
nobody it is reassigned. A lead that its holder keeps, or that goes from nowhere to a queue, is no event.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from leads.deciding import Decided
from leads.models import Lead, SlaClock
from leads.world import Known
from notifications.addresses import absolute
from notifications.subscriptions import catalogue, emitting
from notifications.subscriptions.catalogue import EventType, utc
from notifications.subscriptions.emitting import Event
from reps.models import Rep
from routing.models import Decision

EVENT = ("key", "type", "at", "lead_id", "payload")

Row = tuple[object, ...]
Told = Mapping[str, Any]


def of_decision(
    one: Decided,
    known: Known,
    *,
    decision: tuple[int, str],
    lead: Mapping[str, object],
    clock: Mapping[str, object] | None,
    now: datetime,
) -> Row | None:
    """The event that this decision is, if it is one that anybody wants: a row to be copied in.

    `decision` is its id and its cause, `lead` what the lead's row says from now on, `clock` the row of its promise.
    """
    before = one.person.lead
    had = known.emails.get(before.rep_id) if before is not None and before.is_open and before.rep_id else None
    has = one.outcome.rep
    if had == has:
        return None
    kind = catalogue.REASSIGNED if had else catalogue.ASSIGNED
    if kind.name not in known.wanted_events:
        return None
    data = {
        "version": catalogue.VERSION,
        "lead": _decided_lead(one, known, lead),
        "owner": _known_rep(known, has),
        "previous_owner": _known_rep(known, had),
        "decision": _decided(one, *decision),
        "promise": _begun(clock, now=now),
    }
    payload = orjson.dumps(data).decode()
    return uuid.uuid4(), kind.name, now, one.person.id, payload


def tell(lead: Lead, kind: EventType, *, now: datetime) -> None:
    """What somebody has just done to this lead, written with it; nothing if nobody wants to hear of such things."""
    if kind.name not in emitting.wanted():
        return
    lead = Lead.objects.select_related("source", "decision", "rep__user", "rep__team").get(pk=lead.pk)
    clock = lead.clocks.order_by("-pk").first()
    emitting.emit([_event(lead, kind, clock, now)], now=now)


def breached(clocks: Iterable[SlaClock], *, now: datetime) -> None:
    """These promises were broken: one event for each."""
    if catalogue.BREACHED.name not in emitting.wanted():
        return
    clocks = list(clocks)
    leads = Lead.objects.select_related("source", "decision", "rep__user", "rep__team")
    about = leads.in_bulk([clock.lead_id for clock in clocks])
    events = [_event(about[clock.lead_id], catalogue.BREACHED, clock, now) for clock in clocks]
    emitting.emit(events, now=now)


def _event(lead: Lead, kind: EventType, clock: SlaClock | None, now: datetime) -> Event:
    data = {
        "version": catalogue.VERSION,
        "lead": _lead(lead),
        "owner": _rep(lead.rep),
        "previous_owner": None,
        "decision": _decision(lead.decision),
        "promise": _promise(clock, now),
    }
    return Event(kind.name, lead.pk, data)


def _lead(lead: Lead) -> Told:
    names = ("id", "name", "email", "phone", "company", "intent", "score", "status")
    values = {name: getattr(lead, name) for name in names}
    return {**values, "source": lead.source.slug, "received_at": utc(lead.received_at), **_addresses(lead.pk)}


def _decided_lead(one: Decided, known: Known, lead: Mapping[str, object]) -> Told:
    before = one.person.lead
    source, at = (before.source_id, before.received_at) if before else (one.person.first.source.id, one.person.first.at)
    values = {name: lead[name] for name in ("name", "email", "phone", "company", "intent", "score", "status")}
    times = {"source": known.sources.by_id[source].slug, "received_at": utc(at)}
    return {"id": one.person.id, **values, **times, **_addresses(one.person.id)}


def _addresses(lead: int) -> Told:
    return {"url": absolute(f"/leads/{lead}/"), "api_url": absolute(f"/api/v1/leads/{lead}/")}


def _rep(rep: Rep | None) -> Told | None:
    return (
        {"email": rep.user.email, "name": rep.user.name, "team": rep.team.slug if rep.team else None} if rep else None
    )


def _known_rep(known: Known, email: str | None) -> Told | None:
    if email is None:
        return None
    rep = known.world.reps[email]
    return {"email": email, "name": rep.name, "team": rep.team}


def _decision(decision: Decision | None) -> Told | None:
    if decision is None:
        return None
    names = ("id", "cause", "reason", "rules", "strategy", "fallback")
    return {name: getattr(decision, name) for name in names}


def _decided(one: Decided, pk: int, cause: str) -> Told:
    outcome = one.outcome
    told = {"reason": outcome.reason, "rules": list(outcome.rules), "strategy": outcome.strategy}
    return {"id": pk, "cause": cause, **told, "fallback": outcome.fallback}


def _promise(clock: SlaClock | None, now: datetime) -> Told | None:
    """The clock as it was when it ended, else as it stands now."""
    if clock is None:
        return None
    since = clock.waiting_since or clock.started_at
    return _told(str(clock.policy["slug"]), clock.due_at, clock.finished_at or now, since)


def _begun(clock: Mapping[str, object] | None, *, now: datetime) -> Told | None:
    """A clock that begins just now, as it is about to be written."""
    if clock is None:
        return None
    due, waiting_since = clock["due_at"], clock["waiting_since"]
    assert isinstance(due, datetime)
    assert isinstance(waiting_since, datetime)
    return _told(str(orjson.loads(str(clock["policy"]))["slug"]), due, now, waiting_since)


def _told(policy: str, due: datetime, until: datetime, since: datetime) -> Told:
    late = max(0, int((until - due).total_seconds()))
    waited = max(0, int((until - since).total_seconds()))
    times = {"breached": until > due, "late_by_s": late, "customer_wait_s": waited}
    return {"policy": policy, "due_at": utc(due), **times}
