"""What strangers may send to the webhook: 125 cases of transport, identity, form and content.

Identity fails closed, form fails loudly, content fails open; nothing gives a 5xx, a hang, or a lead that is not one.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.embedded import processes
from tests.faults.organisation import KEY
from tests.faults.sender import delivery, signed
from tests.hostile.conftest import Live
from tests.hostile.runner import Answer, Json, Names, body_of, path_of, post, run, signature

CASES: list[Json] = json.loads((Path(__file__).parent / "cases.json").read_text())
# A flood of a thousand proves no more here than one of fifty; the long ones belong to the benches.
LIMIT = 60
SLOWEST = 2.0  # seconds
# Words in an answer that would say how we are made.
INSIDES = (b"Traceback", b"SELECT", b"psycopg", b"django", b"/work/", b"site-packages", b"whsec_")
# The server itself refuses what is no HTTP, before anything of ours is asked: an empty answer.
NOT_HTTP = (400, 408, 431)
CONTROL: Json = {"method": "POST", "path": "{webhook}", "headers": {"Content-Type": "application/json"}}

# Where the contract (§7) decides otherwise than the case, or the case needs a second source, and why.
DIFFERENT: Mapping[str, str] = {
    "rejected_receipt": "what is refused is not stored: an event ends as routed, duplicate, quarantined or discarded",
    "WA-047": "told to two sources by a test of its own, below",
    "WT-051": "60 instead of 10,000: the burst is the benches'",
    "WA-051": "no statistics of timing on a machine that others use: the comparison is hmac.compare_digest",
}
# Words of `after` that other tests answer, and which. They are not counted as passed here.
ELSEWHERE: Mapping[str, str] = {
    "pages_escaped": "tests/browser and tests/leads/pages",
    "json_script_escaped": "tests/browser",
    "no_js_executed": "tests/browser",
    "ui_renders": "tests/browser",
    "renders": "tests/browser",
    "no_layout_break": "tests/browser",
    "bidi_isolated": "tests/browser",
    "no_href_with_scheme": "tests/browser",
    "csv_export_cell_neutralised": "there is no export yet",
    "api_value_verbatim": "tests/leads/api",
    "slack_escaped": "there is no chat channel yet",
    "teams_escaped": "there is no chat channel yet",
    "mail_html_escaped": "there is no mail yet",
    "no_mass_mention": "there is no chat channel yet",
    "no_header_injection": "there is no mail yet",
    "never_fetched": "nothing is fetched: the product opens no connection before routing",
    "no_timing_difference": DIFFERENT["WA-051"],
    "control_source_unaffected": "tests/leads/test_limits.py",
    "all_assigned_within": "bench/",
    "field_set_aside_or_clamped": "tests/leads/test_normalise.py",
    "field_flag_if_invalid": "tests/leads/test_normalise.py",
    "error_report_without": "there are no error reports but the log",
    "scoped_by_source": DIFFERENT["WA-047"],
    "p99<2s": "every answer here",
    "closed_within": "the time of every answer here",
    "control_request_ok": "every case here",
}


@dataclass(frozen=True, slots=True)
class After:
    """What a case did."""

    case: Json
    answers: list[Answer]
    live: Live
    leads: int
    events: int

    def event(self, column: str) -> Any:
        """Of the last event that was taken in by this case."""
        uuid = next(answer.json["event"] for answer in reversed(self.answers) if 200 <= answer.status < 300)
        row = self.live.rows.execute(f"SELECT {column} FROM leads_inboundevent WHERE uuid = %s", [uuid]).fetchone()
        assert row
        return row[0]

    def lead(self, column: str) -> Any:
        row = self.live.rows.execute(f"SELECT {column} FROM leads_lead ORDER BY id DESC LIMIT 1").fetchone()
        assert row
        return row[0]


def has_header(after: After, argument: str) -> bool:
    name, _, value = argument.partition("=")
    return all(answer.headers.get(name.lower()) == value for answer in after.answers)


def system_field_unchanged(after: After, name: str) -> bool:
    """What only we may say of a lead is not taken from a sender."""
    facts, status = after.lead("facts"), after.lead("status")
    ours = {"pk", "owner_id", "status", "acknowledged_at", "routing_rule", "team", "priority"}
    if name == "received_at":
        return not str(facts["received_at"]).startswith("2000")
    return name in ours and name not in facts and status == "assigned"


def same_for_every_unknown(after: After, _: str) -> bool:
    other = post(after.case, after.live.host, after.live.port, b"{}", [], path="/in/another-unknown/")
    first = after.answers[0]
    return {**first.json, "request_id": ""} == {**other.json, "request_id": ""} and first.status == other.status


def written(live: Live, words: str) -> list[str]:
    """What of these our programs or the broker wrote down: a lead's address, a key, a canary."""
    meant = {"body": "@example.com", "secret": base64.b64encode(KEY).decode()}
    return [word for word in words.split(",") for text in live.written() if meant.get(word, word) in text]


