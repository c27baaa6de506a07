"""A drawn card: what it says, and how it is read out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string

from leads.builder.canvas.picture import Card
from routing.engine.explain import Said
from tests.office import MAYA, open_office, signed_in

RULE = Card("large", "rule", "Enterprise demo request", (Said("Form is Demo request"),), 1, 2, 5, number="2")


def read_out(card: Card) -> str:
    html = render_to_string("builder/card.html", {"card": card, "may_edit": True})
    found = re.search(r'<span class="sr" id="t-large">(.*?)</span>\s*<span class="lbl-edge"', html, re.DOTALL)
    assert found
    return re.sub("<[^>]*>", "", found[1])


def test_a_card_is_read_out_with_its_sentence_its_leads_and_their_share() -> None:
    said = "Rule 2: Enterprise demo request. Form is Demo request."

    assert read_out(replace(RULE, count=412, share=0.2168)) == f"{said} 412 leads, 21.7 percent."
    assert read_out(replace(RULE, count=1, share=0.002)) == f"{said} 1 lead, 0.2 percent."
    assert read_out(replace(RULE, off=True)) == f"{said} Off."


@pytest.mark.django_db
def test_a_new_rule_says_that_it_takes_every_lead_and_that_it_has_no_outcome() -> None:
    open_office()
    maya = signed_in(MAYA)

    fields = {"rev": 0, "op": "add_rule", "parent": "", "index": 1}
    maya.post("/routing/inbound/ops/", fields, headers={"HX-Request": "true"})

    page = maya.get("/routing/inbound/?node=rule").content.decode()
    assert "Rule <span data-number>2</span>: New rule. Every lead." in page
    assert "<span>No outcome yet</span>" in page
    assert "no lead matches it yet" not in page
