"""`multipart/form-data` as fields (RFC 7578). Files are passed over: a lead is made of values. Pure."""

from __future__ import annotations

import re

LONGEST_BOUNDARY = 70  # RFC 2046, 5.1.1
NAME = re.compile(rb'(?:^|[;\s])name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
FILE_NAME = re.compile(rb"(?:^|[;\s])filename\*?=", re.IGNORECASE)


class BadMultipart(Exception):
    """The body is no form by this boundary; the message says what is wrong."""


def fields_of(raw: bytes, boundary: str, *, most: int) -> list[tuple[str, bytes]]:
    """Name and value of each field, in order. Raises `BadMultipart` for a broken body or more than `most` fields."""
    if not boundary.isascii() or len(boundary) > LONGEST_BOUNDARY:
        raise BadMultipart(f"The boundary must be at most {LONGEST_BOUNDARY} ASCII characters.")
    delimiter = b"\r\n--" + boundary.encode()
    parts = (b"\r\n" + raw).split(delimiter)
    if len(parts) < 2 or not parts[-1].lstrip(b" \t").startswith(b"--"):
        raise BadMultipart("The body does not begin and end with the boundary that the Content-Type names.")
    if len(parts) - 2 > most:
        raise BadMultipart(f"The form has more than {most} fields.")
    return [field for part in parts[1:-1] if (field := _field(part)) is not None]


def _field(part: bytes) -> tuple[str, bytes] | None:
    head, blank_line, value = part.partition(b"\r\n\r\n")
    disposition = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-disposition:")), b"")
    name = NAME.search(disposition)
    if not blank_line or name is None:
        raise BadMultipart("A part of the form has no Content-Disposition with a name.")
    if FILE_NAME.search(disposition):
        return None
    return name[1].replace(b'\\"', b'"').decode("utf-8", "replace"), value
