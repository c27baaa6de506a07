"""Keeps the parts of one installation running: starts them in order, restarts what dies, stops them in reverse."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from config.embedded import processes
from config.embedded.accounts import CannotRun
from config.parts import Part, Running

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
# A part that ran this long was well: its next end starts the pauses anew.
WELL_AFTER = 5.0


class DidNotStart(Exception):
    """A part ended, or did not answer in time, when it was first started."""


def heard_or_not(write: Callable[[str], object]) -> Callable[[str], None]:
    """Say it if anybody listens: a terminal or pipe that has gone must not keep the parts from being stopped."""

    def say(text: str) -> None:
        with suppress(OSError, ValueError):
            write(text)

    return say


class Supervisor:
    """Use from the main thread: the kernel ties children to the thread that starts them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._care: list[_Care] = []
        self._steps: list[Running] = []
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self, parts: Sequence[Part]) -> None:
        """Start each; return when all that can answer do."""
        begun = [_Care(part) for part in parts]
        for care in begun:
            care.start()
            self._care.append(care)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
            self._watcher.start()
        for care in begun:
            self._until_it_answers(care)

    def run_until_stopped(self) -> None:
        """Repair what breaks, until `request_stop`."""
        while not self._stopping.wait(0.1):
            self._repair()

    def request_stop(self) -> None:
        """The second time somebody asks, nothing is waited for any more (but PostgreSQL ends in order)."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def run_to_the_end(self, steps: Sequence[Part]) -> None:
        """Run these side by side until each has ended well; meanwhile repair as usual."""
        self._steps = [Running(part) for part in steps]
        try:
            while None in [each.exit_code() for each in self._steps] and not self._stopping.wait(0.05):
                self._repair()
            failed = [each for each in self._steps if each.exit_code()]
            if failed and not self.is_stopping:
                raise DidNotStart(" and ".join(f"{each.part.name} failed" for each in failed))
        finally:
            for each in self._steps:
                each.ask_to_stop()
            for each in self._steps:
                self._end(each, time.monotonic() + each.part.seconds_to_stop)
            self._steps = []

    def stop(self) -> None:
        """Last started, first stopped: the application's parts together, then the servers they use."""
        self._stopping.set()
        for of_server in (False, True):
            ending = [each for each in reversed(self._running()) if each.part.is_server == of_server]
            for each in ending:
                each.ask_to_stop()
            now = time.monotonic()
            for each in ending:
                self._end(each, now + each.part.seconds_to_stop)
        self._care = []

    def pids(self) -> dict[str, int]:
        return {each.part.name: each.pid for each in self._running()}

    def _running(self) -> list[Running]:
        return [care.running for care in self._care if care.running]

    def _repair(self) -> None:
        for care in self._care:
            care.repair(self._tell)
        self._reap()

    def _end(self, running: Running, limit: float) -> None:
        hurry = self._hurry.is_set if not running.part.is_server else lambda: False
        if not processes.wait_until(lambda: running.exit_code() is not None or hurry(), limit - time.monotonic()):
            self._tell(f"{running.part.name} did not stop in {running.part.seconds_to_stop:.0f} s: killed")
        running.kill()

    def _until_it_answers(self, care: "_Care") -> None:
        part = care.part
        limit = time.monotonic() + part.seconds_to_start
        while part.answers and part.seconds_to_start and not part.answers():
            if self.is_stopping:
                return
            code = care.running.exit_code() if care.running else 1
            if code is not None:
                raise DidNotStart(f"{part.name} ended at its start ({_meaning(code)}){_see(part)}")
            if part.lives and part.lives():
                limit = time.monotonic() + part.seconds_to_start
            if time.monotonic() > limit:
                raise DidNotStart(f"{part.name} did not answer in {part.seconds_to_start:.0f} s{_see(part)}")
            time.sleep(0.02)

    def _watch(self) -> None:
        while not self._stopping.wait(2):
            for care in list(self._care):
                lives = care.part.lives or care.part.answers
                if lives and lives():
                    care.last_answer = time.monotonic()

    def _reap(self) -> None:
        """Adopted grandchildren that ended. Our own children are left for their `Running` to see."""
        own = {each.pid for each in (*self._running(), *self._steps)}
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in own:
                return
            os.waitpid(ended.si_pid, os.WNOHANG)


class _Care:
    """One part with what is remembered about it between its starts."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.running: Running | None = None
        self.last_answer = 0.0
        self._pause = FIRST_PAUSE
        self._start_at = 0.0

    def start(self) -> None:
        self.running = Running(self.part)
        self.last_answer = time.monotonic()

    def repair(self, tell: Callable[[str], None]) -> None:
        if self.running is None:
            self._start_again(tell)
            return
        code = self.running.exit_code()
        silent = time.monotonic() - self.last_answer
        if code is None and (not self.part.answers or silent < self.part.seconds_of_silence):
            return
        if code is None:
            tell(f"{self.part.name} has not answered for {silent:.0f} s: restarting it")
            self.running.kill()
        if self.running.age > WELL_AFTER:
            self._pause = FIRST_PAUSE
        if code is not None:
            tell(f"{self.part.name} ended ({_meaning(code)}): starting it again in {self._pause:.1f} s")
        self.running = None
        self._wait_a_little()

    def _start_again(self, tell: Callable[[str], None]) -> None:
        if time.monotonic() < self._start_at:
            return
        try:
            self.start()
        except (CannotRun, OSError, subprocess.SubprocessError) as problem:  # no memory for a process, no descriptors
            tell(f"{self.part.name} could not be started: {problem}")
            self._wait_a_little()

    def _wait_a_little(self) -> None:
        self._start_at = time.monotonic() + self._pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)


def _meaning(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _see(part: Part) -> str:
    if part.log is None or not part.log.exists():
        return ""
    last = part.log.read_text(errors="replace").splitlines()[-5:]
    return f"; see {part.log}:\n" + "\n".join(last)
