"""Reading what was sent by the form of the endpoint: known names only, and a sentence for each that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions

from leads.api.endpoints import Form, Request
from leads.api.refusals import BODY, LengthRequired

MOST_TOLD = 20
FORMAT = "format"  # the framework's own parameter: another format than JSON is not found


def read_body(request: Request, form: Form) -> dict[str, Any]:
    """The body's members as the form has them. No body at all is an empty object."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Servers pass such a body on as none at all; an act would then be done without the epoch it names.
        raise LengthRequired("Send a Content-Length; chunked bodies are not read.")
    if not isinstance(request.data, dict):
        raise exceptions.ValidationError({BODY: "Must be a JSON object."})
    return _read(form, request.data, {})


def read_query(request: Request, form: Form) -> dict[str, Any]:
    """The parameters of the address as the form has them; one that nobody knows is refused, not ignored."""
    given = {name: value for name, value in request.query_params.items() if name != FORMAT}
    twice = [name for name in given if len(request.query_params.getlist(name)) > 1]
    return _read(form, given, dict.fromkeys(twice, "Is given twice."))


def _read(form: Form, given: Mapping[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    reading = form(data=given)
    reading.is_valid()
    known = ", ".join(reading.fields)
    unknown = [name for name in given if name not in reading.fields][:MOST_TOLD]
    problems |= {name[:80]: f"Is not known here. Known are: {known}." for name in unknown}
    if problems := {**reading.errors, **problems}:
        raise exceptions.ValidationError(problems)
    return reading.validated_data
