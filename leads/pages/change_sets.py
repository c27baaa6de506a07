"""Change sets: the list, and one with all that it would do, or did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.configuration import dump, plain, yaml_text
from leads.configuration.read import BadConfiguration
from leads.models import ChangeSet
from leads.realignment import amendments, words
from leads.realignment.preview import Preview, preview
from reps.keyset import Piece, piece
from reps.models import User

TONES = {
    ChangeSet.Status.DRAFT: "line",
    ChangeSet.Status.SCHEDULED: "accent",
    ChangeSet.Status.ACTIVE: "ok",
    ChangeSet.Status.CANCELLED: "",
    ChangeSet.Status.FAILED: "bad",
}
ONE_AND_MORE = {
    "territories": ("territory", "territories"),
    "pools": ("pool", "pools"),
    "accounts": ("owner", "owners"),
}
START = """\
# Entries are found by their slug. What an entry does not name stays as it is.
territories:
  - slug: {slug}
    reps:
      - {{rep: somebody@example.com, weight: 1}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    change_set: ChangeSet
    tone: str
    size: str


@dataclass(frozen=True, slots=True)
class Page:
    """`waiting` are scheduled, the next first; they are in the list below too."""

    rows: Sequence[Row]
    piece: Piece[ChangeSet]
    waiting: Sequence[ChangeSet]


@dataclass(frozen=True, slots=True)
class Flow:
    source: str
    to: str
    count: int
    share: int  # percent of the largest


@dataclass(frozen=True, slots=True)
class ChangeSetPage:
    """`preview` for what is to come, `done` for what has come; `done` is empty where nothing has changed."""

    tone: str
    preview: Preview | None
    done: Sequence[words.Change]
    flows: Sequence[Flow]
    undone_by: ChangeSet | None
    problems: Sequence[str]


def listed(*, after: str) -> Page:
    found = piece(ChangeSet.objects.select_related("prepared_by"), by="prepared_at", after=after)
    rows = [Row(one, TONES[ChangeSet.Status(one.status)], size_of(one)) for one in found.rows]
    waiting = ChangeSet.objects.filter(status=ChangeSet.Status.SCHEDULED).order_by("effective_at", "pk")
    return Page(rows, found, list(waiting[:5]))


def change_set_page(change_set: ChangeSet, user: User, *, now: datetime) -> ChangeSetPage:
    shown = None if change_set.is_over else preview(change_set, user, now=now)
    done: Sequence[words.Change] = ()
    if change_set.status == ChangeSet.Status.ACTIVE:
        done = tuple(words.done(change_set.applied, dump.current(with_accounts=False)))
    flows = shown.leads.flows[:8] if shown and shown.leads else ()
    most = max((count for _, _, count in flows), default=1)
    return ChangeSetPage(
        tone=TONES[ChangeSet.Status(change_set.status)],
        preview=shown,
        done=done,
        flows=[Flow(source, to, count, round(100 * count / most)) for source, to, count in flows],
        undone_by=change_set.undone_by.order_by("-pk").first(),
        problems=change_set.problem.splitlines(),
    )


def size_of(change_set: ChangeSet) -> str:
    """ "2 territories, 1 pool" """
    try:
        touched = amendments.parse(change_set.document).touched
    except BadConfiguration:
        return "–"
    counted = [(sum(of == kind for of, _ in touched), names) for kind, names in ONE_AND_MORE.items()]
    return ", ".join(f"{count} {names[count != 1]}" for count, names in counted if count)


def starting_with(slug: str) -> Mapping[str, str]:
    """A text to begin with: the territory as it is, or an example."""
    territories = dump.current(with_accounts=False).of("territories") if slug else {}
    if slug not in territories:
        return {"document": START.format(slug="a-territory")}
    text = yaml_text.dump({"territories": [plain.of_part(territories[slug])]})
    return {"document": text, "name": getattr(territories[slug], "name", "")}
