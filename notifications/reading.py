"""Reading notices: what was seen is not new any more, neither here nor at the bell."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from notifications.models import Notification
from reps.models import User


def see(notice: Notification, *, now: datetime) -> None:
    """This one, with all that gathered in it."""
    both = Q(pk=notice.pk) | Q(folded_into=notice)
    Notification.objects.filter(both, user=notice.user_id, seen_at=None).update(seen_at=now)


def see_all(user: User, *, upto: int | None, now: datetime) -> int:
    """All that were there when the page was shown: what came since (a key above `upto`) nobody has read yet."""
    unseen = Notification.objects.filter(user=user, seen_at=None)
    if upto is not None:
        unseen = unseen.filter(pk__lte=upto)
    return unseen.update(seen_at=now)
