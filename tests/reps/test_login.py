"""The doors: who gets in, who is kept out, and what they are told."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from reps.models import Rep, Team, User
from tests.office import PASSWORD

EMAIL = "ada@example.com"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user(EMAIL, PASSWORD, name="Ada Lovelace", role=User.Role.REVOPS)


def sign_in(client: Client, email: str = EMAIL, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login/", {"username": email, "password": password, **more})


def test_the_right_password_opens_the_door(ada: User, client: Client) -> None:
    answer = sign_in(client)

    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_an_address_is_known_however_it_is_written(ada: User, client: Client) -> None:
    assert sign_in(client, email=" ADA@Example.com ").status_code == 302


@pytest.mark.parametrize(
    ("role", "has_rep", "home"),
    [("rep", True, "/queue/"), ("manager", False, "/team/"), ("revops", False, "/decisions/")],
)
def test_home_is_where_the_work_of_a_role_is(role: str, has_rep: bool, home: str, db: None, client: Client) -> None:
    user = User.objects.create_user(EMAIL, PASSWORD, name="Ada", role=role)
    if has_rep:
        Rep.objects.create(user=user)
    sign_in(client)

    assert client.get("/")["Location"] == home


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(ada: User, client: Client) -> None:
    wrong = sign_in(client, password="not it")
    unknown = sign_in(client, email="nobody@example.com")

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "go together" in wrong.content.decode()


def test_somebody_who_has_left_is_told_no_more_than_a_stranger(ada: User, client: Client) -> None:
    User.objects.update(is_active=False)

    left = sign_in(client)
    unknown = sign_in(client, email="nobody@example.com")

    assert left.context["form"].errors == unknown.context["form"].errors


def test_after_signing_in_people_are_where_they_wanted_to_be(ada: User, client: Client) -> None:
    asked = client.get("/events/")
    assert asked["Location"] == "/login/?next=/events/"

    assert sign_in(client, next="/events/")["Location"] == "/events/"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_led_to_another_site(ada: User, client: Client, address: str) -> None:
    assert sign_in(client, next=address)["Location"] == "/"


def test_too_many_wrong_passwords_close_the_door_even_for_the_right_one(ada: User, client: Client) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = sign_in(client, password="guess")

    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert "15 minutes" in answer.content.decode()
    assert sign_in(client).status_code == 429


def test_signing_out_is_a_deed_and_not_a_link(ada: User, client: Client) -> None:
    sign_in(client)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/account/")["Location"] == "/login/?next=/account/"


def test_a_new_password_ends_every_other_session(ada: User, client: Client) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    fresh = "staple-battery-horse"

    answer = client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}, follow=True
    )

    assert "Your password is changed" in answer.content.decode()
    assert client.get("/account/").status_code == 200
    assert other.get("/account/")["Location"] == "/login/?next=/account/"
    assert sign_in(Client(), password=fresh).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("not it", "staple-battery-horse", "old password was entered incorrectly"),
        (PASSWORD, "short", "at least 10 characters"),
        (PASSWORD, "ada@example.com", "too similar to the email"),
        (PASSWORD, "1234567890", "entirely numeric"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    ada: User, client: Client, old: str, new: str, problem: str
) -> None:
    sign_in(client)

    answer = client.post("/account/password/", {"old_password": old, "new_password1": new, "new_password2": new})

    assert answer.status_code == 422
    assert problem in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_plain_words(ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/login/", {"username": EMAIL, "password": PASSWORD})

    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_pages_are_never_kept_by_a_cache(ada: User, client: Client) -> None:
    sign_in(client)

    for address in (reverse("account"), reverse("decisions"), reverse("password")):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_an_expired_session_sends_the_whole_page_to_the_door_and_not_a_part_of_it(db: None, client: Client) -> None:
    answer = client.get(
        "/queue/live/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?lead=7"}
    )

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/queue/%3Flead%3D7"
    assert answer.content == b""


def test_times_are_told_in_the_zone_of_the_reader(db: None, client: Client) -> None:
    team = Team.objects.create(slug="pacific", name="Pacific", timezone="America/Los_Angeles")
    user = User.objects.create_user(EMAIL, PASSWORD, name="Ada", role=User.Role.REP)
    Rep.objects.create(user=user, team=team, timezone="Asia/Tokyo")
    sign_in(client)

    assert "Asia/Tokyo" in client.get("/account/").content.decode()


@pytest.mark.parametrize(("address", "status", "words"), [("/nowhere/", 404, "Nothing here")])
def test_a_wrong_address_is_told_plainly(db: None, client: Client, address: str, status: int, words: str) -> None:
    answer = client.get(address)

    assert answer.status_code == status
    assert words in answer.content.decode()
