"""Standard Webhooks: who knows the secret gets in, everybody else does not, whatever the headers look like."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from leads.signatures import BadSignature, verify

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = b'{"email": "ada@example.com"}'


def signed(body=BODY, message_id="msg_1", at=NOW, key=KEY):
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def test_it_accepts_what_the_reference_library_signs():
    signature = Webhook(SECRET).sign("msg_1", NOW, BODY.decode())

    verify([SECRET], {**signed(), "webhook-signature": signature}, BODY, NOW)


def test_a_secret_that_is_no_base64_is_its_own_bytes():
    verify(["plain-secret"], signed(key=b"plain-secret"), BODY, NOW)


def test_one_of_several_secrets_and_one_of_several_signatures_is_enough():
    headers = signed()
    headers["webhook-signature"] = "v1,AAAA v2,x " + headers["webhook-signature"]

    verify(["another", SECRET], headers, BODY, NOW)


def test_base64_without_its_prefix_is_a_key_too_as_in_the_reference_library():
    plain = base64.b64encode(KEY).decode()

    verify([plain], {**signed(), "webhook-signature": Webhook(plain).sign("msg_1", NOW, BODY.decode())}, BODY, NOW)
    verify([plain], signed(key=plain.encode()), BODY, NOW)


def test_a_short_word_is_not_taken_for_base64():
    with pytest.raises(BadSignature):
        verify(["abcd"], signed(key=base64.b64decode("abcd")), BODY, NOW)


def test_a_header_that_was_sent_twice_counts_as_two():
    headers = signed()
    headers["webhook-signature"] = "v1," + "A" * 43 + "=," + headers["webhook-signature"]

    verify([SECRET], headers, BODY, NOW)


@pytest.mark.parametrize(("secret", "key"), [("", b""), ("whsec_", b""), ("whsec_", b"whsec_")])
def test_an_empty_secret_lets_nobody_in(secret, key):
    with pytest.raises(BadSignature):
        verify([secret], signed(key=key), BODY, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_off_is_fresh_enough(seconds):
    verify([SECRET], signed(at=NOW + timedelta(seconds=seconds)), BODY, NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 10**10])
def test_more_is_not(seconds):
    with pytest.raises(BadSignature, match="five minutes"):
        verify([SECRET], signed() | {"webhook-timestamp": str(int(NOW.timestamp()) + seconds)}, BODY, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": ""},
        {"webhook-id": "a.b"},
        {"webhook-id": "a" * 256},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1_000"},
        {"webhook-timestamp": "NaN"},
        {"webhook-timestamp": "1772452800.0"},
        {"webhook-timestamp": "١٧٧٢٤٥٢٨٠٠"},
        {"webhook-timestamp": "9" * 13},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "sha256=abc"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": " ".join(["v1,AAAA"] * 65)},
    ],
)
def test_what_is_missing_or_wrong_is_refused(change):
    with pytest.raises(BadSignature):
        verify([SECRET], signed() | change, BODY, NOW)


def test_a_changed_body_is_refused():
    with pytest.raises(BadSignature):
        verify([SECRET], signed(), BODY + b" ", NOW)


def test_without_a_secret_nobody_gets_in():
    with pytest.raises(BadSignature):
        verify([], signed(), BODY, NOW)


@given(st.fixed_dictionaries({name: st.text(max_size=400) for name in signed()}), st.binary(max_size=50))
def test_nothing_in_the_headers_breaks_it(headers, body):
    with pytest.raises(BadSignature):
        verify([SECRET], headers, body, NOW)
