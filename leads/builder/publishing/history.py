"""The history of a tree: its versions with who, when, why and what it did; and any two of them side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from leads.builder.desk import Desk
from leads.builder.publishing import comparing
from leads.builder.publishing.comparing import Line, Row
from routing.builder import drafts
from routing.builder.publishing import OPEN
from routing.engine import nodes
from routing.engine.edits import DEEDS
from routing.engine.nodes import Json
from routing.models import Publication, Revision, Tree, Trial, Version

SIZE = 30
DRAFT, LIVE = "draft", "live"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, and the figures that were shown when it was published; none for those from a file.

    `only_trial`: it decided for a share of the leads, or for none, and was never live.
    """

    version: Version
    impact: Mapping[str, Any]
    rules: int
    only_trial: bool


@dataclass(frozen=True, slots=True)
class History:
    """`older` is the number below which the next page begins, 0 if this is the last one."""

    entries: Sequence[Entry]
    older: int
    is_first: bool
    waiting: Publication | None
    failed: Publication | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things that are compared. `key` is how its address calls it: a number, or "draft"."""

    key: str
    name: str
    holder: Version | Revision | None

    @property
    def document(self) -> Json:
        """Read when asked for: of all versions only two are compared."""
        return self.holder.document if self.holder else drafts.EMPTY


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Side
    after: Side
    lines: Sequence[Line]
    rows: Sequence[Row]
    sides: Sequence[Side]
    only: bool
    reverts: bool = "revert" in DEEDS

    @property
    def can_revert(self) -> bool:
        """The draft, against what is live: what a piece said is still there to be taken back."""
        return self.after.key == DRAFT


def history(tree: Tree, *, below: int = 0) -> History:
    versions = _published(tree)
    if below:
        versions = versions.filter(number__lt=below)
    found = list(versions[: SIZE + 1])
    wishes = tree.publications.select_related("asked_by", "revision")
    failed = wishes.order_by("-pk").first()
    return History(
        entries=_entries(found[:SIZE]),
        older=found[SIZE - 1].number if len(found) > SIZE else 0,
        is_first=not below,
        waiting=wishes.filter(status__in=OPEN).first(),
        failed=failed if failed is not None and failed.status == Publication.Status.FAILED else None,
    )


def entry(version: Version) -> Entry:
    return _entries([version])[0]


def before(version: Version) -> Version | None:
    """What was live before it, as far as numbers tell."""
    return _published(version.tree).filter(number__lt=version.number).first()


def comparison(desk: Desk, *, before: str, after: str, only: bool) -> Comparison:
    """404 where there is no such version. Without names: the draft against what is live, or the last two versions."""
    sides = _sides(desk)
    if not sides:
        raise Http404("Nothing was published yet, and there is no draft.")
    by_key = {side.key: side for side in sides}
    after = after or sides[0].key
    live = str(desk.live.number) if desk.live else ""
    first = by_key.get(live if before in ("", LIVE) else before)
    if before == "" and (first is None or first.key == after):
        place = [side.key for side in sides].index(after) if after in by_key else 0
        first = sides[place + 1] if place + 1 < len(sides) else Side("", "Nothing", None)
    second = by_key.get(live if after == LIVE else after)
    if first is None or second is None:
        raise Http404("There is no such version.")
    rows = comparing.rows(first.document, second.document, desk.known)
    lines = comparing.lines(comparing.compared(first.document, second.document, desk.known))
    return Comparison(first, second, lines, [row for row in rows if row.tags or not only], sides, only)


def _sides(desk: Desk) -> list[Side]:
    """The draft first, then the versions, the newest first."""
    found = [Side(DRAFT, "Draft", desk.revision)] if desk.revision else []
    for version in _published(desk.tree).defer("document"):
        live = " (live)" if version.status == Version.Status.LIVE else ""
        found.append(Side(str(version.number), f"Version {version.number}{live}", version))
    return found


def _published(tree: Tree) -> QuerySet[Version]:
    """Whatever was live once, the newest first. What is only on trial is no history yet."""
    was = [Version.Status.LIVE, Version.Status.RETIRED]
    return tree.versions.filter(status__in=was).select_related("published_by").order_by("-number")


def _entries(versions: Sequence[Version]) -> Sequence[Entry]:
    wishes = Publication.objects.filter(version__in=versions).values_list("version_id", "impact")
    impacts = {version: impact for version, impact in wishes if impact.get("leads")}
    trials = Trial.objects.filter(version__in=versions).exclude(status=Trial.Status.PROMOTED)
    tried = set(trials.values_list("version_id", flat=True))
    return [
        Entry(one, impacts.get(one.pk, {}), sum(1 for _ in nodes.walk(one.document)), one.pk in tried)
        for one in versions
    ]
