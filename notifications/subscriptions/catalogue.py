"""What other systems can be told, and what each event holds: as JSON Schema, which the docs and the API show. Pure.

Within a version members are only added. One that is not there in a case is null; none is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

VERSION = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: its name, how it is called on a page, and when it is sent."""

    name: str
    label: str
    when: str


ASSIGNED = EventType(
    "lead.assigned",
    "A lead is given to somebody",
    "A lead that nobody held is given to a rep: on arrival, from a queue, by hand, or when it comes back.",
)
ACCEPTED = EventType("lead.accepted", "A lead is accepted", "Its holder accepts it, or takes it from a queue.")
CONTACTED = EventType("lead.contacted", "A lead is contacted", "Its holder has spoken to it: the promise is over.")
REASSIGNED = EventType(
    "lead.reassigned",
    "A lead leaves its holder",
    "A lead that a rep held is somebody else's now, or nobody's (owner is null then): declined, given to another "
    "by hand, taken over after a broken promise, or routed anew.",
)
BREACHED = EventType(
    "sla.breached",
    "A promise is broken",
    "A lead was not contacted by the time that was promised. Once for each promise.",
)
CLOSED = EventType("lead.closed", "A lead is closed", "It is won, lost or disqualified: see lead.status.")
TEST = EventType(
    "webhook.test", "A test", "Somebody pressed the test button. Only the subscription it is for hears of it."
)

ALL = (ASSIGNED, ACCEPTED, CONTACTED, REASSIGNED, BREACHED, CLOSED)
BY_NAME: Mapping[str, EventType] = {one.name: one for one in ALL}


def _object(about: str, **members: Schema) -> Schema:
    return {"type": "object", "description": about, "properties": members, "required": list(members)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "description": schema["description"]}


def _text(about: str) -> Schema:
    return {"type": "string", "description": about}


def _number(about: str) -> Schema:
    return {"type": "integer", "description": about}


def _time(about: str) -> Schema:
    return {"type": "string", "format": "date-time", "description": f"{about} In UTC."}


def _flag(about: str) -> Schema:
    return {"type": "boolean", "description": about}


LEAD = _object(
    "The lead, as it is after what happened.",
    id=_number("Its number here."),
    name=_text('"" if it is not known, and so are the next four.'),
    email=_text("In small letters."),
    phone=_text("As +4930123456."),
    company=_text("As the lead wrote it."),
    intent=_text("Such as demo or pricing."),
    score=_or_null(_number("Null without a score model.")),
    status=_text("assigned, accepted, contacted, queued, nurture, discarded, won, lost or disqualified."),
    source=_text("The short name of the source it first came through."),
    received_at=_time("When it first came."),
    url=_text("Its page for people."),
    api_url=_text("Its address in the API."),
)
REP = _object(
    "A rep.",
    email=_text("By which he signs in here."),
    name=_text("His name."),
    team=_or_null(_text("The short name of his team, if he has one.")),
)
DECISION = _object(
    "The decision that led here, as the API has it at /api/v1/decisions/<id>/.",
    id=_number("Its number."),
    cause=_text("arrived, returned, declined, sla, away, by_hand, changed or drained."),
    reason=_text("Why, in one sentence."),
    rules={"type": "array", "items": {"type": "string"}, "description": "Ids of the rules that held, outermost first."},
    strategy=_text('How the rep was chosen among his pool; "" if there was no choice.'),
    fallback=_flag("Whether no rule held."),
)
PROMISE = _object(
    "The promise that runs for it, or ran until now.",
    policy=_text("Its short name."),
    due_at=_time("Until when the lead should be contacted."),
    breached=_flag("Whether it was or is late."),
    late_by_s=_number("Whole seconds of real time after due_at, until its end or this event; 0 if it is not late."),
    customer_wait_s=_number("Whole seconds of real time that the customer had waited by then."),
)
DATA = _object(
    "What happened to which lead.",
    version={"const": VERSION, "description": "Of this form. It grows when a member changes or goes."},
    lead=LEAD,
    owner=_or_null({**REP, "description": "Who holds it now, or held it when it was closed; null: nobody."}),
    previous_owner=_or_null({**REP, "description": "Who held it until now; only with lead.reassigned."}),
    decision=_or_null(DECISION),
    promise=_or_null(PROMISE),
)
TEST_DATA = _object(
    "Nothing happened.",
    version={"const": VERSION, "description": "Of this form."},
    message=_text("That this is a test."),
)


def schema_of(one: EventType) -> Schema:
    """The JSON Schema of the whole body of such an event."""
    whole = _object(
        one.when,
        type={"const": one.name, "description": "What happened."},
        timestamp=_time("When it happened, the same in all repeats."),
        data=TEST_DATA if one is TEST else DATA,
    )
    return {"$schema": DIALECT, "title": one.name, **whole}


def utc(at: datetime) -> str:
    """A time as events say it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
