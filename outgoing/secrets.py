"""Secrets that calls out may carry: named in what people write, known only to the operator. Pure.

`${SWITCHYARD_SECRET_X}` stands for a variable of the environment; `SWITCHYARD_SECRET_X_HOST` names the hosts to which
it may be sent, so that whoever can write the name can neither read the secret nor have it sent to himself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from outgoing.addresses import Refused

PREFIX = "SWITCHYARD_SECRET_"
SECRET = re.compile(r"\$\{([^}]*)\}")
NAME = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,60}}")
HOST_SUFFIX = "_HOST"
HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,1000}")


def is_name(text: str) -> bool:
    """Whether a secret can be called so."""
    return NAME.fullmatch(text) is not None and not text.endswith(HOST_SUFFIX)


def filled(text: str, host: str, environ: Mapping[str, str]) -> str:
    """The text with its secrets, to be sent to `host`. Raises `Refused` where one is missing or not for this host."""

    def secret(found: re.Match[str]) -> str:
        name = found[1]
        value, hosts = environ.get(name, ""), environ.get(f"{name}{HOST_SUFFIX}", "").lower().split()
        if not is_name(name) or not value:
            raise Refused(f"The server has no secret {name}.")
        if host not in hosts:
            raise Refused(f"The secret {name} is not for {host}: the operator names its hosts in {name}{HOST_SUFFIX}.")
        if not HEADER_VALUE.fullmatch(value):
            raise Refused(f"The secret {name} cannot be sent in a header.")
        return value

    return SECRET.sub(secret, text)
