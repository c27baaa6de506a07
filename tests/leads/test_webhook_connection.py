"""A connection to the database that broke costs no delivery: it is noticed by using it, and the INSERT is repeated."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg import sql

from leads.configuration import store
from leads.models import InboundEvent
from tests.leads.conftest import COMPANY

pytestmark = pytest.mark.django_db(transaction=True)


def post(number: int) -> int:
    body = json.dumps({"email": f"pat{number}@corp.com"})
    return Client().post("/in/web/", body, content_type="application/json").status_code


def break_connection() -> None:
    """As a restart of PostgreSQL does, while this side believes that it stands."""
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT pg_terminate_backend({}, 5000)").format(pid))
    other.close()


def test_a_delivery_over_a_connection_that_broke_while_idle_is_stored_once():
    store.load(COMPANY, now=timezone.now())
    assert post(1) == 202

    break_connection()

    assert post(2) == 202
    assert post(2) == 200
    assert InboundEvent.objects.count() == 2
