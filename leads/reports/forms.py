"""Time off as it is written in a form: on the wall clock of whoever is away."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

KINDS = (("pto", "Holiday"), ("sick", "Ill"), ("training", "Training"), ("other", "Something else"))
KIND_WORDS = dict(KINDS)
ON_THE_WALL = "%Y-%m-%dT%H:%M"


def _moment(label: str, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format=ON_THE_WALL),
        input_formats=[ON_THE_WALL, f"{ON_THE_WALL}:%S"],
        error_messages={"required": "Choose a day and a time.", "invalid": "Choose a day and a time."},
    )


class TimeOffForm(forms.Form):
    """To be made and read while the rep's own zone is in force."""

    start = _moment("From")
    end = _moment("Back at", "From then on leads come again.")
    kind = forms.ChoiceField(label="What", choices=KINDS, widget=forms.Select(attrs={"class": "input"}))
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        help_text="For those who oversee the floor.",
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    def __init__(self, data: Any, *, zone: str, now: datetime) -> None:
        tomorrow = datetime.combine(now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), time(), ZoneInfo(zone))
        super().__init__(data, initial={"start": tomorrow, "end": tomorrow + timedelta(days=1)})
        for name in ("start", "end"):
            self.fields[name].widget.attrs["min"] = timezone.localtime(now, ZoneInfo(zone)).strftime("%Y-%m-%dT00:00")
