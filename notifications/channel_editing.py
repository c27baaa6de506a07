"""Channels as RevOps set them up: added, changed, switched on again, taken out. Each change says who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from notifications.models import Channel, Delivery, Lane, Notification, Preference
from reps.models import Change, User

KIND = "channel"


class Refused(Exception):
    """It stayed as it was; the reason in words, and the field it is about."""

    def __init__(self, problem: str, field: str = "") -> None:
        super().__init__(problem)
        self.field = field


class Gone(Refused):
    """There is no such channel any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of a channel. `settings` name secrets and hold none."""

    name: str
    settings: Mapping[str, Any]
    per_minute: int | None
    enabled: bool


@transaction.atomic
def add(entry: Entry, *, kind: str, slug: str, by: User, now: datetime) -> Channel:
    try:
        with transaction.atomic():
            channel = Channel.objects.create(kind=kind, slug=slug, changed_at=now, **_columns(entry))
    except IntegrityError as taken:
        raise Refused("There is a channel of this short name already.", "slug") from taken
    _note(channel, None, by, now)
    return channel


@transaction.atomic
def change(channel: Channel, *, entry: Entry, seen: int | None, by: User, now: datetime) -> Channel:
    """Make it what the entry says, if it is still as it was after its change `seen`."""
    found = _locked(channel)
    if seen is not None and last_change(found) != seen:
        raise Refused("Somebody changed it meanwhile: open it again to see what it says now.")
    before = told(found)

    for name, value in _columns(entry).items():
        setattr(found, name, value)
    if found.enabled:
        found.off_reason = ""
    found.changed_at = now
    found.save()
    _note(found, before, by, now)
    return found


@transaction.atomic
def switch_on(channel: Channel, *, by: User, now: datetime) -> Channel:
    """After it was switched off, by itself or by hand: asked again at once, whatever failed before."""
    found = _locked(channel)
    before = told(found)

    found.enabled, found.off_reason, found.changed_at = True, "", now
    found.save(update_fields=["enabled", "off_reason", "changed_at"])
    Lane.objects.filter(name=found.lane).update(failures=0, open_until=None, problem="", changed_at=now)
    _note(found, before, by, now)
    return found


@transaction.atomic
def rotate(channel: Channel, *, by: User, now: datetime) -> Channel:
    """Another signing secret, from the next message on."""
    found = _locked(channel)
    before = told(found)

    found.secret_number += 1
    found.changed_at = now
    found.save(update_fields=["secret_number", "changed_at"])
    _note(found, before, by, now)
    return found


@transaction.atomic
def remove(channel: Channel, *, by: User, now: datetime) -> None:
    """Take it out. What waits to be sent by it is planned anew; who chose it hears by his other one, or as usual."""
    found = _locked(channel)
    before = told(found)

    waiting = Delivery.objects.filter(channel=found, state=Delivery.State.WAITING).values("notification")
    Notification.objects.filter(pk__in=waiting, due_at=None).update(due_at=now)
    chosen = Preference.objects.filter(first=found)
    chosen.filter(Q(second=None) | Q(second=found)).delete()
    Preference.objects.filter(first=found).update(first=F("second"), second=None)
    Lane.objects.filter(name=found.lane).delete()
    slug = found.slug
    found.delete()
    Change.objects.create(at=now, by=by, kind=KIND, subject=slug, before=before, after=None)


def last_change(channel: Channel) -> int:
    """The number of the latest change of this channel, 0 if none is kept."""
    changes = Change.objects.filter(kind=KIND, subject=channel.slug).order_by("-pk")
    return changes.values_list("pk", flat=True).first() or 0


def told(channel: Channel) -> dict[str, Any]:
    """A channel as its changes tell it."""
    return {
        "name": channel.name,
        "kind": channel.kind,
        "settings": channel.settings,
        "per_minute": channel.per_minute,
        "enabled": channel.enabled,
        "secret_number": channel.secret_number,
    }


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "settings": dict(entry.settings),
        "per_minute": entry.per_minute,
        "enabled": entry.enabled,
    }


def _locked(channel: Channel) -> Channel:
    try:
        return Channel.objects.select_for_update().get(pk=channel.pk)
    except Channel.DoesNotExist as gone:
        raise Gone("Somebody took it out meanwhile.") from gone


def _note(channel: Channel, before: Mapping[str, Any] | None, by: User, now: datetime) -> None:
    after = told(channel)
    if before != after:
        Change.objects.create(at=now, by=by, kind=KIND, subject=channel.slug, before=before, after=after)
