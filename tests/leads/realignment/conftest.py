"""The small company with a market: two territories, one within the other."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads.configuration import store
from reps.models import User
from tests.leads.conftest import COMPANY
from tests.organisation import make_revops

MARKET = """
version: 1
territories:
  - {slug: dach, name: DACH, when: {field: country, op: in, value: [DE, AT, CH]}, reps: [{rep: ada@example.com}]}
  - slug: de
    name: Germany
    parent: dach
    when: {field: country, op: is, value: DE}
    reps: [{rep: ada@example.com, weight: 2}, {rep: bob@example.com}]
accounts:
  - {name: Acme, domains: [acme.com], owner: bob@example.com, is_customer: true, country: DE}
  - {name: Alpen, domains: [alpen.example], country: AT, tier: gold}
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      rules:
        - id: big
          name: Big companies
          why: They buy.
          when: {field: employees, op: gte, value: 1000}
          target: {kind: pool, pool: sales}
        - id: land
          name: By territory
          why: Reps know their land.
          when: {field: territory, op: is_present}
          target: {kind: territory}
      otherwise: {kind: queue, queue: emea}
"""
GERMANY_TO_CLEO = "territories: [{slug: de, reps: [{rep: cleo@example.com}]}]"


@pytest.fixture
def market(db: None) -> None:
    store.load(COMPANY, now=timezone.now())
    store.load(MARKET, now=timezone.now())


@pytest.fixture
def olivia(db: None) -> User:
    return make_revops()
