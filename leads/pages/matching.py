"""How a lead was matched with an account, in words: "by name 0.93, country agrees"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.models import AccountLink, Lead

HOW = {"domain": "by domain", "alias": "by alias", "name": "by name", "by_hand": "by hand"}
MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One account that was looked at. `score` is out of 1, `percent` the same for a bar."""

    id: int
    account: str
    score: float
    because: str
    chosen: bool

    @property
    def percent(self) -> int:
        return round(self.score * 100)


@dataclass(frozen=True, slots=True)
class Told:
    """`because` says it in a line, `why` why it is none of them."""

    seen: Sequence[Seen]
    because: str
    why: str


NOTHING = Told((), "", "")


def of_lead(lead: Lead) -> Told:
    """How the lead came to its account: by the decision, or by what somebody has said since."""
    said = AccountLink.objects.filter(lead=lead, ended_at=None).select_related("account", "by").order_by("-at").first()
    if said is not None and (lead.decision is None or said.at >= lead.decision.at):
        words = "by hand" if said.is_it else f"it is not {said.account}"
        return Told((), f"{words}, says {said.by or 'somebody who has left'}: {said.reason}", "")
    return told(lead.decision.matching) if lead.decision else NOTHING


def told(record: Mapping[str, Any]) -> Told:
    """What the log of a decision has about it; nothing if nobody was looked at."""
    if not record:
        return NOTHING
    chosen = record.get("chosen")
    seen = [
        Seen(one["id"], one["account"], one["score"], _because(one["signals"]), one["account"] == chosen)
        for one in record["candidates"]
    ]
    return Told(seen[:MOST_SHOWN], _in_a_line(seen, record) if chosen else "", record.get("why", ""))


def _in_a_line(seen: Sequence[Seen], record: Mapping[str, Any]) -> str:
    how = record["how"]
    words = HOW.get(how, how)
    if how in ("domain", "by_hand"):
        key = record["candidates"][0]["signals"].get(how)
        return f"{words} {key}" if isinstance(key, str) else words
    line = f"{words} {seen[0].score:.2f}{_country(record['candidates'][0]['signals'])}"
    second = f"; second: {seen[1].account} {seen[1].score:.2f}" if len(seen) > 1 else ""
    return line + second


def _because(signals: Mapping[str, Any]) -> str:
    """What speaks for one of them."""
    if signals.get("by_hand"):
        return "Somebody said so"
    if domain := signals.get("domain"):
        return f"Lists the domain {domain}"
    alike = (
        "The same name"
        if signals.get("likeness", 0) >= 1
        else f"Names {round(signals.get('likeness', 0) * 100)}% alike"
    )
    called = f", as {signals['alias']}" if "alias" in signals else ""
    common = ", but by common words only" if not signals.get("own_words", 1) else ""
    elsewhere = ", another domain" if signals.get("elsewhere") else ""
    return f"{alike}{called}{common}{_country(signals)}{elsewhere}"


def _country(signals: Mapping[str, Any]) -> str:
    return f", country {signals['country']}" if "country" in signals else ""
