"""Who can sign in to the demo. Known passwords: the demo is loaded into an empty database only."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "switchyard.example"
PASSWORD = "switchyard-demo"


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    email: str
    password: str = PASSWORD


REVOPS = Login("RevOps", f"revops@{DOMAIN}")
MANAGER = Login("Manager", f"manager@{DOMAIN}")
REP = Login("Rep", f"rep@{DOMAIN}")
DEMO_LOGINS = (REVOPS, MANAGER, REP)
