"""A whole decision beside plain code that does the same: account, score of 20 rules, 1,000 rules, a rep.

    python -m bench.decision [--accounts 10000] [--rules 1000] [--leads 400] [--rounds 7]

Both get the same leads, take turns within each round, and must give the same rule and the same points. The plain code
has nothing to explain and nothing to find out: a dictionary by domain and one by name as it is written, compiled
closures for points and rules (asked from the top), and the next rep of a list. Ours finds misspelt names too, tells
every part of the score, says which rule it was and why this rep, looks at everybody in the pool and keeps its ledger.
Leads come in batches, as they do live; what the database takes is measured elsewhere. Times are CPU microseconds a
lead, medians over the rounds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rule_anchors import closures, document
from bench.rule_sets import MANY, NUMBERS, TEXTS, Facts, Question, make_leads, make_rules
from bench.synthetic_companies import Company, companies
from bench.synthetic_companies import leads as made_up_leads
from leads.knowledge import knowledge
from leads.matching import AccountCard
from leads.matching.book import Shelf
from leads.matching.finding import find
from leads.scoring import ScoreCard, ScoreRule
from routing.engine.bench import Presence
from routing.engine.compile import compile_rules
from routing.engine.document import parse, parse_condition
from routing.engine.facts import STANDARD
from routing.engine.route import Request, plan, route, take
from routing.engine.world import Member, Pool, Published, Rep, Standing, World

OUT = Path(__file__).parent / "out" / "decision.json"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POOLS, REPS = 20, 8
SCORE_RULES = 20
PARTS = ("account", "facts and score", "rules", "rep")

Answer = tuple[int, int]  # the rule (-1: none), and the points


@dataclass
class Ours:
    """The engine as live routing and simulation use it. `spent` are seconds by part of the work."""

    world: World
    shelf: Shelf
    card: ScoreCard
    spent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def decide(self, leads: Sequence[Facts]) -> list[Answer]:
        setting, presence, standing = self.world.setting(NOON), Presence(NOON), Standing()
        begun = time.process_time()
        found = find(leads, self.shelf)
        begun = self._spent("account", begun)
        known = [
            knowledge(facts, match=one.match, card=self.card, setting=setting)
            for facts, one in zip(leads, found, strict=True)
        ]
        begun = self._spent("facts and score", begun)
        requests = [Request(f"lead:{number}", one.facts) for number, one in enumerate(known)]
        places = [plan(request, self.world, NOON) for request in requests]
        begun = self._spent("rules", begun)
        answers = []
        for request, place, about in zip(requests, places, known, strict=True):
            outcome = route(request, self.world, standing, presence, place)
            take(outcome, request, self.world, standing, presence)
            answers.append(
                (int(outcome.rules[0].removeprefix("rule-")) if outcome.rules else -1, about.points.score or 0)
            )
        self._spent("rep", begun)
        return answers

    def _spent(self, part: str, since: float) -> float:
        now = time.process_time()
        self.spent[part] += now - since
        return now


def plain(
    rules: Sequence[Sequence[Question]], points: Sequence[tuple[Sequence[Question], int]], of: list[Company]
) -> Any:
    """The same decision as somebody would write it for one company and one afternoon."""
    first = closures(rules)
    scores = [(closures([rule]), worth) for rule, worth in points]
    by_domain, by_name = {one.domain: one for one in of}, {one.name: one for one in of}
    turns = [itertools.cycle(range(REPS)) for _ in range(POOLS)]

    def decide(leads: Sequence[Facts]) -> list[Answer]:
        answers = []
        for facts in leads:
            account = by_domain.get(facts["website"]) or by_name.get(facts["company"])
            known = {**facts, "account.matched": account is not None}
            score = sum(worth for holds, worth in scores if holds(known) == 0)
            if known["score"] is None:
                known["score"] = score
            known["time.hour"] = NOON.hour
            rule = first(known)
            if rule >= 0:
                next(turns[rule % POOLS])
            answers.append((rule, score))
        return answers

    return decide


def organisation(rules: Sequence[Sequence[Question]]) -> World:
    tree = parse(document(rules), STANDARD)
    level = compile_rules(tree.rules, {}, {})
    names = [[f"rep{pool}-{number}@example.com" for number in range(REPS)] for pool in range(POOLS)]
    return World(
        trees={"main": Published("main", "Main", "UTC", tree, level)},
        default_tree="main",
        reps={email: Rep(email, email.partition("@")[0]) for pool in names for email in pool},
        pools={
            f"pool-{pool}": Pool(f"pool-{pool}", f"Pool {pool}", tuple(Member(email) for email in emails))
            for pool, emails in enumerate(names)
        },
    )


def score_card(points: Sequence[tuple[Sequence[Question], int]]) -> ScoreCard:
    conditions = [rule["when"] for rule in document([rule for rule, _ in points])["rules"]]
    return ScoreCard(
        tuple(
            ScoreRule(f"Part {number}", parse_condition(when, STANDARD), worth)
            for number, (when, (_, worth)) in enumerate(zip(conditions, points, strict=True))
        )
    )


def leads_of(of: list[Company], count: int, chance: random.Random) -> list[Facts]:
    """Facts for the rules, and a company: half write from its domain, the others' names are as people write them."""
    strangers = companies(500, random.Random(5))
    people = made_up_leads(of, strangers, count, chance)
    return [
        {**facts, "company": one.company, "website": one.email_domain}
        for facts, one in zip(make_leads(count, chance), people, strict=True)
    ]


