"""What RevOps writes for a promise: its words, its time, whose clock, and the steps of its ladder."""

from __future__ import annotations

from typing import Any

from django import forms

from leads import sla

SPARE = 2  # lines for more steps
CLOCKS = (
    ("always", "Real time, around the clock"),
    ("team_hours", "The working time of the rep’s team"),
    ("rep_hours", "The rep’s own working time, without holidays and time off"),
)
DOINGS = (
    ("remind", "Remind the rep"),
    ("notify_manager", "Tell the manager"),
    ("reassign", "Give the lead to the next in line"),
    ("queue", "Put the lead into the team’s queue"),
)
UNLESS = (("contacted", "contacted"), ("accepted", "accepted"))
DURATION = "Such as 90s, 5m, 4h, 1d or 1h30m."


def _input(**attributes: Any) -> dict[str, Any]:
    return {"class": "input", "autocomplete": "off", **attributes}


class PolicyForm(forms.Form):
    """One policy. `entry` is what a configuration file would say of it, without its steps."""

    name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(_input()))
    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        widget=forms.TextInput(_input(spellcheck="false")),
        help_text="Its name in rules and files, such as fast. It never changes.",
    )
    respond_within = forms.CharField(
        label="First contact within", max_length=20, widget=forms.TextInput(_input()), help_text=DURATION
    )
    clock = forms.ChoiceField(label="By whose clock", choices=CLOCKS, widget=forms.Select(_input()))
    for_intents = forms.CharField(
        label="For leads that ask for",
        required=False,
        max_length=500,
        widget=forms.TextInput(_input(placeholder="demo, pricing")),
        help_text="Intents, with commas between. Empty: only for rules that name it, or as the default.",
    )
    min_score = forms.FloatField(
        label="Only with a score of at least",
        required=False,
        widget=forms.NumberInput(_input(step="any")),
        help_text="Empty: whatever the score.",
    )
    max_reassignments = forms.IntegerField(
        label="Given to others at most",
        min_value=0,
        max_value=sla.MOST_REASSIGNMENTS,
        widget=forms.NumberInput(_input()),
        help_text="Times. After that the lead goes to the team’s queue, and the manager is told.",
    )
    silent_after = forms.CharField(
        label="Accepted, and then silent for",
        required=False,
        max_length=20,
        widget=forms.TextInput(_input()),
        help_text="The rep is asked at half of it and loses the lead at its end. Empty: never.",
    )
    park_after = forms.IntegerField(
        label="Park a rep after",
        required=False,
        min_value=1,
        max_value=sla.MOST_LAPSES,
        widget=forms.NumberInput(_input()),
        help_text="Lapses in a row. New leads go to others until the rep is back. Empty: never.",
    )
    default = forms.BooleanField(label="The default: for every lead that no other promise fits", required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["slug"]

    @property
    def entry(self) -> dict[str, Any]:
        given = self.cleaned_data
        intents = [intent.strip() for intent in given["for_intents"].split(",") if intent.strip()]
        plain = (field for field in self.fields if field not in ("for_intents", "default", "seen"))
        entry: dict[str, Any] = {key: given[key] for key in plain if given[key] not in (None, "")}
        if intents:
            entry["for_intents"] = intents
        return entry | {"default": True} if given["default"] else entry


class StepForm(forms.Form):
    """One step of the ladder. A line without a time is left out."""

    after = forms.CharField(label="After", required=False, max_length=20, widget=forms.TextInput(_input()))
    unless = forms.ChoiceField(label="Unless", choices=UNLESS, required=False, widget=forms.Select(_input()))
    do = forms.ChoiceField(label="Do", choices=DOINGS, required=False, widget=forms.Select(_input()))


# Also of whoever says in the form that he sends a million.
MOST_LINES = sla.MOST_STEPS + SPARE
StepFormSet = forms.formset_factory(
    StepForm, extra=SPARE, max_num=sla.MOST_STEPS, absolute_max=MOST_LINES, validate_max=True
)


def written_steps(steps: Any) -> list[tuple[StepForm, dict[str, str]]]:
    """The lines that were filled in, each with what a file would say of it."""
    found = []
    for line in steps:
        given = line.cleaned_data
        if given.get("after"):
            found.append((line, {"after": given["after"].strip(), "unless": given["unless"], "do": given["do"]}))
    return found


class HolidayForm(forms.Form):
    day = forms.DateField(
        label="Day",
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a day.", "invalid": "Choose a day."},
    )
    name = forms.CharField(label="What for", max_length=200, widget=forms.TextInput(_input()))
