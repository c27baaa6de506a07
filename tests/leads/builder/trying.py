"""A draft of the office's tree that sends large companies elsewhere, and trials of it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.utils import timezone

from leads.builder.trials import services as trials
from leads.builder.trials.services import Terms
from reps.models import User
from routing.builder import drafts
from routing.engine.edits import Done
from routing.models import Revision, Tree, Trial
from tests.office import MAYA, person

CANARY, SHADOW = Trial.Kind.CANARY, Trial.Kind.SHADOW


def the_tree() -> Tree:
    return Tree.objects.get(slug="inbound")


def draft(change: dict[str, Any] | None = None, by: User | None = None) -> Revision:
    """Large companies without a demo go to the pool EMEA; `change` is written over the document instead."""
    tree = the_tree()
    document = deepcopy(drafts.live_of(tree).document)
    document["rules"][2]["target"] = {"kind": "pool", "pool": "emea"}
    document |= change or {}
    newest = drafts.newest_of(tree)
    return drafts.change(
        tree,
        rev=newest.number if newest else 0,
        op={"op": "test"},
        by=by or person(MAYA),
        now=timezone.now(),
        how=lambda _: Done(document, "sent large companies to EMEA", "shared"),
    )


def canary(share: int = 100, revision: Revision | None = None, **limits: float) -> Trial:
    revision = revision or draft()
    terms = Terms(CANARY, share, limits)
    return trials.begin(the_tree(), terms, rev=revision.number, by=person(MAYA), now=timezone.now())


def shadow(revision: Revision | None = None) -> Trial:
    revision = revision or draft()
    return trials.begin(the_tree(), Terms(SHADOW), rev=revision.number, by=person(MAYA), now=timezone.now())
