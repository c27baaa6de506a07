"""The application's own parts: web, worker, sweeper, deliverer and beat, all from this project and this environment."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import redis
from django.db import DatabaseError, close_old_connections

from config import health
from config.parts import Part
from config.places import PROJECT

# Every process that `up` starts carries this, so that the next one finds what a crash left behind.
MARK = "SWITCHYARD_SUPERVISED"
# The worker touches this file after each task; beat has one for it every five seconds.
PULSE = "SWITCHYARD_PULSE"
FRESH_PULSE = 20.0
WEB_WORKERS = 2
PORTS_TO_TRY = 50


class NoPort(Exception):
    pass


def parts(data: Path, host: str, port: int, broker: str) -> list[Part]:
    """The web first, and then all that works behind it."""
    pulse = data / "run" / "pulse"
    pulse.parent.mkdir(exist_ok=True)
    (data / "beat").mkdir(exist_ok=True)
    celery = ("-m", "celery", "--quiet", "-A", "config")
    # One process that works and listens in turn: nothing to orphan, and a task that hangs stops the pulse.
    worker = (*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat")
    beat = (*celery, "beat", "--pidfile=", "--schedule", str(data / "beat" / "schedule"))

    def hears() -> bool:
        return pulse_beats(pulse, broker)

    return [
        replace(_part(data, "web", web_server(host, port)), answers=lambda: page_answers(host, port)),
        _quiet(_part(data, "worker", worker, {PULSE: str(pulse)}), hears, 60),
        _quiet(_part(data, "sweeper", ("manage.py", "sweeper")), lambda: goes_round(health.sweeper), 60),
        # The port is part of the links in messages, where the operator named no SITE_URL.
        _quiet(
            _part(data, "deliverer", ("manage.py", "deliver"), {"PORT": str(port)}),
            lambda: goes_round(health.deliverer),
            60,
        ),
        _quiet(_part(data, "beat", beat), hears, 90),
    ]


def step(data: Path, name: str, *arguments: str) -> Part:
    """A command of `manage.py` that ends by itself."""
    return _part(data, name, ("manage.py", *arguments), {"DATABASE_PATIENCE": "600"})


def free_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TO_TRY):
        if not _taken(host, port):
            return port
    raise NoPort(f"The ports {wanted} to {wanted + PORTS_TO_TRY - 1} are all taken: name another one in PORT.")


def page_answers(host: str, port: int) -> bool:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    try:
        with urllib.request.urlopen(f"http://{name}:{port}/livez", timeout=10):
            return True
    except urllib.error.HTTPError:
        return True  # "Too busy" is an answer too: starting anew would not make it less busy.
    except OSError:
        return False


def pulse_beats(pulse: Path, broker: str) -> bool:
    """A worker can be deaf while its process is well. Without a broker there is nothing it could hear."""
    if pulse.exists() and time.time() - pulse.stat().st_mtime < FRESH_PULSE:
        return True
    return not broker_answers(broker)


def broker_answers(url: str) -> bool:
    address = url.replace("redis+socket://", "unix://")
    try:
        with redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def goes_round(loop: Callable[[], health.Finding]) -> bool:
    """Without a database a loop has nothing to go round."""
    try:
        return loop().well
    except DatabaseError:
        return True
    finally:
        close_old_connections()


def _quiet(part: Part, answers: Callable[[], bool], seconds: float) -> Part:
    """Its first answer comes some seconds after its start, and nobody waits for it."""
    return replace(part, answers=answers, seconds_to_start=0, seconds_of_silence=seconds)


def web_server(host: str, port: int) -> tuple[str, ...]:
    return (
        *("-m", "granian", "--interface", "rsgi", "--http", "1", "--no-ws", "config.door:application"),
        *("--host", host, "--port", str(port), "--log-level", "warning"),
        *("--workers", str(WEB_WORKERS), "--backlog", "2048", "--backpressure", "1000"),
        *("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "15"),
        # A connection that sends nothing for this long is closed: idle ones must not use up the places.
        *("--http1-header-read-timeout", "15000"),
    )


def _part(data: Path, name: str, arguments: tuple[str, ...], environ: Mapping[str, str] = MappingProxyType({})) -> Part:
    ours = {"SWITCHYARD_PART": name, "DATABASE_PATIENCE": "0", MARK: str(data), **environ}
    return Part(name=name, command=(sys.executable, *arguments), folder=PROJECT, environ=ours)


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except PermissionError:
            raise NoPort(f"Port {port} is only for root: name one above 1023 in PORT.") from None
        except OSError:
            return True
    return False
