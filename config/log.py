"""Logs as JSON lines that hold ids and never a lead: no values, no messages of exceptions.

An exception's text may quote the row that broke a constraint or the field that did not parse, so a log tells its type,
its SQLSTATE and where it happened. As a second net, what looks like an e-mail address, a phone number or a link that
acts is masked.
"""

import json
import logging
import os
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

MAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[^\s\"'<>@]+")
PHONE = re.compile(r"\+\d[\d ().-]{7,}\d")
LINK = re.compile(r"/act/(here/)?[^/\s]+")
# Celery puts the exception's text and the task's arguments into these messages.
CELERY_TRACE = "celery.app.trace"
FRAMES = 12


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": os.environ.get("SWITCHYARD_PART", ""),
            "process": record.process,
            "logger": record.name,
            "message": masked(_message(record)),
        }
        if request_id := getattr(record, "request_id", ""):
            line["request_id"] = request_id
        if record.exc_info and record.exc_info[1]:
            line["exception"] = told(record.exc_info[1])
        return json.dumps(line)


def masked(text: str) -> str:
    return LINK.sub("/act/(link)", PHONE.sub("(phone)", MAIL.sub("(e-mail)", text)))


def told(problem: BaseException) -> list[dict[str, object]]:
    """The exception and its causes, the first cause last: types and places, no texts."""
    chain: list[dict[str, object]] = []
    seen: BaseException | None = problem
    while seen is not None and len(chain) < 5:
        entry: dict[str, object] = {"type": f"{type(seen).__module__}.{type(seen).__qualname__}"}
        if sqlstate := getattr(seen, "sqlstate", None):
            entry["sqlstate"] = sqlstate
        entry["where"] = _places(seen.__traceback__)
        chain.append(entry)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return chain


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:]]


def _message(record: logging.LogRecord) -> str:
    if record.name == CELERY_TRACE:
        facts = getattr(record, "data", None) or {}
        return f"task {facts.get('name', '?')} [{facts.get('id', '?')}] {record.levelname.lower()}"
    return record.getMessage()
