"""What a process keeps of what it worked out: the same once, the oldest forgotten, and nobody waits for another."""

from __future__ import annotations

import threading
from collections.abc import Callable

from leads.builder.remembering import Remembered


def square(of: int, made: list[int]) -> Callable[[], int]:
    def make() -> int:
        made.append(of)
        return of * of

    return make


def test_the_same_is_worked_out_once() -> None:
    kept, made = Remembered[int](2), list[int]()

    assert [kept.get(3, square(3, made)) for _ in range(4)] == [9, 9, 9, 9]
    assert made == [3]


def test_what_nobody_asked_for_longest_is_forgotten_first() -> None:
    kept, made = Remembered[int](2), list[int]()

    for of in (1, 2, 1, 3, 1, 2):
        kept.get(of, square(of, made))

    assert made == [1, 2, 3, 2]


def test_nobody_waits_while_another_works_something_out() -> None:
    kept = Remembered[int](2)
    got: list[int] = []

    def ask() -> None:
        got.append(kept.get(1, lambda: 1 + kept.get(2, lambda: 2)))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout=10)

    assert got == [3]
