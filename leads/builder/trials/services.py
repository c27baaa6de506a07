"""A draft on real traffic before it is live: begun, ended, promoted, rolled back. Each of these is one transaction.

A trial has a version of its own with the status TRIAL, so that the draft can be worked on meanwhile. A canary decides
(`leads.canaries`), so beginning and ending one is a change of the organisation; a shadow only looks
(`leads.builder.trials.shadow`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from leads import canaries
from leads.builder import desk
from leads.builder.publishing.checks import checks
from leads.builder.publishing.services import as_revision, desk_with
from leads.crash import crash_point
from leads.world import known
from notifications import services as notices
from reps import services as people
from reps.models import Change, User
from routing.builder import drafts, publishing
from routing.engine.document import dump, parse
from routing.engine.nodes import Json
from routing.engine.problems import BadDocument, RuleError
from routing.models import Decision, Draft, Revision, Tree, Trial, Version

Status = Trial.Status


class NotNow(Exception):
    """It cannot be done, in words for whoever asked."""


class Unfit(Exception):
    """The document cannot decide about leads: `problems` say where."""

    def __init__(self, problems: Sequence[RuleError]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Terms:
    """What a trial may do: `share` in percent, and the limits that end it; a shadow has neither."""

    kind: Trial.Kind
    share: int = 0
    limits: Mapping[str, float] | None = None


def begin(tree: Tree, terms: Terms, *, rev: int, by: User, now: datetime) -> Trial:
    """Try the draft at revision `rev`. Raises NotNow, Unfit, or `drafts.Conflict` if the draft has moved on.

    What forbids publishing it forbids trying it. That is looked at first: nobody is routed while the rest is done.
    """
    at = desk.of_tree(tree, may_edit=True)
    if at.revision is not None and at.rev == rev and (errors := checks(at, now=now).errors):
        raise Unfit([RuleError("", one.words) for one in errors])
    return _begin(tree, terms, rev, by, now)


@transaction.atomic
def _begin(tree: Tree, terms: Terms, rev: int, by: User, now: datetime) -> Trial:
    people.hold_revision()  # nobody routes meanwhile, so that `seen` and `started_at` divide the decisions exactly
    tree = Tree.objects.select_for_update().get(pk=tree.pk)
    live, revision = drafts.live_of(tree), drafts.newest_of(tree)
    if live is None:
        raise NotNow("Nothing of this tree is live yet, so there is nothing to try it beside. Publish it.")
    if revision is None:
        raise NotNow("There is no draft to try. Change something first.")
    if revision.number != rev:
        raise drafts.Conflict(revision)
    if tree.trials.filter(kind=terms.kind, status=Status.RUNNING).exists():
        raise NotNow(f"A {terms.kind.label.lower()} of this tree is running already.")
    if terms.kind == Trial.Kind.CANARY and tree.needs_approval and not _has_second_eyes(tree, by):
        raise NotNow("Publishing this tree takes two people, and so does a canary: somebody else must begin it.")
    document = _checked(tree, revision.document)
    if document == live.document:
        raise NotNow("The draft says what is live already.")

    number = publishing.next_number(tree)
    version = Version.objects.create(
        tree=tree, number=number, status=Version.Status.TRIAL, document=document, note=_note(terms)
    )
    trial = Trial.objects.create(
        tree=tree,
        kind=terms.kind,
        version=version,
        against=live,
        share=terms.share,
        limits=dict(terms.limits or {}),
        started_at=now,
        started_by=by,
        seen=Decision.objects.aggregate(last=Max("pk"))["last"] or 0,
    )
    _changed(trial, by, now, before=None)
    return trial


@transaction.atomic
def end(trial: Trial, *, reason: str, by: User | None, now: datetime) -> Trial:
    """The live version decides about every lead again; what was decided stays."""
    people.hold_revision()
    return _end(_running(trial), Status.ENDED, reason, by, now)


@transaction.atomic
def roll_back(trial: Trial, *, reason: str, now: datetime) -> Trial:
    """It went past a limit: ended by itself, and RevOps are told."""
    people.hold_revision()
    trial = _end(_running(trial), Status.ROLLED_BACK, reason, None, now)
    text = f"The canary of {trial.tree} was rolled back. {reason}"
    link = reverse("trial", args=[trial.tree.slug, trial.pk])
    notices.tell_revops("trial", text, key=f"trial:{trial.pk}", link=link, now=now)
    return trial


def promote(trial: Trial, *, by: User, now: datetime) -> Trial:
    """The version on trial is live from now on, unless something forbids to publish it. Raises NotNow and Unfit."""
    version = desk_with(trial.tree, as_revision(trial.version))
    if trial.status == Status.RUNNING and (errors := checks(version, now=now).errors):
        raise Unfit([RuleError("", one.words) for one in errors])
    return _promote(trial, by, now)


@transaction.atomic
def _promote(trial: Trial, by: User, now: datetime) -> Trial:
    people.hold_revision()
    trial = _running(trial)
    tree = Tree.objects.select_for_update().get(pk=trial.tree_id)
    live = drafts.live_of(tree)
    if live is None or live.pk != trial.against_id:
        raise NotNow("Something else was published meanwhile, so this trial is over. Look at the draft again.")
    if tree.needs_approval and not _took_two(trial):
        raise NotNow("Publishing this tree takes two people: ask for a publication of the draft.")
    _checked(trial.tree, trial.version.document)

    publishing.promote(trial.version, note=f"Promoted from a {trial.kind}.", by=by, now=now)
    _follow(trial, live)
    reason = f"Promoted: version {trial.version.number} is live."
    _close(trial, Status.PROMOTED, reason, by, now)
    _changed(trial, by, now, before=Status.RUNNING)
    return trial


def end_overtaken(now: datetime) -> int:
    """End trials whose tree has another live version by now, or none; how many. They decide nothing any more."""
    over = Trial.objects.filter(status=Status.RUNNING).exclude(against__status=Version.Status.LIVE)
    done = 0
    for trial in over.select_related("tree"):
        live = drafts.live_of(trial.tree)
        reason = f"Version {live.number} was published meanwhile." if live else "The tree is not live any more."
        try:
            end(trial, reason=reason, by=None, now=now)
        except NotNow:
            continue  # the other sweeper was quicker
        done += 1
    return done


def _running(trial: Trial) -> Trial:
    found = (
        Trial.objects.select_for_update(of=("self",))
        .select_related("tree", "version", "against")
        .filter(pk=trial.pk, status=Status.RUNNING)
        .first()
    )
    if found is None:
        raise NotNow("This trial is over already.")
    return found


def _end(trial: Trial, status: Status, reason: str, by: User | None, now: datetime) -> Trial:
    Version.objects.filter(pk=trial.version_id).update(status=Version.Status.RETIRED)
    _close(trial, status, reason, by, now)
    _changed(trial, by, now, before=Status.RUNNING)
    return trial


def _close(trial: Trial, status: Status, reason: str, by: User | None, now: datetime) -> None:
    trial.status, trial.end_reason, trial.ended_by, trial.ended_at = status, reason, by, now
    trial.save(update_fields=["status", "end_reason", "ended_by", "ended_at"])


def _follow(trial: Trial, live: Version) -> None:
    """The draft that the trial was made of is done with; one that was worked on since goes on from what is live now."""
    draft = Draft.objects.select_for_update().filter(tree=trial.tree).first()
    if draft is None:
        return
    newest = Revision.objects.get(tree=trial.tree, number=draft.newest)
    if _as_written(newest.document) == trial.version.document:
        draft.delete()
    elif draft.base_id == live.pk:
        Draft.objects.filter(pk=draft.pk).update(base=trial.version)


def _checked(tree: Tree, document: Json) -> Json:
    """The document as the engine writes it. Raises Unfit with all that forbids it to decide."""
    organisation = known()
    try:
        found = parse(document, organisation.world.vocabulary, desk.references_of(organisation))
    except BadDocument as bad:
        raise Unfit(bad.problems) from None
    if canaries.goes_round(tree.slug, found, organisation.world, organisation.canaries):
        raise Unfit([RuleError("", "Going on in other trees leads back to this one.")])
    return dict(dump(found))


def _as_written(document: Json) -> Json | None:
    try:
        return dict(dump(parse(document, known().world.vocabulary)))
    except BadDocument:
        return None


def _has_second_eyes(tree: Tree, by: User) -> bool:
    """Whether whoever begins it wrote none of the draft. Taking it up counts as writing nothing."""
    draft = Draft.objects.get(tree=tree)
    written = tree.revisions.filter(at__gte=draft.started_at, number__lte=draft.newest)
    return not written.exclude(words=drafts.BEGUN).filter(by=by).exists()


def _took_two(trial: Trial) -> bool:
    """Whether two people were needed to begin it: a shadow needs one, and so did a canary before approval was asked."""
    since = Change.objects.filter(kind="trees", subject=trial.tree.slug[:200], at__gte=trial.started_at)
    return trial.kind == Trial.Kind.CANARY and not since.filter(after={"needs_approval": True}).exists()


def _note(terms: Terms) -> str:
    return f"On trial for {terms.share} % of the leads." if terms.kind == Trial.Kind.CANARY else "Tried in the shadow."


def _changed(trial: Trial, by: User | None, now: datetime, *, before: str | None) -> None:
    """Kept among the changes; a canary decides, so every process is told."""
    after = {
        "status": str(trial.status),
        "kind": str(trial.kind),
        "version": trial.version.number,
        "share": trial.share,
        "limits": trial.limits,
        "reason": trial.end_reason,
    }
    was = {**after, "status": str(before), "reason": ""} if before else None
    Change.objects.create(at=now, by=by, kind="trial", subject=trial.tree.slug, before=was, after=after)
    if trial.kind == Trial.Kind.CANARY:
        people.bump()
    crash_point("trial_written")
