"""Whatever a draft says, finished or not, it can be looked at: the page of the builder hangs on it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import nodes
from routing.engine.lint import Evidence, Promised
from routing.engine.lint.findings import SEVERITIES
from routing.engine.nodes import Json
from routing.engine.simplify import meter, suggestions
from tests.routing.engine.documents import VOCABULARY, documents, leads
from tests.routing.engine.lint.trees import Lead, look

ODD = st.sampled_from([None, "", 0, [], {}, [None], "x", True, {"all": None}, {"kind": "pool"}])
MEMBERS = ("when", "name", "why", "owner", "review_on", "set", "off")
PROMISES = (
    Promised("fast", "Fast", timedelta(minutes=5), for_intents=("demo",)),
    Promised("slow", "Slow", timedelta(days=1)),
)


@st.composite
def drafts(draw: st.DrawFn) -> Json:
    """Legal documents in which some members of some rules are missing or odd."""
    drawn = deepcopy(draw(documents()))
    for found in list(nodes.walk(drawn)):
        leads_to = "otherwise" if nodes.is_branch(found.rule) else "target"
        member = draw(st.sampled_from([*MEMBERS, leads_to, leads_to, "", "", ""]))
        if member and draw(st.booleans()):
            found.rule.pop(member, None)
        elif member:
            found.rule[member] = draw(ODD)
    return drawn


@given(drafts(), st.lists(leads(), max_size=10))
@settings(max_examples=100, deadline=None)
def test_any_draft_can_be_looked_at(drawn: Json, came: list[dict[str, Any]]) -> None:
    rules = [found.id for found in nodes.walk(drawn)]
    evidence = Evidence(
        asked=len(came),
        counts=dict.fromkeys(rules, 1),
        idle=frozenset(rules),
        fallback=len(came),
        leads=[Lead(facts, tuple(rules[:1]), "ada@example.com") for facts in came],
        promises=(
            Promised("fast", "Fast", timedelta(minutes=5), for_intents=("demo",)),
            Promised("slow", "Slow", timedelta(days=1)),
        ),
        intents={"site": "demo"},
    )

    found = (*look(drawn, evidence), *suggestions(drawn, VOCABULARY, evidence.counts, 1000))

    assert meter(drawn).rules == len(rules)
    for finding in found:
        assert finding.severity in SEVERITIES
        assert finding.words[0].isupper() or not finding.words[0].isalpha()
        assert not finding.node or nodes.is_otherwise(finding.node) or nodes.find(drawn, finding.node) is not None
