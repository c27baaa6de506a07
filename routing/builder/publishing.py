"""From a revision to what decides: the wish to publish it, whoever must agree, its time, and the new LIVE version.

Whoever calls one of these holds the configuration's revision, and has checked the document under it. A published
version never changes; what was live before is RETIRED, and every lead that it gave away stays with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from reps import services as people
from reps.models import Change, User
from routing.builder import drafts
from routing.engine.nodes import Json
from routing.models import Draft, Publication, Revision, Tree, Version

Status = Publication.Status
OPEN = (Status.WAITING, Status.SCHEDULED)
KIND = "trees"  # of `Change`
ROLL_BACK = "roll_back"
LAST_YEAR = 2999  # clocks run over soon after 9999
WHEN = f"Choose a time to come, in the year {LAST_YEAR} at the latest."
OVER = "over"  # in `Publication.impact`: the number of the version that it takes the place of


class NotThere(Exception):
    """The wish was published, withdrawn or has failed meanwhile: somebody was quicker."""


class Behind(Exception):
    """Something else is live than what was compared with; `live` is what is live now."""

    def __init__(self, live: Version | None) -> None:
        super().__init__(f"version {live.number} is live" if live else "nothing is live")
        self.live = live


class AnotherWaits(Exception):
    """There is a wish already that waits to be published: one at a time."""

    def __init__(self, publication: Publication) -> None:
        super().__init__(str(publication))
        self.publication = publication


class TooLate(Exception):
    """The instant lies in the past, or further ahead than anybody plans."""


class OwnWish(Exception):
    """Whoever asks for a publication cannot be the one who approves it."""


def revision_of(tree: Tree, rev: int) -> Revision:
    """The draft's newest revision, if it is the one that was seen. Raises drafts.Conflict."""
    Tree.objects.select_for_update().get(pk=tree.pk)
    draft = Draft.objects.select_for_update().filter(tree=tree).first()
    newest = tree.revisions.select_related("by").get(number=draft.newest) if draft else None
    if newest is None or newest.number != rev:
        raise drafts.Conflict(newest)
    return newest


def revision_back_to(tree: Tree, version: Version, *, by: User, now: datetime) -> Revision:
    """What an old version said, as a revision of its own beside the draft."""
    Tree.objects.select_for_update().get(pk=tree.pk)
    return Revision.objects.create(
        tree=tree,
        number=drafts.next_number(tree),
        document=version.document,
        op={"op": ROLL_BACK, "version": version.number},
        words=f"rolled back to version {version.number}",
        at=now,
        by=by,
    )


def ask(
    tree: Tree,
    *,
    revision: Revision,
    document: Json,
    over: int,
    note: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    impact: Mapping[str, Any] | None = None,
) -> Publication:
    """Publish a revision: now, at a time, or as soon as somebody else of RevOps agrees, as the tree demands.

    `document` is the revision's as the engine writes it; `over` the number of the version that it was compared with, 0
    for none. Raises Behind, AnotherWaits and TooLate.
    """
    tree = Tree.objects.select_for_update().get(pk=tree.pk)
    waiting = tree.publications.filter(status__in=OPEN).first()
    if waiting is not None:
        raise AnotherWaits(waiting)
    _check_over(tree, over)
    if at is not None and (at <= now or at.year > LAST_YEAR):
        raise TooLate

    publication = Publication(
        tree=tree,
        revision=revision,
        note=note,
        publish_at=at,
        asked_at=now,
        asked_by=by,
        impact={**(impact or {}), OVER: over},
    )
    if tree.needs_approval or at is not None:
        publication.status = Status.WAITING if tree.needs_approval else Status.SCHEDULED
        publication.save()
        return publication
    publication.decided_at, publication.decided_by = now, by
    return _done(publication, document, by, now)


def approve(publication: Publication, *, document: Json, by: User, now: datetime) -> Publication:
    """The second pair of eyes: publish it, or let it wait for its time. Raises OwnWish, NotThere and Behind."""
    row = _locked(publication, (Status.WAITING,))
    if row.asked_by_id == by.pk:
        raise OwnWish
    _check_over(row.tree, over_of(row))

    row.decided_at, row.decided_by = now, by
    if row.publish_at is not None and row.publish_at > now:
        row.status = Status.SCHEDULED
        row.save(update_fields=["status", "decided_at", "decided_by"])
        return row
    return _done(row, document, by, now)


