"""Policies of promises: how they are written and read, and those that Switchyard ships with. Pure.

When a promise is due is worked out in `leads.clocks.calendars`, which policy a lead gets in `routing.engine.promises`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from routing.engine.promises import Promise

CLOCKS = ("always", "team_hours", "rep_hours")
UNLESS = ("accepted", "contacted")
DOINGS = ("remind", "notify_manager", "reassign", "queue")
LONGEST = timedelta(days=30)
MOST_REASSIGNMENTS = 20
MOST_STEPS = 10
MOST_LAPSES = 20
KEYS = (
    "slug", "name", "respond_within", "clock", "steps", "max_reassignments", "silent_after", "park_after",
    "for_intents", "min_score", "default",
)  # fmt: skip
STEP_KEYS = ("after", "unless", "do")

DURATION = re.compile(r"(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?\Z")
UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


class BadPolicy(ValueError):
    """What is wrong with a policy; `problems` are (path, problem)."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Step:
    """After this time of the clock, unless the lead is accepted or contacted by then, do this."""

    after: timedelta
    unless: str
    do: str


@dataclass(frozen=True, slots=True)
class Policy:
    """`silent_after`: who accepted and then says nothing for so long is asked at half of it, and loses the lead.

    `park_after`: a rep who lets so many leads lapse one after the other gets no more until he is back.
    """

    slug: str
    name: str
    respond_within: timedelta
    clock: str = "always"
    steps: tuple[Step, ...] = ()
    max_reassignments: int = 2
    silent_after: timedelta | None = None
    park_after: int | None = None
    for_intents: tuple[str, ...] = ()
    min_score: float | None = None  # of the leads with these intents only those with at least this score
    is_default: bool = False


def parse_duration(text: object) -> timedelta:
    """`5m`, `90s`, `4h`, `1d`, `1h30m`: at most 30 days. Raises ValueError that says what would be right."""
    match = DURATION.match(text) if isinstance(text, str) else None
    if match is None or not text:
        raise ValueError(f"{text!r} is no duration; write it like 5m, 90s, 4h, 1d or 1h30m")
    seconds = sum(int(count or 0) * unit for count, (_, unit) in zip(match.groups(), UNITS, strict=True))
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"{text!r} must be more than nothing and at most {LONGEST.days} days")
    return timedelta(seconds=seconds)


def dump_duration(duration: timedelta) -> str:
    """The shortest way to write it: `90s` is `1m30s`."""
    left, text = int(duration.total_seconds()), ""
    for name, unit in UNITS:
        count, left = divmod(left, unit)
        text += f"{count}{name}" if count else ""
    return text


def parse_policy(data: object, path: str) -> Policy:
    """A policy as the configuration file writes it. Raises `BadPolicy` with every problem."""
    if not isinstance(data, Mapping):
        raise BadPolicy([(path, "should be a policy with slug, name and respond_within")])
    problems: list[tuple[str, str]] = []
    for key in data:
        if key not in KEYS:
            problems.append((f"{path}.{key}", f"not known; the keys are {', '.join(KEYS)}"))
    policy = Policy(
        slug=_text(data, "slug", path, problems),
        name=_text(data, "name", path, problems),
        respond_within=_duration(data, "respond_within", path, problems),
        clock=_one_of(data.get("clock", "always"), CLOCKS, f"{path}.clock", problems),
        steps=_steps(data.get("steps", []), f"{path}.steps", problems),
        max_reassignments=_count(data.get("max_reassignments", 2), f"{path}.max_reassignments", problems),
        silent_after=None if data.get("silent_after") is None else _duration(data, "silent_after", path, problems),
        park_after=_lapses(data.get("park_after"), f"{path}.park_after", problems),
        for_intents=_texts(data.get("for_intents", []), f"{path}.for_intents", problems),
        min_score=_score(data.get("min_score"), f"{path}.min_score", problems),
        is_default=_truth(data.get("default", False), f"{path}.default", problems),
    )
    if policy.min_score is not None and not policy.for_intents:
        problems.append((f"{path}.min_score", "only counts with for_intents, which say whose score is meant"))
    if problems:
        raise BadPolicy(problems)
    return policy


