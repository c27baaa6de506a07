"""My notifications: what somebody chooses there, by the kinds he can be told of and the channels there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField

from notifications import reach
from notifications.choosing import Way, Wishes
from notifications.kinds import Kind
from notifications.models import Address, Channel, Habits, Preference
from reps.models import User

USUAL, INBOX = "", "inbox"
SELECT = {"class": "input"}


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    first: BoundField
    second: BoundField


@dataclass(frozen=True, slots=True)
class Own:
    """A channel as its user sees it: with the field for his address if it needs one."""

    channel: Channel
    address: BoundField | None


class WishesForm(forms.Form):
    """One field per kind for the first channel and one for the second, one per channel for the address."""

    quiet_from = forms.TimeField(
        required=False, label="From", widget=forms.TimeInput({"class": "input", "type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        required=False, label="Until", widget=forms.TimeInput({"class": "input", "type": "time"}, format="%H:%M")
    )
    sound = forms.BooleanField(required=False, label="A sound when a lead comes in")
    badge = forms.BooleanField(required=False, label="How many leads wait, in the title of the tab")

    def __init__(
        self, data: Any, *, user: User, kinds: Sequence[Kind], channels: Sequence[Channel], usual: Mapping[str, str]
    ) -> None:
        """`usual` says by kind what happens where nothing is chosen."""
        super().__init__(data, initial=_as_they_are(user))
        self.kinds, self.channels = kinds, {str(channel.pk): channel for channel in channels}
        offered = [(key, _name(channel)) for key, channel in self.channels.items()]
        for kind in kinds:
            first = [(USUAL, f"As usual: {usual[kind.slug]}"), (INBOX, "The inbox alone"), *offered]
            self._add_select(f"first_{kind.slug}", f"{kind.label}: first", first)
            self._add_select(f"second_{kind.slug}", f"{kind.label}: if that fails", [("", "Nothing else"), *offered])
        for channel in channels:
            self._add_address(channel)

    @property
    def rows(self) -> Iterator[Row]:
        for kind in self.kinds:
            yield Row(kind, self[f"first_{kind.slug}"], self[f"second_{kind.slug}"])

    @property
    def own(self) -> Iterator[Own]:
        for key, channel in self.channels.items():
            name = f"address_{key}"
            yield Own(channel, self[name] if name in self.fields else None)

    @property
    def wishes(self) -> Wishes:
        said = self.cleaned_data
        quiet = (_minutes(said["quiet_from"]), _minutes(said["quiet_to"])) if said["quiet_from"] is not None else None
        return Wishes(
            ways={kind.slug: self._way(kind) for kind in self.kinds},
            addresses={channel.pk: said[f"address_{key}"] for key, channel in self._with_address()},
            quiet=quiet,
            sound=said["sound"],
            badge=said["badge"],
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for key, channel in self._with_address():
            self._clean_address(key, channel)
        for kind in self.kinds:
            self._clean_way(kind.slug)
        self._clean_quiet()
        return said

    def _clean_address(self, key: str, channel: Channel) -> None:
        name = f"address_{key}"
        if text := self.cleaned_data.get(name, ""):
            try:
                self.cleaned_data[name] = reach.cleaned(channel, text)
            except reach.BadAddress as bad:
                self.add_error(name, str(bad))

    def _clean_way(self, kind: str) -> None:
        first, second = self.cleaned_data.get(f"first_{kind}", ""), self.cleaned_data.get(f"second_{kind}", "")
        if second and first in (USUAL, INBOX):
            self.add_error(f"second_{kind}", "Choose first what is tried first.")
        elif second and second == first:
            self.add_error(f"second_{kind}", "That is the same one: choose another, or nothing else.")
        for name, key in ((f"first_{kind}", first), (f"second_{kind}", second)):
            if key in self.channels and not self._reaches(key):
                self.add_error(name, f"{self.channels[key]} does not know where to reach you: say it below.")

    def _clean_quiet(self) -> None:
        start, end = self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_to")
        if "quiet_from" in self.errors or "quiet_to" in self.errors:
            return
        if (start is None) != (end is None):
            self.add_error("quiet_to" if end is None else "quiet_from", "Quiet hours have two ends.")
        elif start is not None and start == end:
            self.add_error("quiet_to", "That would be the whole day, or none of it.")

    def _reaches(self, key: str) -> bool:
        asked = reach.reach_of(self.channels[key])
        return asked is None or not asked.needed or bool(self.cleaned_data.get(f"address_{key}"))

    def _way(self, kind: Kind) -> Way | None:
        first = self.cleaned_data[f"first_{kind.slug}"]
        if first == USUAL:
            return None
        return Way(self.channels.get(first), self.channels.get(self.cleaned_data[f"second_{kind.slug}"]))

    def _with_address(self) -> Iterator[tuple[str, Channel]]:
        return ((key, channel) for key, channel in self.channels.items() if f"address_{key}" in self.fields)

    def _add_select(self, name: str, label: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, required=False, widget=forms.Select({**SELECT, "aria-label": label})
        )

    def _add_address(self, channel: Channel) -> None:
        asked = reach.reach_of(channel)
        if asked is not None:
            self.fields[f"address_{channel.pk}"] = forms.CharField(
                required=False,
                max_length=reach.LONGEST,
                label=asked.label,
                help_text=asked.help,
                widget=forms.TextInput(
                    {"class": "input", "placeholder": asked.example, "autocomplete": "off", "spellcheck": "false"}
                ),
            )


def _as_they_are(user: User) -> dict[str, Any]:
    initial: dict[str, Any] = {"badge": True}
    for one in Preference.objects.filter(user=user):
        initial[f"first_{one.kind}"] = str(one.first_id or INBOX)
        initial[f"second_{one.kind}"] = str(one.second_id or "")
    for channel, address in Address.objects.filter(user=user).values_list("channel", "address"):
        initial[f"address_{channel}"] = address
    if habits := Habits.objects.filter(user=user).first():
        ends = {"quiet_from": _time(habits.quiet_from), "quiet_to": _time(habits.quiet_to)}
        initial |= {**ends, "sound": habits.sound, "badge": habits.badge}
    return initial


def _name(channel: Channel) -> str:
    return channel.name if channel.enabled else f"{channel.name} (switched off)"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60, minutes % 60)
