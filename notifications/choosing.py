"""What somebody wants to hear, by which channel and when: written as he says it on his page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from notifications import ways
from notifications.models import Address, Channel, Habits, Preference
from reps.models import User


@dataclass(frozen=True, slots=True)
class Way:
    """By which channel somebody hears of a kind, and by which if that fails for a minute. Without any: the inbox."""

    first: Channel | None = None
    second: Channel | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """`ways` by kind (None: as usual), addresses by channel ("": none), the two ends of the quiet hours in minutes."""

    ways: Mapping[str, Way | None]
    addresses: Mapping[int, str]
    quiet: tuple[int, int] | None
    sound: bool
    badge: bool


def usual(kind: str, channels: Sequence[Channel]) -> Channel | None:
    """By which channel somebody hears of a kind where he chose nothing, as the planner has it; None: the inbox."""
    enabled = {channel.pk: channel for channel in sorted(channels, key=lambda channel: channel.pk) if channel.enabled}
    mail = next((pk for pk, channel in enabled.items() if channel.kind == Channel.Kind.EMAIL), None)
    chosen = ways.way(kind, None, enabled=enabled, mail=mail)
    return enabled[chosen.first] if chosen else None


@transaction.atomic
def choose(user: User, *, wishes: Wishes) -> None:
    """Make it so. Kinds and channels that the wishes do not name stay as they were."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)

    Preference.objects.filter(user=user, kind__in=wishes.ways).delete()
    Preference.objects.bulk_create(
        Preference(user=user, kind=kind, first=way.first, second=way.second)
        for kind, way in wishes.ways.items()
        if way is not None
    )
    Address.objects.filter(user=user, channel__in=wishes.addresses).delete()
    Address.objects.bulk_create(
        Address(user=user, channel_id=channel, address=address)
        for channel, address in wishes.addresses.items()
        if address
    )
    quiet_from, quiet_to = wishes.quiet or (None, None)
    values = {"quiet_from": quiet_from, "quiet_to": quiet_to, "sound": wishes.sound, "badge": wishes.badge}
    Habits.objects.update_or_create(user=user, defaults=values)


def habits_of(user: User) -> Habits:
    """His habits as he chose them, or as they are before anybody chose: no sound, a badge, no quiet hours."""
    return Habits.objects.filter(user=user).first() or Habits(user=user)


def set_sound(user: User, *, on: bool) -> None:
    """A sound when a lead comes in, or none; everything else stays."""
    Habits.objects.update_or_create(user=user, defaults={"sound": on})
