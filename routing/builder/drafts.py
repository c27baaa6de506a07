"""The draft of a tree: begun from what is live, changed one numbered revision at a time, undone and redone.

Whoever writes says which revision he has seen. If somebody else has written since, nothing is merged: `Conflict` says
who did what. Undoing writes a new revision too, so a number means one document for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Func, JSONField, Max

from reps.models import User
from routing.engine import edits
from routing.engine.edits import Arguments, Around, Done, asked
from routing.engine.nodes import Json
from routing.models import Draft, Revision, Tree, Version

BEGIN, BEGUN = "begin", "began a draft"
EMPTY: Json = {"format": 1, "rules": [], "otherwise": {"kind": "queue", "queue": "unassigned"}}


class Conflict(Exception):
    """Somebody was quicker. `newest` is what stands now; None: the draft is gone, published or thrown away."""

    def __init__(self, newest: Revision | None) -> None:
        super().__init__(newest.words if newest else "the draft is gone")
        self.newest = newest


class NothingTo(Exception):
    """There is nothing to undo, or to redo."""


def live_of(tree: Tree) -> Version | None:
    return tree.versions.filter(status=Version.Status.LIVE).first()


def newest_of(tree: Tree) -> Revision | None:
    """The revision that the tree's draft is at; None without a draft."""
    draft = Draft.objects.filter(tree=tree).first()
    return tree.revisions.select_related("by").get(number=draft.newest) if draft else None


def perform(
    tree: Tree, *, rev: int, op: str, arguments: Arguments, around: Around, by: User, now: datetime
) -> Revision:
    """Do one deed of `routing.engine.edits` to revision `rev`; 0 stands for what is live, and begins a draft.

    Raises Refused and Conflict.
    """
    asked.refuse_unkeepable(arguments)
    return change(
        tree,
        rev=rev,
        op={**arguments, "op": op},  # in this order: what a revision is taken for is not an argument
        by=by,
        now=now,
        how=lambda document: edits.apply(document, op, arguments, around),
    )


def change(tree: Tree, *, rev: int, op: Json, by: User, now: datetime, how: Callable[[Json], Done]) -> Revision:
    """The same for what is no deed of its own, such as taking back an older version whole."""
    with transaction.atomic():
        current = _held(tree, rev, by, now)
        done = how(current.document)
        if done.document == current.document:
            return current
        return _write(
            current,
            done.document,
            op=op,
            words=done.words,
            node=done.node,
            back=current.number,
            forward=None,
            by=by,
            now=now,
        )


def undo(tree: Tree, *, rev: int, by: User, now: datetime) -> Revision:
    """To the document as it was before the newest change. Raises NothingTo and Conflict."""
    with transaction.atomic():
        current = _held(tree, rev, by, now)
        if current.back is None:
            raise NothingTo
        before = tree.revisions.get(number=current.back)
        words, op = f"undid: {_made(current).words}", {"op": "undo", "of": current.number}
        return _write(
            current,
            before.document,
            op=op,
            words=words,
            node=current.node,
            back=before.back,
            forward=current.number,
            by=by,
            now=now,
        )


def redo(tree: Tree, *, rev: int, by: User, now: datetime) -> Revision:
    """To the document as it was before the newest undoing. Raises NothingTo and Conflict."""
    with transaction.atomic():
        current = _held(tree, rev, by, now)
        if current.forward is None:
            raise NothingTo
        after = tree.revisions.get(number=current.forward)
        words, op = f"redid: {_made(after).words}", {"op": "redo", "of": after.number}
        return _write(
            current,
            after.document,
            op=op,
            words=words,
            node=after.node,
            back=current.number,
            forward=after.forward,
            by=by,
            now=now,
        )


def discard(tree: Tree, *, rev: int) -> None:
    """Throw the draft away. Its revisions stay, and can be taken back."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(tree=tree).first()
        if draft is not None:
            _same(draft, rev)
            draft.delete()


def next_number(tree: Tree) -> int:
    """For a new revision; the tree's row is locked. Not all of them are the draft's: rolling back writes one too."""
    return (tree.revisions.aggregate(Max("number"))["number__max"] or 0) + 1


def ids_ever(tree: Tree) -> frozenset[str]:
    """The ids of all rules that were ever published in this tree: none may mean something else now."""
    # Found where the documents lie: thirty versions of a thousand rules are ten megabytes, and each edit asks.
    ids = Func(F("document"), template="jsonb_path_query(%(expressions)s, '$.**.id')", output_field=JSONField())
    return frozenset(tree.versions.annotate(rule=ids).values_list("rule", flat=True).distinct())


def _held(tree: Tree, rev: int, by: User, now: datetime) -> Revision:
    """The newest revision, locked; a draft is begun if there is none. Conflict if it is not the one that was seen."""
    Tree.objects.select_for_update().get(pk=tree.pk)
    draft = Draft.objects.select_for_update().filter(tree=tree).first()
    if draft is not None:
        return _same(draft, rev)
    if rev != 0:
        raise Conflict(None)
    live = live_of(tree)
    number = next_number(tree)
    document = live.document if live else EMPTY
    Draft.objects.create(tree=tree, base=live, newest=number, started_at=now, started_by=by)
    return Revision.objects.create(
        tree=tree, number=number, document=document, op={"op": BEGIN}, words=BEGUN, at=now, by=by
    )


def _same(draft: Draft, rev: int) -> Revision:
    newest = Revision.objects.select_related("by").get(tree_id=draft.tree_id, number=draft.newest)
    if newest.number != rev:
        raise Conflict(newest)
    return newest


def _made(revision: Revision) -> Revision:
    """The revision whose deed led to this document: itself, unless it undid or redid."""
    others = Revision.objects.filter(tree_id=revision.tree_id)
    while revision.op.get("op") in ("undo", "redo"):
        other = others.get(number=revision.op["of"])
        revision = other if revision.op["op"] == "redo" else others.get(number=other.back or 0)
    return revision


def _write(
    current: Revision,
    document: Json,
    *,
    op: Json,
    words: str,
    node: str,
    back: int | None,
    forward: int | None,
    by: User,
    now: datetime,
) -> Revision:
    revision = Revision.objects.create(
        tree_id=current.tree_id,
        number=next_number(current.tree),
        document=document,
        op=op,
        words=words[:300],
        node=node[:100],
        back=back,
        forward=forward,
        at=now,
        by=by,
    )
    Draft.objects.filter(tree_id=current.tree_id).update(newest=revision.number)
    return revision
