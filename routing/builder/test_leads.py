"""Leads that somebody keeps with where they must go: all of a tree's are asked before it is published."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reps.models import Change, User
from routing.engine.nodes import Json
from routing.models import TestLead, Tree

KIND = "test lead"
LONGEST_NAME = 200


def keep(tree: Tree, *, name: str, facts: Json, at: datetime | None, expect: Json, by: User, now: datetime) -> TestLead:
    """Under this name, in place of what was kept under it before."""
    with transaction.atomic():
        Tree.objects.select_for_update().get(pk=tree.pk)
        before = TestLead.objects.filter(tree=tree, name=name).first()
        said = {"facts": facts, "at": at, "expect": expect, "made_at": now, "made_by": by}
        kept, _ = TestLead.objects.update_or_create(tree=tree, name=name, defaults=said)
        Change.objects.create(at=now, by=by, kind=KIND, subject=_subject(kept), before=_told(before), after=_told(kept))
    return kept


def erase(kept: TestLead, *, by: User, now: datetime) -> None:
    with transaction.atomic():
        Change.objects.create(at=now, by=by, kind=KIND, subject=_subject(kept), before=_told(kept))
        kept.delete()


def _subject(kept: TestLead) -> str:
    return f"{kept.tree.slug}: {kept.name}"[:200]


def _told(kept: TestLead | None) -> Json | None:
    if kept is None:
        return None
    return {"facts": kept.facts, "at": kept.at.isoformat() if kept.at else None, "expect": kept.expect}
