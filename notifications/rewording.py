"""How kinds of notices are worded here: said by RevOps, kept with every change, taken back to what is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from notifications import wording
from notifications.models import Wording
from notifications.wording import Words
from reps.models import Change, User

KIND = "wording"


class Refused(Exception):
    """It stayed as it was. `problems` has sentences by field; "" is about the rest."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def words_of(kind: str) -> Words:
    """As it is worded here: what somebody wrote, else what is shipped."""
    row = Wording.objects.filter(kind=kind).first()
    return Words(row.subject, row.body) if row else shipped(kind)


def shipped(kind: str) -> Words:
    return wording.SHIPPED.get(kind, wording.PLAIN).words


@transaction.atomic
def reword(kind: str, *, words: Words, seen: int | None, by: User, now: datetime) -> None:
    """Word it so, if it is still as it was after its change `seen`. The shipped words leave nothing behind."""
    row = _locked(kind, now)
    if seen is not None and last_change(kind) != seen:
        raise Refused({"": "Somebody changed it meanwhile: open it again to see what it says now."})
    if problems := wording.problems(kind, words):
        raise Refused(_by_field(problems))
    before = Words(row.subject, row.body)

    if words == shipped(kind):
        row.delete()
    else:
        row.subject, row.body, row.by, row.changed_at = words.subject, words.body, by, now
        row.save()
    if words != before:
        Change.objects.create(at=now, by=by, kind=KIND, subject=kind, before=_told(before), after=_told(words))


def reset(kind: str, *, by: User, now: datetime) -> None:
    """Back to the shipped words, for as long as nobody says otherwise."""
    reword(kind, words=shipped(kind), seen=None, by=by, now=now)


def last_change(kind: str) -> int:
    """The number of the latest change of this wording, 0 if there was none."""
    return Change.objects.filter(kind=KIND, subject=kind).order_by("-pk").values_list("pk", flat=True).first() or 0


def _locked(kind: str, now: datetime) -> Wording:
    """The row, made for the moment where there is none, so that two who word it at once wait for each other."""
    words = shipped(kind)
    values = {"subject": words.subject, "body": words.body, "changed_at": now}
    Wording.objects.get_or_create(kind=kind, defaults=values)
    return Wording.objects.select_for_update().get(kind=kind)


def _by_field(problems: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field, problem in problems:
        found[field] = f"{found[field]} {problem}" if field in found else problem
    return found


def _told(words: Words) -> dict[str, str]:
    return {"subject": words.subject, "body": words.body}
