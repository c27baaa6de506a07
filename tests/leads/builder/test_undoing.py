"""Whatever is done to a draft: undone step by step it is what it was, and redone what it became."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reps.models import User
from routing.builder import drafts
from routing.builder.drafts import NothingTo
from routing.engine.edits import Around, Refused
from routing.engine.nodes import Json
from routing.models import Tree, Version
from tests.routing.engine.documents import VOCABULARY
from tests.routing.engine.edits.deeds import FURNITURE, deeds

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIVE: Json = {"format": 1, "rules": FURNITURE, "otherwise": {"kind": "queue", "queue": "inbox"}}
AROUND = Around(VOCABULARY, live=LIVE)
numbers = itertools.count()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_all_that_was_done_is_undone_and_redone_to_the_very_same_documents(data: st.DataObject) -> None:
    tree = Tree.objects.create(slug=f"tree-{next(numbers)}", name="Tree")
    Version.objects.create(tree=tree, number=1, status=Version.Status.LIVE, document=LIVE)
    by, _ = User.objects.get_or_create(email="ines@example.com", name="Ines", role=User.Role.REVOPS)
    when = {"by": by, "now": NOON}
    rev, seen = 0, [LIVE]
    for _ in range(6):
        op, arguments = data.draw(deeds(seen[-1]))
        try:
            revision = drafts.perform(tree, rev=rev, op=op, arguments=arguments, around=AROUND, **when)
        except Refused:
            continue
        rev = revision.number
        if revision.document != seen[-1]:
            seen.append(revision.document)

    undone, rev = all_of(drafts.undo, tree, rev, when)
    redone, rev = all_of(drafts.redo, tree, rev, when)

    assert undone == seen[-2::-1]
    assert redone == seen[1:]


def all_of(step: Any, tree: Tree, rev: int, when: dict[str, Any]) -> tuple[list[Json], int]:
    seen = []
    for _ in range(20):  # more than there can be: undoing that goes round in a circle must end, and fail
        if not rev:
            break
        try:
            revision = step(tree, rev=rev, **when)
        except NothingTo:
            break
        rev = revision.number
        seen.append(revision.document)
    return seen, rev
