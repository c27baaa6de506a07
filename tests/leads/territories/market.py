"""A market for tests: two countries with a gap, an overlap, somebody who is nobody's, and the office's reps."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from leads.configuration import store
from leads.models import ChangeSet
from leads.realignment import activation, services
from reps.models import User

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
LONG = "Donaudampfschifffahrtsgesellschaft" * 2
CENTRAL = """
territories:
  - slug: us-central
    name: US Central
    parent: usa
    when: {field: state, op: in, value: [TX]}
    reps: [{rep: lee@example.com}]
"""
REALIGNMENT = """
pools: [{slug: regulated, strategy: weighted, members: [{rep: dana@example.com}, {rep: clara@example.com}]}]
remove: {territories: [bavaria]}
territories:
  - {slug: us-west, reps: [{rep: clara@example.com}, {rep: lee@example.com}]}
  - {slug: us-central, name: US Central and Texas}
  - {slug: us-large, when: {field: employees, op: gte, value: 5000}}
"""


def open_market() -> None:
    store.load(MARKET, now=timezone.now())


def prepare_changes() -> tuple[ChangeSet, ChangeSet]:
    """A realignment that is scheduled, with everything that can be said about one, and one that is in force."""
    now = timezone.now()
    done = services.prepare("Rename", "territories: [{slug: dach, name: German speaking}]", by=None, now=now)
    activation.activate(done, by=None, now=now)
    maya = User.objects.get(email="maya@example.com")
    other = services.prepare("Central takes Texas", CENTRAL, by=maya, now=now)
    services.schedule(other, now + timedelta(days=3), by=maya, now=now)
    text = REALIGNMENT + f"  - {{slug: long, name: {LONG}, when: {{field: company, op: contains, value: {LONG}}}}}\n"
    change = services.prepare("West and DACH from July", text, note="Clara takes the west over.", by=maya, now=now)
    services.schedule(change, now + timedelta(days=9), by=maya, now=now)
    return change, done
