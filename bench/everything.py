"""End to end with everything on: what accounts, score, signals, territories and 1,000 rules cost a worker.

Two installations take turns: the plain company of the rig, and the same company with 5,000 accounts (half of them found
by domain, the others by name), 20 score rules, one of them about what people did, a gate, territories and 1,000 rules
that are asked before those of the plain one. Every lead goes to the same pool in both, and is counted.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import yaml
from rig.report import Measure, publish, ratio
from rig.stack import COMPANY, stack
from worker import settled

ACCOUNTS, RULES, SCORE_RULES = 5000, 1000, 20
COUNTRIES = ("DE", "US", "GB", "FR", "NL", "SE")
PLAIN, ALL = "plain", "everything on"


def main() -> None:
    options = _options()
    rounds: dict[str, dict[str, list[float]]] = {PLAIN: {}, ALL: {}}
    with stack() as plain, stack() as full, tempfile.TemporaryDirectory() as folder:
        company = Path(folder) / "company.yaml"
        company.write_text(yaml.safe_dump(everything(), sort_keys=False))
        full.run("load_config", str(company))
        for servers in (plain, full):
            settled(servers, options.leads, first=0)  # so that no table is empty
        for number in range(1, options.rounds + 1):
            for name, servers in ((PLAIN, plain), (ALL, full)):
                for what, value in settled(servers, options.leads, number * options.leads).items():
                    rounds[name].setdefault(what, []).append(value)
    measures = [
        Measure(f"{name}: {what}", "µs/lead" if what.startswith("CPU") else "/s", tuple(values))
        for name, found in rounds.items()
        for what, values in found.items()
    ]
    by_name = {one.name: one for one in measures}
    whole = ratio(by_name[f"{ALL}: one worker, end to end"], by_name[f"{PLAIN}: one worker, end to end"])
    facts = {"accounts": ACCOUNTS, "rules": RULES, "score rules": SCORE_RULES, "leads a round": options.leads}
    publish("everything", "One worker, everything on ÷ plain", measures, [], {**facts, "ratio": round(whole, 2)})


def everything() -> dict[str, Any]:
    """The plain company with all that a decision may look at."""
    company = yaml.safe_load(COMPANY.read_text())
    company["accounts"] = [
        {"name": f"Company {number} Ltd", **({"domains": [f"company-{number}.example"]} if number % 2 else {})}
        for number in range(ACCOUNTS)
    ]
    company["territories"] = [
        {"slug": country.lower(), "name": country, "when": _is("country", country), "reps": []} for country in COUNTRIES
    ]
    company["scoring"] = {
        "threshold": -1000,
        "rules": [
            {"name": "Looked at prices", "when": _at_least("signal.pricing_views_7d", 3), "points": 30},
            *(
                {"name": f"{step * 250} people", "when": _at_least("employees", step * 250), "points": 2}
                for step in range(1, SCORE_RULES)
            ),
        ],
        "grades": {"A": 30, "B": 10, "C": -1000},
    }
    document = company["trees"][0]["document"]
    document["rules"] = [_rule(number) for number in range(RULES)] + document["rules"]
    return company


def _rule(number: int) -> dict[str, Any]:
    """One of many that ask about a country, a size and a title. Whoever it holds for goes where everybody goes."""
    least = number * 5
    asked = [
        _is("country", COUNTRIES[number % len(COUNTRIES)]),
        {"field": "employees", "op": "between", "value": [least, least + 4]},
        {"field": "title", "op": "in", "value": ["CTO", f"Title {number}"]},
    ]
    target = {"kind": "pool", "pool": "everybody"}
    return {
        "id": f"r{number}",
        "name": f"Rule {number}",
        "why": "One of many.",
        "when": {"all": asked},
        "target": target,
    }


def _is(field: str, value: str) -> dict[str, Any]:
    return {"field": field, "op": "is", "value": value}


def _at_least(field: str, value: int) -> dict[str, Any]:
    return {"field": field, "op": "gte", "value": value}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--leads", type=int, default=4000, help="events of one round")
    return parser.parse_args()


if __name__ == "__main__":
    main()
