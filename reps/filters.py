"""Filters above a list, from the address of its page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms


def select(label: str, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.Select(attrs={"class": "input"})
    )


def search(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=100, widget=forms.TextInput(attrs={"class": "input", "type": "search"})
    )


class Filters(forms.Form):
    """Filters of a list, from the address. What cannot be used is said, and filters nothing."""

    def offer(self, name: str, choices: Iterable[tuple[Any, str]]) -> None:
        """What can be chosen in this field, after "All"."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "All"), *choices]

    @property
    def chosen(self) -> dict[str, Any]:
        self.full_clean()
        return self.cleaned_data
