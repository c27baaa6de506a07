"""Figures that the open page fetches: labels of edges, and what a draft does to the last leads."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads.builder.traffic import rollup
from routing.models import Tree, Version
from tests.leads.builder.arrivals import arrived, document, drafted, is_in, rule
from tests.office import DANA, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")


def test_the_labels_of_all_edges_are_refreshed() -> None:
    version = Version.objects.select_related("tree").get(tree__slug="inbound")
    arrived(version, ("large",), at=timezone.now(), count=3)
    arrived(version, (), at=timezone.now())
    rollup.count_all(now=timezone.now())

    body = signed_in(LENA).get("/routing/inbound/traffic/?days=7").text

    assert "<b>3</b><span>75.0%</span>" in body.partition('id="e-large"')[2][:120]
    assert "<b>1</b><span>25.0%</span>" in body.partition('id="e-_otherwise"')[2][:120]


def test_an_edit_says_what_it_does_to_the_last_leads() -> None:
    version = Version.objects.select_related("tree").get(tree__slug="inbound")
    arrived(version, (), at=timezone.now(), facts={"country": "NO"}, count=2)
    new = document(rule("norse", is_in("NO")), rule("northern", is_in("NO", "SE")))
    drafted(Tree.objects.get(slug="inbound"), new, person(MAYA))

    body = " ".join(signed_in(MAYA).get("/routing/inbound/impact/norse/").text.split())

    assert '+2 <small class="muted">vs live</small></div><div class="k">2 of the last 2 leads</div>' in body
    assert 'would also match <a href="?node=northern" data-open-node="northern">2 Northern</a>' in body
    assert signed_in(MAYA).get("/routing/inbound/impact/nobody/").status_code == 404


def test_before_the_first_lead_the_strip_says_so() -> None:
    body = signed_in(MAYA).get("/routing/inbound/impact/large/").text

    assert "No leads in the last 30 days" in body


@pytest.mark.parametrize("address", ["/routing/inbound/traffic/", "/routing/inbound/impact/large/"])
def test_reps_are_not_shown_what_goes_where(address: str) -> None:
    assert signed_in(DANA).get(address).status_code == 403
