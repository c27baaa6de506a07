"""Spans of time as people say them: on a clock that ticks, exactly, or roughly. Pure."""

from __future__ import annotations

from datetime import timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))


def ticking(span: timedelta) -> str:
    """4:38, 3 h 25, 2 d 4 h; less than nothing is told without its sign."""
    seconds = abs(round(span.total_seconds()))
    if seconds < HOUR:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02d}"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE:02d}"
    return f"{seconds // DAY} d {seconds % DAY // HOUR} h"


def exactly(span: timedelta) -> str:
    """45 s, 4 min 38 s, 5 min, 3 h 25 min, 2 d 4 h: at most two units, begun ones not counted; never less than 0 s."""
    left = max(0, int(span.total_seconds()))
    counts = []
    for size, name in UNITS:
        counts.append((left // size, name))
        left %= size
    first = next((index for index, (count, _) in enumerate(counts) if count), len(counts) - 1)
    said = [f"{count} {name}" for count, name in counts[first : first + 2] if count]
    return " ".join(said) or "0 s"


def roughly(span: timedelta) -> str:
    """In the largest unit that fits, and for hours their minutes: 40 s, 30 min, 2 h 5 min, 3 days."""
    seconds = int(span.total_seconds())
    if seconds >= 2 * DAY:
        return f"{seconds // DAY} days"
    if seconds >= DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return exactly(timedelta(seconds=seconds - seconds % MINUTE if seconds >= MINUTE else seconds))
