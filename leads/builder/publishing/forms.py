"""What somebody fills in to publish: why, and when."""

from __future__ import annotations

from django import forms

INPUT = {"class": "input"}


class PublishForm(forms.Form):
    """`seen` is the revision that was looked at, `over` the version that it was compared with.

    It is not called `rev`, because the builder's page puts the newest number into every `rev` that it sends.
    """

    seen = forms.IntegerField(required=False)
    over = forms.IntegerField()
    note = forms.CharField(
        label="Note for the history",
        max_length=2_000,
        widget=forms.Textarea(attrs={**INPUT, "rows": 2, "placeholder": "What it is for, and who agreed"}),
        error_messages={"required": "Say what it is for: the history wants to know."},
    )
    accepted = forms.BooleanField(required=False)
    take_over = forms.BooleanField(required=False)
    publish_at = forms.DateTimeField(
        label="Publish at",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={**INPUT, "type": "datetime-local"}),
    )
