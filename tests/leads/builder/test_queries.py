"""What the builder's pages ask the database: a fixed number of questions, however much there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.builder.backtests import services as backtesting
from leads.builder.desk import of_tree
from leads.builder.traffic import rollup
from routing.models import Draft, Tree, Version
from tests.leads.builder.arrivals import arrived, document, drafted, is_in, rule
from tests.office import MAYA, person, signed_in
from tests.organisation import publish_tree

pytestmark = pytest.mark.usefixtures("office")

INBOUND = "/routing/inbound/"
# Sessions, users and savepoints among them. Whoever needs more here says why.
MOST = {
    INBOUND: 20,
    f"{INBOUND}?node=rule-1": 26,
    f"{INBOUND}nodes/rule-1/": 20,
    f"{INBOUND}impact/rule-1/": 14,
    f"{INBOUND}findings/": 16,
    f"{INBOUND}traffic/": 16,
    f"{INBOUND}history/": 14,
    f"{INBOUND}compare/": 20,
    f"{INBOUND}trials/": 20,
    f"{INBOUND}backtests/": 14,
    "/routing/": 24,
}
MOST_OF_AN_EDIT = 70


def grow(rules: int, versions: int) -> None:
    """Versions with more and more rules, leads that each of them decided, a backtest of each, and a draft."""
    tree, now = Tree.objects.get(slug="inbound"), timezone.now()
    Draft.objects.filter(tree=tree).delete()
    for number in range(versions):
        said = document(*(rule(f"rule-{index}", is_in("DE")) for index in range(rules - number)))
        publish_tree(slug="inbound", document=said)
        live = Version.objects.select_related("tree").get(tree=tree, status=Version.Status.LIVE)
        arrived(live, ("rule-1",), at=now)
        backtesting.ask(of_tree(tree, may_edit=True), days=30, most=100, by=person(MAYA), now=now)
        backtesting.run_next()
    rollup.count_all(now=now)
    drafted(tree, document(*(rule(f"rule-{index}", is_in("AT")) for index in range(rules))), person(MAYA), now)


def asked(client: Client, address: str) -> int:
    """By a process that has seen all of this once."""
    client.get(address, HTTP_HX_REQUEST="true")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, HTTP_HX_REQUEST="true").status_code == 200
    return len(queries)


def edited(client: Client, turn: int) -> int:
    draft = Draft.objects.get(tree__slug="inbound")
    said: dict[str, Any] = {"op": "rename", "node": "rule-1", "name": f"Renamed {turn}", "rev": draft.newest}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(f"{INBOUND}ops/", said, HTTP_HX_REQUEST="true").status_code == 200
    return len(queries)


def test_no_page_asks_more_of_a_larger_tree_with_a_longer_past() -> None:
    client, addresses = signed_in(MAYA), [address for address in MOST if "node" not in address]
    grow(rules=4, versions=2)
    few = {address: asked(client, address) for address in addresses}

    grow(rules=30, versions=6)

    assert {address: asked(client, address) for address in addresses} == few


def test_no_page_asks_more_than_it_may() -> None:
    client = signed_in(MAYA)
    grow(rules=4, versions=2)

    found = {address: asked(client, address) for address in MOST}

    assert {address: many for address, many in found.items() if many > MOST[address]} == {}


def test_an_edit_asks_the_same_of_every_tree() -> None:
    client = signed_in(MAYA)
    grow(rules=4, versions=2)
    edited(client, 1)
    of_few = edited(client, 2)

    grow(rules=30, versions=6)
    edited(client, 3)

    assert edited(client, 4) == of_few <= MOST_OF_AN_EDIT
