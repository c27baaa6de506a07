"""Time off given by a manager: by whom, for when, what is refused, and that every process and the history know."""

from datetime import datetime, timedelta

import pytest

from reps import time_off
from reps.models import Change, Rep, Revision, TimeOff, User
from reps.time_off import BadTimeOff
from tests.organisation import NOON, make_manager, make_rep, make_revops, make_team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mia() -> User:
    return make_manager()


@pytest.fixture
def ada(mia: User) -> Rep:
    return make_rep(team=make_team(manager=mia))


def give(ada: Rep, by: User, *, start: datetime = NOON + DAY, days: float = 2, **said: str) -> TimeOff:
    return time_off.give_time_off(ada, start=start, end=start + days * DAY, by=by, now=NOON, **said)


def test_it_is_kept_with_who_gave_it_and_told_to_every_process(ada: Rep, mia: User) -> None:
    before = Revision.objects.get().number

    span = give(ada, mia, kind="sick", note="Back on\n Friday")

    change = Change.objects.get(kind="time_off")
    assert (span.start, span.end, span.kind, span.note) == (NOON + DAY, NOON + 3 * DAY, "sick", "Back on Friday")
    assert (change.by, change.subject, change.before) == (mia, ada.user.email, None)
    assert change.after == {
        "start": "2026-06-04T12:00:00+00:00",
        "end": "2026-06-06T12:00:00+00:00",
        "kind": "sick",
        "note": "Back on Friday",
    }
    assert Revision.objects.get().number == before + 1


@pytest.mark.parametrize(
    ("start", "days", "field"),
    [
        (NOON, 0, "end"),
        (NOON, -1, "end"),
        (NOON - 3 * DAY, 2, "end"),
        (NOON - 8 * DAY, 9, "start"),
        (NOON, 731, "end"),
    ],
)
def test_what_cannot_be_time_off_says_what_would_have_to_change(
    ada: Rep, mia: User, start: datetime, days: float, field: str
) -> None:
    with pytest.raises(BadTimeOff) as refused:
        give(ada, mia, start=start, days=days)

    assert refused.value.field == field
    assert not TimeOff.objects.exists()


def test_two_spans_never_overlap_and_may_touch(ada: Rep, mia: User) -> None:
    give(ada, mia)

    with pytest.raises(BadTimeOff, match="already"):
        give(ada, mia, start=NOON + 2 * DAY)
    give(ada, mia, start=NOON + 3 * DAY)

    assert TimeOff.objects.count() == 2


def test_only_who_answers_for_him_gives_and_takes_back(ada: Rep, mia: User) -> None:
    span = give(ada, make_revops())

    for stranger in (ada.user, make_manager(email="max@example.com")):
        with pytest.raises(BadTimeOff, match="Only the manager"):
            give(ada, stranger, start=NOON + 9 * DAY)
        with pytest.raises(BadTimeOff, match="Only the manager"):
            time_off.cancel_time_off(span, by=stranger, now=NOON)
    assert TimeOff.objects.count() == 1


def test_what_has_not_begun_is_gone_and_what_has_ends_now(ada: Rep, mia: User) -> None:
    first, second = give(ada, mia), give(ada, mia, start=NOON + 5 * DAY)

    time_off.cancel_time_off(second, by=mia, now=NOON)
    time_off.cancel_time_off(first, by=mia, now=NOON + 2 * DAY)

    left = TimeOff.objects.get()
    assert (left.start, left.end) == (NOON + DAY, NOON + 2 * DAY)
    gone, ended = Change.objects.filter(kind="time_off").order_by("-pk")[1], Change.objects.latest("pk")
    assert gone.after is None
    assert ended.after["end"] == "2026-06-05T12:00:00+00:00"


def test_what_is_over_or_gone_is_not_taken_back(ada: Rep, mia: User) -> None:
    span = give(ada, mia)
    with pytest.raises(BadTimeOff, match="over"):
        time_off.cancel_time_off(span, by=mia, now=NOON + 9 * DAY)
    time_off.cancel_time_off(span, by=mia, now=NOON)

    with pytest.raises(BadTimeOff, match="cancelled already"):
        time_off.cancel_time_off(span, by=mia, now=NOON)
