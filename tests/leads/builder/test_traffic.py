"""What the pieces of a shown tree say of the leads of the last days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.builder.desk import of_tree
from leads.builder.traffic import rollup
from leads.builder.traffic.counts import Counts, counts
from routing.models import Tree
from tests.leads.builder.arrivals import arrived, branch, document, drafted, is_in, rule
from tests.organisation import NOON, make_revops, publish_tree

pytestmark = pytest.mark.django_db

TREE = document(branch("emea", is_in("DE"), rule("big"), rule("small")), rule("spam"))


def shown(slug: str = "main", days: int = 30) -> Counts:
    rollup.forget()
    rollup.count_all(now=NOON)
    return counts(of_tree(Tree.objects.get(slug=slug), may_edit=True), days=days, now=NOON)


def test_pieces_show_what_the_rules_took_and_the_intake_shows_whom_no_rule_was_asked_about() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("emea", "big"), count=3)
    arrived(version, ("emea",), count=1, path="main/emea/otherwise")
    arrived(version, ("emea", "small"), count=1, fallback=True, path="main/otherwise")
    arrived(version, (), count=2)
    arrived(version, path="sticky", sticky=True, count=4)
    arrived(version, path="gate", count=5)
    arrived(version, ("spam",), cause="sla", count=6)

    here = shown()

    assert (here.total, here.elsewhere, here.fallback) == (7, 0, 3)
    assert (here.intake.known, here.intake.gated, here.intake.asked, here.intake.leads) == (4, 5, 7, 16)
    assert [here.of(node) for node in ("emea", "big", "small", "emea_otherwise", "spam", "_otherwise")] == [
        5,
        3,
        1,
        1,
        0,
        2,
    ]
    assert (here.share("big"), here.share("emea"), here.part("big")) == (3 / 5, 5 / 7, 3 / 7)


def test_only_the_days_asked_for_count() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("spam",), at=NOON - timedelta(days=29))
    arrived(version, ("spam",), at=NOON - timedelta(days=30), count=2)

    assert (shown().of("spam"), shown(days=31).of("spam"), shown(days=29).of("spam")) == (1, 3, 0)


def test_a_rule_that_never_decided_is_new_and_one_that_is_gone_is_said_to_be() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("emea", "big"), count=3)
    arrived(version, ("spam",), count=2)
    drafted(version.tree, document(branch("world", is_in("FR"), rule("big")), rule("late")), make_revops())

    here = shown()

    assert (here.of("late"), here.of("late_target"), here.of("world_otherwise")) == (None, None, None)
    assert (here.of("world"), here.of("big"), here.of("_otherwise")) == (3, 3, 0)
    assert (here.total, here.elsewhere, here.gone()) == (3, 2, 2)


def test_leads_that_another_tree_sent_on_are_shown_where_they_went() -> None:
    sending = document(rule("spam", is_in("FR"), {"kind": "tree", "tree": "second"}))
    publish_tree(document=document(rule("spam"), rule("late")), slug="second", default=False)
    version = publish_tree(document=sending)
    arrived(version, ("spam", "spam"), path="second/spam", count=2)
    arrived(version, ("spam",), path="second/otherwise", count=3)
    arrived(version, (), count=4)

    first, second = shown("main"), shown("second")

    assert (first.of("spam"), first.of("_otherwise"), first.total) == (5, 4, 9)
    assert (second.of("spam"), second.of("_otherwise"), second.total) == (2, 3, 5)


def test_an_outcome_says_how_many_took_each_row_of_its_table() -> None:
    row = {"values": ["DE"], "target": {"kind": "queue", "queue": "unassigned"}}
    table = {"kind": "table", "field": "country", "rows": [row], "otherwise": row["target"]}
    version = publish_tree(document=document(rule("by-land", None, table)))
    arrived(version, ("by-land",), path="main/by-land/DE", count=3)
    arrived(version, ("by-land",), path="main/by-land/otherwise", count=2)

    assert shown().rows == {"by-land_target": {"DE": 3, "otherwise": 2}}


def test_before_the_first_lead_all_is_nothing() -> None:
    publish_tree(document=TREE)

    here = shown()

    assert (here.total, here.of("emea"), here.share("emea"), here.part("emea")) == (0, 0, 0, 0)
