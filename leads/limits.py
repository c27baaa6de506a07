"""How many deliveries a source may send: a bucket of tokens for each source, in each web process.

In the process, because nothing may wait for Redis inside a request: with two processes a source gets twice the rate. A
burst of ten thousand leads is legitimate (a campaign goes out, a file is imported); a flood without end is not.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second flow in, at most `burst` are kept. Times are seconds of a monotonic clock."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float | None = None

    def __post_init__(self) -> None:
        self.level = self.burst

    def wait_s(self, now: float) -> int:
        """0 and one token taken; or, with none left, the whole seconds until there will be one."""
        if self.at is not None:
            self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0
        return math.ceil((1 - self.level) / self.rate)


class Limits:
    """The buckets of this process, one for each source."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[int, Bucket] = {}
        self._lock = threading.Lock()

    def wait_s(self, source: int, now: float) -> int:
        """0 if this delivery of the source is within its limit, else the seconds it should wait."""
        with self._lock:
            bucket = self._buckets.setdefault(source, Bucket(self._rate, self._burst))
            return bucket.wait_s(now)
