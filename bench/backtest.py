"""How long a backtest of ten thousand leads takes: routed before by the product itself, spread over thirty days.

Both sides are decided in full: rules, territory, hours, turns and loads. Once with the tree of the rig, once with two
hundred rules beside it.
"""

from __future__ import annotations

import argparse
from typing import Any

import psycopg
import yaml
from rig.report import Goal, Measure, publish
from rig.stack import COMPANY, Stack, stack

BACK = "now() - make_interval(secs => 30.0 * 86400 * (1 - row.n / row.of))"
SPREAD = f"""
UPDATE routing_decision AS one SET at = {BACK} FROM (
    SELECT id, row_number() OVER (ORDER BY id)::float8 AS n, count(*) OVER ()::float8 AS of FROM routing_decision
) AS row WHERE row.id = one.id
"""
CLOSED = """
UPDATE leads_lead SET status = 'won', closed_at = decision.at + interval '3 days' FROM routing_decision AS decision
WHERE decision.id = leads_lead.decision_id AND leads_lead.rep_id IS NOT NULL
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    measures: list[Measure] = []
    with stack() as servers, servers.connect() as rows:
        _route(servers, rows, options.leads)
        for name, rules in (("4 rules", 0), ("200 rules", 200)):
            if rules:
                _add_rules(servers, rows, rules)
            told = [servers.ask("replay", str(options.leads)) for _ in range(options.rounds)]
            _check(told, options.leads)
            measures.append(Measure(f"{name}, by the clock", "s", tuple(one["seconds"] for one in told)))
            measures.append(Measure(f"{name}, of the processor", "s", tuple(one["cpu_seconds"] for one in told)))
    goals = [Goal(1, one.name, one.median, 10, 5, at_least=False) for one in measures]
    publish("backtest", f"A backtest of {options.leads:,} leads", measures, goals, {"leads": options.leads})


def _route(servers: Stack, rows: psycopg.Connection[Any], count: int) -> None:
    servers.run("fill", str(count))
    servers.begin("drain").communicate("go\n")
    rows.execute(SPREAD)
    rows.execute(CLOSED)
    rows.execute("VACUUM ANALYZE")


def _add_rules(servers: Stack, rows: psycopg.Connection[Any], count: int) -> None:
    """Before the rules of the rig as many that each ask for a campaign of their own, published as a new version."""
    company = yaml.safe_load(COMPANY.read_text())
    more = [
        {
            "id": f"campaign-{number}",
            "name": f"Campaign {number}",
            "why": "It has a team of its own.",
            "when": {
                "all": [
                    {"field": "campaign", "op": "is", "value": f"autumn-{number}"},
                    {"field": "employees", "op": "gte", "value": number},
                ]
            },
            "target": {"kind": "pool", "pool": "everybody"},
        }
        for number in range(count)
    ]
    tree = company["trees"][0]
    tree["document"]["rules"] = [*more, *tree["document"]["rules"]]
    path = servers.data / "more.yaml"
    path.write_text(yaml.safe_dump(company, sort_keys=False))
    servers.run("load_config", str(path))
    rows.execute("DELETE FROM routing_backtest; DELETE FROM routing_draft")


def _check(told: list[dict[str, Any]], leads: int) -> None:
    for one in told:
        if one["status"] != "done" or one["leads"] != leads or not one["moved"]:
            raise SystemExit(f"a backtest said {one}")


if __name__ == "__main__":
    main()
