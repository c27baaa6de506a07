"""What RevOps types in to set a subscription up, and from when on events are sent again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from notifications.models import Delivery
from notifications.subscriptions import catalogue, services
from reps.filters import Filters, select

TYPES = [(one.name, one.name) for one in catalogue.ALL]
FURTHEST_BACK = timedelta(days=366)


def _input(**attributes: Any) -> dict[str, Any]:
    return {"class": "input", **attributes}


class SubscriptionForm(forms.Form):
    """One subscription. What its values mean is checked by the services, as for programs."""

    name = forms.CharField(max_length=services.LONGEST_NAME, widget=forms.TextInput(_input(autocomplete="off")))
    url = forms.CharField(
        max_length=2000,
        label="Address",
        help_text="https only, on the public internet, or an origin that the operator named in OUTGOING_ALLOW.",
        widget=forms.TextInput(
            _input(placeholder="https://crm.example.com/hooks/switchyard", spellcheck="false", autocomplete="off")
        ),
    )
    types = forms.MultipleChoiceField(choices=TYPES, widget=forms.CheckboxSelectMultiple, label="Events")
    per_minute = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=services.MOST_PER_MINUTE,
        label="Events a minute at most",
        help_text="Empty: as many as there are.",
        widget=forms.NumberInput(_input()),
    )

    @property
    def choices(self) -> list[tuple[catalogue.EventType, bool]]:
        """The types with what each means, and whether it is chosen."""
        chosen = self["types"].value() or []
        return [(one, one.name in chosen) for one in catalogue.ALL]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        if problem := services.url_problem(url):
            raise ValidationError(problem)
        return url

    def blame(self, refused: services.Refused) -> None:
        """Show what was refused at its field."""
        for field, problem in refused.problems.items():
            self.add_error(field if field in self.fields else None, problem)


class ReplayForm(forms.Form):
    """`since` is in the reader's own zone, as all times on his pages are."""

    since = forms.DateTimeField(
        label="What happened since",
        widget=forms.DateTimeInput(_input(type="datetime-local"), format="%Y-%m-%dT%H:%M"),
    )
    everything = forms.BooleanField(required=False, label="Also what arrived already")
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if not timezone.now() - FURTHEST_BACK < since < timezone.now():
            raise ValidationError("Choose a time of the past year: nothing is kept for longer.")
        return since


class LogFilters(Filters):
    """The log of one subscription."""

    state = select("State")
    type = select("Event")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer("state", Delivery.State.choices)
        self.offer("type", [*TYPES, (catalogue.TEST.name, catalogue.TEST.name)])
