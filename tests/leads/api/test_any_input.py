"""Whatever fits the description, and much that does not: no error of ours, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_wsgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from leads.models import Account, ChangeSet
from notifications.models import Subscription
from reps.models import Territory, TimeOff
from tests.organisation import NOON, make_subscription

EXAMPLES = 10  # of each endpoint
ONE_DAY = timedelta(days=1)
LATER = timezone.now() + 30 * ONE_DAY
# They want the e-mail of somebody who works leads, or the id of a lead or of an account, which nobody guesses.
NEVER_RIGHT = (
    "POST /api/v1/leads/{id}/reassign/",
    "GET /api/v1/activities/",
    "POST /api/v1/accounts/{id}/merge/",
    "POST /api/v1/leads/{id}/link-account/",
    "POST /api/v1/reps/{email}/time-off/",  # wants times to come, in their order
    "PUT /api/v1/trees/{slug}/draft/",  # wants a whole rule document
    "POST /api/v1/subscriptions/",  # wants an address on the public internet
)
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


@pytest.fixture
def program_in_this_transaction(company, programs) -> Iterator[WSGIHandler]:
    """The site as a server runs it, but on the test's own connection: a request must not close it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def test_every_endpoint_answers_everything_as_described(company, programs, program_in_this_transaction) -> None:
    headers = programs["olivia"].headers
    Account.objects.create(name="Acme")
    Territory.objects.create(slug="dach", name="DACH", when={"field": "country", "op": "in", "value": ["DE", "AT"]})
    ChangeSet.objects.create(name="Autumn", document="pools: []", prepared_at=NOON)
    schema = from_wsgi("/api/v1/schema/", program_in_this_transaction, headers=headers)
    tried: dict[str, set[int]] = {}

    for found in schema.get_all_operations():
        operation = found.ok()
        tried[operation.label] = statuses(operation, headers, keys_of(company, operation.path))

    assert len(tried) > 20
    for label, seen in tried.items():
        assert seen & {200, 204, 409} or label in NEVER_RIGHT, f"{label} was never got right: {seen}"


def statuses(operation: APIOperation, headers: Mapping[str, str], keys: Mapping[str, object]) -> set[int]:
    seen = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=cases(operation, GenerationMode.POSITIVE) | cases(operation, GenerationMode.NEGATIVE),
        real=st.sampled_from([True, True, False]),
    )
    def ask(case: Case, real: bool) -> None:
        if real:
            case.path_parameters.update(keys)
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    return seen


def cases(operation: APIOperation, mode: GenerationMode) -> st.SearchStrategy[Case]:
    return operation.as_strategy(generation_mode=mode)


def keys_of(company, path: str) -> dict[str, object]:
    """What the address names that is there."""
    rows = {
        "leads": company.adas,
        "decisions": company.adas.decision,
        "events": company.event,
        "accounts": Account.objects.get(name="Acme"),
        "change-sets": ChangeSet.objects.get(name="Autumn"),
    }
    place = path.split("/")[3]
    if "time-off" in path:  # each request that is right takes it out
        off = TimeOff.objects.first() or TimeOff.objects.create(rep=company.ada, start=LATER, end=LATER + ONE_DAY)
        rows[place] = off
    keys = {"slug": {"sources": "web", "queues": "berlin", "territories": "dach"}.get(place, "main"), "number": 1}
    keys["email"] = company.ada.user.email
    if place == "subscriptions":  # one of the requests takes it out
        rows[place] = Subscription.objects.first() or make_subscription("lead.closed")
    if place in rows:
        keys["id"] = str(rows[place].pk)
    return {name: key for name, key in keys.items() if f"{{{name}}}" in path}
