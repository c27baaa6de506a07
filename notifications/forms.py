"""What people send from the pages of notices."""

from __future__ import annotations

from django import forms

LARGEST = 2**63 - 1


class Seen(forms.Form):
    """`upto` is the newest notice that was on the page; whatever else stands there is none."""

    upto = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def newest(self) -> int | None:
        self.full_clean()
        upto: int | None = self.cleaned_data.get("upto")
        return upto
