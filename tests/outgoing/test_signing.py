import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from outgoing.signing import derived_secret, signed_headers

BODY = '{"name": "Žofie"}'.encode()


@pytest.fixture
def now() -> datetime:
    """The library believes what was signed within five minutes: a run of all tests lasts longer."""
    return datetime.now(UTC)


def test_the_reference_library_reads_what_is_signed_here(now):
    secret = derived_secret("key", of="subscription:7", number=1)

    headers = signed_headers([secret], key="msg_1", at=now, body=BODY)

    assert Webhook(secret).verify(BODY, headers) == {"name": "Žofie"}


def test_while_a_secret_changes_both_of_them_fit_and_no_other_does(now):
    old, new, other = (derived_secret("key", of="subscription:7", number=number) for number in (1, 2, 3))

    headers = signed_headers([new, old], key="msg_1", at=now, body=BODY)

    Webhook(old).verify(BODY, headers)
    Webhook(new).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)


def test_a_changed_body_id_or_time_does_not_fit(now):
    secret = derived_secret("key", of="channel:1", number=1)
    headers = signed_headers([secret], key="msg_1", at=now, body=BODY)
    later = str(int(headers["webhook-timestamp"]) + 1)

    for body, changed in ((BODY + b" ", {}), (BODY, {"webhook-id": "msg_2"}), (BODY, {"webhook-timestamp": later})):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, {**headers, **changed})


def test_secrets_differ_by_key_receiver_and_number_and_are_the_same_every_time():
    made = {
        derived_secret(key, of=of, number=number)
        for key in ("a", "b")
        for of in ("channel:1", "subscription:1", "channel:11")
        for number in (1, 2)
    }

    assert len(made) == 12
    assert derived_secret("a", of="channel:1", number=1) in made
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == 32 for secret in made)


@pytest.mark.parametrize("key", ["", "a.b", "a b", "a\r\nX: 1", "ü", "x" * 256])
def test_an_id_that_would_blur_what_is_signed_is_refused(now, key):
    with pytest.raises(ValueError):
        signed_headers([derived_secret("k", of="channel:1", number=1)], key=key, at=now, body=b"")


def test_nothing_is_sent_unsigned(now):
    with pytest.raises(ValueError):
        signed_headers([], key="msg_1", at=now, body=b"")
