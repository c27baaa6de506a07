"""What Linux knows about processes, and how a child is tied to its parent."""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MANY_FILES = 65536

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """For `Popen(preexec_fn=…)`: the kernel sends `sig` to the child when its parent is gone, kill -9 included.

    The kernel watches the parent's thread, so start such children from the main thread. The library is loaded
    beforehand: after a fork only simple calls are safe.
    """
    parent = os.getpid()

    def tie() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # The parent died before the tie was made.

    return tie


def tie_to_parent(sig: signal.Signals) -> None:
    """The same for a process that is already running and was started by somebody else's code."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)


def adopt_orphans() -> None:
    """Grandchildren whose parent is gone become ours to reap, instead of staying zombies where nobody else reaps."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def allow_many_files() -> None:
    """Every open connection is a file, and the usual soft limit of 1,024 is below what a burst brings."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def is_running(pid: int) -> bool:
    """A zombie has ended: only its number is left."""
    return _facts(pid)[0] not in ("Z", "X")


def parent(pid: int) -> int:
    return int(_facts(pid)[1])


def works_in(pid: int, folder: Path, program: str) -> bool:
    """Is this a `program` whose working folder is `folder`? Servers rewrite their arguments, not these two."""
    try:
        cwd, exe = os.readlink(f"/proc/{pid}/cwd"), os.readlink(f"/proc/{pid}/exe")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    # The kernel marks a folder or program that was deleted under a running process.
    return cwd.removesuffix(" (deleted)") == str(folder) and Path(exe.removesuffix(" (deleted)")).name == program


def working_in(folder: Path, program: str) -> list[int]:
    return [pid for pid in _all() if works_in(pid, folder, program) and is_running(pid)]


def marked(name: str, value: str) -> list[int]:
    """Processes that were started with this environment variable (those that we may look at)."""
    mark = os.fsencode(f"{name}={value}")
    found = []
    for pid in _all():
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if pid != os.getpid() and mark in environ.split(b"\0") and is_running(pid):
            found.append(pid)
    return found


def send(pids: Iterable[int], sig: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            continue


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
    return True


def _facts(pid: int) -> list[str]:
    """State and parent, as proc(5) has them; what follows is not asked for. A process that is gone has no parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]


def _all() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())
