"""Rule evaluation beside its anchors: plain compiled closures, and zen-engine's decision table.

    python -m bench.rules [--sizes 10,100,1000,10000] [--rounds 7] [--leads 500]

All engines get the same rules and leads, take turns within each round, and must give the same answers. A decision of
ours includes the sentence that says why the winning rule held; the closures and zen only say which rule it was. All
have seen other leads before (ours keeps answers to values that it has met), and none has seen the measured ones.
Times are CPU microseconds a decision, medians over the rounds. Compiling is from what each engine takes: ours from a
parsed document; what reading and checking the document takes is shown beside it.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rule_anchors import Engine, closures, document, zen_name, zen_table
from bench.rule_sets import MANY, NUMBERS, TEXTS, Facts, Question, make_leads, make_rules
from routing.engine.compile import compile_rules
from routing.engine.conditions import Setting
from routing.engine.document import parse
from routing.engine.explain import winner
from routing.engine.facts import STANDARD

OUT = Path(__file__).parent / "out" / "rules.json"
SETTING = Setting(datetime(2026, 3, 2, 12, tzinfo=UTC))


@dataclass(frozen=True)
class Entrant:
    name: str
    decide: Engine
    leads: Sequence[Facts]


@dataclass(frozen=True)
class Goal:
    number: str
    says: str
    reached: float
    limit: float
    aim: float
    at_least: bool = False

    def verdict(self) -> str:
        for bound, word in ((self.aim, "aim reached"), (self.limit, "passed")):
            if self.reached >= bound if self.at_least else self.reached <= bound:
                return word
        return "MISSED"


def compare(size: int, lead_count: int, rounds: int) -> dict[str, Any]:
    rules = make_rules(size, random.Random(size))
    data = document(rules)
    entrants = _entrants(rules, data, make_leads(lead_count, random.Random(7)), make_leads(3000, random.Random(8)))
    answers = [[entrant.decide(lead) for lead in entrant.leads] for entrant in entrants]
    found = [answer for answer in answers[0] if answer >= 0]
    times = _take_turns(entrants, rounds)
    compiling = _compile_times(rules, data, rounds)
    return {
        "rules": size,
        "conditions_per_rule": round(statistics.mean(len(rule) for rule in rules), 2),
        "mean_position": round(statistics.mean(found)) if found else None,
        "no_rule": round(1 - len(found) / lead_count, 3),
        "mismatches": sum(len(set(answer)) > 1 for answer in zip(*answers, strict=True)),
        "us": {name: round(statistics.median(seen), 3) for name, seen in times.items()},
        "compile_s": {name: round(statistics.median(seen), 4) for name, seen in compiling.items()},
        "ours_to_closures": round(_ratio(times["ours"], times["closures"]), 4),
        "zen_to_ours": round(_ratio(times["zen"], times["ours"]), 1),
        "compile_to_closures": round(_ratio(compiling["ours"], compiling["closures"]), 2),
    }


def _entrants(
    rules: Sequence[Sequence[Question]], data: dict[str, Any], leads: list[Facts], others: list[Facts]
) -> list[Entrant]:
    tree = parse(data, STANDARD)
    level = compile_rules(tree.rules, {}, {})

    def bare(facts: Facts) -> int:
        return level.first(facts, SETTING)

    def explained(facts: Facts) -> int:
        index = level.first(facts, SETTING)
        if index >= 0:
            winner(level, index, facts, SETTING)
        return index

    for lead in others:
        explained(lead)
    blank: Facts = {**dict.fromkeys((*TEXTS, *NUMBERS)), **dict.fromkeys(MANY, ())}
    for_zen = [{zen_name(name): value for name, value in lead.items()} for lead in leads]
    return [
        Entrant("ours", explained, leads),
        Entrant("ours, which only", bare, leads),
        Entrant("closures", closures(rules), [{**blank, **lead} for lead in leads]),
        Entrant("zen", zen_table(rules), for_zen),
    ]


def _take_turns(entrants: Sequence[Entrant], rounds: int) -> dict[str, list[float]]:
    """Each makes as many passes over its leads as take a fair length of time, in turn within every round."""
    passes = [max(1, round(150_000 / (_microseconds(entrant, 1) * len(entrant.leads)))) for entrant in entrants]
    times: dict[str, list[float]] = {entrant.name: [] for entrant in entrants}
    for _ in range(rounds):
        for entrant, count in zip(entrants, passes, strict=True):
            times[entrant.name].append(_microseconds(entrant, count))
    return times


def _microseconds(entrant: Entrant, passes: int) -> float:
    decide, leads = entrant.decide, entrant.leads
    start = time.process_time()
    for _ in range(passes):
        for lead in leads:
            decide(lead)
    return (time.process_time() - start) * 1e6 / passes / len(leads)


def _compile_times(rules: Sequence[Sequence[Question]], data: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    """What is there already is kept from the garbage collector: each pays for what it makes, not for its neighbours."""
    tree = parse(data, STANDARD)
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {"ours": [], "ours, read and check": [], "closures": [], "zen": []}
    for _ in range(rounds):
        times["ours"].append(_cpu(compile_rules, tree.rules, {}, {}))
        times["ours, read and check"].append(_cpu(parse, data, STANDARD))
        times["closures"].append(_cpu(closures, rules))
        times["zen"].append(_cpu(zen_table, rules))
    gc.unfreeze()
    return times


def _cpu(work: Callable[..., object], *args: object) -> float:
    gc.collect()
    start = time.process_time()
    made = work(*args)
    taken = time.process_time() - start
    del made
    return taken


def _ratio(ours: Sequence[float], anchor: Sequence[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(ours, anchor, strict=True))


def goals(results: Sequence[dict[str, Any]]) -> list[Goal]:
    by_size = {result["rules"]: result for result in results}
    found = []
    if 1000 in by_size:
        found.append(Goal("4", "ours ÷ closures, 1,000 rules", by_size[1000]["ours_to_closures"], 0.2, 0.05))
    if 100 in by_size and 10_000 in by_size:
        growth = by_size[10_000]["us"]["ours"] / by_size[100]["us"]["ours"]
        found.append(Goal("5", "10,000 rules ÷ 100 rules", round(growth, 2), 6, 3))
    slowest = min(results, key=lambda result: result["zen_to_ours"])
    found.append(Goal("6", f"zen ÷ ours, worst at {slowest['rules']:,}", slowest["zen_to_ours"], 10, 30, at_least=True))
    if 10_000 in by_size:
        found.append(Goal("7", "compile ÷ closures, 10,000 rules", by_size[10_000]["compile_to_closures"], 3, 1))
    return found


def show(results: Sequence[dict[str, Any]], found: Sequence[Goal]) -> None:
    print(
        f"{'rules':>7} {'conds':>6} {'at':>6} {'none':>5} {'mism.':>6}   µs a decision{'':32}   ÷ closures  zen ÷ ours"
    )
    for result in results:
        times = "  ".join(f"{name} {value:,.2f}" for name, value in result["us"].items())
        print(
            f"{result['rules']:>7,} {result['conditions_per_rule']:>6} {result['mean_position']:>6,}"
            f" {result['no_rule']:>5.0%} {result['mismatches']:>6}   {times}"
            f"   {result['ours_to_closures']:.3f}  {result['zen_to_ours']:.0f}"
        )
    for result in results:
        times = "  ".join(f"{name} {value:.4f}" for name, value in result["compile_s"].items())
        print(f"{result['rules']:>7,} compile s   {times}   ÷ closures {result['compile_to_closures']}")
    for goal in found:
        sign = "≥" if goal.at_least else "≤"
        bounds = f"({sign} {goal.limit}, aim {goal.aim})"
        print(f"goal {goal.number}: {goal.says:36} {goal.reached:>8}  {bounds} {goal.verdict()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000,10000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--leads", type=int, default=400)
    options = parser.parse_args()

    results = [compare(int(size), options.leads, options.rounds) for size in options.sizes.split(",")]
    found = goals(results)
    show(results, found)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    verdicts = [{**asdict(goal), "verdict": goal.verdict()} for goal in found]
    OUT.write_text(json.dumps({"results": results, "goals": verdicts}, indent=1, ensure_ascii=False) + "\n")
    return 1 if any(result["mismatches"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
