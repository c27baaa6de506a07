import json

import pytest

from notifications.channels import NotSent, check, teams
from tests.notifications.channels.messages import HOSTILE, keep_secret, message

PATH = "/workflows/abc/triggers/manual/paths/invoke"


@pytest.fixture
def flow(outside, monkeypatch):
    return {"url": keep_secret(monkeypatch, "FLOW", outside.url(f"{PATH}?sig=s3cret"))}


def test_a_card_says_who_what_why_how_long_and_links_to_accept(outside, flow):
    outside.behave("ok", status=202, body="")
    assert teams.send(message(), flow).status == 202

    [came] = outside.received(PATH)
    [attachment] = came.json["attachments"]
    card = attachment["content"]
    assert (came.json["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [block["inlines"][0]["text"] for block in card["body"]] == [
        "New lead: Priya Raman, Northwind Health",
        "Wants a demo.",
        "4 min 38 s left.",
        "Why you: next in turn.",
        "For Ada Reyes · Due 14:07",
    ]
    assert [(one["title"], one["url"]) for one in card["actions"]] == [
        ("Accept", "https://leads.example.com/act/t0ken/"),
        ("Open", "https://leads.example.com/leads/1/"),
    ]


def test_what_a_lead_calls_himself_stands_in_runs_that_know_no_marks(outside, flow):
    teams.send(message(subject=HOSTILE, text=HOSTILE, person=HOSTILE), flow)

    [came] = outside.received(PATH)
    card = came.json["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert "{{" not in json.dumps(card)
    assert "msteams" not in card


def test_somebody_with_a_sign_in_name_is_mentioned_whatever_his_name_is(outside, flow):
    teams.send(message(to="ada@northwind.example", person="Ada [x](y) </at> O'Reyes"), flow)

    [came] = outside.received(PATH)
    card = came.json["attachments"][0]["content"]
    [mention] = card["msteams"]["entities"]
    assert mention["text"] == card["body"][0]["text"] == "<at>Ada xy at OReyes</at>"
    assert mention["mentioned"]["id"] == "ada@northwind.example"


@pytest.mark.parametrize(
    ("status", "body", "permanent", "gone"),
    [
        (404, '{"error": {"code": "WorkflowNotFound", "message": "s3cret"}}', True, True),
        (410, "", True, True),
        (401, '{"error": {"code": "DirectApiAuthorizationRequired"}}', True, False),
        (400, '{"error": "x"}', True, False),
        (400, '{"error": {"code": "<b>s3cret</b>"}}', True, False),
        (429, "", False, False),
        (502, "[[[", False, False),
    ],
)
def test_what_the_workflow_answers_decides_whether_it_is_tried_again(outside, flow, status, body, permanent, gone):
    outside.behave("ok", status=status, body=body)

    with pytest.raises(NotSent) as refused:
        teams.send(message(), flow)

    assert (refused.value.status, refused.value.permanent, refused.value.gone) == (status, permanent, gone)
    assert "s3cret" not in refused.value.problem


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("prod-12.westeurope.logic.azure.com", True),
        ("northwind.webhook.office.com", True),
        ("default0a1b.2c.environment.api.powerplatform.com", True),
        ("logic.azure.com", False),
        ("evillogic.azure.com", False),
        ("x.logic.azure.com.evil.example", False),
        ("graph.microsoft.com", False),
    ],
)
def test_only_the_addresses_of_workflows_are_asked(host, fits, monkeypatch):
    part = keep_secret(monkeypatch, "SIG", "s3cret", host)

    assert (check("teams", {"url": f"https://{host}/workflows/x?sig={part}"}) == []) == fits


def test_the_url_is_kept_on_the_server(flow):
    assert check("teams", flow) == []
    for url in (None, "", 5, "https://x.logic.azure.com/workflows/x?sig=typed"):
        assert len(check("teams", {"url": url})) == 1
