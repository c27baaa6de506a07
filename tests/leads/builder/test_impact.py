"""The last leads of a tree: what they are, and what an edit does to them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.builder.desk import Desk, of_tree
from leads.builder.traffic import impact, rollup, sample
from leads.builder.traffic.counts import counts
from leads.world import known
from routing.engine.document import parse_condition
from routing.models import Tree
from tests.leads.builder.arrivals import arrived, branch, document, drafted, is_in, rule
from tests.organisation import NOON, make_revops, publish_tree

pytestmark = pytest.mark.django_db

TREE = document(branch("emea", is_in("DE", "FR"), rule("german", is_in("DE")), rule("rest")), rule("spam", is_in("US")))


def desk() -> Desk:
    return of_tree(Tree.objects.get(slug="main"), may_edit=True)


def test_the_sample_has_the_last_arrivals_of_which_rules_were_asked() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("spam",), facts={"country": "us", "tags": ["a", "b"]}, at=NOON - timedelta(days=1))
    arrived(version, ("spam",), facts={"country": "US"}, count=2)
    arrived(version, facts={"country": "DE"}, at=NOON - timedelta(days=31))
    arrived(version, path="sticky", sticky=True)
    arrived(version, path="gate")
    arrived(version, ("spam",), cause="declined")

    seen = sample.sample(version.tree, NOON)

    assert [one.facts["country"] for one in seen.seen] == ["US", "US", "us"]
    assert (seen.values("country"), seen.values("tags")) == ([("US", 3)], [("a", 1), ("b", 1)])
    assert [round(seen.blank_share(name), 2) for name in ("tags", "country", "title")] == [0.67, 0, 1]
    assert len(seen.holding(parse_condition(is_in("us"), seen.vocabulary), known().world.setting(NOON))) == 3


def test_the_sample_is_of_the_days_that_the_edges_count() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("spam",), at=NOON - timedelta(days=29, hours=11))
    arrived(version, ("spam",), at=NOON - timedelta(days=29, hours=13))
    rollup.forget()
    rollup.count_all(now=NOON)

    counted = counts(desk(), now=NOON)

    assert (counted.total, len(sample.sample(version.tree, NOON))) == (1, 1)


def test_the_sample_reads_only_what_has_come_since() -> None:
    version = publish_tree(document=TREE)
    arrived(version, ("spam",), facts={"country": "US"})
    first = sample.sample(version.tree, NOON)
    sample._Process.samples[version.tree.pk] = (-1e9, first)
    assert sample.sample(version.tree, NOON) is first

    kept = sample._Process.samples[version.tree.pk]
    arrived(version, ("spam",), facts={"country": "FR"}, at=NOON + timedelta(seconds=1))
    sample._Process.samples[version.tree.pk] = (-1e9, kept[1])
    then = sample.sample(version.tree, NOON + timedelta(seconds=1))

    assert (len(then), then.stamp != first.stamp, then.seen[1] is first.seen[0]) == (2, True, True)


def test_an_edit_says_how_many_more_leads_come_to_a_piece_than_live() -> None:
    version = publish_tree(document=TREE)
    for country, leads in {"DE": 3, "FR": 2, "US": 1, "AT": 4}.items():
        arrived(version, facts={"country": country}, count=leads)
    wider = document(
        branch("emea", is_in("DE", "FR", "AT"), rule("german", is_in("DE", "AT")), rule("rest")),
        rule("spam", is_in("US", "AT")),
    )
    drafted(version.tree, wider, make_revops())

    at = desk()

    assert impact.impact(at, "emea", NOON) == impact.Impact(9, 4, (("spam", 4),), 10)
    assert impact.impact(at, "german", NOON) == impact.Impact(7, 4, (("rest", 7),), 10)
    assert impact.impact(at, "spam", NOON) == impact.Impact(1, 0, (("emea", 4),), 10)
    assert impact.impact(at, "_otherwise", NOON) == impact.Impact(0, -4, (), 10)


def test_without_a_draft_nothing_changes_and_without_leads_nothing_is_said() -> None:
    publish_tree(document=TREE)

    assert impact.impact(desk(), "emea", NOON) == impact.Impact(0, 0, (), 0)


def test_a_rule_of_a_tree_that_is_not_live_yet_takes_its_leads_from_nobody() -> None:
    tree = Tree.objects.create(slug="main", name="Main")
    drafted(tree, document(rule("spam")), make_revops())

    assert impact.impact(desk(), "spam", NOON) == impact.Impact(0, 0, (), 0)
