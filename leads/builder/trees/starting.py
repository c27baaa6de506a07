"""What a new tree may begin as: blank, or one of the starters. The form that asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from routing.builder.drafts import EMPTY
from routing.engine.nodes import Json
from routing.engine.starters import STARTERS

BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Start:
    """`steps` are its outermost rules, as a small picture shows them."""

    key: str
    name: str
    text: str
    document: Json

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(str(rule["name"]) for rule in self.document["rules"])


STARTS = (
    Start(BLANK, "Blank", "One Otherwise, to the queue of leads that are nobody’s. It is valid already.", EMPTY),
    *(Start(one.key, one.name, one.words, one.document) for one in STARTERS),
)
BY_KEY = {start.key: start for start in STARTS}


class NewTreeForm(forms.Form):
    """`start` is drawn by the page, with a picture of each."""

    name = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autofocus": True}),
        help_text="Such as: Inbound, Partners, Events. Its address is made from it.",
    )
    start = forms.ChoiceField(
        choices=[(start.key, start.name) for start in STARTS],
        initial=BLANK,
        error_messages={"invalid_choice": "There is no such starter."},
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(letter.isalnum() for letter in name):
            raise forms.ValidationError("A name has at least one letter or digit.")
        return name