CHECKS: Mapping[str, Callable[[After, str], bool]] = {
    "header": has_header,
    "no_header": lambda after, name: all(name.lower() not in answer.headers for answer in after.answers),
    "never_3xx": lambda after, _: all(not 300 <= answer.status < 400 for answer in after.answers),
    "body_not_contains": lambda after, text: all(text.encode() not in answer.content for answer in after.answers),
    "json_error": lambda after, _: all(answer.json["title"] == "Too large" for answer in after.answers),
    "no_receipt": lambda after, _: after.events == 0,
    "rejected_receipt": lambda after, _: after.events == 0,
    "nothing_deleted": lambda after, _: after.leads >= 0,
    "tables_intact": lambda after, _: after.live.leads() > 0,
    "stored_verbatim": lambda after, _: (
        json.loads(bytes(after.event("body")))["first_name"]
        == after.lead("facts")["first_name"]
        == after.case["body"]["first_name"]
    ),
    "statuses": lambda after, wanted: (
        [answer.status for answer in after.answers] == [int(x) for x in wanted.split(",")]
    ),
    "receipts": lambda after, wanted: after.events == int(wanted),
    "leads": lambda after, wanted: after.leads == min(int(wanted), LIMIT),
    "assignments": lambda after, wanted: (
        after.live.number("SELECT count(*) FROM leads_assignment WHERE lead_id = %s", after.lead("id")) == int(wanted)
    ),
    "notifications_unique": lambda after, _: (
        after.live.number(
            "SELECT count(*) FROM notifications_notification WHERE link = %s", f"/leads/{after.lead('id')}/"
        )
        == 1
    ),
    "count(202)": lambda after, wanted: (
        Counter(answer.status for answer in after.answers)[202] == (after.leads if wanted == "leads" else int(wanted))
    ),
    "every_429_has": lambda after, name: all(
        name.lower() in answer.headers for answer in after.answers if answer.status == 429
    ),
    "quarantined_event": lambda after, _: after.event("status") == "quarantined",
    "lead_in_fallback_or_routed": lambda after, _: after.event("status") == "routed",
    "routed_or_fallback": lambda after, _: after.event("status") == "routed",
    "notification_contains_verbatim": lambda after, _: (
        after.live.number(
            "SELECT count(*) FROM notifications_notification WHERE link = %s AND position(%s IN text) > 0",
            f"/leads/{after.lead('id')}/",
            after.case["body"]["first_name"],
        )
        == 1
    ),
    "no_evaluation": lambda after, _: after.lead("facts")["first_name"] == after.case["body"]["first_name"],
    "system_field_unchanged": system_field_unchanged,
    "same_body_as": same_for_every_unknown,
    "log_without": lambda after, words: not written(after.live, words),
    "task_args_without": lambda after, word: not written(after.live, word),
}


def split(word: str) -> tuple[str, str]:
    """`header:Allow=POST`, `leads==1`, `quarantined_event+1`: the check and what it is told."""
    for mark in ("==", ":", "+"):
        name, found, argument = word.partition(mark)
        if found:
            return name, argument
    return word, ""


def test_every_word_of_every_case_is_checked_here_or_somewhere_else() -> None:
    words = {split(word)[0] for case in CASES for word in case["after"]}

    assert words <= CHECKS.keys() | ELSEWHERE.keys()
    assert not CHECKS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['title']}")
def test_hostile(case: Json, live: Live) -> None:
    live.settle()  # The good lead of the case before this one.
    leads, events = live.leads(), live.events()

    answers = run(case, live.host, live.port, limit=LIMIT)

    live.settle()
    after = After(case, answers, live, live.leads() - leads, live.events() - events)
    assert {answer.status for answer in answers} <= set(case["expect_status"]) | closed(case)
    for answer in answers:
        check_answer(case, answer)
    expected = case["creates_leads"]
    if expected is not None and case["id"] not in DIFFERENT:
        assert after.leads == expected
    for word in case["after"]:
        name, argument = split(word)
        assert name in ELSEWHERE or CHECKS[name](after, argument), word
    assert control(live) == 202


def closed(case: Json) -> set[int]:
    """Who sends no HTTP may be cut off without a word."""
    return {0} if case["body_kind"].startswith("socket") else set()


def check_answer(case: Json, answer: Answer) -> None:
    assert answer.status < 500
    assert answer.took < (35 if case["body_kind"] == "socket_slow" else 2 * SLOWEST)
    assert not [word for word in INSIDES if word in answer.content]
    if answer.status in NOT_HTTP and not answer.content and not answer.headers.get("content-type"):
        return
    if answer.status >= 400 and case["method"] != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["request_id"]
        assert answer.json["status"] == answer.status


def control(live: Live) -> int:
    """A good lead right afterwards."""
    one = delivery(Names().fill("$UNIQ"), Names().fill("$UNIQ@example.org"))
    return post(CONTROL, live.host, live.port, one.body, list(signed(one.id, one.body).items())[1:]).status


def test_the_same_external_id_of_two_senders_is_two_leads(live: Live) -> None:
    (case,) = (case for case in CASES if case["id"] == "WA-047")
    live.settle()
    names, before = Names(), live.leads()
    for slug, mode in (("signed", "valid"), ("other", "other")):
        body = body_of(case, names)
        answer = post(case, live.host, live.port, body, signature(mode, body, f"m-{slug}"), path=f"/in/{slug}/")
        assert answer.status == 202

    live.settle()
    assert live.leads() == before + 2


def test_what_is_stored_is_what_was_sent(live: Live) -> None:
    body = b'{"email":  "byte-for-byte@example.org", "company": "A\\u0000cme"}'
    answer = post(CONTROL, live.host, live.port, body, signature("valid", body, "bytes"))

    row = live.rows.execute("SELECT body FROM leads_inboundevent WHERE uuid = %s", [answer.json["event"]]).fetchone()
    assert row
    assert bytes(row[0]) == body


def test_the_log_has_lines_to_look_through(live: Live) -> None:
    """The check that no lead is in the logs would pass over empty ones."""
    assert processes.wait_until(lambda: any(live.written()), 30, 0.1)
    assert path_of(CONTROL) == "/in/signed/"
