"""Whatever is sent, the answer is one problem in JSON that says what is wrong: never an error of ours."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError

from leads import services
from leads.api.parsing import DEEPEST, LARGEST, MOST_VALUES

FAR = "9" * 30


@pytest.mark.parametrize(
    "key",
    ["-1", "1e3", "%00", "%EF%BC%91", "1.0", "0x1", FAR, "9" * 5000, "9223372036854775808", "abc", "%2e%2e", "None"],
)
def test_a_key_that_is_none_is_not_found(company, programs, key) -> None:
    for address in (
        f"leads/{key}/",
        f"leads/{key}/accept/",
        f"decisions/{key}/",
        f"events/{key}/",
        f"trees/{key}/versions/",
    ):
        answer = programs["olivia"].get(address)

        assert answer.status_code in (404, 405), address
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ordering=owner__user__password", "ordering"),
        ("ordering=", "ordering"),
        ("page=-1", "page"),
        ("page_size=1000000", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=%EF%BC%91x", "page_size"),
        ("rep__user__password=x", "rep__user__password"),
        ("status=assigned,open", "status"),
        ("status=", "status"),
        ("owner=%00", "owner"),
        ("received_after=yesterday", "received_after"),
        ("received_after=2026-02-30T00:00:00Z", "received_after"),
        ("received_after=0001-01-01T00:00:00%2B14:00", "received_after"),
        ("owner=a&owner=b", "owner"),
        ("cursor=x", "cursor"),
        ("cursor=%FF", "cursor"),
        ("cursor=MQ", "cursor"),
        ("cursor=MjAyNi0wNi0wM1QxMjowMDowMH4x", "cursor"),  # a time without a zone
        ("cursor=" + "A" * 300, "cursor"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(company, programs, query, field) -> None:
    answer = programs["ada"].ask("GET", f"leads/?{query}")

    assert answer.status_code == 400, answer.content
    assert set(answer.json()["errors"]) == {field}


def test_a_cursor_of_a_row_beyond_all_numbers_is_an_empty_page(company, programs) -> None:
    cursor = "MDAwMS0wMS0wMVQwMDowMDowMCswMDowMH4tOTk5OTk5OTk5OTk5OTk5OTk5OTk5"  # 0001-01-01T00:00:00+00:00~-9999…

    assert programs["ada"].get("leads/", cursor=cursor).json() == {"next": None, "results": []}


@pytest.mark.parametrize("query", ["lead=0", "lead=x", "fallback=maybe", "outcome=won", "rule=" + "x" * 41, "q=1"])
def test_so_it_is_for_decisions(company, programs, query) -> None:
    answer = programs["ada"].ask("GET", f"decisions/?{query}")

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {query.partition("=")[0]}


def test_a_number_beyond_all_numbers_finds_nothing(company, programs) -> None:
    assert programs["olivia"].get("decisions/", lead=FAR).json()["results"] == []


@pytest.mark.parametrize("query", ["format=api", "format=html", "format=xml"])
def test_there_is_nothing_but_json(company, programs, query) -> None:
    answer = programs["ada"].ask("GET", f"leads/?{query}")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert programs["ada"].ask("GET", "leads/", Accept="text/html").status_code == 406
    assert programs["ada"].ask("GET", "leads/?format=json").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"null", 400, "errors"),
        (b"[]", 400, "errors"),
        (b'"x"', 400, "errors"),
        (b'{"epoch": NaN}', 400, "NaN is not JSON"),
        (b'{"epoch": 1e999}', 400, "too large for a number"),
        (b'{"epoch": ' + b"9" * 4000 + b"}", 400, "too large for a number"),
        (b'{"epoch": 1, "epoch": 2}', 400, "stands twice"),
        (b"\xff\xfe{\x00}\x00", 400, "not UTF-8"),
        ('{"epoch": 1}'.encode("utf-16"), 400, "not UTF-8"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), 400, "nested deeper"),
        (b"[" * 100_000, 400, "nested deeper"),
        (b'{"reason": "a\\u0000b"}', 400, "errors"),
        (b'{"\\ud800": 1}', 400, "errors"),
        (b'"' + b"x" * LARGEST + b'"', 413, "at most 4 MiB"),
        (b"[" + b"1," * MOST_VALUES + b"1]", 413, "at most 300,000 values"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(company, programs, body, status, said) -> None:
    answer = programs["ada"].ask("POST", f"leads/{company.adas.pk}/decline/", body)

    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said in answer.json()["detail"] or said in answer.json()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"reason": "x", "epoch": -1}', "epoch"),
        (b'{"reason": "x", "epoch": 9223372036854775808}', "epoch"),
        (b'{"reason": "x", "epoch": true}', "epoch"),
        (b'{"reason": "x", "epoch": null}', "epoch"),
        (b'{"reason": " "}', "reason"),
        (b'{"reason": null}', "reason"),
        (b'{"reason": {}}', "reason"),
        (b'{"reason": "' + b"x" * 301 + b'"}', "reason"),
        (b'{"reason": "x", "owner": "zoe@example.com"}', "owner"),
        (b'{"reason": "a\\u0000b"}', "reason"),
        (b'{"reason": "x", "a": [{"b": "\\udfff"}]}', "a[0].b"),
    ],
)
def test_a_member_that_cannot_be_used_is_named(company, programs, body, field) -> None:
    answer = programs["ada"].ask("POST", f"leads/{company.adas.pk}/decline/", body)

    assert answer.status_code == 400, answer.content
    assert set(answer.json()["errors"]) == {field}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"reason=x"),
        ("multipart/form-data; boundary=x", b"--x"),
        ("multipart/form-data", b"--x"),
        ("text/plain", b"{}"),
        ("application/xml", b"<a/>"),
        ("", b"{}"),
    ],
)
def test_nothing_but_json_is_read(company, programs, client, kind, body) -> None:
    address = f"/api/v1/leads/{company.adas.pk}/decline/"
    by_token = programs["ada"].client.generic("POST", address, body, content_type=kind, headers=programs["ada"].headers)
    client.handler.enforce_csrf_checks = True
    client.force_login(company.ada.user)
    by_session = client.generic("POST", address, body, content_type=kind)

    assert by_token.status_code == 415
    assert by_session.status_code == 403
    assert by_session.headers["Content-Type"] == "application/problem+json"


def test_a_chunked_body_is_not_taken_for_none(company, programs) -> None:
    answer = programs["ada"].ask("POST", f"leads/{company.adas.pk}/accept/", **{"Transfer-Encoding": "chunked"})

    assert answer.status_code == 411


@pytest.mark.parametrize(
    "body",
    [
        b'{"facts": {"tags": [' + b"1," * 299_000 + b'"\\u0041"]}}',
        b'{"facts": {"tags": [' + b"[1]," * 299_000 + b'"\\u0041"]}}',
        b"{" + b'"\\u0041' * 500_000,
    ],
    ids=["numbers", "lists", "broken"],
)
def test_a_large_body_takes_no_longer_than_it_may(company, programs, body) -> None:
    started = time.process_time()

    assert programs["olivia"].ask("POST", "evaluate/", body).status_code in (200, 400)

    assert time.process_time() - started < 2


def test_a_database_that_does_not_answer_in_time_is_no_error_of_the_asker(company, programs, monkeypatch) -> None:
    def too_late(*args, **kwargs) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(services, "accept", too_late)

    answer = programs["ada"].post(f"leads/{company.adas.pk}/accept/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "lock timeout" not in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["", "rules/", "leads", "export/leads.csv", "leads/1/history/", "me/password/", "%00/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_where_there_is_nothing_it_is_said_in_json(company, programs, address, method) -> None:
    answer = programs["olivia"].ask(method, address)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_leads_come_in_through_sources_alone(company, programs) -> None:
    assert programs["olivia"].post("leads/", email="x@customer.example").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["nowhere/", "trees/a%0Ab/versions/", "%0A", ""])
def test_an_unknown_address_is_answered_in_json_whatever_is_in_it(client, address):
    answer = client.get(f"/api/v1/{address}")

    assert answer.status_code in (401, 404)
    assert answer["Content-Type"].startswith("application/problem+json")
