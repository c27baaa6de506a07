"""The log of deliveries: RevOps see all of it, everybody what was sent to himself, and nobody anything else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Attempt
from tests.notifications.pages.test_channels import deliver, make_channel
from tests.office import CLARA, DANA, LEE, LENA, MAYA, signed_in

pytestmark = pytest.mark.usefixtures("office")


@pytest.mark.parametrize(("email", "status"), [(DANA, 403), (LENA, 403), (MAYA, 200)])
def test_the_log_is_for_revops(email: str, status: int) -> None:
    assert signed_in(email).get("/deliveries/").status_code == status


def test_everybody_sees_what_was_sent_to_himself() -> None:
    delivery = deliver(make_channel(), DANA)
    address = f"/deliveries/{delivery.pk}/"

    assert signed_in(DANA).get(address).status_code == 200
    assert signed_in(MAYA).get(address).status_code == 200
    assert signed_in(LEE).get(address).status_code == 404
    assert signed_in(LENA).get(address).status_code == 404
    shown = signed_in(DANA).get("/account/notifications/").context["rows"]
    assert [row.delivery for row in shown] == [delivery]
    assert signed_in(LEE).get("/account/notifications/").context["rows"] == []


def test_a_delivery_tells_its_tries() -> None:
    delivery = deliver(make_channel(), state="dead", attempts=2, problem="It answered with 500.")
    now = timezone.now()
    Attempt.objects.create(
        delivery=delivery, at=now, took_ms=1234, ok=False, status=500, problem="It answered with 500."
    )
    Attempt.objects.create(delivery=delivery, at=now, ok=False, took_ms=10, problem="<b>nobody</b> there")

    shown = signed_in(MAYA).get(f"/deliveries/{delivery.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert "1,234 ms, status 500: It answered with 500." in shown
    assert "&lt;b&gt;nobody" in shown
    assert "<html" not in shown


def test_what_is_dead_stands_above_the_list() -> None:
    robot, mail = make_channel(), make_channel("mail", "email")
    for _ in range(3):
        deliver(robot, state="dead")
    deliver(mail)

    page = signed_in(MAYA).get("/deliveries/").context["page"]

    assert [(dead.name, dead.count) for dead in page.dead] == [("Robot", 3)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=dead", 1),
        ("state=sent", 2),
        ("state=failing", 1),
        ("state=waiting", 2),
        ("q=clara", 1),
        ("q=nobody", 0),
        ("channel={mail}", 1),
        ("kind=assigned", 5),
        ("kind=reminder", 0),
        ("state=nonsense", 5),
        ("channel=99999999999999999999999", 5),
    ],
)
def test_the_log_is_filtered(query: str, count: int) -> None:
    robot, mail = make_channel(), make_channel("mail", "email")
    deliver(robot, state="dead")
    deliver(robot)
    deliver(mail, CLARA)
    deliver(robot, state="waiting")
    deliver(robot, state="waiting", attempts=3)

    rows = signed_in(MAYA).get(f"/deliveries/?{query.format(mail=mail.pk)}").context["page"].rows

    assert len(rows) == count


@pytest.mark.parametrize("query", ["after=nonsense", "after=2026-01-01~1"])
def test_a_cursor_that_was_never_ours_is_refused(query: str) -> None:
    assert signed_in(MAYA).get(f"/deliveries/?{query}").status_code == 400


def test_the_log_costs_no_more_queries_however_long_it_is() -> None:
    maya, robot = signed_in(MAYA), make_channel()

    def cost() -> int:
        maya.get("/deliveries/")
        with CaptureQueriesContext(connection) as queries:
            maya.get("/deliveries/")
        return len(queries)

    deliver(robot, state="dead")
    few = cost()
    for number in range(20):
        deliver(robot, LEE, created_at=timezone.now() - timedelta(hours=number))

    assert cost() == few <= 7


@pytest.mark.parametrize("email", [DANA, LENA])
@pytest.mark.parametrize("address", ["{pk}/replay/", "replay/robot/"])
def test_only_revops_send_dead_letters_again(email: str, address: str) -> None:
    dead = deliver(make_channel(), email, state="dead")
    client = signed_in(email)

    assert client.post(f"/deliveries/{address.format(pk=dead.pk)}").status_code == 403
    assert signed_in(MAYA).get(f"/deliveries/{address.format(pk=dead.pk)}").status_code == 405
    dead.refresh_from_db()
    assert dead.state == "dead"


def test_a_dead_letter_is_sent_again_with_its_key() -> None:
    dead, other = (
        deliver(make_channel(), state="dead", attempts=8),
        deliver(make_channel("mail", "email"), state="dead"),
    )

    signed_in(MAYA).post(f"/deliveries/{dead.pk}/replay/")

    key = dead.key
    dead.refresh_from_db()
    other.refresh_from_db()
    assert (dead.state, dead.attempts, dead.key) == ("waiting", 0, key)
    assert other.state == "dead"


def test_all_dead_letters_of_one_channel_are_sent_again() -> None:
    robot, mail = make_channel(), make_channel("mail", "email")
    for _ in range(3):
        deliver(robot, state="dead")
    deliver(mail, state="dead")
    deliver(robot)

    shown = signed_in(MAYA).post("/deliveries/replay/robot/", follow=True).content.decode()

    assert "Sent again by Robot: 3." in shown
    assert set(robot.deliveries.values_list("state", flat=True)) == {"waiting", "sent"}
    assert mail.deliveries.get().state == "dead"


def test_what_goes_to_a_channel_that_is_switched_off_is_not_sent_again() -> None:
    dead = deliver(make_channel(enabled=False), state="dead")
    maya = signed_in(MAYA)

    for address in (f"{dead.pk}/replay/", "replay/robot/"):
        assert "switched off" in maya.post(f"/deliveries/{address}", follow=True).content.decode()
    dead.refresh_from_db()
    assert dead.state == "dead"
