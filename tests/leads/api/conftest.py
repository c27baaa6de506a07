"""Two teams that must not see each other, and clients for everybody who may knock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from leads.models import InboundEvent, Lead
from reps.models import ApiToken, Rep, User
from routing.models import Queue, Version
from tests.organisation import (
    make_event,
    make_lead,
    make_manager,
    make_pool,
    make_queue,
    make_rep,
    make_revops,
    make_source,
    make_team,
    publish_tree,
    token_of,
)

DOCUMENT = {
    "rules": [
        {
            "id": "big",
            "name": "Large companies",
            "when": {"field": "employees", "op": "gte", "value": 1000},
            "why": "They buy through procurement.",
            "target": {"kind": "pool", "pool": "berlin"},
        }
    ],
    "otherwise": {"kind": "queue", "queue": "triage"},
}


class Program:
    """A program that speaks JSON and may have a token."""

    def __init__(self, authorization: str = "") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": authorization} if authorization else {}

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{address}", query, headers=self.headers)

    def post(self, address: str, **body: Any) -> Any:
        return self.client.post(f"/api/v1/{address}", body, content_type="application/json", headers=self.headers)

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Any:
        return self.client.generic(
            method, f"/api/v1/{address}", body, content_type="application/json", headers={**self.headers, **headers}
        )


@dataclass(frozen=True, slots=True)
class Company:
    """Berlin (Mia manages Ada and Ben) and Paris (Max manages Zoe): leads in hand, in both queues and in triage."""

    olivia: User
    mia: User
    max: User
    ada: Rep
    ben: Rep
    zoe: Rep
    gone: User
    adas: Lead
    zoes: Lead
    in_berlin: Lead
    in_paris: Lead
    in_triage: Lead
    berlin: Queue
    version: Version
    event: InboundEvent


@pytest.fixture
def company(db: None) -> Company:
    olivia, mia, max_ = make_revops(), make_manager(), make_manager(email="max@example.com")
    berlin, paris = make_team(slug="berlin", manager=mia), make_team(slug="paris", manager=max_)
    berlin_queue, paris_queue = make_queue(slug="berlin", team=berlin), make_queue(slug="paris", team=paris)
    triage = make_queue(slug="triage")
    ada = make_rep(email="ada@example.com", team=berlin)
    ben = make_rep(email="ben@example.com", team=berlin)
    zoe = make_rep(email="zoe@example.com", team=paris)
    gone = make_rep(email="gone@example.com", team=berlin, active=False).user
    User.objects.filter(pk=gone.pk).update(is_active=False)
    make_source(slug="web", auth="token", secret_env="WEB_SECRET")
    make_pool(slug="berlin", members=[ada, ben])
    make_pool(slug="paris", members=[zoe])
    version = publish_tree(document=DOCUMENT)
    adas = make_lead(rep=ada, email="a@customer.example", company="Acme", employees="51-200", version=version)
    return Company(
        olivia=olivia,
        mia=mia,
        max=max_,
        ada=ada,
        ben=ben,
        zoe=zoe,
        gone=gone,
        adas=adas,
        zoes=make_lead(rep=zoe, email="z@customer.example", version=version),
        in_berlin=make_lead(queue=berlin_queue, email="b@customer.example", version=version),
        in_paris=make_lead(queue=paris_queue, email="p@customer.example", version=version),
        in_triage=make_lead(queue=triage, email="t@customer.example", version=version),
        berlin=berlin_queue,
        version=version,
        event=make_event(lead=adas),
    )


@pytest.fixture
def programs(company: Company) -> Mapping[str, Program]:
    """One for everybody; `nobody` has no token, `gone` may not sign in any more, `revoked` has a token of the past."""
    users = {
        "olivia": company.olivia,
        "mia": company.mia,
        "max": company.max,
        "ada": company.ada.user,
        "ben": company.ben.user,
        "zoe": company.zoe.user,
        "gone": company.gone,
    }
    revoked = token_of(company.ada.user)
    ApiToken.objects.all().delete()
    return {
        **{name: Program(token_of(user)) for name, user in users.items()},
        "nobody": Program(),
        "revoked": Program(revoked),
    }
