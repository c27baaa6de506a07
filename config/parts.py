"""One part of a running Switchyard (a server, the web, a worker), and how it is started and ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import processes
from config.embedded.accounts import Account, identity


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """What to start, how to end it, and how to know that it is well."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    # The application's parts are stopped before the servers that they use.
    is_server: bool = False
    log: Path | None = None
    stop: signal.Signals = signal.SIGTERM
    seconds_to_stop: float = 20
    # Puts away what an earlier run left behind; called before each start.
    mend: Callable[[], None] = _nothing
    # Does it answer right now? May take a few seconds, and is asked in a thread of its own.
    answers: Callable[[], bool] | None = None
    # Is it at least at work on getting there? As long as it is, nobody loses patience. None: as `answers`.
    lives: Callable[[], bool] | None = None
    # How long a start waits for the first answer; 0: it does not wait.
    seconds_to_start: float = 60
    seconds_of_silence: float = 30


class Running:
    """A part that was started: a session of its own, so that its children can be ended with it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.started = time.monotonic()
        part.mend()
        with open(part.log, "ab") if part.log else nullcontext() as output:
            self._process = subprocess.Popen(
                part.command,
                cwd=part.folder,
                env={**os.environ, **part.environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(part.stop),
                **identity(part.account),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        return time.monotonic() - self.started

    def exit_code(self) -> int | None:
        """None while it runs. What is left of its session is ended first: that number is ours until it is reaped."""
        if self._process.returncode is None and os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self._signal_session(signal.SIGKILL)
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Only the leader is told; it ends its children in its own way."""
        if self.exit_code() is None:
            self._process.send_signal(self.part.stop)
            # A frozen process hears nothing until it goes on.
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.exit_code() is None:
            self._signal_session(signal.SIGKILL)
            self._process.wait()

    def _signal_session(self, sig: signal.Signals) -> None:
        try:
            os.killpg(self.pid, sig)
        except ProcessLookupError:
            return
