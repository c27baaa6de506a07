"""When a provider fails again and again nobody asks it for a while; then one call tries whether it is back.

The state is a row, so that all processes and the page see the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from leads.models import ProviderHealth

OPENS_AFTER = 5  # failures in a row
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
# As long as one trial call may take: nobody else tries meanwhile.
TRIAL = timedelta(seconds=15)


def pause_after(failures: int) -> timedelta | None:
    """How long nobody asks after so many failures in a row; None: it is asked on."""
    if failures < OPENS_AFTER:
        return None
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - OPENS_AFTER, 10))


def resting(now: datetime) -> frozenset[int]:
    """The providers that are not asked now."""
    return frozenset(ProviderHealth.objects.filter(open_until__gt=now).values_list("provider_id", flat=True))


def on_trial(now: datetime) -> frozenset[int]:
    """The providers whose pause is over: one call is let through to each."""
    return frozenset(
        ProviderHealth.objects.filter(open_until__isnull=False, open_until__lte=now).values_list(
            "provider_id", flat=True
        )
    )


def may_try(provider: int, now: datetime) -> bool:
    """Take the one trial call of a provider, for all processes."""
    waiting = ProviderHealth.objects.filter(provider=provider, open_until__isnull=False, open_until__lte=now)
    return waiting.update(open_until=now + TRIAL) == 1


@transaction.atomic
def tell(provider: int, *, ok: bool, problem: str, now: datetime) -> None:
    """Count what became of a call."""
    ProviderHealth.objects.get_or_create(provider_id=provider, defaults={"changed_at": now})
    health = ProviderHealth.objects.select_for_update().get(provider_id=provider)
    if ok and not health.failures and health.open_until is None:
        return
    health.failures = 0 if ok else health.failures + 1
    pause = pause_after(health.failures)
    health.open_until = now + pause if pause else None
    health.problem = "" if ok else problem[:200]
    health.changed_at = now
    health.save(update_fields=["failures", "open_until", "problem", "changed_at"])
