"""What people choose on the pages of accounts: filters of the list, and which account is meant."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.models import Account
from leads.numbers import own_number
from leads.pages.accounts import found
from leads.pages.decisions import reps_for
from reps.filters import Filters, search, select
from reps.models import User

MOST_OFFERED = 8


class AccountFilters(Filters):
    q = search("Name or domain")
    owner = select("Owner")
    kind = select("Kind", [("", "All"), ("customer", "Customers"), ("other", "Not customers")])

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.offer("owner", ((rep.pk, str(rep)) for rep in reps_for(user)))


class ReasonForm(forms.Form):
    """Why: whoever looks at it next reads it."""

    reason = forms.CharField(
        label="Why?",
        max_length=280,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
        error_messages={"required": "Say in a few words why: the next person reads it."},
    )


class AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Account) -> str:
        about = [obj.country, "customer" if obj.is_customer else "", str(obj.owner or "no owner")]
        return f"{obj.name} ({', '.join(part for part in about if part)})"


class AccountForm(ReasonForm):
    """Which account, among those that are offered for what was typed; and why."""

    account = AccountField(
        label="Account",
        queryset=Account.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choose an account. Type a part of its name to find it.",
            "invalid_choice": "That account is gone: choose another.",
        },
    )
    field_order = ["account", "reason"]

    def __init__(self, data: Any, *, q: str, near: list[int], without: int | None) -> None:
        """`near` are offered as long as nothing is typed; `without` never is."""
        super().__init__(data)
        self.q = q
        ids = found(q, most=MOST_OFFERED + 1) if q else near
        if (chosen := own_number(data.get("account") if data else None)) is not None:
            ids = [*ids, chosen]
        ids = [pk for pk in ids if pk != without]
        field = self.fields["account"]
        assert isinstance(field, AccountField)
        field.queryset = Account.objects.filter(pk__in=ids).select_related("owner__user").order_by("name")
