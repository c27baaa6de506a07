"""What RevOps fill in for a change set: its text, and its instant."""

from __future__ import annotations

from django import forms

INPUT = {"class": "input"}


class ChangeSetForm(forms.Form):
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs=INPUT), help_text="Such as: EMEA from July")
    note = forms.CharField(
        label="Why", max_length=2_000, required=False, widget=forms.Textarea(attrs={**INPUT, "rows": 2})
    )
    document = forms.CharField(
        label="What changes",
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"class": "input mono", "rows": 20, "spellcheck": "false"}),
        help_text="As in the configuration file. What an entry does not name stays as it is; null puts it back.",
    )


class ScheduleForm(forms.Form):
    effective_at = forms.DateTimeField(
        label="In force from",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={**INPUT, "type": "datetime-local"}),
    )
