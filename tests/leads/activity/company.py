"""The company of `tests.leads` with a rule of its own about signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from django.utils import timezone

from leads.configuration import store
from tests.leads.conftest import COMPANY


def with_rules(when: Mapping[str, Any], *, nurture: bool = False, **target: Any) -> None:
    """A rule above all others: who it holds for goes to Sales. With `nurture` everybody else waits in a track."""
    store.load(document(when, nurture=nurture, **target), now=timezone.now())


def document(when: Mapping[str, Any], *, nurture: bool = False, **target: Any) -> str:
    """The same as a file. Beside the customer there is an account that only looks round."""
    company = yaml.safe_load(COMPANY)
    company["accounts"].append({"name": "Initech", "domains": ["initech.com"]})
    tree = company["trees"][0]["document"]
    tree["rules"].insert(
        0,
        {
            "id": "signals",
            "name": "Signals",
            "why": "They show it.",
            "when": when,
            "target": target or {"kind": "pool", "pool": "sales"},
        },
    )
    if nurture:
        tree["rules"].append(
            {
                "id": "wait",
                "name": "Wait",
                "why": "Not yet.",
                "when": {"all": []},
                "target": {"kind": "nurture", "track": "later"},
            }
        )
    return yaml.safe_dump(company)
