"""What a receiver got, written down before it answers: the truth about delivery, whatever the sender believes."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it arrived. `key` is what its repeats share: webhook-id, client_msg_id, or Message-ID."""

    at: float
    path: str
    key: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Journal:
    """A file of lines: several processes may read it while one writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.touch()

    def write(self, path: str, key: str, headers: dict[str, str], body: str) -> None:
        line = json.dumps({"at": time.time(), "path": path, "key": key, "headers": headers, "body": body}) + "\n"
        with self._lock, self.path.open("ab", buffering=0) as file:
            os.write(file.fileno(), line.encode())

    def read(self, path: str = "") -> list[Received]:
        """What came to this path (or whichever begins so), in the order of arrival."""
        written = self.path.read_bytes()
        # The last line may still be on its way into the file.
        lines = written[: written.rfind(b"\n") + 1].decode().splitlines()
        return [one for one in (Received(**json.loads(line)) for line in lines) if one.path.startswith(path)]

    def keys(self, path: str = "") -> list[str]:
        return [one.key for one in self.read(path)]
