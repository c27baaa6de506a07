"""What a new tree may begin as. None names a pool or a person, so each fits every organisation; what only RevOps can
know is left open, and is found as unfinished.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routing.engine.nodes import Json

NOBODYS: Json = {"kind": "queue", "queue": "unassigned"}


@dataclass(frozen=True, slots=True)
class Starter:
    key: str
    name: str
    words: str
    document: Json


def _rule(node: str, name: str, why: str, when: list[Json], **members: Any) -> Json:
    return {"id": node, "name": name, "why": why, "when": {"all": when}, **members}


def _asks(field: str, op: str, value: Any = None) -> Json:
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def _tree(*rules: Json) -> Json:
    return {"format": 1, "sticky_days": 90, "rules": list(rules), "otherwise": NOBODYS}


OWNER: Json = {"target": {"kind": "account_owner"}}
BY_TERRITORY = _rule(
    "in-a-territory",
    "In a territory",
    "Whoever knows the market answers best.",
    [_asks("territory", "is_present")],
    target={"kind": "territory"},
)
STARTERS = (
    Starter(
        "account-first",
        "Account first",
        "Customers and known accounts go to whoever owns them; the rest by territory.",
        _tree(
            _rule(
                "customers",
                "Customers",
                "A customer talks to the person who knows him.",
                [_asks("account.is_customer", "is", True)],
                **OWNER,
            ),
            _rule(
                "known-accounts",
                "Known accounts",
                "An account has one owner, whoever of its people asks.",
                [_asks("account.matched", "is", True)],
                **OWNER,
            ),
            BY_TERRITORY,
        ),
    ),
    Starter(
        "by-territory",
        "By territory",
        "Every lead goes to the reps of its territory; where there is none, to the queue of leads that are nobody's.",
        _tree(BY_TERRITORY),
    ),
    Starter(
        "by-segment",
        "By segment",
        "Large, medium and small companies each go to a team of their own, which you choose.",
        _tree(
            _rule(
                "enterprise",
                "Enterprise",
                "Long deals need people who do nothing else.",
                [_asks("employees", "gte", 1000)],
                set={"segment": "enterprise"},
            ),
            _rule(
                "mid-market",
                "Mid-market",
                "Big enough for a demo of their own.",
                [_asks("employees", "gte", 100)],
                set={"segment": "mid-market"},
            ),
            _rule(
                "small-business",
                "Small business",
                "Many and quick.",
                [_asks("employees", "lt", 100)],
                set={"segment": "small-business"},
            ),
        ),
    ),
)
BY_KEY = {starter.key: starter for starter in STARTERS}
