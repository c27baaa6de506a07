"""Which side a lead is on while a version is on trial: by a hash, so that it never changes sides. Pure."""

from __future__ import annotations

import hashlib


def is_taken(version: int, share: int, lead: int) -> bool:
    """Whether the version on trial decides about this lead, if it is to have `share` percent of them.

    By the lead's own number: the name of a person may become another one, when somebody who left a phone leaves an
    e-mail too. With a larger share whoever was taken stays taken.
    """
    digest = hashlib.sha256(f"{version}\n{lead}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * 100 >> 64 < share
