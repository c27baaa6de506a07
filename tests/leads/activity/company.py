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
    document = yaml.safe_load(COMPANY)
    tree = document["trees"][0]["document"]
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
    store.load(yaml.safe_dump(document), now=timezone.now())
