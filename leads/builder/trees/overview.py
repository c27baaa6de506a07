"""All trees at a glance: what is live, what is being worked on, how much goes through, and whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Sum

from leads.builder.desk import Desk
from leads.builder.findings import found as findings
from leads.world import known
from reps.models import User
from routing.builder.drafts import EMPTY
from routing.engine.lint import ERROR, WARNING
from routing.engine.nodes import Json, walk
from routing.models import Draft, Publication, Revision, Traffic, Tree, Trial, Version

DAYS = 30
ENDS = ("otherwise", "unassigned")  # in a path: where a tree sends whom none of its rules took
OPEN = (Publication.Status.WAITING, Publication.Status.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Row:
    """One tree. `leads` and `fallback` (a share) are None where nothing has been counted yet."""

    tree: Tree
    live: Version | None
    revision: Revision | None
    behind: bool
    publication: Publication | None
    trials: tuple[Trial, ...]
    leads: int | None
    fallback: float | None
    problems: int
    warnings: int
    owner: str
    review_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class TreesPage:
    rows: tuple[Row, ...]
    may_edit: bool
    days: int = DAYS


def listed(user: User, *, now: datetime) -> TreesPage:
    organisation = known()
    live = {version.tree_id: version for version in Version.objects.filter(status=Version.Status.LIVE)}
    drafts = {draft.tree_id: draft for draft in Draft.objects.all()}
    newest = Revision.objects.filter(tree__draft__newest=F("number")).select_related("by")
    revisions = {revision.tree_id: revision for revision in newest}
    waiting = {one.tree_id: one for one in Publication.objects.filter(status__in=OPEN)}
    running: dict[int, list[Trial]] = {}
    for trial in Trial.objects.filter(status=Trial.Status.RUNNING).order_by("kind"):
        running.setdefault(trial.tree_id, []).append(trial)
    counted = _counted(now)
    names = dict(User.objects.values_list("email", "name"))

    rows = []
    for tree in Tree.objects.order_by("-is_default", "name", "pk"):
        draft, revision, version = drafts.get(tree.pk), revisions.get(tree.pk), live.get(tree.pk)
        document = revision.document if revision else version.document if version else EMPTY
        at = Desk(tree, version, draft, revision, document, organisation, user.is_revops)
        found = findings.findings(at, now)
        leads, fallback = counted.get(tree.pk, (None, None))
        review = _next_review(document)
        rows.append(
            Row(
                tree=tree,
                live=version,
                revision=revision,
                behind=at.is_behind,
                publication=waiting.get(tree.pk),
                trials=tuple(running.get(tree.pk, ())),
                leads=leads,
                fallback=fallback,
                problems=sum(one.severity == ERROR for one in found),
                warnings=sum(one.severity == WARNING for one in found),
                owner=_owner(document, names),
                review_on=review,
                overdue=review is not None and review < now.date(),
            )
        )
    return TreesPage(tuple(rows), user.is_revops)


def _counted(now: datetime) -> Mapping[int, tuple[int, float | None]]:
    """Leads of the last days by tree, and the share of them that no rule took. A lead may go on from tree to tree."""
    since = (now - timedelta(days=DAYS)).date()
    leads: Counter[int] = Counter()
    fell: Counter[int] = Counter()
    ids = dict(Tree.objects.values_list("slug", "pk"))
    ways = Traffic.objects.filter(day__gt=since).values_list("tree", "path", "fallback")
    for tree, path, fallback, count in ways.annotate(count=Sum("leads")):
        last, _, way = path.partition("/")
        leads[tree] += count
        fell[tree] += count if fallback else 0
        other = ids.get(last, tree)
        if other != tree:
            leads[other] += count
            fell[other] += count if way.partition("/")[0] in ENDS else 0
    return {tree: (count, fell[tree] / count if count else None) for tree, count in leads.items()}


def _owner(document: Json, names: Mapping[str, str]) -> str:
    """Whoever owns most of the rules; "" if none has an owner."""
    owners = Counter(_texts(document, "owner"))
    most = owners.most_common(1)
    return names.get(most[0][0], most[0][0]) if most else ""


def _next_review(document: Json) -> date | None:
    dates = []
    for text in _texts(document, "review_on"):
        try:
            dates.append(date.fromisoformat(text))
        except ValueError:
            continue  # a draft may say anything
    return min(dates, default=None)


def _texts(document: Json, member: str) -> Iterable[str]:
    found = (each.rule.get(member) for each in walk(document))
    return (one for one in found if isinstance(one, str) and one)
