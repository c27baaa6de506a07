"""Keeps the parts of one installation running: starts them in order, restarts what dies, stops them in reverse."""

import os
import threading
import time
from collections.abc import Callable, Sequence

from config.embedded import processes
from config.parts import Part, Running

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
# A part that ran this long was well: its next end starts the pauses anew.
WELL_AFTER = 30.0


class DidNotStart(Exception):
    """A part ended, or did not answer in time, when it was first started."""


class Supervisor:
    """Use from the main thread: the kernel ties children to the thread that starts them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._care: list[_Care] = []
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        processes.adopt_orphans()

    def start(self, parts: Sequence[Part]) -> None:
        """Start each; return when all that can answer do."""
        begun = [_Care(part) for part in parts]
        for care in begun:
            self._care.append(care)
            care.start()
        for care in begun:
            self._until_it_answers(care)

    def run_until_stopped(self) -> None:
        """Repair what breaks, until `request_stop`."""
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._watcher.start()
        while not self._stopping.wait(0.1):
            for care in self._care:
                care.repair(self._tell)
            self._reap()

    def request_stop(self) -> None:
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def check(self) -> None:
        """Between the steps of a start: repair as usual."""
        for care in self._care:
            care.repair(self._tell)

    def stop(self, parts: Sequence[str] | None = None) -> None:
        """Ask all (or those named) in reverse order, then wait for each as long as it may take."""
        self._stopping.set()
        ending = [care for care in reversed(self._care) if parts is None or care.part.name in parts]
        for care in ending:
            if care.running:
                care.running.ask_to_stop()
        limit = time.monotonic()
        for care in ending:
            if care.running and not care.running.wait(max(0, limit + care.part.seconds_to_stop - time.monotonic())):
                self._tell(f"{care.part.name} did not stop in {care.part.seconds_to_stop:.0f} s: killed")
                care.running.kill()
            care.running = None
        self._care = [care for care in self._care if care not in ending]

    def pids(self) -> dict[str, int]:
        return {care.part.name: care.running.pid for care in self._care if care.running}

    def _until_it_answers(self, care: "_Care") -> None:
        part = care.part
        while part.answers and not part.answers():
            if self.is_stopping:
                return
            code = care.running.exit_code() if care.running else 1
            if code is not None:
                raise DidNotStart(f"{part.name} ended at its start ({_meaning(code)}){_see(part)}")
            if care.running and care.running.age > part.seconds_to_start:
                raise DidNotStart(f"{part.name} did not answer in {part.seconds_to_start:.0f} s{_see(part)}")
            time.sleep(0.02)

    def _watch(self) -> None:
        while not self._stopping.wait(2):
            for care in list(self._care):
                if care.part.answers and care.part.answers():
                    care.last_answer = time.monotonic()

    def _reap(self) -> None:
        """Adopted grandchildren that ended. Our own children are left for their `Running` to see."""
        own = set(self.pids().values())
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
            if time.monotonic() >= self._start_at:
                self.start()
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
        self._start_at = time.monotonic() + self._pause
        self._pause = min(LONGEST_PAUSE, self._pause * 2)


def _meaning(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _see(part: Part) -> str:
    if part.log is None or not part.log.exists():
        return ""
    last = part.log.read_text(errors="replace").splitlines()[-5:]
    return f"; see {part.log}:\n" + "\n".join(last)
