"""The demo's rule trees: what a RevOps lead of a hardware seller would write, with the reasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from leads.demo.land import USA
from leads.demo.logins import MANAGER, REVOPS
from leads.demo.market import ENTERPRISE
from leads.demo.people import Staff
from leads.demo.words import slug

Json = dict[str, Any]


def trees(staff: Staff, today: date) -> list[Json]:
    return [
        {"slug": "inbound", "name": "Inbound leads", "default": True, "document": _inbound(staff, today)},
        {"slug": "regions", "name": "Regions", "document": _regions(today)},
    ]


def _inbound(staff: Staff, today: date) -> Json:
    return {
        "format": 1,
        "sticky_days": 60,
        "rules": [_rule(number, today, **rule) for number, rule in enumerate(_inbound_rules(staff))],
        "otherwise": {"kind": "queue", "queue": "triage", "sla": "standard"},
    }


def _inbound_rules(staff: Staff) -> list[Json]:
    first_office = {"kind": "pool", "pool": slug(staff.offices[0])}
    return [
        {
            "id": "rivals",
            "name": "Rivals looking around",
            "when": asks("email_domain", "in_list", "rivals"),
            "why": "Competitors fill in our forms to see prices and who answers.",
            "target": {"kind": "discard", "reason": "A competitor"},
        },
        {
            "id": "customers",
            "name": "Existing customers",
            "when": {"all": [asks("account.is_customer", "is", True), asks("account.owner", "is_present")]},
            "why": "A customer talks to the person who knows the account, whatever he asks for.",
            "set": {"segment": "customer"},
            "target": {"kind": "account_owner", "if_nobody": {"kind": "tree", "tree": "regions"}},
        },
        {
            "id": "enterprise",
            "name": "Enterprise asks for a demo or a price",
            "when": {
                "all": [
                    asks("employees", "gte", ENTERPRISE),
                    {
                        "any": [
                            asks("intent", "in", ["demo", "pricing"]),
                            asks("product_interest", "has_any", ["GTK 500"]),
                        ]
                    },
                ]
            },
            "why": "Half of our revenue comes from companies of this size; they expect an expert within minutes.",
            "set": {"priority": "high", "segment": "enterprise"},
            "target": {
                "kind": "pool",
                "pool": "enterprise",
                "prefer_skills": ["gtk"],
                "sla": "fast",
                "if_nobody": {"kind": "tree", "tree": "regions"},
            },
        },
        {
            "id": "regulated",
            "name": "Regulated industries",
            "when": asks("industry", "in", ["finance", "medical"]),
            "why": "Auditors ask questions that only people who have sold there before can answer.",
            "set": {"segment": "regulated"},
            "rules": [
                _plain(
                    "finance",
                    "Finance",
                    asks("industry", "is", "finance"),
                    "Banks want references of banks.",
                    {"kind": "pool", "pool": "regulated", "require_skills": {"finance": 2}},
                ),
                _plain(
                    "medical",
                    "Medical",
                    asks("industry", "is", "medical"),
                    "Hospitals buy through tenders.",
                    {"kind": "pool", "pool": "regulated", "require_skills": {"medical": 2}},
                ),
            ],
            "otherwise": {"kind": "pool", "pool": "regulated"},
        },
        {
            "id": "in-earnest",
            "name": "Tries the product in earnest",
            "when": {"all": [asks("signal.trial_step_7d", "gte", 3), asks("signal.seats_used", "gte", 5)]},
            "why": "Three steps of the trial and five seats: whoever was only reading then wants to buy now.",
            "set": {"intent": "trial"},
            "target": {"kind": "tree", "tree": "regions"},
        },
        {
            "id": "free-mail-hot",
            "name": "Private address, but ready to buy",
            "when": {"all": [asks("is_free_email", "is", True), asks("intent", "in", ["demo", "pricing", "trial"])]},
            "why": "Founders and shops write from private addresses; somebody should look before we drop them.",
            "target": {"kind": "queue", "queue": "sdr", "sla": "standard"},
        },
        {
            "id": "free-mail",
            "name": "Private address, only reading",
            "when": asks("is_free_email", "is", True),
            "why": "Mostly students. They get the newsletter, and come back when they mean it.",
            "target": {"kind": "nurture", "track": "newsletter"},
        },
        {
            "id": "content",
            "name": "Downloads and webinars",
            "when": {"all": [asks("intent", "is", "content"), asks("score", "lt", 40, if_blank=True)]},
            "why": "We test whether calling readers at once is worth a rep's time. Decide at the review.",
            "target": {
                "kind": "split",
                "ways": [
                    {"name": "call", "share": 1, "target": {"kind": "tree", "tree": "regions"}},
                    {"name": "nurture", "share": 2, "target": {"kind": "nurture", "track": "readers"}},
                ],
            },
        },
        {
            "id": "gtk",
            "name": "GTK 500",
            "when": asks("product_interest", "has_any", ["GTK 500"]),
            "why": "Few have sold our largest machine; the price is five figures.",
            "target": {"kind": "pool", "pool": "enterprise", "strategy": "best_skilled", "require_skills": {"gtk": 1}},
        },
        {
            "id": "weekend",
            "name": "Trials on a weekend",
            "when": {"all": [asks("intent", "is", "trial"), asks("time.weekday", "in", ["sat", "sun"])]},
            "why": "The first office to open on Monday calls them all; the others kept waiting for theirs.",
            "off": True,
            "target": first_office,
        },
        {
            "id": "region",
            "name": "Everybody else, by region",
            "when": {"any": [asks("state", "is_present"), asks("country", "is_present")]},
            "why": "Near the customer, in his time zone.",
            "target": {"kind": "tree", "tree": "regions"},
        },
    ]


def _regions(today: date) -> Json:
    """The map says who: a rule for each state would have to be changed with every realignment."""
    by_map = {"kind": "territory", "if_nobody": {"kind": "queue", "queue": "triage"}}
    rules: list[Json] = [
        {
            "id": "us",
            "name": "United States",
            "when": asks("territory", "in", USA),
            "why": "Each office has its states.",
            "target": by_map,
        },
        {
            "id": "abroad",
            "name": "Abroad",
            "when": asks("territory", "is_present"),
            "why": "The office whose working day overlaps most.",
            "target": by_map,
        },
    ]
    return {
        "format": 1,
        "rules": [_rule(number, today, **rule) for number, rule in enumerate(rules)],
        "otherwise": {"kind": "queue", "queue": "triage", "sla": "standard"},
    }


def _rule(number: int, today: date, **rule: Any) -> Json:
    """Each with somebody who answers for it, and a day to look at it again."""
    owner = REVOPS.email if number % 2 == 0 else MANAGER.email
    return {**rule, "owner": owner, "review_on": (today + timedelta(days=30 + 7 * number)).isoformat()}


def _plain(rule_id: str, name: str, when: Json, why: str, target: Json) -> Json:
    return {"id": rule_id, "name": name, "when": when, "why": why, "target": target}


def asks(field: str, op: str, value: Any = None, **more: Any) -> Json:
    """One question about a lead."""
    return {"field": field, "op": op, **({} if value is None else {"value": value}), **more}
