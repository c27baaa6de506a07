"""A notice on its way out becomes a message: worded, addressed, with what is left of its time at this very moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from notifications import links, wording
from notifications.addresses import absolute
from notifications.channels.protocol import Message, NotSent
from notifications.kinds import BY_SLUG, Kind
from notifications.models import Address, Channel, Delivery, Notification, Wording
from notifications.reach import reach_of
from notifications.wording import Words
from reps.access import own_zone
from reps.models import Rep, User
from reps.spans import exactly

# A message of these says that somebody should take a lead on; the others lead to a page.
ACCEPTED_FROM_AFAR = ("assigned", "reminder")
# What goes there is read by others too, unless the person has an address of his own.
ROOMS = (Channel.Kind.SLACK_WEBHOOK, Channel.Kind.TEAMS, Channel.Kind.WEBHOOK)
NAMED = 5  # of the notices that were gathered into one


def message_of(delivery: Delivery, *, now: datetime) -> Message:
    """What this delivery says to its person. Raises `NotSent` if the channel cannot reach him."""
    notice, channel, user = delivery.notification, delivery.channel, delivery.user
    if notice is None or channel is None or user is None:
        raise ValueError("This delivery carries an event and no notice.")
    to = _address(channel, user)
    own = channel.kind not in ROOMS or (channel.kind == Channel.Kind.WEBHOOK and to != "")
    gathered = _gathered(notice)
    values = {**values_of(notice, now=now), **(gathered.values() if gathered else {})}
    said = wording.worded(gathered.words() if gathered else _words(notice.kind), values)
    return Message(
        key=str(delivery.key),
        kind=notice.kind,
        to=to,
        person=user.name,
        subject=said.subject,
        text=said.body,
        link=str(values["link"]),
        accept=_accept_link(notice, own=own),
        context={**values, **_machine_values(notice, channel)},
        at=now,
    )


def trial_message(channel: Channel, user: User, *, key: str, now: datetime) -> Message:
    """What the test button sends: to himself, and plainly a test. Raises `NotSent` if he has no address there."""
    return Message(
        key=key,
        kind="test",
        to=_address(channel, user),
        person=user.name,
        subject=f"A test of {channel.name}",
        text=f"{user.name} sent this to see whether {channel.name} works. It does.",
        link=absolute(reverse("home")),
        accept="",
        context={"channel": channel.pk, "secret_number": channel.secret_number},
        at=now,
    )


def values_of(notice: Notification, *, now: datetime) -> dict[str, object]:
    """The named values of a notice at this time, in words and on the clock of its person."""
    context = notice.context if isinstance(notice.context, Mapping) else {}
    values: dict[str, object] = {
        "who": wording.who(context.get("name"), context.get("company")),
        "lead": context.get("name") or "",
        "company": context.get("company") or "",
        "intent": wording.intent_in_words(context.get("intent")),
        "why": context.get("why") or "",
        "rep": context.get("rep") or "",
        "queue": context.get("queue") or "",
        "count": context.get("count", ""),
        "person": notice.user.name,
        "text": notice.text,
        "link": absolute(notice.link),
    }
    return {**values, **_times(context.get("due_at"), _zone(notice.user), now)}


@dataclass(frozen=True, slots=True)
class Gathered:
    """Several notices that go out as one: how many there are, and the texts of the first of them."""

    kind: Kind
    count: int
    texts: list[str]

    def words(self) -> Words:
        return Words(self.kind.many.format(count=self.count), "{{ text }}")

    def values(self) -> dict[str, object]:
        rest = [f"and {self.count - len(self.texts)} more"] if self.count > len(self.texts) else []
        text = "\n".join([f"{self.kind.many.format(count=self.count)}:", *self.texts, *rest])
        return {"count": self.count, "text": text, "link": absolute(reverse("inbox"))}


def _gathered(notice: Notification) -> Gathered | None:
    kind = BY_SLUG.get(notice.kind)
    others = notice.folded.count() if kind is not None and kind.gathers else 0
    if kind is None or not others:
        return None
    texts = notice.folded.order_by("pk").values_list("text", flat=True)[: NAMED - 1]
    return Gathered(kind, others + 1, [notice.text, *texts])


def _words(kind: str) -> Words:
    """As somebody worded this kind here, else as it is shipped."""
    row = Wording.objects.filter(kind=kind).first()
    return Words(row.subject, row.body) if row else wording.SHIPPED.get(kind, wording.PLAIN).words


def _times(due_at: object, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """How long is left or how late it is, worked out now and not when the notice was written."""
    try:
        due = datetime.fromisoformat(str(due_at))
    except ValueError:
        return {"time_left": "", "late": "", "due": ""}
    if due.tzinfo is None:
        return {"time_left": "", "late": "", "due": ""}
    left, here = due - now, due.astimezone(zone)
    same_day = here.date() == now.astimezone(zone).date()
    return {
        "time_left": exactly(left) if due > now else "",
        "late": exactly(-left) if due <= now else "",
        "due": f"{here:%H:%M}" if same_day else f"{here:%a %-d %b %H:%M}",
    }


def _zone(user: User) -> ZoneInfo:
    return ZoneInfo(own_zone(user, Rep.objects.filter(user=user).first()))


def _address(channel: Channel, user: User) -> str:
    if channel.kind == Channel.Kind.EMAIL:
        return user.email
    found = Address.objects.filter(user=user, channel=channel).values_list("address", flat=True).first() or ""
    asked = reach_of(channel)
    if asked is not None and asked.needed and not found:
        raise NotSent("This person has no address on this channel.", permanent=True)
    return found


def _accept_link(notice: Notification, *, own: bool) -> str:
    if not can_be_accepted(notice):
        return ""
    if own:
        return absolute(reverse("accept-link", args=[links.token_of(notice)]))
    return absolute(reverse("accept-link-in-room", args=[links.token_of(notice, purpose=links.ROOM)]))


def can_be_accepted(notice: Notification) -> bool:
    """Whether it asks its person to take on a lead that he was given and has not accepted; a queue's is nobody's."""
    context = notice.context if isinstance(notice.context, Mapping) else {}
    lead, epoch = context.get("lead"), context.get("epoch")
    return (
        notice.kind in ACCEPTED_FROM_AFAR
        and isinstance(lead, int)
        and isinstance(epoch, int)
        and bool(context.get("rep"))
        and not context.get("accepted")
    )


def _machine_values(notice: Notification, channel: Channel) -> dict[str, object]:
    """What channels need beside the words: ids for other systems, the button's value, and which secret signs."""
    ids = {name: notice.context[name] for name in ("lead", "epoch", "due_at") if name in notice.context}
    if channel.kind == Channel.Kind.SLACK_BOT and can_be_accepted(notice):
        ids["button"] = links.token_of(notice, purpose=links.BUTTON)
    if channel.kind == Channel.Kind.WEBHOOK:
        ids |= {"channel": channel.pk, "secret_number": channel.secret_number}
    return ids
