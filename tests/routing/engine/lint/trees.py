"""Drafts to look at, in a small office: two reps, three pools."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from routing.engine.compile import compile_rules
from routing.engine.edits import Around, apply
from routing.engine.lint import Evidence, Finding, Looked, lint
from routing.engine.nodes import Json
from routing.engine.problems import References
from routing.engine.unfinished import readable
from routing.engine.world import Member, Pool, Published, Rep, World
from tests.routing.engine.documents import SETTING, VOCABULARY

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INBOX: Json = {"kind": "queue", "queue": "inbox"}
GERMANY: Json = {"field": "country", "op": "is", "value": "DE"}
REPS = {
    "ada@example.com": Rep("ada@example.com", "Ada"),
    "bob@example.com": Rep("bob@example.com", "Bob"),
    "gone@example.com": Rep("gone@example.com", "Gwen Gone", active=False),
}
POOLS = {
    "emea": Pool("emea", "EMEA", (Member("ada@example.com"), Member("bob@example.com"))),
    "nobody": Pool("nobody", "Empty chairs"),
    "gone": Pool("gone", "Alumni", (Member("gone@example.com"),)),
}
REFERENCES = References(
    pools=frozenset(POOLS),
    reps=frozenset(REPS),
    queues=frozenset({"inbox", "unassigned"}),
    slas=frozenset({"fast", "slow"}),
    lists=frozenset(SETTING.lists),
    territories=frozenset(SETTING.ancestors),
)


def document(*rules: Json, otherwise: Json = INBOX) -> Json:
    return {"format": 1, "rules": list(rules), "otherwise": otherwise}


def rule(name: str, when: Json = GERMANY, **members: Any) -> Json:
    """A rule; with nothing said of where it leads, to the inbox. `target=None` leaves that out."""
    where: Json = {} if "rules" in members else {"target": INBOX}
    return {
        key: value
        for key, value in {"id": name.lower(), "name": name, "when": when, **where, **members}.items()
        if value is not None
    }


def world_of(drawn: Json, **members: Any) -> World:
    what = readable(drawn, VOCABULARY, REFERENCES)
    level = compile_rules(what.tree.rules, SETTING.lists, SETTING.ancestors)
    published = Published("inbound", "Inbound", "UTC", what.tree, level)
    around: dict[str, Any] = {"reps": REPS, "pools": POOLS, **members}
    return World(
        {"inbound": published},
        "inbound",
        vocabulary=VOCABULARY,
        lists=SETTING.lists,
        ancestors=SETTING.ancestors,
        **around,
    )


def look(drawn: Json, evidence: Evidence | None = None, *, now: datetime = NOON, **members: Any) -> tuple[Finding, ...]:
    what = readable(drawn, VOCABULARY, REFERENCES)
    return lint(Looked("inbound", drawn, what, world_of(drawn, **members), now, evidence or Evidence()))


def said(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(finding.node, finding.code, finding.words) for finding in found]


def settled(drawn: Json, finding: Finding, evidence: Evidence | None = None, **members: Any) -> Json:
    """The draft after the finding's fix; the finding must then be gone, or weigh less."""
    assert finding.fix is not None
    after = apply(drawn, finding.fix.op, finding.fix.arguments, Around(VOCABULARY)).document
    still = {(one.node, one.code, one.severity) for one in look(after, evidence, **members)}
    assert (finding.node, finding.code, finding.severity) not in still
    return after


@dataclass(frozen=True)
class Lead:
    """One that came; `rules` held then."""

    facts: dict[str, Any] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    rep: str = ""
    at: datetime = NOON
