"""The test button: what the receiver has is the truth, and what went wrong is said in our words."""

import pytest
from django.core.cache import cache

from notifications import own_views
from notifications.models import Delivery, Notification
from tests.notifications.pages.test_channels import make_channel
from tests.office import DANA, LEE, MAYA, person, signed_in
from tests.outside.web import Sink

pytestmark = pytest.mark.usefixtures("office")

TEST = "/account/notifications/test/robot/"


@pytest.fixture(autouse=True)
def nobody_has_just_tried() -> None:
    cache.clear()


def test_a_test_reaches_whoever_asked_for_it_and_leaves_nothing_behind(outside: Sink) -> None:
    make_channel(settings={"url": outside.url("/robot")})
    person(LEE).addresses.create(channel=make_channel("other"), address=outside.url("/lee"))

    shown = signed_in(DANA).post(TEST, headers={"HX-Request": "true"}).content.decode()

    [received] = outside.received()
    assert received.path == "/robot"
    assert "Dana" in str(received.json)
    assert "Taken" in shown
    assert "<html" not in shown
    assert not Delivery.objects.exists()
    assert not Notification.objects.exists()


def test_it_goes_to_ones_own_address_on_the_channel(outside: Sink) -> None:
    channel = make_channel(settings={"url": outside.url("/robot")})
    person(DANA).addresses.create(channel=channel, address="https://dana.invalid.example/hook")
    person(LEE).addresses.create(channel=channel, address="https://lee.invalid.example/hook")

    assert "could not be reached" in signed_in(DANA).post(TEST).content.decode()

    assert outside.received() == []


def test_what_went_wrong_is_said(outside: Sink) -> None:
    make_channel(settings={"url": outside.url("/robot")})
    outside.behave("fail")

    shown = signed_in(MAYA).post(TEST).content.decode()

    assert "Not sent" in shown
    assert "500" in shown
    assert outside.origin not in shown


def test_who_has_no_address_there_is_told_so() -> None:
    make_channel(kind="slack_bot", settings={"token": "${SWITCHYARD_SECRET_SLACK}"})

    assert "no address on this channel" in signed_in(DANA).post(TEST).content.decode()


def test_a_channel_that_is_switched_off_is_tried_by_revops_alone(outside: Sink) -> None:
    make_channel(enabled=False, settings={"url": outside.url("/robot")})

    assert signed_in(DANA).post(TEST).status_code == 404
    assert signed_in(MAYA).post(TEST).status_code == 200
    assert len(outside.received()) == 1


def test_nobody_holds_the_server_up_by_trying_again_and_again(outside: Sink) -> None:
    make_channel(settings={"url": outside.url("/robot")})
    dana = signed_in(DANA)

    dana.post(TEST)
    again = dana.post(TEST).content.decode()

    assert "One test at a time" in again
    assert len(outside.received()) == 1


def test_nobody_makes_another_persons_phone_ring_all_day(outside: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_views, "MOST_AN_HOUR", 2)
    make_channel(settings={"url": outside.url("/robot")})
    dana = signed_in(DANA)

    for _ in range(3):
        cache.delete(f"test-of-{person(DANA).pk}")
        shown = dana.post(TEST).content.decode()

    assert "try again later" in shown
    assert len(outside.received()) == 2
    assert "Taken" in signed_in(LEE).post(TEST).content.decode()
