"""A process that does what it is told: a rep, a router, or somebody who dies at it.

It calls the product's public functions (`tests.faults.deeds`) with a database connection of its own, as a web process
or a worker does. Hands are forked from one process that has imported everything already: eight cost no more than one.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.faults import deeds

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.faults.preloaded"])
_alone = threading.Lock()


class Hand:
    """One such process."""

    def __init__(self, environ: Mapping[str, str], *, name: str = "hand") -> None:
        self._line, theirs = _forks.Pipe()
        with _environment(environ):
            self.process = _forks.Process(target=deeds.serve, args=(theirs, {**environ, "PGAPPNAME": name}), name=name)
            self.process.start()
        theirs.close()

    def tell(self, do: str, **how: Any) -> None:
        """Begin; `hear` waits for the answer."""
        self._line.send((do, how))

    def hear(self) -> dict[str, Any]:
        """The answer, or {} if the process died over it."""
        assert self._line.poll(120), f"{self.process.name} does not answer"
        try:
            answer: dict[str, Any] = self._line.recv()
        except EOFError:
            return {}
        return answer

    def do(self, do: str, **how: Any) -> Any:
        """Do it now, and it must succeed."""
        self.tell(do, **how)
        answer = self.hear()
        assert answer.get("ok"), answer
        return answer["answer"]

    def dies(self) -> int | None:
        """The exit code, once it has ended."""
        self.process.join(60)
        return self.process.exitcode

    def kill(self) -> None:
        """As kill -9 does it."""
        self.process.kill()
        self.process.join(30)
        self._line.close()


@contextmanager
def _environment(environ: Mapping[str, str]) -> Iterator[None]:
    """The first hand starts the process that all are forked from: it reads the product's settings, not the tests'.

    One at a time: of two threads, the second would take the first one's environment for what was there before, and
    every program that later tests start would be led to a database that is gone.
    """
    with _alone:
        before = dict(os.environ)
        os.environ.update(environ)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
