"""What RevOps writes to set up a provider. Checked where a file is: here it is only taken apart."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from leads.enrichment.providers import FILLABLE, PLACE, TOLD
from leads.territories.forms import is_deep
from outgoing import secrets
from outgoing.addresses import Refused, target_of

LONGEST = 10_000
LINE = re.compile(r"([^:=]+)[:=](.+)")  # no two parts of it can take the same character: it never goes back


def _input(**attributes: Any) -> dict[str, Any]:
    return {"class": "input", **attributes}


class ProviderForm(forms.Form):
    """One provider. `entry` is what a configuration file would say of it."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(_input(autocomplete="off")))
    slug = forms.SlugField(
        max_length=60,
        label="Short name",
        help_text="In small letters, such as clearview. It stays.",
        widget=forms.TextInput(_input(autocomplete="off", spellcheck="false")),
    )
    on = forms.BooleanField(required=False, initial=True, label="Ask it about new leads")
    order = forms.IntegerField(
        min_value=0,
        max_value=10_000,
        initial=10,
        help_text="The smallest is asked first.",
        widget=forms.NumberInput(_input()),
    )
    method = forms.ChoiceField(
        choices=[("GET", "GET"), ("POST", "POST, with JSON")], initial="GET", widget=forms.Select(_input())
    )
    url = forms.CharField(
        max_length=1000,
        label="Address",
        help_text=f"https only. These stand for values of the lead: {', '.join(f'{{{name}}}' for name in TOLD)}.",
        widget=forms.TextInput(
            _input(
                placeholder="https://api.example.com/companies?domain={domain}", spellcheck="false", autocomplete="off"
            )
        ),
    )
    headers = forms.CharField(
        required=False,
        max_length=LONGEST,
        help_text=(
            f"One a line. A secret is named, never written: ${{{secrets.PREFIX}EXAMPLE}}. The operator sets it, and in "
            f"{secrets.PREFIX}EXAMPLE_HOST the host that may get it."
        ),
        widget=forms.Textarea(
            _input(rows=3, spellcheck="false", placeholder=f"Authorization: Bearer ${{{secrets.PREFIX}EXAMPLE}}")
        ),
    )
    body = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Body (JSON)",
        help_text="Only with POST. Values stand in texts: {“domain”: “{domain}”}.",
        widget=forms.Textarea(_input(rows=3, spellcheck="false")),
    )
    mapping = forms.CharField(
        max_length=LONGEST,
        label="What the answer says",
        help_text=(
            "One field a line, and where it stands in the answer (JMESPath). Fields: "
            f"{', '.join(sorted(FILLABLE))}, and your own, such as custom.region."
        ),
        widget=forms.Textarea(
            _input(rows=6, spellcheck="false", placeholder="industry = company.industry\nemployees = company.size")
        ),
    )
    ask_if_blank = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Ask only if one of these is blank",
        help_text="Fields with commas between them. Empty: any of the fields above.",
        widget=forms.TextInput(_input(spellcheck="false")),
    )
    timeout = forms.CharField(
        max_length=40, initial="2s", label="Time for an answer", widget=forms.TextInput(_input(spellcheck="false"))
    )
    keep = forms.CharField(
        max_length=40,
        initial="30d",
        label="Keep answers for",
        help_text="Who is known is not asked about again.",
        widget=forms.TextInput(_input(spellcheck="false")),
    )
    cost = forms.DecimalField(
        min_value=0,
        max_value=10_000,
        decimal_places=4,
        initial=0,
        label="Cost of a call",
        widget=forms.NumberInput(_input(step="any")),
    )

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, is_new: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not is_new:
            del self.fields["slug"]

    def clean_url(self) -> str:
        """A file may name a host that is allowed elsewhere; whoever types one in here means this installation."""
        url = str(self.cleaned_data["url"])
        try:
            target_of(PLACE.sub("x", url), settings.OUTGOING_ALLOW)
        except Refused as refused:
            raise ValidationError(str(refused)) from refused
        return url

    def clean_headers(self) -> dict[str, str]:
        return _lines(self.cleaned_data["headers"], "Name: value")

    def clean_mapping(self) -> dict[str, str]:
        return _lines(self.cleaned_data["mapping"], "field = path")

    def clean_body(self) -> dict[str, Any]:
        text = self.cleaned_data["body"].strip()
        if not text:
            return {}
        try:
            body = json.loads(text)
            json.dumps(body, allow_nan=False)  # refuses what is no number, or too large for one
        except (ValueError, RecursionError) as bad:
            raise ValidationError("This is no JSON.") from bad
        if not isinstance(body, dict):
            raise ValidationError("The body must be an object: { … }.")
        if is_deep(body):
            raise ValidationError("The body is nested too deep.")
        return body

    @property
    def entry(self) -> dict[str, Any]:
        values = {**self.cleaned_data}
        is_on = values.pop("on")
        values.pop("seen")
        names = values.pop("ask_if_blank").replace("\n", ",").split(",")
        asked = [name.strip() for name in names if name.strip()]
        return {**values, "ask_if_blank": asked, "cost": float(values["cost"]), "off": not is_on}

    def blame(self, problems: Mapping[str, str]) -> None:
        """Show what was refused at its field."""
        for key, problem in problems.items():
            self.add_error(key if key in self.fields else None, problem)


def written(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the form shows it."""
    return {
        "method": "GET",
        "order": 0,
        "cost": 0,
        "timeout": "2s",
        "keep": "30d",  # what a file leaves out
        **entry,
        "on": not entry.get("off", False),
        "headers": "\n".join(f"{name}: {value}" for name, value in entry.get("headers", {}).items()),
        "mapping": "\n".join(f"{name} = {path}" for name, path in entry.get("mapping", {}).items()),
        "body": json.dumps(entry["body"], indent=2, ensure_ascii=False) if entry.get("body") else "",
        "ask_if_blank": ", ".join(entry.get("ask_if_blank", ())),
    }


def _lines(text: str, example: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = LINE.fullmatch(line)
        name, value = (parts[1].strip(), parts[2].strip()) if parts else ("", "")
        if not name or not value:
            raise ValidationError(f"Line {number} is not of the form “{example}”.")
        if name in found:
            raise ValidationError(f"Line {number}: {name[:60]} stands there twice.")
        found[name] = value
    return found
