"""What RevOps writes to draw a territory: name, place, days, reps with weights, and the condition as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from leads import lists
from leads.lists.places import UNITED_STATES, state_code
from routing.engine.facts import normal

SPARE = 3  # lines for more reps
MOST_REPS = 200
LONGEST_WHEN, DEEPEST = 200_000, 70
EXAMPLE = '{"field": "country", "op": "in", "value": ["DE", "AT", "CH"]}'

# One press writes the condition for them.
QUICK: Mapping[str, tuple[str, dict[str, Any]]] = {
    key: (label, {"field": field, "op": "in", "value": values.split()})
    for key, label, field, values in (
        ("dach", "DACH", "country", "DE AT CH"),
        ("benelux", "Benelux", "country", "BE NL LU"),
        ("nordics", "Nordics", "country", "DK FI IS NO SE"),
        ("uk-ireland", "UK and Ireland", "country", "GB IE"),
        ("iberia", "Iberia", "country", "ES PT"),
        ("north-america", "North America", "country", "US CA"),
        ("anz", "Australia and New Zealand", "country", "AU NZ"),
        ("us-west", "US West", "state", "AK AZ CA CO HI ID MT NM NV OR UT WA WY"),
        ("us-central", "US Central", "state", "AR IA IL IN KS LA MI MN MO ND NE OH OK SD TX WI"),
        (
            "us-east",
            "US East",
            "state",
            "AL CT DC DE FL GA KY MA MD ME MS NC NH NJ NY PA RI SC TN VA VT WV",
        ),
    )
}


def _input(**attributes: Any) -> dict[str, Any]:
    return {"class": "input", **attributes}


class TerritoryForm(forms.Form):
    """One territory. `entry` is what a configuration file would say of it."""

    name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput(_input(autocomplete="off")))
    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        widget=forms.TextInput(_input(autocomplete="off", spellcheck="false")),
        help_text="Its name in rules and files, such as us-west. It never changes.",
    )
    parent = forms.ChoiceField(
        label="Within",
        required=False,
        widget=forms.Select(_input()),
        help_text="It then holds only leads that this larger territory holds, too.",
    )
    valid_from = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(_input(type="date"), format="%Y-%m-%d"),
        help_text="The first day on which it counts. Empty: it counts already.",
    )
    valid_to = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(_input(type="date"), format="%Y-%m-%d"),
        help_text="The first day on which it no longer counts. Empty: always. Days are days in UTC.",
    )
    countries = forms.CharField(
        label="Countries",
        required=False,
        widget=forms.TextInput(_input(placeholder="Germany, AT, Switzerland")),
    )
    states = forms.CharField(
        label="States of the USA",
        required=False,
        widget=forms.TextInput(_input(placeholder="California, OR, WA")),
    )
    when = forms.CharField(
        label="Condition",
        max_length=LONGEST_WHEN,
        widget=forms.Textarea(_input(rows=9, spellcheck="false")),
        help_text=f"In the language of the rules: {EXAMPLE}",
    )

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, parents: Iterable[tuple[str, str]] = (), fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ChoiceField)
        parent.choices = [("", "Nothing: it stands by itself"), *parents]
        if fixed:
            del self.fields["slug"]

    def clean_when(self) -> dict[str, Any]:
        try:
            found = json.loads(self.cleaned_data["when"])
            plain = json.dumps(found, allow_nan=False)  # refuses what is no number, or too large for one
        except (ValueError, RecursionError) as bad:
            where = f" in line {bad.lineno}, column {bad.colno}" if isinstance(bad, json.JSONDecodeError) else ""
            raise ValidationError(f"This is not JSON{where}.") from bad
        if not isinstance(found, dict) or not found:
            raise ValidationError("Must be one condition, such as the one below.")
        if "\\u0000" in plain:
            raise ValidationError("Holds a NUL, which no database keeps.")
        if is_deep(found):
            raise ValidationError(f"Is nested more than {DEEPEST} deep.")
        return found

    @property
    def entry(self) -> dict[str, Any]:
        given = self.cleaned_data
        entry: dict[str, Any] = {key: given[key] for key in ("slug", "name", "parent", "when") if key in given}
        for key in ("valid_from", "valid_to"):
            entry[key] = given[key].isoformat() if given[key] else None
        return entry


class PlaceForm(forms.Form):
    """One rep of the territory. A line without a rep is left out."""

    rep = forms.ChoiceField(label="Rep", required=False, widget=forms.Select(_input()))
    weight = forms.FloatField(
        label="Weight", required=False, min_value=0, widget=forms.NumberInput(_input(step="any", min="0"))
    )

    def __init__(self, *args: Any, reps: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rep = self.fields["rep"]
        assert isinstance(rep, forms.ChoiceField)
        rep.choices = [("", "Nobody"), *reps]


PlaceFormSet = forms.formset_factory(PlaceForm, extra=SPARE, max_num=MOST_REPS, absolute_max=MOST_REPS)


def places_of(forms: Iterable[PlaceForm]) -> list[dict[str, Any]]:
    """The reps in their order; a weight that is not given is 1."""
    given = [form.cleaned_data for form in forms if form.cleaned_data.get("rep")]
    return [{"rep": place["rep"], "weight": 1 if place["weight"] is None else place["weight"]} for place in given]


def written(condition: Mapping[str, Any]) -> str:
    """JSON as people read it: a test stays on one line."""
    return _written(condition, 0)


def picked(key: str, countries: str, states: str) -> tuple[dict[str, Any] | None, str]:
    """The condition for a quick pick, or for the countries and states that are named; and what was not understood."""
    if key in QUICK:
        condition = QUICK[key][1]
        if condition["field"] == "state":
            return {"all": [{"field": "country", "op": "is", "value": "US"}, condition]}, ""
        return condition, ""
    codes, strange = _codes(countries, lists.country_code)
    abbreviations, stranger = _codes(states, partial(state_code, country=UNITED_STATES))
    parts = [
        {"field": field, "op": "in", "value": values}
        for field, values in (("country", codes), ("state", abbreviations))
        if values
    ]
    problem = f"Not understood: {', '.join([*strange, *stranger])}." if strange or stranger else ""
    if not parts:
        return None, problem or "Name a country or a state first."
    if abbreviations and not codes:
        parts.insert(0, {"field": "country", "op": "is", "value": "US"})
    return parts[0] if len(parts) == 1 else {"all": parts}, problem


def is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)


def _codes(text: str, code_of: Any) -> tuple[list[str], list[str]]:
    found: dict[str, None] = {}
    strange = []
    for name in filter(None, map(str.strip, re.split(r"[,;\n]", text))):
        code = code_of(normal(name))
        if code:
            found[code] = None
        else:
            strange.append(name[:40])
    return list(found), strange


def _written(value: Any, indent: int) -> str:
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ("all", "any", "not"):
        ((form, inside),) = value.items()
        if form == "not":
            return f'{{"not": {_written(inside, indent)}}}'
        pad = "  " * (indent + 1)
        parts = ",\n".join(f"{pad}{_written(part, indent + 1)}" for part in inside)
        return f'{{"{form}": [\n{parts}\n{"  " * indent}]}}' if inside else f'{{"{form}": []}}'
    return json.dumps(value, ensure_ascii=False)
