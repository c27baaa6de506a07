"""Whether the database's clock goes as time does. After a step nobody loses a lead for a while: it may be wrong.

Each process compares the clock's progress with its own monotonic one. Whichever sees a step raises an alarm, which the
others see in turn. Reminders and notices to managers go out all the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import F

from leads.models import Alarm
from reps.database_clock import database_now

log = logging.getLogger(__name__)

STEP_S = 5.0
HOLD_S = 60.0
CLOCK_STEP = "clock_step"
# By the stepped clock itself: who has just started knows no other.
SEEN_BY_ANOTHER = """
SELECT EXISTS (SELECT FROM leads_alarm WHERE kind = %s AND last_at > clock_timestamp() - make_interval(secs => %s) AND
    last_at <= clock_timestamp())
"""


@dataclass(slots=True)
class Steadiness:
    """What one process has seen of the clock so far. `monotonic` goes on whatever happens to any clock."""

    monotonic: Callable[[], float] = time.monotonic
    before: tuple[datetime, float, float] | None = None  # the clock, and its own just before and after it was read
    held_until: float = field(default=float("-inf"))

    def step(self, asked: float, read: datetime, answered: float) -> float:
        """By how many seconds the clock has jumped since it was last read; 0 if it may have just gone on."""
        before, self.before = self.before, (read, asked, answered)
        if before is None:
            return 0.0
        went = (read - before[0]).total_seconds()
        least, most = asked - before[2], answered - before[1]
        jumped = went - most if went > most else min(0.0, went - least)
        return jumped if abs(jumped) > STEP_S else 0.0


class _Process:
    """This process, all of whose threads look at the same clock."""

    seen = Steadiness()


def is_held(read: datetime | None = None) -> bool:
    """Whether leads stay where they are for now. `read`: what the clock has just said, if it was asked anyway."""
    seen = _Process.seen
    # What was read already was read at some time since the last look.
    asked = seen.monotonic() if read is None or seen.before is None else seen.before[2]
    read = read or database_now()
    answered = seen.monotonic()
    if jumped := seen.step(asked, read, answered):
        seen.held_until = answered + HOLD_S
        _raise_alarm(jumped, read)
    return answered < seen.held_until or _seen_by_another()


def forget() -> None:
    """Know nothing of the clock, as a process that has just started."""
    _Process.seen = Steadiness()


def _seen_by_another() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SEEN_BY_ANOTHER, [CLOCK_STEP, HOLD_S])
        return bool(cursor.fetchone()[0])


def _raise_alarm(jumped: float, now: datetime) -> None:
    way = "forward" if jumped > 0 else "back"
    text = (
        f"The clock of the database went {way} by {abs(jumped):.0f} s at once. "
        f"No lead was taken from anybody for {HOLD_S:.0f} s; check what sets that clock."
    )
    log.warning("%s", text)
    alarms = Alarm.objects.filter(kind=CLOCK_STEP, source=None)
    if not alarms.update(text=text, last_at=now, count=F("count") + 1):
        Alarm.objects.create(kind=CLOCK_STEP, text=text, first_at=now, last_at=now)
