"""The bell and the inbox: each sees what he was told, and nobody else does."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Notification
from reps import keyset
from tests.notifications.pages.told import gather, tell
from tests.office import CLARA, DANA, LEE, LENA, MAYA, signed_in

pytestmark = pytest.mark.usefixtures("office")

HTMX = {"HX-Request": "true"}


def test_everybody_has_an_inbox_and_finds_only_what_was_told_to_him() -> None:
    for email in (DANA, LEE, LENA, MAYA):
        tell(email, f"This is for {email} alone.")

    for email in (DANA, LEE, LENA, MAYA):
        shown = signed_in(email).get("/notifications/").content.decode()
        assert shown.count("alone.") == shown.count(f"This is for {email} alone.") > 0


@pytest.mark.parametrize("address", ["", "gathered/", "seen/"])
def test_a_strangers_notice_is_not_there(address: str) -> None:
    notice = tell(DANA)
    lee = signed_in(LEE)

    act = lee.post if address == "seen/" else lee.get
    assert act(f"/notifications/{notice.pk}/{address}").status_code == 404
    assert Notification.objects.get().seen_at is None


def test_the_bell_counts_what_was_not_seen_and_a_gathered_message_once() -> None:
    tell(DANA)
    tell(DANA, seen_at=timezone.now())
    gather(DANA, 137, at=timezone.now())

    shown = signed_in(DANA).get("/account/")

    assert shown.context["bell"].unseen == 2
    assert 'data-unseen="2">2<' in shown.content.decode()


def test_the_bell_says_nothing_while_nothing_changes() -> None:
    tell(DANA)
    dana = signed_in(DANA)
    rev = dana.get("/account/").context["bell"].revision

    same = dana.get("/notifications/bell/", {"rev": rev}, headers=HTMX)
    tell(DANA)
    more = dana.get("/notifications/bell/", {"rev": rev}, headers=HTMX)

    assert (same.status_code, same.content) == (204, b"")
    assert more.status_code == 200
    assert 'data-unseen="2"' in more.content.decode()


def test_a_bell_with_hundreds_counts_to_ninety_nine() -> None:
    for _ in range(120):
        tell(DANA)

    assert signed_in(DANA).get("/account/").context["bell"].told == "99+"


def test_going_to_what_it_is_about_is_seeing_it() -> None:
    notice = tell(DANA, link="/leads/7/")

    answer = signed_in(DANA).get(f"/notifications/{notice.pk}/")

    assert answer["Location"] == "/leads/7/"
    assert Notification.objects.get().seen_at is not None


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_but_to_this_site(link: str) -> None:
    notice = tell(DANA, link=link)

    assert signed_in(DANA).get(f"/notifications/{notice.pk}/")["Location"] == "/notifications/"


def test_what_gathered_is_one_line_that_can_be_opened() -> None:
    head = gather(LENA, 137, at=timezone.now())
    lena = signed_in(LENA)

    shown = lena.get("/notifications/").content.decode()
    inside = lena.get(f"/notifications/{head.pk}/gathered/")

    assert "137 leads unacknowledged" in shown
    assert "Lead 3 waits." not in shown
    assert len(inside.context["inside"]) == 137
    assert "Lead 3 waits." in inside.content.decode()


def test_seeing_a_gathered_message_is_seeing_all_of_it() -> None:
    head = gather(LENA, 5, at=timezone.now())

    signed_in(LENA).post(f"/notifications/{head.pk}/seen/")

    assert not Notification.objects.filter(seen_at=None).exists()


def test_all_is_read_but_what_came_after_the_page_was_shown() -> None:
    tell(DANA)
    tell(LEE)
    dana = signed_in(DANA)
    newest = dana.get("/notifications/").context["page"].newest
    later = tell(DANA)

    dana.post("/notifications/seen/", {"upto": newest})

    assert set(Notification.objects.filter(seen_at=None)) == {later, Notification.objects.get(user__email=LEE)}


@pytest.mark.parametrize("upto", ["9" * 5000, "-1", "x", ""])
def test_an_upto_that_was_never_ours_is_answered(upto: str) -> None:
    assert signed_in(DANA).post("/notifications/seen/", {"upto": upto}).status_code == 302


@pytest.mark.parametrize("after", ["nonsense", "2026-06-03T12:00:00Z~x", "9" * 5000])
def test_a_cursor_that_was_never_ours_is_refused_in_words(after: str) -> None:
    assert signed_in(DANA).get("/notifications/", {"after": after}).status_code == 400


def test_older_ones_are_reached_and_none_is_shown_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "SIZE", 3)
    for number in range(7):
        tell(DANA, f"Number {number}.", created_at=timezone.now() - timedelta(hours=number))
    dana = signed_in(DANA)

    texts, after = [], ""
    while True:
        page = dana.get("/notifications/", {"after": after}).context["page"]
        texts += [row.text for day in page.days for row in day.rows]
        after = page.piece.older
        if not after:
            break

    assert texts == [f"Number {number}." for number in range(7)]


def test_days_are_those_of_the_reader() -> None:
    """Clara works in Berlin, where it is tomorrow already."""
    local = timezone.now().replace(hour=23, minute=30)
    tell(CLARA, created_at=local - timedelta(days=3))

    [day] = signed_in(CLARA).get("/notifications/").context["page"].days

    assert day.day == (local - timedelta(days=2)).date()


def test_what_a_sender_wrote_is_text() -> None:
    evil = "<img src=x onerror=alert(1)> is yours."
    head = tell(DANA, evil)
    tell(DANA, evil, folded_into=head)
    dana = signed_in(DANA)

    for address in ("/notifications/", f"/notifications/{head.pk}/gathered/"):
        shown = dana.get(address).content.decode()
        assert "<img src" not in shown
        assert "&lt;img" in shown or "3 leads" in shown


def test_an_empty_inbox_says_what_will_stand_there() -> None:
    dana = signed_in(DANA)

    assert "Nothing yet" in dana.get("/notifications/").content.decode()
    assert "All read" in dana.get("/notifications/?show=unseen").content.decode()


@pytest.mark.parametrize(("address", "budget"), [("/notifications/", 7), ("/notifications/bell/?rev=0", 4)])
def test_it_costs_no_more_queries_however_much_there_is(address: str, budget: int) -> None:
    dana = signed_in(DANA)
    headers = HTMX if "bell" in address else {}

    def cost(at: datetime) -> int:
        for number in range(20):
            gather(DANA, 3, at=at - timedelta(hours=number))
        dana.get(address, headers=headers)
        with CaptureQueriesContext(connection) as queries:
            assert dana.get(address, headers=headers).status_code == 200
        return len(queries)

    assert cost(timezone.now()) <= budget
    assert cost(timezone.now() - timedelta(days=2)) <= budget