def withdraw(publication: Publication, *, by: User, now: datetime) -> Publication:
    """It will not be published. The draft stays as it is."""
    row = _locked(publication, OPEN)
    row.status, row.decided_at, row.decided_by = Status.WITHDRAWN, now, by
    row.save(update_fields=["status", "decided_at", "decided_by"])
    return row


def hold_back(tree: Tree) -> Publication | None:
    """What was scheduled while nobody had to agree waits for approval from now on. The tree's row is locked."""
    row = tree.publications.select_for_update().filter(status=Status.SCHEDULED, decided_by=None).first()
    if row is not None:
        row.status = Status.WAITING
        row.save(update_fields=["status"])
    return row


def perform(publication: Publication, *, document: Json, now: datetime) -> Publication:
    """Its time has come. Raises NotThere and Behind."""
    row = _locked(publication, (Status.SCHEDULED,))
    _check_over(row.tree, over_of(row))
    return _done(row, document, row.asked_by, now)


def fail(publication: Publication, problem: str, *, now: datetime) -> bool:
    """It could not be published when its time came; whether that is news."""
    still = Publication.objects.filter(pk=publication.pk, status=Status.SCHEDULED)
    return bool(still.update(status=Status.FAILED, problem=problem[:4_000], decided_at=now))


def go_live(tree: Tree, document: Json, *, note: str, by: User | None, now: datetime) -> Version:
    """A new version of the tree, LIVE from the commit on."""
    before = _retire(tree)
    version = Version.objects.create(
        tree=tree,
        number=next_number(tree),
        status=Version.Status.LIVE,
        document=document,
        published_at=now,
        published_by=by,
        note=note,
    )
    _tell(before, version, by, now)
    return version


def promote(version: Version, *, note: str, by: User | None, now: datetime) -> Version:
    """A version that was on trial, LIVE from the commit on."""
    before = _retire(version.tree)
    version.status, version.published_at, version.published_by, version.note = Version.Status.LIVE, now, by, note
    version.save(update_fields=["status", "published_at", "published_by", "note"])
    _tell(before, version, by, now)
    return version


def next_number(tree: Tree) -> int:
    """For a new version; the tree's row is locked."""
    return (tree.versions.aggregate(Max("number"))["number__max"] or 0) + 1


def over_of(publication: Publication) -> int:
    return int(publication.impact.get(OVER, 0))


def number_of(version: Version | None) -> int:
    """0 stands for no version at all."""
    return version.number if version else 0


def _check_over(tree: Tree, over: int) -> None:
    live = drafts.live_of(tree)
    if number_of(live) != over:
        raise Behind(live)


def _locked(publication: Publication, only: tuple[Publication.Status, ...]) -> Publication:
    Tree.objects.select_for_update().get(pk=publication.tree_id)
    row = Publication.objects.select_for_update(of=("self",)).select_related("tree", "revision", "asked_by")
    found = row.get(pk=publication.pk)
    if found.status not in only:
        raise NotThere
    return found


def _done(publication: Publication, document: Json, by: User | None, now: datetime) -> Publication:
    version = go_live(publication.tree, document, note=publication.note, by=by, now=now)
    _close_draft(publication.revision, version)
    publication.status, publication.version = Status.DONE, version
    publication.save()
    return publication


def _close_draft(revision: Revision, version: Version) -> None:
    """The draft is what was published. Was it written on since, it goes on from there."""
    draft = Draft.objects.select_for_update().filter(tree=version.tree).first()
    if draft is None or revision.op.get("op") == ROLL_BACK:
        return
    if draft.newest == revision.number:
        draft.delete()
        return
    begun = version.tree.revisions.filter(number__lte=draft.newest, op__op=drafts.BEGIN).aggregate(Max("number"))
    if (begun["number__max"] or 0) <= revision.number:
        draft.base = version
        draft.save(update_fields=["base"])


def _retire(tree: Tree) -> Version | None:
    live = drafts.live_of(tree)
    tree.versions.filter(status=Version.Status.LIVE).update(status=Version.Status.RETIRED)
    return live


def _tell(before: Version | None, version: Version, by: User | None, now: datetime) -> None:
    """The line of history, and word to every process."""
    Change.objects.create(
        at=now, by=by, kind=KIND, subject=version.tree.slug[:200], before=_told(before), after=_told(version)
    )
    people.bump()


def _told(version: Version | None) -> dict[str, Any] | None:
    return {"version": version.number, "note": version.note} if version else None
