"""Publishing from end to end: checked at one revision of the configuration, written under it, and told to RevOps.

The row is the queue: whoever looks finds what is due, and of two who look only one publishes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from leads import trouble
from leads.builder import desk as desks
from leads.builder.desk import Desk
from leads.builder.publishing.checks import Check, Checks, checks
from leads.crash import crash_point
from leads.sources import revision_now
from notifications import services as notices
from notifications.services import Notice
from reps import services as people
from reps.database_clock import database_now
from reps.models import Change, User
from routing.builder import drafts, publishing
from routing.builder.publishing import Behind, NotThere
from routing.engine.nodes import Json
from routing.models import Publication, Revision, Tree, Version

log = logging.getLogger(__name__)

Status = Publication.Status
NOTICE = "publication"


class NoNote(Exception):
    """The history wants to know why."""


class Unfit(Exception):
    """It cannot be published as it is."""

    def __init__(self, errors: tuple[Check, ...]) -> None:
        super().__init__("; ".join(one.words for one in errors))
        self.errors = errors


class Unticked(Exception):
    """There are warnings that nobody has accepted."""

    def __init__(self, warnings: tuple[Check, ...]) -> None:
        super().__init__("; ".join(one.words for one in warnings))
        self.warnings = warnings


def publish(
    tree: Tree,
    *,
    rev: int,
    over: int,
    note: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    accepted: bool = False,
    impact: Mapping[str, Any] | None = None,
) -> Publication:
    """Publish the draft at revision `rev`, compared with version `over`; `accepted`: its warnings were seen.

    Raises drafts.Conflict, Behind, AnotherWaits, TooLate, NoNote, Unfit and Unticked; then nothing is written.
    """
    if not note.strip():
        raise NoNote

    def write(document: Json) -> Publication:
        revision = publishing.revision_of(tree, rev)
        return publishing.ask(
            tree,
            revision=revision,
            document=document,
            over=over,
            note=note.strip(),
            by=by,
            now=now,
            at=at,
            impact=impact,
        )

    def draft() -> Desk:
        desk = desks.of_tree(tree, may_edit=True)
        if desk.rev != rev:
            raise drafts.Conflict(desk.revision)
        return desk

    return _checked(draft, write, accepted=accepted, was_live=False, by=by, now=now)


def roll_back(
    tree: Tree,
    *,
    number: int,
    over: int,
    note: str,
    by: User,
    now: datetime,
    accepted: bool = False,
    impact: Mapping[str, Any] | None = None,
) -> Publication:
    """Publish what an old version said as a new one; the draft stays. Raises the same, without Conflict."""
    if not note.strip():
        raise NoNote
    version = tree.versions.exclude(published_at=None).get(number=number)

    def write(document: Json) -> Publication:
        revision = publishing.revision_back_to(tree, version, by=by, now=now)
        return publishing.ask(
            tree, revision=revision, document=document, over=over, note=note.strip(), by=by, now=now, impact=impact
        )

    def old() -> Desk:
        return desk_with(tree, as_revision(version))

    return _checked(old, write, accepted=accepted, was_live=True, by=by, now=now)


def approve(publication: Publication, *, by: User, now: datetime) -> Publication:
    """Raises OwnWish, NotThere, Behind and Unfit. Who asked has seen the warnings."""

    def write(document: Json) -> Publication:
        return publishing.approve(publication, document=document, by=by, now=now)

    return _checked(_desk_of(publication), write, accepted=True, was_live=was_live(publication), by=by, now=now)


@transaction.atomic
def withdraw(publication: Publication, *, by: User, now: datetime) -> Publication:
    people.hold_revision()
    row = publishing.withdraw(publication, by=by, now=now)
    _tell(row, by, now)
    return row


@transaction.atomic
def need_approval(tree: Tree, *, needed: bool, by: User, now: datetime) -> Tree:
    """Whether a second pair of eyes must agree. Everybody of RevOps is told: nobody is to switch it off in silence."""
    row = Tree.objects.select_for_update().get(pk=tree.pk)
    if row.needs_approval == needed:
        return row
    row.needs_approval = needed
    row.save(update_fields=["needs_approval"])
    if needed and (scheduled := publishing.hold_back(row)) is not None:
        _tell(scheduled, scheduled.asked_by, now)
    Change.objects.create(
        at=now,
        by=by,
        kind=publishing.KIND,
        subject=row.slug[:200],
        before={"needs_approval": not needed},
        after={"needs_approval": needed},
    )
    said = "needs" if needed else "no longer needs"
    text, link = f"{row} {said} a second person's approval, says {by}.", reverse("tree-history", args=[row.slug])
    notices.tell_revops(NOTICE, text, key=f"approval:{row.pk}:{now.timestamp():.6f}", link=link, now=now)
    return row


def restore(tree: Tree, *, number: int, rev: int, by: User, now: datetime) -> Revision:
    """The draft says what an old version said, until that is undone. Raises drafts.Conflict."""
    version = tree.versions.get(number=number)
    return drafts.change(
        tree,
        rev=rev,
        op={"op": "restore", "version": number},
        by=by,
        now=now,
        how=lambda _: drafts.Done(version.document, f"took back version {number}", ""),
    )


def publish_due() -> int:
    """Publish whatever is due, the earliest first; how many were tried. Nothing is due: one small query."""
    done = 0
    due = Publication.objects.filter(status=Status.SCHEDULED, publish_at__lte=Now())
    while (publication := due.select_related("tree", "revision").order_by("publish_at", "pk").first()) is not None:
        done += 1
        now = database_now()
        try:
            _perform(publication, now)
        except NotThere:
            continue
        except Behind as behind:
            _fail(publication, _overtaken(behind.live), now)
        except Unfit as unfit:
            _fail(publication, "\n".join(one.words for one in unfit.errors), now)
        except Exception as failure:  # Whatever one tree does to us, the others and the leads must not wait for it.
            if trouble.is_of_the_server(failure) or trouble.is_passing(failure):
                raise
            log.exception("publication %s failed", publication.pk)
            _fail(publication, f"It could not be written ({type(failure).__name__}).", now)
    return done


def desk_with(tree: Tree, revision: Revision) -> Desk:
    """The desk as if this revision lay on it."""
    return replace(desks.of_tree(tree, may_edit=True), draft=None, revision=revision, document=revision.document)


def as_revision(version: Version) -> Revision:
    """What a version says as a revision that is written nowhere: no written one has its number."""
    return Revision(pk=-version.pk, tree_id=version.tree_id, number=-version.number, document=version.document)


def was_live(publication: Publication) -> bool:
    """It brings an old version back."""
    return bool(publication.revision.op.get("op") == publishing.ROLL_BACK)


def checked(desk: Desk, *, was_live: bool, now: datetime) -> Checks:
    found = checks(desk, now=now)
    return found.of_what_was_live if was_live else found


def _perform(publication: Publication, now: datetime) -> Publication:
    def write(document: Json) -> Publication:
        return publishing.perform(publication, document=document, now=now)

    return _checked(_desk_of(publication), write, accepted=True, was_live=was_live(publication), by=None, now=now)


def _desk_of(publication: Publication) -> Callable[[], Desk]:
    return lambda: desk_with(publication.tree, publication.revision)


def _checked(
    look: Callable[[], Desk],
    write: Callable[[Json], Publication],
    *,
    accepted: bool,
    was_live: bool,
    by: User | None,
    now: datetime,
) -> Publication:
    """Check what is on the desk, then write under the very revision at which it was checked, or look again."""
    while True:
        revision = revision_now()
        found = checked(look(), was_live=was_live, now=now)
        if found.errors:
            raise Unfit(found.errors)
        if found.warnings and not accepted:
            raise Unticked(found.warnings)
        crash_point("publication_checked")
        with transaction.atomic():
            if people.hold_revision() != revision:
                continue
            publication = write(found.document)
            crash_point("publication_written")
            _tell(publication, by, now)
            crash_point("before_publication_commit")
        crash_point("after_publication_commit")
        return publication


@transaction.atomic
def _fail(publication: Publication, problem: str, now: datetime) -> None:
    if publishing.fail(publication, problem, now=now):
        publication.refresh_from_db()
        _tell(publication, None, now)


def _overtaken(live: Version | None) -> str:
    if live is None:
        return "The version that it was to replace is no longer live."
    return f"Version {live.number} was published after this was scheduled; it would have undone that."


def _tell(publication: Publication, by: User | None, now: datetime) -> None:
    """Everybody of RevOps but whoever did it himself, in the transaction that makes it true."""
    tree, status = publication.tree, Status(publication.status)
    said = {
        Status.WAITING: f"{publication.asked_by} asks you to approve a new version of {tree}: {publication.note}",
        Status.SCHEDULED: f"A new version of {tree} is scheduled: {publication.note}",
        Status.WITHDRAWN: f"{publication.decided_by} withdrew a new version of {tree}.",
        Status.FAILED: f"A new version of {tree} could not be published. Nothing was changed.",
        Status.DONE: f"Version {publishing.number_of(publication.version)} of {tree} is live: {publication.note}",
    }
    others = User.objects.filter(is_active=True, role=User.Role.REVOPS).exclude(pk=by.pk if by else 0).order_by("pk")
    link = reverse("publication", args=[tree.slug, publication.pk])
    notices.tell(
        [
            Notice(user, NOTICE, said[status], f"publication:{publication.pk}:{status}:{user}", link)
            for user in others.values_list("pk", flat=True)
        ],
        now=now,
    )
