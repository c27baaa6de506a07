"""Test leads against a tree as it stands: each kept with where it must go, all asked together, and why one fails.

A test lead is its facts and nothing else: no account is looked for, nothing is scored, and who is there or full does
not count. So it fails for a change of the rules alone, or of what they name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.builder.desk import Desk
from leads.builder.names import names_of, piece_name
from leads.builder.testing.ends import Ends
from leads.builder.testing.steps import every_node, outcome_at
from leads.builder.testing.under_test import Tested
from leads.normalise import person_key
from routing.engine import nodes
from routing.engine.dump import dump_target
from routing.engine.facts import Facts, as_json, from_json
from routing.engine.nodes import Json
from routing.engine.route import Request, plan
from routing.engine.targets import Target
from routing.engine.walk import Place
from routing.models import TestLead

# The clock's own, the atlas's, and when it came: what the time of the test lead itself says.
TOLD_BY_TIME = ("time.weekday", "time.hour", "received_at", "territory")
ASSIGN = {"strategy", "require_skills", "skills_from", "prefer_skills", "hours", "capacity", "sla", "if_nobody"}
NURTURED: Json = {"kind": "nurture"}


@dataclass(frozen=True, slots=True)
class Result:
    """One test lead against the tree. `expected` and `got` are words; `node` is where it went, "" if held back."""

    test_lead: TestLead
    passed: bool
    expected: str
    got: str
    node: str

    @property
    def why(self) -> str:
        return "" if self.passed else f"Must go to {self.expected}, but goes to {self.got}."


@dataclass(frozen=True, slots=True)
class _Went:
    place: Place
    held_back: bool
    node: str


def run(desk: Desk, *, now: datetime) -> Sequence[Result]:
    """All of the tree's, by name."""
    kept = list(TestLead.objects.filter(tree=desk.tree).select_related("made_by").order_by("name", "pk"))
    if not kept:
        return ()
    asking = _Asking(desk, now)
    return tuple(asking.result(one) for one in kept)


def failing(desk: Desk, *, now: datetime) -> list[Result]:
    """Those that do not go where they must: none of these may be published over."""
    return [result for result in run(desk, now=now) if not result.passed]


def expectations(tested: Tested) -> dict[str, Json]:
    """What may be expected of a lead that goes as this one does now: its outcome, or whoever that leads to."""
    place, held_back = tested.tried.place, tested.tried.held_back
    if held_back:
        return {"to": {"to": {**NURTURED, "track": tested.outcome.track}}}
    node = outcome_at(place, tested.tried.slug, tested.tried.world)
    return {"node": {"node": node}, "to": {"to": _plain(place.target)}}


def facts_kept(tested: Tested) -> Json:
    """All that the first rule saw, but for what the clock says."""
    return {name: value for name, value in as_json(tested.asked).items() if name not in TOLD_BY_TIME}


def said(expect: Json, desk: Desk, ends: Ends) -> str:
    """An expectation in words: "the outcome of rule 2.1 Regulated industry", "Enterprise desk"."""
    return _Words(desk, ends).expected(expect)


class _Asking:
    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk, self.now, self.world = desk, now, desk.world
        self.words = _Words(desk, Ends(desk.world, names_of(desk.known)))

    def result(self, kept: TestLead) -> Result:
        went = self._went(kept)
        return Result(
            test_lead=kept,
            passed=self._is_as_expected(kept.expect, went),
            expected=self.words.expected(kept.expect),
            got=self.words.got(went),
            node=went.node,
        )

    def _went(self, kept: TestLead) -> _Went:
        at = kept.at or self.now
        facts: Facts = {"received_at": at, **from_json(kept.facts, self.world.vocabulary)}
        request = Request(key=person_key(facts) or f"test:{kept.pk}", facts=facts)
        place = plan(request, self.world, at, self.desk.tree.slug)
        gate = self.world.gate
        held_back = gate is not None and gate.holds_back(place.asked)
        return _Went(place, held_back, "" if held_back else outcome_at(place, self.desk.tree.slug, self.world))

    def _is_as_expected(self, expect: Mapping[str, object], went: _Went) -> bool:
        if "node" in expect:
            return bool(went.node) and went.node == expect["node"]
        if went.held_back:
            gate = self.world.gate
            return gate is not None and expect.get("to") == {**NURTURED, "track": gate.track}
        return expect.get("to") == _plain(went.place.target)


@dataclass(frozen=True, slots=True)
class _Words:
    desk: Desk
    ends: Ends

    def expected(self, expect: Mapping[str, object]) -> str:
        if "node" in expect:
            return self._node(str(expect["node"]))
        to = expect.get("to")
        return self._target(to) if isinstance(to, dict) else "nowhere"

    def got(self, went: _Went) -> str:
        if went.held_back:
            return "nurture: the score gate holds it back"
        target = self.ends.target(went.place.target, went.place.facts)
        return f"{self._node(went.node)}: {target}"

    def _node(self, node: str) -> str:
        if node not in every_node(self.desk.document):
            return "an outcome that is gone"
        name = piece_name(self.desk.document, node)
        return name if nodes.is_otherwise(node) else f"rule {name}"

    def _target(self, to: Json) -> str:
        names, kind = self.ends.names, str(to.get("kind", ""))
        match kind:
            case "pool":
                return names.pools.get(str(to.get("pool")), str(to.get("pool")))
            case "rep":
                return self.ends.rep(str(to.get("rep")))
            case "queue":
                return self.ends.queue(str(to.get("queue")))
            case "nurture":
                return f"nurture, track {to.get('track', '')}"
            case "discard":
                return f"discarded, {to.get('reason', '')}"
            case "account_owner":
                return "the account’s owner"
            case "territory":
                return "the territory’s reps"
            case _:
                return kind or "nowhere"


def _plain(target: Target) -> Json:
    """The target without how somebody is chosen there."""
    return {name: value for name, value in dump_target(target).items() if name not in ASSIGN}
