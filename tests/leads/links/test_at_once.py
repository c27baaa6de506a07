from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead
from notifications import links
from notifications.models import Notification, UsedLink
from tests.organisation import make_lead, make_rep


@pytest.mark.django_db(transaction=True)
def test_one_link_pressed_eight_times_at_once_does_one_deed():
    ada = make_rep()
    lead = make_lead(rep=ada, at=timezone.now(), first_name="Priya")
    notice = Notification.objects.create(
        user=ada.user,
        kind="assigned",
        text="New lead.",
        context={"lead": lead.pk, "epoch": lead.epoch, "name": "Priya", "rep": "Ada"},
        dedupe_key="once",
        created_at=timezone.now(),
    )
    where = reverse("accept-link", args=[links.token_of(notice)])

    def press(_):
        try:
            return Client().post(where).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(press, range(8)))

    lead.refresh_from_db()
    assert lead.status == Lead.Status.ACCEPTED
    assert lead.timeline.filter(kind="accepted").count() == 1
    assert UsedLink.objects.count() == 1
    # Whoever came second is shown the same: it is his.
    assert sorted(answers) == [200] * 7 + [302]
