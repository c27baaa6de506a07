"""Accounts of a database and of a file are searched alike; no lead comes to an account that is merged meanwhile."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from leads import accounts, merging, pipeline
from leads.configuration import dump, store, worlds
from leads.matching import Matching, as_record
from leads.matching.finding import find
from leads.models import Account, Lead
from routing.engine.facts import Facts
from tests.office import DANA, MAYA, open_office, person, send

OWN = ("Acme", "Norvex", "Brightleaf", "Quintrell", "Müller", "Bright Leaf", "Norvix")
TRADES = ("", "Foods", "Capital", "Systems", "Group", "Analytics & Sons")
FORMS = ("", "GmbH", "Inc.")


def slips(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return chance.choice(
        (name, name[:at] + name[at + 1 :], name[:at] + "x" + name[at:], name.upper(), " ".join(reversed(name.split())))
    )


def told(matching: Matching) -> dict[str, Any]:
    """Without the ids, which are the database's own."""
    record = as_record(matching)
    return {**record, "candidates": [{**each, "id": 0} for each in record.get("candidates", ())]}


@pytest.mark.django_db
def test_a_file_and_a_database_find_the_same_account_with_the_same_scores() -> None:
    open_office()
    chance = random.Random(7)
    names = [" ".join(filter(None, parts)) for parts in itertools.product(OWN, TRADES, FORMS) if chance.random() < 0.6]
    lines = [
        f"  - {{name: '{name}', country: {chance.choice(('DE', 'US', 'FR'))}, domains: [c{number}.example]}}"
        for number, name in enumerate(dict.fromkeys(names))
    ]
    store.load("\n".join(["version: 1", "accounts:", *lines]), now=timezone.now())
    leads: list[Facts] = [
        {
            "company": slips(chance.choice(names), chance),
            "country": chance.choice(("DE", "US", "JP")),
            "email_domain": chance.choice(("gmail.com", f"c{chance.randrange(90)}.example")),
            "is_free_email": chance.random() < 0.5,
        }
        for _ in range(400)
    ]

    live = accounts.matchings([(facts, None) for facts in leads])
    in_memory = find(leads, worlds.shelf(dump.current()))

    assert [told(one) for one in live] == [told(one) for one in in_memory]
    assert 200 < sum(one.match is not None for one in live) < 400


@pytest.mark.django_db(transaction=True)
def test_no_lead_comes_to_an_account_that_was_merged_while_it_was_routed() -> None:
    open_office()
    store.load(
        f"version: 1\naccounts: [{{name: Northwind, owner: {DANA}}}, {{name: Contoso, domains: [contoso.example]}}]",
        now=timezone.now(),
    )
    for number in range(24):
        send(f"Ida Berg{number}", email=f"ida{number}@contoso.example", employees=5)
    gone, kept = Account.objects.get(name="Contoso"), Account.objects.get(name="Northwind")
    begun = threading.Event()

    def route() -> None:
        while pipeline.route_waiting(limit=3):
            begun.set()

    def merge() -> None:
        begun.wait(10)
        merging.merge(gone, into=kept, by=person(MAYA), reason="One company", now=timezone.now())

    failures = at_once(route, route, merge)

    assert failures == []
    route()
    assert list(Account.objects.values_list("name", flat=True)) == ["Northwind"]
    assert Lead.objects.count() == 24
    assert set(Lead.objects.values_list("account", flat=True)) == {kept.pk}


def at_once(*acts: Callable[[], None]) -> list[BaseException]:
    """Run them in threads of their own, each on a connection of its own; what went wrong."""
    failures: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as failure:  # noqa: BLE001  # the test shows it
            failures.append(failure)
        finally:
            connections.close_all()

    connection.close()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures
