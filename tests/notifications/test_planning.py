import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications import planning
from notifications.kinds import BY_SLUG
from notifications.models import Channel, Delivery, Habits, Notification
from notifications.planning import plan_due
from notifications.services import Notice, tell
from reps.access import own_zone
from tests.notifications.conftest import person, told, wants
from tests.organisation import NOON, make_manager, make_rep, make_team

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def lanes():
    return sorted(Delivery.objects.values_list("lane", flat=True))


def test_who_never_chose_hears_of_leads_by_mail_and_of_the_rest_in_the_inbox(mail, hook):
    hook()
    ada = person()
    told(ada)
    told(ada, kind="signal")

    assert plan_due() == 2

    [delivery] = Delivery.objects.all()
    assert (delivery.channel, delivery.notification.kind, delivery.second_at) == (mail, "assigned", None)
    assert not Notification.objects.filter(due_at__isnull=False).exists()
    assert plan_due() == 0


def test_everybody_is_told_by_the_channel_he_chose_for_the_kind(mail, hook):
    chat, ada = hook(), person()
    wants(ada, chat, mail)
    wants(ada, None, kind="returned")
    wants(ada, chat, kind="signal")
    for kind in ("assigned", "returned", "signal"):
        told(ada, kind=kind)

    plan_due(now=timezone.now())

    assert lanes() == [chat.lane, chat.lane]
    assigned = Delivery.objects.get(notification__kind="assigned")
    assert assigned.second == mail
    assert assigned.second_at == assigned.due_at + MINUTE


def test_a_channel_that_is_off_is_replaced_by_the_second_or_by_mail(mail, hook):
    off, chat = hook("off", enabled=False), hook()
    for number, second in enumerate((chat, None)):
        wants(person(f"p{number}@example.com"), off, second)
        told(person_named(number))

    plan_due()

    assert lanes() == sorted([chat.lane, mail.lane])


def person_named(number):
    return Habits._meta.get_field("user").related_model.objects.get(email=f"p{number}@example.com")


def test_who_is_not_active_any_more_is_told_nothing(mail):
    told(person(is_active=False))

    assert plan_due() == 1
    assert not Delivery.objects.exists()


def test_without_any_channel_the_inbox_has_it(db):
    told(person())

    assert plan_due() == 1
    assert not Delivery.objects.exists()


def test_a_notice_of_a_kind_that_nobody_knows_stays_in_the_inbox(mail):
    told(person(), kind="from_the_last_release")

    assert plan_due() == 1
    assert not Delivery.objects.exists()


def test_nothing_is_sent_in_somebodys_quiet_hours(mail, hook):
    chat = hook()
    rep = make_rep(timezone="America/New_York")  # 08:00 there at noon
    wants(rep.user, mail, chat)
    Habits.objects.create(user=rep.user, quiet_from=22 * 60, quiet_to=9 * 60)
    told(rep.user, at=NOON)

    plan_due(now=NOON)

    delivery = Delivery.objects.get()
    assert delivery.due_at == NOON + timedelta(hours=1)
    assert delivery.second_at == delivery.due_at + MINUTE


def test_quiet_hours_hold_no_notice_from_the_inbox(mail):
    ada = person()
    Habits.objects.create(user=ada, quiet_from=0, quiet_to=1439)
    notice = told(ada, at=NOON)

    plan_due(now=NOON)

    notice.refresh_from_db()
    assert notice.seen_at is None
    assert notice.due_at is None


def waits_too_long(user, count, at=NOON):
    tell([Notice(user.pk, "unacknowledged", f"Lead {n} waits.", f"u:{user.pk}:{n}:{at}") for n in range(count)], now=at)
    Notification.objects.filter(kind="unacknowledged", due_at__isnull=False).update(due_at=at)


def gathered():
    """How many notices each message holds, and when it goes."""
    found = Delivery.objects.select_related("notification").order_by("due_at", "pk")
    return [(one.due_at, 1 + one.notification.folded.count()) for one in found]


def test_many_of_a_kind_that_gathers_are_one_message(mail):
    mia, max_ = make_manager(), make_manager(email="max@example.com")
    waits_too_long(mia, 137)
    waits_too_long(max_, 1)

    plan_due(now=NOON)

    assert sorted(gathered()) == [(NOON, 1), (NOON, 137)]
    assert BY_SLUG["unacknowledged"].many.format(count=137) == "137 leads unacknowledged"


def test_who_goes_away_and_hands_over_many_leads_has_one_message_of_it(mail):
    ada = make_rep().user
    tell([Notice(ada.pk, "taken", f"Lead {n} went to Bob: Ada is away.", f"taken:{n}") for n in range(300)], now=NOON)
    Notification.objects.update(due_at=NOON)

    plan_due(now=NOON)

    assert [held for _, held in gathered()] == [300]
    assert BY_SLUG["taken"].many.format(count=300) == "300 leads were taken from you"


def test_in_an_inbox_alone_many_are_one_line_too_until_it_is_read(db):
    mia, ada = person("mia@example.com"), person()
    for number in range(137):
        told(mia, f"Lead {number} waits.", kind="unacknowledged")
    told(ada, kind="unacknowledged")
    told(mia, kind="returned")

    plan_due()
    lines = Notification.objects.filter(user=mia, kind="unacknowledged", folded_into=None)
    [head] = lines
    assert head.folded.count() == 136
    assert Notification.objects.filter(folded_into=None).count() == 3
    told(mia, kind="unacknowledged")
    plan_due()
    assert [line.folded.count() for line in lines.all()] == [137]

    Notification.objects.filter(pk=head.pk).update(seen_at=timezone.now())
    told(mia, kind="unacknowledged")
    plan_due()

    assert lines.all().count() == 2


