"""A small company in the database, and deliveries to it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from leads import pipeline
from leads.configuration import store
from leads.models import InboundEvent, Lead

COMPANY = """
version: 1
teams:
  - {slug: emea, name: EMEA, manager: mia@example.com, queue: emea}
  - {slug: apac, name: APAC, manager: max@example.com}
skills: [{slug: german, name: German}]
reps:
  - {email: ada@example.com, name: Ada, team: emea, timezone: Europe/Berlin, skills: {german: 3}}
  - {email: bob@example.com, name: Bob, team: emea, timezone: Europe/Berlin, backup: cleo@example.com}
  - {email: cleo@example.com, name: Cleo, team: emea, timezone: Europe/Berlin, capacity: 2}
  - {email: dan@example.com, name: Dan, team: apac, timezone: Asia/Tokyo}
accounts: [{name: Acme, domains: [acme.com], owner: bob@example.com, is_customer: true}]
pools: [{slug: sales, name: Sales, strategy: round_robin, members: [{rep: ada@example.com}, {rep: bob@example.com}]}]
queues: [{slug: emea, name: EMEA queue, team: emea}, {slug: triage, name: Triage}]
sla_policies:
  - slug: fast
    name: Fast
    respond_within: 5m
    default: true
    steps:
      - {after: 2m, unless: accepted, do: remind}
      - {after: 10m, unless: accepted, do: notify_manager}
      - {after: 30m, unless: contacted, do: reassign}
    max_reassignments: 1
sources:
  - {slug: web, name: Website, auth: none}
  - {slug: typeform, name: Typeform, auth: none, preset: typeform}
  - {slug: signed, name: Signed, auth: signature, secret_env: TEST_WEBHOOK_SECRET}
  - {slug: token, name: Token, auth: token, secret_env: TEST_WEBHOOK_TOKEN}
  - {slug: batch, name: Batch, auth: none, items: leads, id: batch_id, mapping: {email: contact.mail}}
trees:
  - slug: main
    name: Main
    default: true
    document:
      format: 1
      rules:
        - id: customer
          name: Customers
          why: Their owner knows them.
          when: {field: account.is_customer, op: is, value: true}
          target: {kind: account_owner}
        - id: spam
          name: Spam
          why: Nobody should call them.
          when: {field: message, op: contains, value: viagra}
          target: {kind: discard, reason: spam}
        - id: big
          name: Big companies
          why: They buy.
          when: {field: employees, op: gte, value: 100}
          set: {segment: enterprise}
          target: {kind: pool, pool: sales}
      otherwise: {kind: queue, queue: emea}
"""


@pytest.fixture
def company(db: None) -> None:
    """Four reps in two teams, a pool, two queues, a promise, five sources and a tree of three rules."""
    store.load(COMPANY, now=timezone.now())


@pytest.fixture
def deliver(company: None) -> Callable[..., Lead]:
    """Post a flat JSON lead to the website's webhook, route it, and give the lead back."""

    def _deliver(**values: object) -> Lead:
        body = {"employees": 500, **values}
        answer = Client().post("/in/web/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 202, answer.content
        pipeline.route_waiting()
        event = InboundEvent.objects.get(pk=answer.json()["event"])
        return Lead.objects.get(touches__event=event)

    return _deliver