def compare(options: argparse.Namespace) -> dict[str, Any]:
    rules = make_rules(options.rules, random.Random(options.rules))
    points = [(rule, 5 * number) for number, rule in enumerate(make_rules(SCORE_RULES, random.Random(3)), 1)]
    of = companies(options.accounts, random.Random(4))
    shelf = Shelf(
        (AccountCard(one.id, one.name, country=one.country) for one in of), {one.domain: one.id for one in of}
    )
    ours, theirs = Ours(organisation(rules), shelf, score_card(points)), plain(rules, points, of)
    leads = leads_of(of, options.leads, random.Random(7))
    blank: Facts = {**dict.fromkeys((*TEXTS, *NUMBERS)), **dict.fromkeys(MANY, ())}
    full = [{**blank, **lead} for lead in leads]

    ours.decide(leads_of(of, 1000, random.Random(8)))  # others, so that nothing is met for the first time in vain
    mismatches = sum(mine != other for mine, other in zip(ours.decide(leads), theirs(full), strict=True))
    ours.spent = dict.fromkeys(PARTS, 0.0)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(options.rounds):
        times["ours"].append(_microseconds(ours.decide, leads))
        times["plain"].append(_microseconds(theirs, full))
    return {
        "rules": options.rules,
        "accounts": options.accounts,
        "mismatches": mismatches,
        "matched": round(sum(one.match is not None for one in find(leads, shelf)) / len(leads), 3),
        "us": {name: round(statistics.median(seen), 2) for name, seen in times.items()},
        "ours_to_plain": round(
            statistics.median(mine / other for mine, other in zip(times["ours"], times["plain"], strict=True)), 3
        ),
        "parts_us": {part: round(spent * 1e6 / options.rounds / len(leads), 2) for part, spent in ours.spent.items()},
    }


def _microseconds(decide: Callable[[Sequence[Facts]], object], leads: Sequence[Facts]) -> float:
    start = time.process_time()
    decide(leads)
    return (time.process_time() - start) * 1e6 / len(leads)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--leads", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)

    result = compare(parser.parse_args())
    parts = ", ".join(f"{part} {spent:.1f}" for part, spent in result["parts_us"].items())
    print(f"{result['rules']:,} rules, {SCORE_RULES} score rules, {result['accounts']:,} accounts")
    print(f"  ours {result['us']['ours']:.1f} µs a lead ({parts}); {result['matched']:.0%} have an account")
    print(f"  plain {result['us']['plain']:.1f} µs; ours ÷ plain {result['ours_to_plain']}")
    print(f"  answers that differ: {result['mismatches']}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if result["mismatches"] else 0


if __name__ == "__main__":
    sys.exit(main())
