"""A draft's revisions: each a document for ever, undone and redone by writing new ones, and never merged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reps.models import User
from routing.builder import drafts
from routing.builder.drafts import Conflict, NothingTo
from routing.engine.edits import Done
from routing.engine.nodes import Json
from routing.models import Draft, Revision, Tree, Version

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ines() -> User:
    return User.objects.create(email="ines@example.com", name="Ines", role=User.Role.REVOPS)


@pytest.fixture
def tree() -> Tree:
    tree = Tree.objects.create(slug="inbound", name="Inbound")
    Version.objects.create(tree=tree, number=1, status=Version.Status.LIVE, document=document(90))
    return tree


def document(days: int) -> Json:
    return {"format": 1, "sticky_days": days, "rules": [], "otherwise": {"kind": "queue", "queue": "unassigned"}}


def stick(tree: Tree, days: int, *, rev: int, by: User) -> Revision:
    def how(before: Json) -> Done:
        return Done({**before, "sticky_days": days}, f"set stickiness to {days} days", "")

    return drafts.change(tree, rev=rev, op={"op": "stick", "days": days}, by=by, now=NOON, how=how)


def test_the_first_change_begins_a_draft_from_what_is_live(tree: Tree, ines: User) -> None:
    revision = stick(tree, 30, rev=0, by=ines)

    assert revision.document == document(30)
    assert tree.draft.base.number == 1
    assert [one.words for one in tree.revisions.order_by("number")] == ["began a draft", "set stickiness to 30 days"]
    assert tree.versions.get().document == document(90)


def test_undoing_all_and_redoing_all_gives_the_same_documents_in_turn(tree: Tree, ines: User) -> None:
    rev, seen = 0, [document(90)]
    for days in (10, 20, 30):
        revision = stick(tree, days, rev=rev, by=ines)
        rev = revision.number
        seen.append(revision.document)

    undone = []
    for _ in range(3):
        revision = drafts.undo(tree, rev=rev, by=ines, now=NOON)
        rev = revision.number
        undone.append(revision.document)
    with pytest.raises(NothingTo):
        drafts.undo(tree, rev=rev, by=ines, now=NOON)
    redone = []
    for _ in range(3):
        revision = drafts.redo(tree, rev=rev, by=ines, now=NOON)
        rev = revision.number
        redone.append(revision.document)

    assert undone == seen[-2::-1]
    assert redone == seen[1:]
    with pytest.raises(NothingTo):
        drafts.redo(tree, rev=rev, by=ines, now=NOON)


def test_each_undoing_and_redoing_says_which_deed_it_was_about(tree: Tree, ines: User) -> None:
    rev = 0
    for days in (10, 20):
        rev = stick(tree, days, rev=rev, by=ines).number

    said = []
    for step in (drafts.undo, drafts.undo, drafts.redo, drafts.redo, drafts.undo):
        revision = step(tree, rev=rev, by=ines, now=NOON)
        rev = revision.number
        said.append(revision.words)

    to_10, to_20 = "set stickiness to 10 days", "set stickiness to 20 days"
    assert said == [f"undid: {to_20}", f"undid: {to_10}", f"redid: {to_10}", f"redid: {to_20}", f"undid: {to_20}"]


def test_half_undone_the_steps_on_both_sides_are_still_there_and_a_change_ends_the_redoing(
    tree: Tree, ines: User
) -> None:
    rev = 0
    for days in (10, 20, 30):
        rev = stick(tree, days, rev=rev, by=ines).number
    for step in (drafts.undo, drafts.undo, drafts.redo, drafts.undo, drafts.redo):
        revision = step(tree, rev=rev, by=ines, now=NOON)
        rev = revision.number
    assert revision.document == document(20)

    rev = stick(tree, 25, rev=rev, by=ines).number

    with pytest.raises(NothingTo):
        drafts.redo(tree, rev=rev, by=ines, now=NOON)
    assert drafts.undo(tree, rev=rev, by=ines, now=NOON).document == document(20)


def test_whoever_has_not_seen_the_newest_revision_is_told_who_did_what(tree: Tree, ines: User) -> None:
    first = stick(tree, 10, rev=0, by=ines)
    stick(tree, 20, rev=first.number, by=ines)

    with pytest.raises(Conflict) as quicker:
        stick(tree, 30, rev=first.number, by=ines)

    assert quicker.value.newest.words == "set stickiness to 20 days"
    assert quicker.value.newest.by == ines
    assert drafts.newest_of(tree).document == document(20)


def test_a_change_that_changes_nothing_is_no_revision(tree: Tree, ines: User) -> None:
    first = stick(tree, 10, rev=0, by=ines)

    assert stick(tree, 10, rev=first.number, by=ines) == first


def test_a_draft_that_was_thrown_away_is_gone_for_whoever_still_looks_at_it(tree: Tree, ines: User) -> None:
    first = stick(tree, 10, rev=0, by=ines)

    drafts.discard(tree, rev=first.number)

    assert not Draft.objects.exists()
    with pytest.raises(Conflict) as gone:
        stick(tree, 20, rev=first.number, by=ines)
    assert gone.value.newest is None
    assert stick(tree, 20, rev=0, by=ines).number == first.number + 2


def test_two_begin_a_draft_at_once_and_one_of_them_is_told(tree: Tree, ines: User) -> None:
    stick(tree, 10, rev=0, by=ines)

    with pytest.raises(Conflict):
        stick(tree, 20, rev=0, by=ines)


def test_ids_of_every_version_are_remembered(tree: Tree) -> None:
    rule: dict[str, Any] = {"id": "old", "name": "Old", "when": {"all": []}, "target": {"kind": "fallback"}}
    Version.objects.create(tree=tree, number=2, document={**document(1), "rules": [rule]})

    assert drafts.ids_ever(tree) == {"old"}
