"""What RevOps write to set up a channel. What its kind makes of it is checked by the kind's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from notifications import channels
from notifications.channel_editing import Entry
from notifications.models import Channel
from outgoing.secrets import HOST_SUFFIX, PREFIX

LONGEST = 2000
SECRET = (
    f"A secret is named, never written: ${{{PREFIX}EXAMPLE}}. The operator sets it, and in "
    f"{PREFIX}EXAMPLE{HOST_SUFFIX} the host that may get it."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a kind of channel must be told."""

    name: str
    label: str
    example: str
    help: str


@dataclass(frozen=True, slots=True)
class About:
    """A kind of channel, for whoever chooses one: what it reaches, and what it must be told."""

    says: str
    picture: str
    settings: tuple[Setting, ...] = ()


ABOUT: Mapping[str, About] = {
    Channel.Kind.EMAIL: About("Everybody at their own address, through the operator’s mail server.", "mail"),
    Channel.Kind.SLACK_WEBHOOK: About(
        "One channel of Slack, which all who choose it share.",
        "users",
        (Setting("url", "Address of the webhook", f"${{{PREFIX}SLACK_URL}}", SECRET),),
    ),
    Channel.Kind.SLACK_BOT: About(
        "Each person directly in Slack, with buttons to accept and to pass.",
        "user",
        (Setting("token", "Token of the bot", f"${{{PREFIX}SLACK_TOKEN}}", f"{SECRET} Here: slack.com."),),
    ),
    Channel.Kind.TEAMS: About(
        "One channel of Teams, by a workflow that takes posts.",
        "users",
        (Setting("url", "Address of the workflow", f"${{{PREFIX}TEAMS_URL}}", SECRET),),
    ),
    Channel.Kind.WEBHOOK: About(
        "A program of yours. Every message is signed as Standard Webhooks does.",
        "bolt",
        (Setting("url", "Address", "https://example.com/notices", "https only. People may give one of their own."),),
    ),
    Channel.Kind.SERVICE: About(
        "Phones, by one of many services for SMS and push.",
        "phone",
        (
            Setting(
                "url",
                "Address of the service",
                f"twilio://${{{PREFIX}TWILIO}}@+14155550100/{{to}}",
                f"As the library Apprise writes it. {{to}} stands for the person’s number or device. {SECRET}",
            ),
        ),
    ),
}


def _input(**attributes: Any) -> dict[str, Any]:
    return {"class": "input", "autocomplete": "off", **attributes}


class ChannelForm(forms.Form):
    """One channel of one kind. `entry` is what the editing takes."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(_input()))
    slug = forms.SlugField(
        max_length=60,
        label="Short name",
        help_text="In small letters, such as team-chat. It stays.",
        widget=forms.TextInput(_input(spellcheck="false")),
    )
    per_minute = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100_000,
        label="Messages a minute at most",
        help_text="Empty: as many as there are. What is too many waits its turn.",
        widget=forms.NumberInput(_input()),
    )
    enabled = forms.BooleanField(required=False, initial=True, label="Send by it")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, kind: str, channel: Channel | None = None, seen: int = 0) -> None:
        super().__init__(data, initial=_written(channel, seen))
        self.kind, self.channel = kind, channel
        if channel:
            del self.fields["slug"]
        for one in ABOUT[kind].settings:
            self.fields[f"set_{one.name}"] = forms.CharField(
                max_length=LONGEST,
                label=one.label,
                help_text=one.help,
                widget=forms.TextInput(_input(spellcheck="false", placeholder=one.example)),
            )

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("set_")]

    @property
    def settings(self) -> dict[str, Any]:
        """What is written here, with what the form does not ask for as it was."""
        kept = dict(self.channel.settings) if self.channel else {}
        typed = {name.removeprefix("set_"): self.cleaned_data[name] for name in self.cleaned_data if "set_" in name}
        return {**kept, **typed}

    @property
    def entry(self) -> Entry:
        said = self.cleaned_data
        return Entry(said["name"], self.settings, said["per_minute"], said["enabled"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            for field, problem in channels.check(self.kind, self.settings):
                self.blame(problem, field)
        return said

    def blame(self, problem: str, field: str = "") -> None:
        """Show what was refused at its field, or above them all."""
        names = (field, f"set_{field}")
        self.add_error(next((name for name in names if name in self.fields), None), problem)


def _written(channel: Channel | None, seen: int) -> dict[str, Any]:
    if channel is None:
        return {}
    settings = {f"set_{name}": value for name, value in channel.settings.items()}
    return {
        "name": channel.name,
        "per_minute": channel.per_minute,
        "enabled": channel.enabled,
        "seen": seen,
        **settings,
    }
