"""What a process keeps of what it worked out: the same once, the oldest forgotten, threads not in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

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


def test_threads_that_push_each_others_out_get_what_they_asked_for() -> None:
    kept = Remembered[int](1)

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda of: kept.get(of % 5, square(of % 5, [])), range(2_000)))

    assert got == [(of % 5) ** 2 for of in range(2_000)]
