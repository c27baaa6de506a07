"""How long it takes to look through a large tree for what is wrong or odd in it, and what of that each part takes.

    python -m bench.findings [--rules 1000] [--leads 5000] [--rounds 5]

Four families of trees: `company` (20 branches, as people draw them), `flat` (rules of the benchmark of rules, each
with several fields), `ranges` (every rule meets all before it, so that a proof has to search), `names` (one text
each). The leads are synthetic; 5,000 is what the page looks at. CPU seconds, medians over the rounds; the goal is
that an edit of 1,000 rules is answered within a second or so.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rule_anchors import document
from bench.rule_sets import make_leads, make_rules
from routing.engine.compile import compile_rules
from routing.engine.facts import STANDARD, typed
from routing.engine.lint import Evidence, Looked, lint
from routing.engine.lint.flow import flow
from routing.engine.lint.reached import Reached
from routing.engine.unfinished import readable
from routing.engine.world import Published, World

OUT = Path(__file__).parent / "out" / "findings.json"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOAL_S = 1.0
INBOX = {"kind": "queue", "queue": "inbox"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Came:
    facts: Json
    at: datetime = NOW
    rules: tuple[str, ...] = ()
    rep: str = ""


def flat(count: int) -> Json:
    return document(make_rules(count, random.Random(count)))


def company(count: int) -> Json:
    chance, branches = random.Random(1), []
    for number in range(20):
        inner = [_rule(f"r{number}-{index}", _sales(chance)) for index in range(count // 20 - 1)]
        industries = {"field": "industry", "op": "in", "value": [f"industry {number}", f"industry {number + 1}"]}
        branch = _rule(f"b{number}", [industries]) | {"rules": inner, "otherwise": {"kind": "fallback"}}
        branches.append({key: value for key, value in branch.items() if key != "target"})
    return _tree(branches)


def ranges(count: int) -> Json:
    chance, rules = random.Random(2), []
    fields = ("employees", "revenue", "score", "signal.visits", "signal.b", "signal.c")
    for number in range(count):
        asked = chance.sample(fields, 3)
        tests = [{"field": name, "op": chance.choice(["gte", "lt"]), "value": chance.randrange(100)} for name in asked]
        rules.append(_rule(f"r{number}", tests))
    return _tree(rules)


def names(count: int) -> Json:
    return _tree(
        [
            _rule(f"r{number}", [{"field": "company", "op": "is", "value": f"Company {number}"}])
            for number in range(count)
        ]
    )


def _sales(chance: random.Random) -> list[Json]:
    countries = [f"country {chance.randrange(60)}" for _ in range(chance.randrange(1, 5))]
    tests: list[Json] = [{"field": "country", "op": "in", "value": countries}]
    if chance.random() < 0.6:
        size = chance.randrange(1, 50) * 20
        tests.append({"field": "employees", "op": chance.choice(["gte", "lt"]), "value": size})
    if chance.random() < 0.4:
        tests.append({"field": "title", "op": "contains", "value": chance.choice(["vp", "chief", "head", "sales"])})
    if chance.random() < 0.3:
        wanted = [
            {"field": "intent", "op": "is", "value": "demo"},
            {"field": "score", "op": "gte", "value": chance.randrange(10) * 10},
        ]
        tests.append({"any": wanted})
    return tests


def _rule(name: str, tests: list[Json]) -> Json:
    return {"id": name, "name": name.title(), "when": {"all": tests}, "target": INBOX}


def _tree(rules: list[Json]) -> Json:
    return {"format": 1, "rules": rules, "otherwise": INBOX}


def measure(make: Callable[[int], Json], rules: int, leads: int, rounds: int) -> Json:
    drawn, what = make(rules), readable(make(rules), STANDARD)
    level = compile_rules(what.tree.rules, {}, {})
    published = Published("main", "Main", "UTC", what.tree, level)
    world = World({"main": published}, "main", reps={}, pools={})
    came = [Came(typed(lead, STANDARD)[0]) for lead in make_leads(leads, random.Random(7))]
    evidence = Evidence(asked=leads, leads=came)

    def looked() -> object:
        return lint(Looked("main", drawn, what, world, NOW, evidence))

    found = lint(Looked("main", drawn, what, world, NOW, evidence))
    return {
        "rules": rules,
        "leads": leads,
        "reading_s": _median(lambda: readable(drawn, STANDARD), rounds),
        "proofs_s": _median(lambda: list(Reached(what.tree, world.setting(NOW), STANDARD).never()), rounds),
        "leads_s": _median(lambda: flow(published, world, came), rounds),
        "all_s": _median(looked, rounds),
        "never_reached": sum(one.code == "never_reached" for one in found),
        "overlaps": sum(one.code == "overlap" for one in found),
    }


def _median(do: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        do()
        times.append(time.process_time() - start)
    return round(statistics.median(times), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--leads", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    results = {
        make.__name__: measure(make, asked.rules, asked.leads, asked.rounds) for make in (company, flat, ranges, names)
    }
    for name, row in results.items():
        verdict = "passed" if row["all_s"] <= GOAL_S else "MISSED"
        print(f"{name:8} {json.dumps(row)}  goal {GOAL_S} s: {verdict}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
