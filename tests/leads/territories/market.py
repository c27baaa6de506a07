"""A market for tests: two countries with a gap, an overlap, somebody who is nobody's, and the office's reps."""

from __future__ import annotations

from django.utils import timezone

from leads.configuration import store

MARKET = """version: 1
territories:
  - {slug: usa, name: United States, when: {field: country, op: is, value: US}}
  - slug: us-west
    name: US West
    parent: usa
    when: {field: state, op: in, value: [CA, OR, WA]}
    reps: [{rep: dana@example.com, weight: 2}, {rep: lee@example.com}]
  - slug: us-large
    name: US Enterprise
    parent: usa
    when: {field: employees, op: gte, value: 1000}
    reps: [{rep: lee@example.com}]
  - slug: dach
    name: DACH
    when: {field: country, op: in, value: [DE, AT, CH]}
    reps: [{rep: clara@example.com}]
  - {slug: bavaria, name: Bavaria, parent: dach, when: {field: state, op: is, value: Bavaria}, valid_from: 2090-01-01}
"""


def open_market() -> None:
    store.load(MARKET, now=timezone.now())
