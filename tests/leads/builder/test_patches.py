"""After an edit only what looks different is sent, wherever the edit was."""

from __future__ import annotations

from dataclasses import replace

from leads.builder.canvas.patches import changed_rows, patches, same_rows
from leads.builder.canvas.picture import Card, Picture
from routing.engine.explain import Said


def rule(key: str, *kids: Card, says: str = "every lead", level: int = 1) -> Card:
    own = kids or (Card(f"{key}_target", "outcome", "EMEA", (Said("Round robin"),), level + 1, 1, 1),)
    return Card(key, "rule", key.title(), (Said(says),), level, 1, 1, is_branch=bool(kids), kids=own)


def picture(*cards: Card) -> Picture:
    return Picture(cards, rules=len(cards), levels=1, total=0)


def sent(before: Picture, after: Picture) -> list[tuple[str, str]]:
    return [(patch.extent, patch.card.key if patch.card else "") for patch in patches(before, after)]


def test_nothing_is_sent_where_nothing_changed() -> None:
    assert sent(picture(rule("one")), picture(rule("one"))) == []


def test_a_condition_that_changes_is_one_card_however_deep() -> None:
    before = picture(rule("one", rule("two", rule("three", level=3), level=2)))
    after = picture(rule("one", rule("two", rule("three", says="country is DE", level=3), level=2)))

    assert sent(before, after) == [("card", "three")]


def test_of_a_list_in_another_order_only_what_changed_besides_is_sent_again() -> None:
    before = picture(rule("one"), rule("two"), rule("three"))
    moved = replace(rule("three"), number="1", place=1)
    after = picture(moved, rule("one", says="country is DE"), rule("two"))

    (patch,) = patches(before, after)

    assert (patch.extent, patch.card) == ("list", None)
    assert patch.same == {"two", "three"}
    assert changed_rows(before, after) is None
    assert same_rows(before, after) == {"one", "two", "three"}


def test_a_rule_that_becomes_a_branch_is_sent_with_all_that_hangs_on_it() -> None:
    assert sent(picture(rule("one")), picture(rule("one", rule("two", level=2)))) == [("piece", "one")]


def test_a_rule_that_moves_into_another_branch_is_two_lists() -> None:
    before = picture(rule("one", rule("a", level=2), rule("b", level=2)), rule("two", rule("c", level=2)))
    after = picture(rule("one", rule("a", level=2)), rule("two", rule("b", level=2), rule("c", level=2)))

    assert sent(before, after) == [("list", "one"), ("list", "two")]


def test_while_a_lead_is_tried_the_whole_tree_is_sent() -> None:
    before = picture(rule("one"))

    assert sent(before, replace(before, is_testing=True)) == [("tree", "")]
