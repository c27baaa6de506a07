"""From a committed notice to the receiver's own log: how long it takes, and how often one is seen twice under kill -9.

The receivers are a process of their own, which writes down what comes before it answers. Half of the people are told by
a signed webhook, half by e-mail, so that two lanes are at work.
"""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from rig import PROJECT
from rig.report import Measure, publish
from rig.stack import Stack, running, stack

from config.embedded import processes
from config.parts import Part
from tests.outside.journal import Journal

CHANNEL = """
INSERT INTO notifications_channel (slug, name, kind, settings, enabled, off_reason, secret_number, changed_at)
VALUES (%s, %s, %s, %s::jsonb, true, '', 1, now()) RETURNING id
"""
PREFER = """
INSERT INTO notifications_preference (user_id, kind, first_id)
SELECT id, 'assigned', CASE WHEN id %% 2 = 0 THEN %s::bigint ELSE %s::bigint END FROM reps_user
"""
TELL = """
INSERT INTO notifications_notification (user_id, kind, text, link, context, dedupe_key, created_at)
SELECT person.id, 'assigned', 'New lead: Grace Hopper, Navy', '/leads/1/', '{}', %s || n, now()
FROM generate_series(1, %s) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS people FROM reps_user) AS person
  ON person.place = n %% people + 1
"""
LEFT = """
SELECT (SELECT count(*) FROM notifications_notification WHERE due_at IS NOT NULL)
     + (SELECT count(*) FROM notifications_delivery WHERE state = 'waiting')
"""
KEYS = """
SELECT delivery.key::text, notice.dedupe_key, delivery.state FROM notifications_delivery AS delivery
JOIN notifications_notification AS notice ON notice.id = notification_id WHERE notice.dedupe_key LIKE %s || '%%'
"""


class Bench:
    """The product's deliverer, and receivers outside it."""

    def __init__(self, servers: Stack, folder: Path) -> None:
        self.servers, self.folder = servers, folder
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
            self.port, self.smtp_port = one.getsockname()[1], other.getsockname()[1]

    @contextmanager
    def receivers(self) -> Iterator[None]:
        words = [sys.executable, "-m", "tests.outside", str(self.folder), str(self.port), str(self.smtp_port)]
        process = subprocess.Popen(words, cwd=PROJECT)
        try:
            assert processes.wait_until(self._answers, 30)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def part(self) -> Part:
        told = {
            "OUTGOING_ALLOW": f"http://127.0.0.1:{self.port}",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.smtp_port),
            "EMAIL_TLS": "none",
        }
        return Part("deliverer", (sys.executable, "manage.py", "deliver"), PROJECT, told)

    def set_up(self) -> None:
        with self.servers.connect() as rows:
            url = f'{{"url": "http://127.0.0.1:{self.port}/hook"}}'
            ids = [
                rows.execute(CHANNEL, [slug, slug, kind, settings]).fetchone()
                for slug, kind, settings in (("hook", "webhook", url), ("mail", "email", "{}"))
            ]
            rows.execute(PREFER, [one[0] for one in ids if one])

    def tell(self, many: int) -> tuple[str, float]:
        """Commit so many notices at once: the name of the batch, and when."""
        name = f"bench:{uuid.uuid4().hex[:8]}:"
        with self.servers.connect() as rows:
            rows.execute(TELL, [name, many])
        return name, time.time()

    def quiet(self) -> bool:
        with self.servers.connect() as rows:
            found = rows.execute(LEFT).fetchone()
        return found == (0,)

    def arrivals(self) -> dict[str, list[float]]:
        """By the key of the delivery: when it was written down."""
        came: dict[str, list[float]] = {}
        for log in ("web.jsonl", "mail.jsonl"):
            for one in Journal(self.folder / log).read():
                came.setdefault(one.key.strip("<>").partition("@")[0], []).append(one.at)
        return came

    def keys(self, name: str) -> list[str]:
        with self.servers.connect() as rows:
            return [key for key, _, _ in rows.execute(KEYS, [name]).fetchall()]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", b"", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False


def main() -> None:
    options = _options()
    with stack() as servers, tempfile.TemporaryDirectory(prefix="switchyard-outside-") as folder:
        bench = Bench(servers, Path(folder))
        with bench.receivers():
            bench.set_up()
            with running(bench.part(), servers.environ("config.settings")):
                _settled(bench, 50, 60)  # until it has begun
                burst = _burst(bench, options.burst)
                flow = _flow(bench, options.rate, options.seconds)
            killed = _killed(bench, options.burst, options.kills)
    measures = [
        Measure(f"{name}, {what}", "s", (value,))
        for name, found in (("burst", burst), ("steady", flow))
        for what, value in found.items()
    ]
    facts = {"burst": options.burst, "steady": f"{options.rate}/s for {options.seconds} s", "under kill -9": killed}
    publish("delivery", "From commit to the receiver's log", measures, [], facts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--burst", type=int, default=2_000, help="notices committed at once")
    parser.add_argument("--rate", type=int, default=20, help="notices a second in the steady flow")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--kills", type=int, default=5)
    return parser.parse_args()


def _settled(bench: Bench, many: int, seconds: float) -> tuple[str, float]:
    name, at = bench.tell(many)
    if not processes.wait_until(bench.quiet, seconds, 0.2):
        raise SystemExit(f"{many} notices were not sent within {seconds:.0f} s")
    return name, at


def _burst(bench: Bench, many: int) -> dict[str, float]:
    name, at = _settled(bench, many, 300)
    came = bench.arrivals()
    return _spread([min(came[key]) - at for key in bench.keys(name)])


def _flow(bench: Bench, rate: int, seconds: int) -> dict[str, float]:
    """Each commit apart, at an even pace."""
    begun, told = time.monotonic(), []
    for number in range(rate * seconds):
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        told.append(bench.tell(1))
    if not processes.wait_until(bench.quiet, 60, 0.2):
        raise SystemExit("the steady flow did not come to rest")
    came = bench.arrivals()
    return _spread([min(came[key]) - at for name, at in told for key in bench.keys(name)])


def _killed(bench: Bench, many: int, kills: int) -> dict[str, object]:
    """A burst whose deliverer is killed again and again; leases run out by themselves."""
    name, begun = bench.tell(many)
    for _ in range(kills):
        with running(bench.part(), bench.servers.environ("config.settings")) as one:
            enough = len(bench.arrivals()) + many // (kills + 1)
            processes.wait_until(lambda enough=enough: len(bench.arrivals()) >= enough, 60, 0.02)
            one.kill()
    with running(bench.part(), bench.servers.environ("config.settings")):
        if not processes.wait_until(bench.quiet, 300, 0.2):
            raise SystemExit("it did not come to rest after the kills")
    keys, came = bench.keys(name), bench.arrivals()
    seen = Counter(len(came.get(key, ())) for key in keys)
    twice = sum(times for count, times in seen.items() if count > 1)
    return {
        "notices": many,
        "kills": kills,
        "missing": seen[0] + many - len(keys),
        "seen twice": twice,
        "seen twice, %": round(100 * twice / many, 3),
        "all there after s": round(time.time() - begun, 1),
    }


def _spread(delays: list[float]) -> dict[str, float]:
    cuts = quantiles(delays, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "most": max(delays)}


if __name__ == "__main__":
    main()
