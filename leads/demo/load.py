"""The demo into an empty database, all of it or nothing: organisation, logins, and ninety days of history."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import F

from leads import ladder, sources
from leads.builder.traffic import rollup
from leads.clocks import breaches
from leads.configuration import store
from leads.demo import deliveries, land, people, signals
from leads.demo.company import configuration_text
from leads.demo.crm import Crm
from leads.demo.logins import DEMO_LOGINS, DOMAIN, PASSWORD, REVOPS
from leads.demo.replay import Replay
from leads.demo.story import tell
from leads.demo.visitors import Visitor
from leads.demo.words import number
from leads.models import Assignment, Lead
from leads.realignment import services as realignment
from leads.world import known
from notifications.models import Notification
from reps.models import Rep, User
from reps.services import bump

HISTORY = timedelta(days=90)
ONE_IN_PROSPECTED = 4
UNSEEN = timedelta(minutes=45)  # messages older than this have been read


class NotEmpty(Exception):
    """There are people or leads that are not the demo's: it would drown them."""


def is_loaded() -> bool:
    return User.objects.filter(email=REVOPS.email).exists()


def load(crm: Crm, *, now: datetime, history: timedelta = HISTORY) -> None:
    """Fill an empty database. Raises `NotEmpty` for any other; the demo itself is not loaded twice."""
    if User.objects.exclude(email__endswith=f"@{DOMAIN}").exists() or Lead.objects.exists():
        raise NotEmpty("This database holds people or leads of your own; the demo is for an empty one only.")
    crm = crm.moved_to(now.date())
    visitors = [visitor for visitor in tell(crm, now) if visitor.at >= now - history and _is_told(visitor)]
    began = visitors[0].at - timedelta(days=1) if visitors else now

    with transaction.atomic():
        store.load(configuration_text(crm, now.date()), now=began)
        _open_logins()
        delivered = list(deliveries.deliveries(visitors, sources.read().by_slug, now))
        Replay(known(), now).tell(delivered)
        signals.tell(known(), now)
        _settle(crm, now)


def _is_told(visitor: Visitor) -> bool:
    """Of those who are only being prospected, a few are enough: the records give them no date of their own."""
    return visitor.stage != "Prospecting" or number("told", visitor.id, below=ONE_IN_PROSPECTED) == 0


def _open_logins() -> None:
    """RevOps is nobody of the sales floor; the manager and the rep are."""
    User.objects.create_user(REVOPS.email, role=User.Role.REVOPS, name="Robin Okonkwo")
    for user in User.objects.filter(email__in=[login.email for login in DEMO_LOGINS]):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])


def _settle(crm: Crm, now: datetime) -> None:
    """As it stands today: one rep full, one paused, what was told long ago has been read; nobody gets mail of it."""
    staff = people.cast(crm)
    full, paused = staff.emails[staff.full], staff.emails[staff.paused]
    held = Assignment.objects.filter(rep__user__email=full, ended_at=None).count()
    store.load(configuration_text(crm, now.date(), {full: held}), now=now)
    Rep.objects.filter(user__email=paused).update(paused=True)
    bump()
    _prepare_realignment(staff, now)
    _catch_up(now)
    Notification.objects.update(due_at=None)
    Notification.objects.filter(created_at__lt=now - UNSEEN).update(seen_at=F("created_at") + timedelta(minutes=5))
    rollup.forget()
    rollup.count_all(now=now)


def _catch_up(now: datetime) -> None:
    """Act on what fell due in the past: else the first look at a new demo finds promises that nobody kept."""
    while ladder.enforce_due(now=now) or breaches.note_due(now=now):
        pass


def _prepare_realignment(staff: people.Staff, now: datetime) -> None:
    """It waits for the first of next month, so that there is something to look at."""
    robin = User.objects.get(email=REVOPS.email)
    name, text = land.realignment(staff)
    made = realignment.prepare(name, text, note="Closer by an hour, and the office has room.", by=robin, now=now)
    begins = datetime.combine(land.first_of_next_month(now.date()), time(), UTC)
    realignment.schedule(made, begins, by=robin, now=now)
