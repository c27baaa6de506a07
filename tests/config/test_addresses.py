from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import addresses

SOCKETS = Path("/data/run")


def test_without_a_url_the_embedded_servers_are_meant() -> None:
    assert addresses.database({}, SOCKETS)["HOST"] == "/data/run"
    assert addresses.broker({}, SOCKETS) == "redis+socket:///data/run/valkey.sock"


def test_a_database_url_is_read_with_its_escapes_and_options() -> None:
    url = "postgresql://lead%40r:p%2Fw@db.example:6432/crm%20x?sslmode=require"

    settings = addresses.database({"DATABASE_URL": url}, SOCKETS)

    assert settings == {
        "NAME": "crm x",
        "USER": "lead@r",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_url_can_name_a_socket() -> None:
    settings = addresses.database({"DATABASE_URL": "postgres://app@/crm?host=/var/run/postgresql&port=5433"}, SOCKETS)

    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("/var/run/postgresql", "5433", "crm")


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "sqlite:///db", "postgresql://host", "host:5432"])
def test_another_kind_of_database_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://user:password@host:5432/name"):
        addresses.database({"DATABASE_URL": url}, SOCKETS)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://:pw@cache:6380/2", "redis://:pw@cache:6380/2"),
        ("rediss://cache/0", "rediss://cache/0"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"),
    ],
)
def test_a_redis_url_becomes_celerys(url: str, broker: str) -> None:
    assert addresses.broker({"REDIS_URL": url}, SOCKETS) == broker


def test_another_kind_of_broker_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        addresses.broker({"REDIS_URL": "amqp://localhost"}, SOCKETS)


def test_a_person_may_wait_long_for_a_statement_but_for_no_lock() -> None:
    assert addresses.database_options(600) == {
        "connect_timeout": 3,
        "options": "-c statement_timeout=600s -c lock_timeout=3s -c idle_in_transaction_session_timeout=600s",
    }


def test_only_this_machines_own_names_are_served_unless_more_are_named() -> None:
    assert {"localhost", "127.0.0.1", "[::1]"} < set(addresses.allowed_hosts({}))
    assert "*" not in addresses.allowed_hosts({})
    assert addresses.allowed_hosts({"ALLOWED_HOSTS": "leads.example.com, 10.0.0.7"}) == [
        "leads.example.com",
        "10.0.0.7",
    ]
