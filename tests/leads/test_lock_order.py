"""Who moves a lead takes the configuration's lock before the lead's: a writer of configuration may need that lead too,
as merging two accounts does, and then each would wait for the other."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from leads import by_hand, handover, services
from leads.models import Lead
from reps.services import hold_revision
from tests.organisation import make_lead, make_queue, make_rep, make_revops, make_team


def reassign(lead, lee, olivia):
    by_hand.reassign(lead, to=lee, by=olivia, reason="Knows them.", now=timezone.now())


def put_back(lead, lee, olivia):
    by_hand.put_back(lead, by=olivia, reason="Too many.", now=timezone.now())


def decline(lead, lee, olivia):
    handover.decline(lead, by=lead.rep.user, reason="Not mine.", now=timezone.now())


def claim(lead, lee, olivia):
    services.accept(lead, by=lee.user, now=timezone.now())


def begin(act):
    """Do it in a thread with a connection of its own; the thread, and what goes wrong there."""
    trouble: list[Exception] = []

    def run():
        try:
            act()
        except Exception as failure:  # noqa: BLE001  # whatever it is, the test is told
            trouble.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, trouble


def wait_until_somebody_waits():
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits for the configuration")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", [reassign, put_back, decline, claim])
def test_who_moves_a_lead_holds_nothing_while_he_waits_for_the_configuration(move):
    team = make_team(queue=True)
    ada, lee, olivia = make_rep(team=team), make_rep(email="lee@example.com", team=team), make_revops()
    make_queue(slug="unassigned")
    where = {"queue": team.queues.get()} if move is claim else {"rep": ada}
    lead = make_lead(at=timezone.now(), **where)

    with transaction.atomic():
        hold_revision()
        thread, trouble = begin(lambda: move(lead, lee, olivia))
        wait_until_somebody_waits()
        Lead.objects.select_for_update(nowait=True).get(pk=lead.pk)  # raises at once if he holds it
    thread.join(20)

    assert not thread.is_alive()
    assert trouble == []
