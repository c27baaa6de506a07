"""Setting subscriptions up: who hears of what at which address, signed with which secret.

The types that anybody wants are part of the configuration as each process knows it, so whoever changes them moves its
revision. Secrets are worked out and stored nowhere; RevOps may see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from notifications.models import Delivery, OutgoingEvent, Subscription
from notifications.subscriptions import catalogue
from outgoing.addresses import Refused as NotAllowed
from outgoing.addresses import target_of
from outgoing.signing import derived_secret
from reps import services as people
from reps.models import Change, User

KIND = "subscriptions"  # of changes
OVERLAP = timedelta(hours=24)  # in which the secret before a new one signs too
MOST_PER_MINUTE = 60_000
LONGEST_NAME = 200


class Refused(Exception):
    """It stayed as it was; `problems` has a sentence for each field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


@transaction.atomic
def create(
    *, name: str, url: str, types: Sequence[str], per_minute: int | None = None, by: User, now: datetime
) -> Subscription:
    """Another system hears of these types from now on."""
    people.hold_revision()
    fresh = Subscription(name=name, url=url, types=_ordered(types), per_minute=per_minute, by=by, created_at=now)
    _check(fresh)
    fresh.changed_at = now
    fresh.save()
    _tell_history(fresh.name, None, _plain(fresh), by, now)
    people.bump()
    return fresh


@transaction.atomic
def change(subscription: Subscription, values: Mapping[str, Any], *, by: User, now: datetime) -> Subscription:
    """Change some of `name`, `url`, `types`, `per_minute` and `enabled`; who is switched on is asked again."""
    subscription, before = _locked(subscription)
    for field in ("name", "url", "per_minute", "enabled"):
        if field in values:
            setattr(subscription, field, values[field])
    if "types" in values:
        subscription.types = _ordered(values["types"])
    if subscription.enabled or set(values) != {"enabled"}:  # what is wrong with it must not keep it from ending
        _check(subscription)
    if "enabled" in values:
        subscription.off_reason = ""  # what waits for one that is off is given up by the deliverer
    return _changed(subscription, before, by, now)


@transaction.atomic
def rotate(subscription: Subscription, *, by: User, now: datetime) -> Subscription:
    """A new secret signs from now on, and the one before it too for another day. One that was older signs no more."""
    subscription, before = _locked(subscription)
    subscription.secret_number += 1
    subscription.previous_until = now + OVERLAP
    return _changed(subscription, before, by, now)


@transaction.atomic
def remove(subscription: Subscription, *, by: User, now: datetime) -> None:
    """It hears no more, and what was sent to it is gone from the log."""
    # Its row is taken last, after its deliveries, as who delivers does.
    people.hold_revision()
    there = Subscription.objects.get(pk=subscription.pk)
    there.delete()
    _tell_history(there.name, _plain(there), None, by, now)
    people.bump()


@transaction.atomic
def send_test(subscription: Subscription, *, by: User, now: datetime) -> Delivery:
    """An event that did not happen, for this one alone. It goes the way of all others."""
    subscription = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    data = {"version": catalogue.VERSION, "message": f"{by} pressed the test button of {subscription.name}."}
    event = OutgoingEvent.objects.create(type=catalogue.TEST.name, at=now, lead_id=0, payload=data, due_at=None)
    return Delivery.objects.create(
        lane=subscription.lane, event=event, subscription=subscription, created_at=now, due_at=now
    )


def secrets_of(subscription: Subscription, *, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    numbers = [subscription.secret_number]
    if subscription.previous_until is not None and now < subscription.previous_until:
        numbers.append(subscription.secret_number - 1)
    return [derived_secret(settings.SECRET_KEY, of=subscription.lane, number=number) for number in numbers]


def url_problem(url: str) -> str:
    """Why nothing may be sent to this address; "" if it may."""
    try:
        target_of(url, settings.OUTGOING_ALLOW)
    except NotAllowed as refused:
        return str(refused)
    return ""


def _locked(subscription: Subscription) -> tuple[Subscription, dict[str, Any]]:
    """The row under the revision's lock, and what it said. Raises `DoesNotExist` if it is gone by now."""
    people.hold_revision()
    found = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    return found, _plain(found)


def _changed(subscription: Subscription, before: dict[str, Any], by: User, now: datetime) -> Subscription:
    subscription.changed_at = now
    subscription.save()
    after = _plain(subscription)
    if after != before:
        _tell_history(subscription.name, before, after, by, now)
        people.bump()
    return subscription


def _check(subscription: Subscription) -> None:
    problems = {}
    others = Subscription.objects.filter(name=subscription.name).exclude(pk=subscription.pk)
    if not subscription.name.strip() or len(subscription.name) > LONGEST_NAME:
        problems["name"] = f"Needs a name of at most {LONGEST_NAME} characters."
    elif others.exists():
        problems["name"] = "There is one of this name already."
    if problem := url_problem(subscription.url):
        problems["url"] = problem
    if not subscription.types:
        problems["types"] = "Choose at least one."
    elif unknown := [name for name in subscription.types if name not in catalogue.BY_NAME]:
        problems["types"] = f"There is no event {unknown[0][:40]!r}."
    if subscription.per_minute is not None and not 1 <= subscription.per_minute <= MOST_PER_MINUTE:
        problems["per_minute"] = f"From 1 to {MOST_PER_MINUTE:,}, or empty: as many as there are."
    if problems:
        raise Refused(problems)


def _ordered(types: Sequence[str]) -> list[str]:
    """Each once, in the order of the catalogue; unknown ones last, so that they can be complained about."""
    chosen = set(types)
    return [name for name in catalogue.BY_NAME if name in chosen] + sorted(chosen - set(catalogue.BY_NAME))


def _plain(subscription: Subscription) -> dict[str, Any]:
    names = ("name", "url", "types", "per_minute", "enabled", "secret_number")
    return {name: getattr(subscription, name) for name in names}


def _tell_history(
    name: str, before: dict[str, Any] | None, after: dict[str, Any] | None, by: User, now: datetime
) -> None:
    Change.objects.create(at=now, by=by, kind=KIND, subject=name, before=before, after=after)
