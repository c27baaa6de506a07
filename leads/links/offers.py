"""What became of the lead that a notice offered: still to be accepted, accepted, or gone another way, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from leads import services
from leads.holding import NotPossible, check_holder, locked
from leads.models import Assignment, Lead
from notifications import links
from notifications.messages import can_be_accepted
from notifications.models import Notification, UsedLink
from reps.models import User

Standing = Literal["open", "yours", "moved", "closed"]


class NoOffer(Exception):
    """The notice offers no lead, or the lead or the person is gone."""


class LinkUsed(NotPossible):
    """The link has done its one deed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A lead as it was offered to this user at this epoch, and how it stands now; `said` tells that in a sentence."""

    lead: Lead
    user: User
    epoch: int
    standing: Standing
    said: str


def offer_of(notice: Notification) -> Offer:
    """How the lead of this notice stands for its person. Raises `NoOffer`."""
    if not can_be_accepted(notice) or not notice.user.is_active:
        raise NoOffer
    lead = Lead.objects.select_related("rep__user", "queue__team", "decision").filter(pk=notice.context["lead"]).first()
    if lead is None:
        raise NoOffer
    epoch = notice.context["epoch"]
    standing, said = _stands(lead, notice.user, epoch)
    return Offer(lead, notice.user, epoch, standing, said)


def _stands(lead: Lead, user: User, epoch: int) -> tuple[Standing, str]:
    if not lead.is_open and lead.status != Lead.Status.QUEUED:
        return "closed", f"{lead} is closed: {lead.get_status_display().lower()}."
    own = lead.rep is not None and lead.rep.user_id == user.pk
    if own and lead.epoch == epoch:
        if lead.status == Lead.Status.ASSIGNED:
            return "open", f"{lead} waits for you."
        if lead.status == Lead.Status.CONTACTED:
            return "yours", f"You have spoken to {lead} already."
        return "yours", f"You have accepted {lead}. Speak to them next."
    if own:
        return "moved", f"{lead} has come to you anew since this was sent: you find it in your queue."
    if lead.rep is None:
        return "moved", f"{lead} waits in the queue {lead.queue} now."
    if lead.assignments.filter(ended_at=None, how=Assignment.How.CLAIMED).exists():
        return "moved", f"{lead.rep} was quicker."
    return "moved", f"{lead} is with {lead.rep} now."


@transaction.atomic
def accept_by_link(notice: Notification, *, token: str, now: datetime) -> Lead:
    """The person of the notice accepts what it offered him, once by this link. Raises `NotPossible` or `NoOffer`."""
    offer = offer_of(notice)
    _, is_new = UsedLink.objects.get_or_create(digest=links.digest(token), defaults={"at": now})
    if not is_new:
        raise LinkUsed(offer.said)

    return accept_offered(offer, now=now)


@transaction.atomic
def accept_offered(offer: Offer, *, now: datetime) -> Lead:
    """Only what he holds: a lead that has gone back to a queue is not taken from it by an old message."""
    lead = locked(offer.lead, offer.epoch)
    check_holder(lead, offer.user)
    return services.accept(lead, by=offer.user, now=now, epoch=offer.epoch)
