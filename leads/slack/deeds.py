"""What a click in Slack does, by the same services as on our pages, and the sentence that says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from leads import handover
from leads.holding import NotPossible
from leads.links.offers import NoOffer, Offer, accept_offered, offer_of
from leads.models import Lead
from leads.slack.clicks import PASS, Click
from notifications import links
from notifications.addresses import absolute
from notifications.links import BadLink, ExpiredLink
from notifications.models import Address, Channel, Notification

REASON = "Passed on in Slack, without a reason"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said. `instead`: in place of the message with the buttons, else only to whoever clicked, beside it."""

    text: str
    instead: bool = False
    link: str = ""


def act(click: Click, *, now: datetime) -> Answer:
    """Do what was clicked, for the person the notice was for and for nobody else."""
    try:
        notice = links.notification_of(click.value, purpose=links.BUTTON)
        if not _is_for(notice, click.member):
            return Answer("This notice was for somebody else: only they can answer it.")
        offer = offer_of(notice)
    except ExpiredLink:
        return Answer("This message is more than a week old. What is yours is in your queue.", link=_queue())
    except (BadLink, NoOffer):
        return Answer("This button leads nowhere now. What is yours is in your queue.", link=_queue())
    if offer.standing != "open":
        return _as_it_stands(offer)
    try:
        return _passed(offer, now) if click.action == PASS else _accepted(offer, now)
    except NotPossible:
        return _as_it_stands(offer_of(notice))


def _is_for(notice: Notification, member: str) -> bool:
    """The member's id is the address of the notice's own person, on a bot's channel."""
    return (
        bool(member)
        and Address.objects.filter(user=notice.user_id, channel__kind=Channel.Kind.SLACK_BOT, address=member).exists()
    )


def _accepted(offer: Offer, now: datetime) -> Answer:
    lead = accept_offered(offer, now=now)
    return Answer(f"You have accepted {_named(lead)}. Speak to them next.", instead=True, link=_page(lead))


def _passed(offer: Offer, now: datetime) -> Answer:
    lead = handover.decline(offer.lead, by=offer.user, reason=REASON, now=now, epoch=offer.epoch)
    if lead.rep is not None:
        return Answer(f"You passed {_named(lead)} on: {lead.rep} has it now.", instead=True)
    return Answer(f"You passed {_named(lead)} on: it waits in the queue {lead.queue} now.", instead=True)


def _as_it_stands(offer: Offer) -> Answer:
    """Clicked twice, or too late: the buttons go, and it says why."""
    if offer.standing == "yours":
        return Answer(f"{offer.said} To pass it on now, open it.", instead=True, link=_page(offer.lead))
    return Answer(offer.said, instead=True, link=_queue())


def _named(lead: Lead) -> str:
    return f"{lead}, {lead.company}" if lead.company and str(lead) != lead.company else str(lead)


def _page(lead: Lead) -> str:
    return absolute(reverse("lead", args=[lead.pk]))


def _queue() -> str:
    return absolute(reverse("home"))
