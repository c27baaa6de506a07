"""A new tree: a name, an address made from it, and a draft. Nothing is decided by it until it is published."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db import transaction

from reps.models import Change, User
from routing.builder import drafts, publishing
from routing.engine.nodes import Json
from routing.models import Draft, Revision, Tree

LONGEST_SLUG = 60
NAMELESS = "tree"


@transaction.atomic
def plant(name: str, document: Json, *, words: str, by: User, now: datetime) -> Tree:
    """`words` say what it was begun from. Without any default tree it becomes the one that leads enter."""
    taken = frozenset(Tree.objects.select_for_update().order_by("pk").values_list("slug", flat=True))
    is_default = not Tree.objects.filter(is_default=True).exists()
    tree = Tree.objects.create(slug=slug_of(name, taken), name=name, is_default=is_default)
    Draft.objects.create(tree=tree, newest=1, started_at=now, started_by=by)
    Revision.objects.create(
        tree=tree, number=1, document=document, op={"op": drafts.BEGIN}, words=words[:300], at=now, by=by
    )
    Change.objects.create(at=now, by=by, kind=publishing.KIND, subject=tree.slug, after={"name": name, "draft": words})
    return tree


def slug_of(name: str, taken: frozenset[str] = frozenset()) -> str:
    """What the tree is called in addresses and in jumps: letters of the name, and a number where it is taken."""
    letters = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[: LONGEST_SLUG - 4].strip("-") or NAMELESS
    number = 1
    while (one := plain if number == 1 else f"{plain}-{number}") in taken:
        number += 1
    return one
