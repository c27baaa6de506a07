"""Webhooks and health checks turn off before sessions, users and forms; pages pass through all of it."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve

HOOKED = {"csp.middleware.CSPMiddleware", "django.contrib.sessions.middleware.SessionMiddleware"}


@pytest.fixture
def client() -> Client:
    return Client(HTTP_HOST="localhost", enforce_csrf_checks=True)


@pytest.mark.django_db
def test_a_page_has_the_strict_policy_and_no_inline_script_is_allowed(client: Client) -> None:
    response = client.get("/login/")

    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert response.status_code == 200
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused(client: Client) -> None:
    assert client.post("/login/", {"username": "a@example.com", "password": "x"}).status_code == 403


@pytest.mark.django_db
def test_a_webhook_has_no_session_no_cookie_and_needs_no_token(client: Client) -> None:
    client.cookies["sessionid"] = "planted"

    response = client.post("/in/nobody/", b"{}", content_type="application/json")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert not response.cookies
    assert "Vary" not in response
    assert not hasattr(response.wsgi_request, "session")
    assert not hasattr(response.wsgi_request, "user")


@pytest.mark.django_db
def test_a_webhooks_answer_names_its_length_and_is_kept_nowhere(client: Client) -> None:
    response = client.post("/in/nobody", b"{}", content_type="application/json")

    assert response["Content-Length"] == str(len(response.content))
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/in/nobody/", "/login/"])
def test_a_foreign_host_is_refused_everywhere(client: Client, path: str) -> None:
    assert (
        client.post(path, b"{}", content_type="application/json", headers={"host": "evil.example"}).status_code == 400
    )


def test_an_address_below_in_that_is_no_sources_is_a_problem_and_not_a_page(client: Client) -> None:
    response = client.post("/in/a/b/c", b"{}", content_type="application/json")

    assert response.status_code == 404
    assert response.json()["detail"].startswith("A webhook's address is /in/<source>/")


def test_livez_needs_no_database_and_no_known_host(client: Client) -> None:
    response = client.get("/livez", headers={"host": "10.1.2.3:8000"})

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert not response.cookies


def test_the_edge_comes_first_so_that_nothing_is_spent_before_it() -> None:
    assert settings.MIDDLEWARE[0] == "config.edge.edge"
    assert settings.MIDDLEWARE[-1] == "axes.middleware.AxesMiddleware"
    assert set(settings.MIDDLEWARE) >= HOOKED
    assert resolve("/livez").func.__name__ == "livez"
