import pytest
from django.test import Client

from reps.models import User

RIGHT, WRONG = "right horse battery", "wrong"


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada@example.com", RIGHT, name="Ada")


def sign_in(email: str, password: str, address: str) -> int:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": email, "password": password}).status_code


@pytest.mark.django_db
def test_ten_wrong_passwords_close_the_account_for_a_while_from_everywhere(ada: User) -> None:
    assert {sign_in(ada.email, WRONG, f"10.0.0.{n}") for n in range(9)} == {200}

    sign_in("ADA@Example.com", WRONG, "10.0.0.9")

    assert sign_in(ada.email, RIGHT, "10.0.1.1") == 429


@pytest.mark.django_db
def test_an_account_that_is_closed_does_not_close_the_others(ada: User) -> None:
    for n in range(11):
        sign_in("bob@example.com", WRONG, f"10.0.0.{n}")

    assert sign_in(ada.email, RIGHT, "10.0.1.1") == 302


@pytest.mark.django_db
def test_one_address_that_tries_many_accounts_is_closed_out_and_others_are_not(ada: User) -> None:
    for n in range(10):
        sign_in(f"nobody{n}@example.com", WRONG, "203.0.113.9")

    assert sign_in(ada.email, RIGHT, "203.0.113.9") == 429
    assert sign_in(ada.email, RIGHT, "10.0.0.1") == 302


@pytest.mark.django_db
def test_a_few_mistakes_are_forgotten_with_the_right_password(ada: User) -> None:
    for _ in range(3):
        for _ in range(8):
            sign_in(ada.email, WRONG, "10.0.0.1")
        assert sign_in(ada.email, RIGHT, "10.0.0.1") == 302


@pytest.mark.django_db
def test_signing_in_forgives_no_attempts_on_another_account(ada: User) -> None:
    User.objects.create_user("eve@example.com", RIGHT, name="Eve")
    for _ in range(2):
        for _ in range(4):
            sign_in(ada.email, WRONG, "10.0.0.1")
        assert sign_in("eve@example.com", RIGHT, "10.0.0.1") == 302

    for _ in range(2):
        sign_in(ada.email, WRONG, "10.0.0.1")

    assert sign_in(ada.email, RIGHT, "10.0.1.1") == 429
