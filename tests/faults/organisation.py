"""The company that the fault tests work for, as its configuration file says it.

`steady` is the pool whose fairness is judged to the last lead: equal weights, everybody there, nobody takes leads away.
Beside its four reps sit one who has left and one who is away. `hasty` is where promises break within seconds.
"""

from __future__ import annotations

import base64
from typing import Any

import yaml

KEY, OLD_KEY, EXPIRED_KEY, OTHER_KEY = (letter.encode() * 32 for letter in "kole")
SECRETS = {
    "FAULTS_SECRET": f"whsec_{base64.b64encode(KEY).decode()} whsec_{base64.b64encode(OLD_KEY).decode()}",
    "FAULTS_OTHER_SECRET": f"whsec_{base64.b64encode(OTHER_KEY).decode()}",
}

MANAGER = "mona@example.com"
STEADY = tuple(f"steady{number}@example.com" for number in range(4))
HASTY = tuple(f"hasty{number}@example.com" for number in range(4))
SMALL = tuple(f"small{number}@example.com" for number in range(4))
GONE, AWAY = "gone@example.com", "away@example.com"
BACKUPS = {HASTY[0]: HASTY[1], HASTY[1]: HASTY[2]}
CAPACITY = 10

TARGETS = {
    "steady": {"kind": "pool", "pool": "steady"},
    "hasty": {"kind": "pool", "pool": "hasty", "sla": "hasty"},
    "small": {"kind": "pool", "pool": "small", "if_nobody": {"kind": "queue", "queue": "floor"}},
    "floor": {"kind": "queue", "queue": "floor"},
    "later": {"kind": "nurture", "track": "spring"},
    "spam": {"kind": "discard", "reason": "no business"},
}


def rep(email: str, **more: Any) -> dict[str, Any]:
    return {"email": email, "name": email.partition("@")[0].capitalize(), "team": "floor", **more}


def people(*, gone: bool = True, leaver: str = "") -> list[dict[str, Any]]:
    """`leaver` is one more who has just left."""
    everybody = [rep(email) for email in STEADY]
    everybody += [rep(email, backup=BACKUPS[email]) if email in BACKUPS else rep(email) for email in HASTY]
    everybody += [rep(email, capacity=CAPACITY) for email in SMALL]
    everybody.append(rep(GONE, active=not gone))
    everybody.append(rep(AWAY, time_off=[{"start": "2020-01-01T00:00", "end": "2090-01-01T00:00"}]))
    return [{**one, "active": False} if one["email"] == leaver else one for one in everybody]


def configuration(*, reps: list[dict[str, Any]] | None = None, ladder: tuple[str, str] = ("1s", "1s")) -> str:
    """The file. Which pool a lead goes to is said by its campaign; without one it is `steady`.

    `ladder` says when a hasty promise is reminded of, and when its lead is taken away.
    """
    steps = [
        {"after": after, "unless": "accepted", "do": do}
        for after, do in zip(ladder, ("remind", "reassign"), strict=True)
    ]
    rules = [
        {
            "id": name,
            "name": name.capitalize(),
            "why": f"The campaign says {name}.",
            "when": {"field": "campaign", "op": "is", "value": name},
            "target": target,
        }
        for name, target in TARGETS.items()
    ]
    raised = {
        "id": "raised",
        "name": "Raised a hand",
        "why": "Asked for somebody since.",
        "when": {"field": "signal.demo_request_1d", "op": "gte", "value": 1},
        "target": TARGETS["steady"],
    }
    rules.insert(0, raised)
    return yaml.safe_dump(
        {
            "version": 1,
            "teams": [{"slug": "floor", "name": "Floor", "manager": MANAGER, "queue": "floor"}],
            "queues": [{"slug": "floor", "name": "Floor", "team": "floor"}],
            "reps": people() if reps is None else reps,
            "pools": [
                _pool("steady", (*STEADY, GONE, AWAY)),
                _pool("hasty", HASTY),
                _pool("small", SMALL),
            ],
            "sla_policies": [
                {"slug": "calm", "name": "Calm", "respond_within": "4h", "default": True},
                {"slug": "hasty", "name": "Hasty", "respond_within": "2s", "steps": steps, "max_reassignments": 2},
            ],
            "sources": [
                {"slug": "signed", "name": "Signed", "auth": "signature", "secret_env": "FAULTS_SECRET"},
                {
                    "slug": "other",
                    "name": "Other",
                    "auth": "signature",
                    "secret_env": "FAULTS_OTHER_SECRET",
                },
                {"slug": "open", "name": "Open", "auth": "none"},
            ],
            "trees": [
                {
                    "slug": "main",
                    "name": "Main",
                    "default": True,
                    "document": {
                        "format": 1,
                        "sticky_days": 90,
                        "rules": rules,
                        "otherwise": {"kind": "pool", "pool": "steady"},
                    },
                },
            ],
        },
        sort_keys=False,
    )


def _pool(slug: str, members: tuple[str, ...]) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": slug.capitalize(),
        "strategy": "round_robin",
        "members": [{"rep": one} for one in members],
    }
