"""A small sales office for tests of pages: two teams, three reps, two managers, RevOps; and leads sent to its website.

Leads go in by the front door and through the real pipeline, so that pages are shown what pages will be shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from leads import pipeline
from leads.configuration import store
from leads.models import InboundEvent, Lead
from reps.models import User

FILE = Path(__file__).with_name("office.yaml")
PASSWORD = "correct-horse-battery"

DANA = "dana@example.com"  # a rep of the team Enterprise, and the only one with HIPAA
LEE = "lee@example.com"  # her colleague and backup
CLARA = "clara@example.com"  # a rep of the team EMEA
LENA = "lena@example.com"  # manages Enterprise
INES = "ines@example.com"  # manages EMEA
MAYA = "maya@example.com"  # RevOps

HEALTH = {"intent": "demo", "employees": 2400, "industry": "Healthcare"}  # goes to Dana
STEEL = {"intent": "demo", "employees": 2400, "industry": "Steel"}  # goes to Clara
LARGE = {"intent": "general", "employees": 5000}  # waits in the queue of Enterprise
SMALL = {"intent": "general", "employees": 5}  # nobody's: waits in Triage


def open_office() -> None:
    """Everybody can sign in with the same password."""
    User.objects.create_user(MAYA, name="Maya Lindqvist", role=User.Role.REVOPS)
    User.objects.create_user(LENA, name="Lena Brandt", role=User.Role.MANAGER)
    User.objects.create_user(INES, name="Ines Duarte", role=User.Role.MANAGER)
    store.load(FILE.read_text(encoding="utf-8"), now=timezone.now())
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])


def person(email: str) -> User:
    return User.objects.get(email=email)


def send(name: str, **fields: Any) -> InboundEvent:
    """Somebody fills in the form on the website."""
    first, _, last = name.partition(" ")
    body = {"name": name, "email": f"{first}.{last}@northwind.example".lower(), "company": "Northwind", **fields}
    answer = Client().post("/in/website/", body, content_type="application/json")
    assert answer.status_code == 202, answer.content
    return InboundEvent.objects.get(pk=answer.json()["event"])


def do(name: str, key: str, **said: Any) -> InboundEvent:
    """Somebody does something, and it is counted."""
    event = send(name, type="activity", key=key, id=f"done{InboundEvent.objects.count()}", **said)
    while pipeline.route_waiting():
        pass
    return event


def arrive(name: str, **fields: Any) -> Lead:
    """The same, and it is routed."""
    event = send(name, **fields)
    while pipeline.route_waiting():
        pass
    return Lead.objects.get(touches__event=event)


def signed_in(email: str) -> Client:
    client = Client()
    client.force_login(person(email), backend="django.contrib.auth.backends.ModelBackend")
    return client