def promises_of(policies: Sequence[Policy]) -> tuple[Promise, ...]:
    """The policies as decisions see them: nothing to see where none counts the time of whoever has the lead."""
    if not any(policy.clock == "rep_hours" for policy in policies):
        return ()
    return tuple(
        Promise(
            slug=policy.slug,
            within=policy.respond_within,
            in_rep_hours=policy.clock == "rep_hours",
            for_intents=policy.for_intents,
            min_score=policy.min_score,
            is_default=policy.is_default,
        )
        for policy in policies
    )


def _steps(raw: object, path: str, problems: list[tuple[str, str]]) -> tuple[Step, ...]:
    if not isinstance(raw, list | tuple):
        problems.append((path, "should be a list of steps with after, unless and do"))
        return ()
    steps: list[Step] = []
    for index, part in enumerate(raw):
        here = f"{path}[{index}]"
        if not isinstance(part, Mapping):
            problems.append((here, "should be a step with after, unless and do"))
            continue
        problems += [
            (f"{here}.{key}", f"not known; the keys are {', '.join(STEP_KEYS)}") for key in part if key not in STEP_KEYS
        ]
        step = Step(
            after=_duration(part, "after", here, problems),
            unless=_one_of(part.get("unless"), UNLESS, f"{here}.unless", problems),
            do=_one_of(part.get("do"), DOINGS, f"{here}.do", problems),
        )
        if steps and step.after and step.after < steps[-1].after:
            problems.append(
                (
                    f"{here}.after",
                    f"comes before the step above it ({dump_duration(steps[-1].after)}): put them in order",
                )
            )
        steps.append(step)
    if len(steps) > MOST_STEPS:
        problems.append((path, f"has {len(steps)} steps; at most {MOST_STEPS} are allowed"))
    return tuple(steps)


def _duration(data: Mapping[str, object], key: str, path: str, problems: list[tuple[str, str]]) -> timedelta:
    try:
        return parse_duration(data.get(key))
    except ValueError as wrong:
        problems.append((f"{path}.{key}", str(wrong)))
        return timedelta()


def _text(data: Mapping[str, object], key: str, path: str, problems: list[tuple[str, str]]) -> str:
    value = data.get(key)
    if isinstance(value, str) and value.strip():
        return value
    problems.append((f"{path}.{key}", "is needed, as a text"))
    return ""


def _one_of(value: object, known: Sequence[str], path: str, problems: list[tuple[str, str]]) -> str:
    if value in known:
        return str(value)
    problems.append((path, f"{value!r} is not known; it is one of {', '.join(known)}"))
    return known[0]


def _count(value: object, path: str, problems: list[tuple[str, str]]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_REASSIGNMENTS:
        return value
    problems.append((path, f"{value!r} should be a whole number from 0 to {MOST_REASSIGNMENTS}"))
    return 0


def _lapses(value: object, path: str, problems: list[tuple[str, str]]) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_LAPSES):
        return value
    problems.append((path, f"{value!r} should be a whole number from 1 to {MOST_LAPSES}: lapses in a row"))
    return None


def _texts(value: object, path: str, problems: list[tuple[str, str]]) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value):
        return tuple(value)
    problems.append((path, "should be a list of intents, like [demo, pricing]"))
    return ()


def _score(value: object, path: str, problems: list[tuple[str, str]]) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)):
        return value
    problems.append((path, f"{value!r} should be a number of points"))
    return None


def _truth(value: object, path: str, problems: list[tuple[str, str]]) -> bool:
    if not isinstance(value, bool):
        problems.append((path, f"{value!r} should be true or false"))
    return value is True


def _ladder(promise: timedelta) -> tuple[Step, ...]:
    """Remind at half time, tell the manager after twice the promise, give the lead to somebody else after six times.

    For five minutes that is 2:30, 10 and 30 minutes. A longer promise stretches it: no lead is lost before it is due.
    """
    return (
        Step(promise / 2, "contacted", "remind"),
        Step(promise * 2, "contacted", "notify_manager"),
        Step(promise * 6, "accepted", "reassign"),
    )


FIVE_MINUTES, QUARTER, HOUR = timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60)
SHIPPED = (
    Policy("fast", "Demo and pricing", FIVE_MINUTES, steps=_ladder(FIVE_MINUTES), for_intents=("demo", "pricing")),
    Policy(
        "warm",
        "Content with a high score",
        QUARTER,
        steps=_ladder(QUARTER),
        for_intents=("content",),
        min_score=60,
    ),
    Policy("standard", "Everything else", HOUR, steps=_ladder(HOUR), is_default=True),
)
