"""What ends a trial by itself: a limit that is passed, another version that was published, a name that is gone."""

from __future__ import annotations

import time
from datetime import datetime

from leads import canaries
from leads.builder.desk import references_of
from leads.builder.trials import figures as trial_figures
from leads.builder.trials import services as trials
from leads.world import known
from reps.database_clock import database_now
from routing.models import Trial

EVERY_S = 10.0
GONE = "It names something that is gone by now. Mend the draft and try it again."


class Turn:
    """While no trial runs: one small query in ten seconds."""

    def __init__(self) -> None:
        self._due = 0.0

    def take(self) -> int:
        if time.monotonic() < self._due:
            return 0
        self._due = time.monotonic() + EVERY_S
        return guard(database_now())


def guard(now: datetime) -> int:
    """End every trial that must not go on; how many."""
    ended = trials.end_overtaken(now)
    for trial in Trial.objects.filter(status=Trial.Status.RUNNING).select_related("tree", "version__tree"):
        reason = _reason(trial, now)
        if not reason:
            continue
        try:
            trials.roll_back(trial, reason=reason, now=now)
        except trials.NotNow:
            continue  # somebody was quicker
        ended += 1
    return ended


def _reason(trial: Trial, now: datetime) -> str:
    organisation = known()
    if canaries.compiled(trial.version, organisation.world, references_of(organisation)) is None:
        return GONE
    if trial.kind != Trial.Kind.CANARY:
        return ""
    side, _ = trial_figures.sides(trial, now=now, both=False)
    return trial_figures.passed(trial, side)
