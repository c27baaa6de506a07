"""For how long somebody is away: the choices with the instants they mean, and a time of his own."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from leads.availability.services import LONGEST
from reps import hours
from reps.hours import Calendar
from reps.templatetags.words import moment

HALF_HOUR, HOUR, TOMORROW, AT, BACK = "30m", "1h", "tomorrow", "at", "back"
# When tomorrow morning begins for somebody without hours.
MORNING = time(9)


class AwayForm(forms.Form):
    """`until` is what was chosen, as an instant; None: until he says that he is back. `own`: it is his own switch."""

    how = forms.ChoiceField(
        label="For how long?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose for how long.", "invalid_choice": "Choose for how long."},
    )
    at = forms.DateTimeField(
        label="Until",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Choose a day and a time."},
    )

    def __init__(self, data: Any, *, calendar: Calendar, now: datetime, own: bool = True) -> None:
        super().__init__(data, initial={"how": HOUR})
        self._now = now
        self._ends = {
            HALF_HOUR: now + timedelta(minutes=30),
            HOUR: now + timedelta(hours=1),
            TOMORROW: tomorrow_morning(calendar, now),
            BACK: None,
        }
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = [
            (HALF_HOUR, f"30 minutes, until {moment(now + timedelta(minutes=30), now)}"),
            (HOUR, f"An hour, until {moment(now + timedelta(hours=1), now)}"),
            *self._tomorrow(own),
            (AT, "Until a time"),
            (BACK, "Until I am back" if own else "Until somebody says so"),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        at = given.get("at")
        if given.get("how") == AT and "at" not in self.errors:
            if at is None:
                self.add_error("at", "Choose a day and a time.")
            elif not self._now < at <= self._now + LONGEST:
                self.add_error("at", f"Choose a time within the next {LONGEST.days} days.")
        return given

    @property
    def until(self) -> datetime | None:
        chosen = self.cleaned_data["how"]
        at: datetime | None = self.cleaned_data["at"]
        return at if chosen == AT else self._ends[chosen]

    def _tomorrow(self, own: bool) -> list[tuple[str, str]]:
        morning = self._ends[TOMORROW]
        if morning is None or morning > self._now + LONGEST:
            return []
        return [(TOMORROW, f"Until {'your' if own else 'the'} next morning, {moment(morning, self._now)}")]


def tomorrow_morning(calendar: Calendar, now: datetime) -> datetime | None:
    """When he next begins to work on another day than today; None: not within a year."""
    zone = ZoneInfo(calendar.week.zone)
    day = (now.astimezone(zone) + timedelta(days=1)).date()
    begins = MORNING if calendar.week.days is None else time()
    return hours.next_open(calendar, datetime.combine(day, begins, zone))
