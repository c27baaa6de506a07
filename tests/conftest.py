"""One embedded PostgreSQL and Valkey for a whole test run, on a folder that goes away with it.

They start with the first test that asks for the database (with xdist: at once, before the workers). `fsync` is off
here and only here; tests of faults start servers of their own.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from config.embedded import servers
from config.supervisor import Supervisor
from tests.outside.mail import Mailbox, mailbox
from tests.outside.web import Sink, sink

IN_WORKER = "PYTEST_XDIST_WORKER" in os.environ
_cleanup = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if not IN_WORKER and config.getoption("numprocesses", None):
        _start_servers()


def pytest_unconfigure() -> None:
    _cleanup.close()


@pytest.fixture(scope="session")
def embedded_servers() -> None:
    """PostgreSQL and Valkey answer at the addresses in the settings."""
    if not IN_WORKER and not (Path(os.environ["SWITCHYARD_TEST_DATA"]) / "pg").exists():
        _start_servers()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(embedded_servers: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this before it makes its databases."""


def _start_servers() -> None:
    data = Path(os.environ["SWITCHYARD_TEST_DATA"])
    supervisor = Supervisor(print)
    _cleanup.callback(supervisor.stop)
    supervisor.start(servers.prepare(data, {}, durable=False))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test has a database of its own, in which the same revision of the configuration means something else."""
    # By name, so that the tests of pure rooms need not load the models.
    if "leads.world" in sys.modules:
        sys.modules["leads.world"]._Process.known = None
    if "leads.sources" in sys.modules:
        sys.modules["leads.sources"]._Process.sources = None
    if "leads.clocks.anew" in sys.modules:
        sys.modules["leads.clocks.anew"].forget()
    if "leads.builder.traffic.sample" in sys.modules:
        sys.modules["leads.builder.traffic.sample"].forget()


@pytest.fixture
def outside(tmp_path: Path, settings: Any) -> Iterator[Sink]:
    """A receiver of messages over HTTP that the operator allows."""
    with sink(tmp_path / "web.jsonl") as one:
        settings.OUTGOING_ALLOW = (one.origin,)
        yield one


@pytest.fixture
def post_office(tmp_path: Path, settings: Any) -> Iterator[Mailbox]:
    """A mail server, and settings that lead to it."""
    with mailbox(tmp_path / "mail.jsonl") as one:
        settings.EMAIL_HOST, settings.EMAIL_PORT = one.host, one.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "Switchyard <leads@switchyard.example>"
        yield one


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured (`record_property("figures", …)`), at the end, also when they ran in other processes."""
    found = [
        str(value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == "figures"
    ]
    if found:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(found))