def test_quiet_hours_of_a_manager_are_in_the_zone_that_his_page_shows(mail):
    mia = make_manager()
    for slug, zone in (("first", "Europe/Berlin"), ("second", "America/New_York")):
        make_team(slug=slug, manager=mia, timezone=zone)
    here = timezone.now().astimezone(ZoneInfo(own_zone(mia, None)))
    minute = here.hour * 60 + here.minute
    Habits.objects.create(user=mia, quiet_from=minute, quiet_to=(minute + 60) % 1440)
    told(mia, kind="unacknowledged")

    plan_due()

    assert Delivery.objects.get().due_at == here.replace(second=0, microsecond=0) + 60 * MINUTE


def test_the_first_goes_at_once_and_the_next_a_minute_later_with_all_that_came_meanwhile(mail):
    mia = make_manager()
    for second in (0, 10, 20, 59):
        waits_too_long(mia, 1, NOON + timedelta(seconds=second))
        plan_due(now=NOON + timedelta(seconds=second))
        Delivery.objects.filter(due_at=NOON).update(state="sent")

    assert gathered() == [(NOON, 1), (NOON + MINUTE, 3)]

    Delivery.objects.update(state="sent")
    later = NOON + 5 * MINUTE
    waits_too_long(mia, 1, later)
    plan_due(now=later)
    assert gathered()[-1] == (later, 1)


def test_nothing_is_folded_into_a_message_that_is_being_sent(mail):
    mia = make_manager()
    waits_too_long(mia, 2)
    plan_due(now=NOON)
    Delivery.objects.update(lease_token="6d0a4c50-8f2e-4f4b-9d3c-000000000001", attempts=1)

    waits_too_long(mia, 3, NOON + timedelta(seconds=1))
    plan_due(now=NOON + timedelta(seconds=1))

    assert [count for _, count in gathered()] == [2, 3]


def test_what_gathers_over_a_quiet_night_is_one_message_in_the_morning(mail):
    mia = make_manager()
    Habits.objects.create(user=mia, quiet_from=11 * 60, quiet_to=15 * 60)
    for hour in (0, 1, 2):
        waits_too_long(mia, 4, NOON + timedelta(hours=hour))
        plan_due(now=NOON + timedelta(hours=hour))

    assert gathered() == [(NOON + timedelta(hours=3), 12)]


def test_a_burst_of_ten_thousand_is_planned_in_seconds(mail, record_property):
    users = [person(f"p{number}@example.com") for number in range(50)]
    mia = make_manager()
    now = timezone.now()
    tell([Notice(users[n % 50].pk, "assigned", "New lead", f"a:{n}") for n in range(5_000)], now=now)
    waits_too_long(mia, 5_000, now)
    started = time.monotonic()

    while plan_due():
        pass

    took = time.monotonic() - started
    record_property("figures", f"planning 10,000 notices: {took:.1f} s")
    assert Delivery.objects.count() == 5_001
    assert Notification.objects.filter(folded_into__isnull=False).count() == 4_999
    assert took < 20


def test_one_that_cannot_be_planned_holds_up_no_other(mail, monkeypatch):
    bad, good = told(person()), told(person("bob@example.com"))
    real = planning.end_of_quiet

    def trips(now, zone, begins, ends):
        if begins == 1:
            raise ValueError("odd")
        return real(now, zone, begins, ends)

    Habits.objects.create(user=bad.user, quiet_from=1, quiet_to=2)
    monkeypatch.setattr(planning, "end_of_quiet", trips)

    plan_due()

    assert [one.notification for one in Delivery.objects.all()] == [good]
    bad.refresh_from_db()
    assert bad.due_at > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_two_planners_share_the_work_and_plan_nothing_twice(mail):
    users = [person(f"p{number}@example.com") for number in range(5)]
    mia = make_manager()
    tell([Notice(users[n % 5].pk, "assigned", "New lead", f"a:{n}") for n in range(300)], now=timezone.now())
    waits_too_long(mia, 300, timezone.now())

    def work():
        try:
            while plan_due(limit=20):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Delivery.objects.filter(notification__kind="assigned").count() == 300
    heads = Delivery.objects.filter(notification__kind="unacknowledged")
    assert heads.count() + Notification.objects.filter(folded_into__isnull=False).count() == 300
    assert heads.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_planner_that_is_held_up_does_not_hold_up_the_other(mail):
    ada = person()
    notice = told(ada)
    with transaction.atomic():
        Notification.objects.select_for_update().get(pk=notice.pk)
        other = told(ada)  # committed by nobody else: the same connection sees it
        seen: list[int] = []

        def work():
            seen.append(plan_due())
            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(10)

    assert seen == [0]
    assert plan_due() == 2
    assert {one.notification_id for one in Delivery.objects.all()} == {notice.pk, other.pk}


def test_telling_twice_tells_once(db):
    ada = person()
    notice = Notice(ada.pk, "assigned", "New lead", "assigned:1:1", context={"lead": 1, "epoch": 1})
    tell([notice, Notice(ada.pk, "assigned", "Another", "assigned:2:1")], now=NOON)
    tell([notice], now=NOON)
    tell([], now=NOON)

    assert Notification.objects.count() == 2
    assert Notification.objects.get(dedupe_key="assigned:1:1").context == {"lead": 1, "epoch": 1}


def test_the_first_mail_channel_that_is_on_is_the_usual_one(mail):
    Channel.objects.create(slug="b", name="B", kind=Channel.Kind.EMAIL, changed_at=datetime.now(tz=NOON.tzinfo))
    told(person())

    plan_due()

    assert Delivery.objects.get().channel == mail
