"""What nobody's browser would send: every page answers it in words, and soon."""

from __future__ import annotations

import pytest

from leads.enrichment.forms import ProviderForm
from leads.models import Account, Provider
from leads.numbers import own_number
from tests.leads.enrichment.test_pages import FORM
from tests.office import DANA, HEALTH, LARGE, MAYA, arrive, signed_in

pytestmark = pytest.mark.usefixtures("office")

DIGITS = "9" * 5_000


@pytest.mark.parametrize("text", [DIGITS, "9" * 19, "-1", "٣", "1.5", "", None, 7])
def test_a_number_that_was_never_ours_is_none(text: object) -> None:
    assert own_number(text) is None
    assert own_number("42") == 42


def test_ids_and_epochs_of_any_length_are_answered() -> None:
    lead, queued = arrive("Priya Raman", **HEALTH), arrive("Iris Wolf", **LARGE)
    account = Account.objects.create(name="Northwind")
    maya, dana = signed_in(MAYA), signed_in(DANA)

    answers = [
        maya.post(f"/leads/{lead.pk}/account/", {"account": DIGITS, "reason": "So it is"}),
        maya.post(f"/leads/{lead.pk}/not-this-account/", {"epoch": DIGITS, "reason": "So it is"}),
        maya.post(f"/accounts/{account.pk}/merge/", {"account": DIGITS, "reason": "So it is"}),
        maya.post(f"/leads/{queued.pk}/give/", {"epoch": DIGITS, "reason": "So it is", "rep": DIGITS}),
        dana.post(f"/leads/{lead.pk}/accept/", {"epoch": DIGITS}),
        dana.post("/queue/next/", {"lead": DIGITS}),
        dana.get("/queue/", {"lead": DIGITS}),
        maya.get("/accounts/", {"after": DIGITS}),
        maya.get("/scoring/edit/", {"from": DIGITS}),
        maya.post("/scoring/edit/", {"over": DIGITS, "do": f"remove-{DIGITS}"}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302, 422}


@pytest.mark.parametrize("body", ['{"a": NaN}', '{"a": 1e999}', '{"a": "\\u0000"}', '{"a":' * 900 + "1" + "}" * 900])
def test_a_providers_body_that_no_file_could_hold_is_refused(body: str) -> None:
    answer = signed_in(MAYA).post("/enrichment/+new/", {**FORM, "method": "POST", "body": body})

    assert answer.status_code == 422
    assert not Provider.objects.exists()


def test_a_long_line_that_says_nothing_is_refused_at_once() -> None:
    form = ProviderForm({**FORM, "headers": "a" + " " * 9_000 + "b", "mapping": "a = b" + " \x0b" * 4_000})

    assert not form.is_valid()
    assert "Line 1 is not of the form" in str(form.errors["headers"])
