"""A lead tried in a tree: the way it goes, piece by piece, with its own answers; and nothing changes by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from leads.builder.desk import Desk, desk_of
from leads.builder.testing import under_test as testing
from leads.builder.testing.subjects import Subject
from reps.models import Rep, User
from tests.office import DANA, HEALTH, LEE, MAYA, arrive, open_office, person
from tests.organisation import bump

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 6, 7, 3, tzinfo=UTC)


@pytest.fixture
def office() -> None:
    open_office()


@pytest.fixture
def maya(office: None) -> User:
    return person(MAYA)


def tried(user: User, subject: Subject | None = None, **facts: Any) -> testing.Tested:
    found = testing.tested(subject or Subject(facts=facts), desk(user), by=user, now=SUNDAY)
    assert found is not None
    return found


def desk(user: User) -> Desk:
    return desk_of(user, "inbound")


def told(found: testing.Tested) -> dict[str, tuple[str, str]]:
    return {node: (step.state, step.words) for node, step in found.steps.items()}


def test_each_piece_says_what_the_lead_answered_there(maya: User) -> None:
    found = tried(maya, name="Priya Raman", company="Northwind Health", email_domain="northwind.example", **HEALTH)

    assert told(found) == {
        "students": ("miss", "E-mail domain is northwind.example"),
        "students_target": ("quiet", ""),
        "large": ("lit", "Demo, 2,400 employees"),
        "large_otherwise": ("quiet", ""),
        "large_otherwise_target": ("quiet", ""),
        "regulated": ("lit", "Industry is Healthcare"),
        "regulated_target": ("lit", "Dana Okafor: HIPAA, 0 of 12 open"),
        "shared": ("quiet", ""),
        "shared_target": ("quiet", ""),
        "_otherwise": ("quiet", ""),
        "_otherwise_target": ("quiet", ""),
    }
    assert (found.name, found.company, found.rep, found.by) == (
        "Priya Raman",
        "Northwind Health",
        "Dana Okafor",
        "rule 2.1",
    )
    assert found.due == SUNDAY + timedelta(minutes=5)
    assert found.due_words == "03:05"
    assert [(one.name, one.why_not) for one in found.others] == [("Lee Marsh", "lacks a required skill")]


def test_a_branch_none_of_whose_rules_holds_goes_on_at_its_otherwise(maya: User) -> None:
    found = tried(maya, intent="demo", employees=2400, industry="Steel")

    assert told(found)["regulated"] == ("miss", "Industry is Steel")
    assert told(found)["large_otherwise"] == ("lit", "None of these rules held")
    assert told(found)["large_otherwise_target"] == ("lit", "Clara Voss: 0 open")
    assert (found.node, found.by, found.rep) == ("large_otherwise_target", "Otherwise of rule 2", "Clara Voss")


def test_where_no_rule_holds_the_root_s_otherwise_is_lit(maya: User) -> None:
    found = tried(maya, intent="demo")

    assert told(found)["large"] == ("miss", "Employees is blank")
    assert told(found)["_otherwise"] == ("lit", "None of these rules held")
    assert told(found)["_otherwise_target"] == ("lit", "Waits in Triage queue")
    assert found.rep == ""


def test_an_empty_pool_goes_on_to_the_backup_and_says_why(maya: User) -> None:
    Rep.objects.filter(user__email=DANA).update(paused=True)
    bump()

    found = tried(maya, **HEALTH)

    assert told(found)["regulated_target"] == (
        "lit",
        "Regulated: nobody (1 is paused, 1 lacks a required skill). Waits in Enterprise queue",
    )
    assert {one.email for one in found.others} == {DANA, LEE}


def counted() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


# Whoever only reads holds no more than AccessShareLock on any table, however he asks for it.
HELD = (
    "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'advisory', 'tuple')"
)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_and_nothing_is_locked(maya: User) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    tried(maya, Subject(lead=lead.pk))
    before = counted()

    with transaction.atomic(), connection.cursor() as cursor:
        found = tried(maya, Subject(lead=lead.pk, facts={"employees": 1900}, at=SUNDAY))
        said = (found.steps, found.facts, found.intake, found.others, found.due, found.notes, found.alternatives)
        cursor.execute(HELD)
        modes = {mode for (mode,) in cursor.fetchall()}

    assert all(said)
    assert counted() == before
    assert modes == {"AccessShareLock"}
