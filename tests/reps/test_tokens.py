"""Keys for programs."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from reps.models import ApiToken
from reps.tokens import make_token
from tests.organisation import make_revops

ME = "/api/v1/me/"


@pytest.mark.django_db
def test_only_the_hash_of_a_token_is_kept() -> None:
    user = make_revops()

    token = make_token(user, timezone.now())

    kept = ApiToken.objects.get()
    assert token.startswith("sw_")
    assert len(token) > 40
    assert kept.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(vars(kept))
    assert token.startswith(kept.prefix)
    assert make_token(user, timezone.now()) != token


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER   {}"])
def test_a_token_opens_the_door(client, header) -> None:
    token = make_token(make_revops(), timezone.now())

    assert client.get(ME, headers={"Authorization": header.format(token)}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer {} x",
        "Token {}",
        "{}",
        "Bearer {}x",
        "Bearer \x00",
        "Bearer é",
        "Basic {}",
    ],
)
def test_nothing_else_does(client, header) -> None:
    token = make_token(make_revops(), timezone.now())

    answer = client.get(ME, headers={"Authorization": header.format(token)})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Switchyard"'


@pytest.mark.django_db
def test_who_sends_a_wrong_token_is_not_let_in_by_his_session(client) -> None:
    client.force_login(make_revops())

    assert client.get(ME).status_code == 200
    assert client.get(ME, headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.django_db
def test_its_last_use_is_noted_at_most_once_a_minute(client) -> None:
    token = make_token(make_revops(), timezone.now())

    def use() -> object:
        client.get(ME, headers={"Authorization": f"Bearer {token}"})
        return ApiToken.objects.get().last_used_at

    first = use()
    assert first is not None
    assert use() == first

    long_ago = timezone.now() - timedelta(minutes=1)
    ApiToken.objects.update(last_used_at=long_ago)
    assert use() > long_ago
