import json
import logging

import pytest

from leads.configuration import dump
from leads.enrichment.enricher import enrich_waiting
from leads.enrichment.providers import Ask, with_secrets
from leads.models import Answer
from outgoing.addresses import Refused
from reps.models import Change
from tests.leads.enrichment.conftest import lead_of, patience, route

NAME = "SWITCHYARD_SECRET_CLEARVIEW"
ENVIRON = {
    NAME: "hunter2",
    f"{NAME}_HOST": "api.clearview.example eu.clearview.example",
    "DATABASE_URL": "postgresql://u:p@h/d",
    "SECRET_KEY": "k",
    "SWITCHYARD_SECRET_LONELY": "x",
    "SWITCHYARD_SECRET_BROKEN": "a\r\nX: y",
    "SWITCHYARD_SECRET_BROKEN_HOST": "api.clearview.example",
}


def ask(value, url="https://api.clearview.example/x"):
    return Ask("GET", url, (("Authorization", value),), b"", 1.0)


def test_a_secret_is_put_in_when_the_call_is_made():
    assert with_secrets(ask(f"Bearer ${{{NAME}}}"), ENVIRON) == {"Authorization": "Bearer hunter2"}
    assert with_secrets(ask(f"${{{NAME}}}", "https://eu.clearview.example/x"), ENVIRON)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("${DATABASE_URL}", "https://api.clearview.example/x"),
        ("${SECRET_KEY}", "https://api.clearview.example/x"),
        ("${PATH}", "https://api.clearview.example/x"),
        ("${SWITCHYARD_SECRET_MISSING}", "https://api.clearview.example/x"),
        ("${SWITCHYARD_SECRET_LONELY}", "https://api.clearview.example/x"),
        (f"${{{NAME}_HOST}}", "https://api.clearview.example/x"),
        (f"${{{NAME}}}", "https://evil.example/x"),
        (f"${{{NAME}}}", "https://api.clearview.example.evil.example/x"),
        (f"${{{NAME}}}", "https://xapi.clearview.example/x"),
        ("${SWITCHYARD_SECRET_BROKEN}", "https://api.clearview.example/x"),
    ],
)
def test_no_other_variable_is_read_and_no_secret_goes_to_another_host(value, url):
    with pytest.raises(Refused) as refused:
        with_secrets(ask(value, url), ENVIRON)

    assert "hunter2" not in str(refused.value)


@pytest.mark.django_db
def test_a_secret_is_sent_and_stands_nowhere_else(provider, clearview, send, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(NAME, "hunter2")
    monkeypatch.setenv(f"{NAME}_HOST", "127.0.0.1")
    provider(headers={"X-Key": f"${{{NAME}}}"})
    patience(60_000)
    event = send()

    route()
    enrich_waiting()
    route()

    assert clearview.asked[0][2]["X-Key"] == "hunter2"
    kept = [dump.text(), caplog.text, json.dumps(list(Answer.objects.values("key", "values")))]
    kept += [json.dumps([lead_of(event).facts, lead_of(event).provenance]), *map(str, Change.objects.values_list())]
    assert not any("hunter2" in text for text in kept)


@pytest.mark.django_db
def test_a_secret_that_is_not_there_is_a_call_that_was_not_made(provider, clearview, send):
    provider(headers={"X-Key": "${SWITCHYARD_SECRET_NOWHERE}"}, cost="1")
    patience(60_000)
    event = send()

    route()
    enrich_waiting()
    route()

    assert lead_of(event)
    assert clearview.asked == []
    assert [(answer.result, str(answer.cost)) for answer in Answer.objects.all()] == [("refused", "0.0000")]
