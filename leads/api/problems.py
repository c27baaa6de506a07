"""Whatever goes wrong is answered in one form, `application/problem+json` (RFC 9457), with a problem for each field."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from leads.api.refusals import BODY, NotNow, TooLarge

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Not possible now",
    411: "Length required",
    413: "Too large",
    415: "Unsupported media type",
    503: "Not now",
}
# What Django itself answers with 400 wherever it meets it, say while it looks for a CSRF token in a broken form.
BAD_REQUESTS = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)


def answer(problem: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception that a view raised. None for what nobody expected: that is a 500, and loud."""
    if isinstance(problem, OperationalError | InterfaceError):
        log.warning("the database did not answer in time", exc_info=problem)
        problem = NotNow("The database did not answer in time. Nothing was changed; ask again.")
    elif isinstance(problem, RequestDataTooBig):
        problem = TooLarge("The body is too large.")
    elif isinstance(problem, BAD_REQUESTS):
        problem = exceptions.ParseError("The request cannot be read.")
    response = exception_handler(problem, dict(context))
    if response is None:
        return None
    response.data = _told(response.status_code, response.data)
    response.content_type = MEDIA_TYPE
    return response


def _told(status: int, data: Any) -> dict[str, object]:
    told: dict[str, object] = {"type": "about:blank", "title": TITLES.get(status, "Problem"), "status": status}
    if isinstance(data, dict) and set(data) == {"detail"}:
        told["detail"] = str(data["detail"])
    else:
        told |= {"detail": "Some values cannot be used.", "errors": dict(_by_path(data, ""))}
    return told | {"request_id": uuid.uuid4().hex}


def _by_path(data: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each field's path, such as `facts.employees`, with what is wrong there."""
    if isinstance(data, dict):
        for key, inner in data.items():
            whole = key == "non_field_errors"
            yield from _by_path(inner, path if whole else f"{path}.{key}" if path else str(key))
    elif isinstance(data, list) and any(isinstance(part, dict | list) for part in data):
        for index, inner in enumerate(data):
            yield from _by_path(inner, f"{path}[{index}]")
    elif data:
        parts = data if isinstance(data, list) else [data]
        yield path or BODY, " ".join(str(part) for part in parts)
