"""Promises: which policy a lead gets, when it is due, and when each step of its ladder comes. Pure.

A working-time clock adds working time of a calendar; `always` is real time. Arithmetic is in UTC, intervals are
`[from, to)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reps.hours import Calendar, add_working

CLOCKS = ("always", "team_hours", "rep_hours")
UNLESS = ("accepted", "contacted")
DOINGS = ("remind", "notify_manager", "reassign", "queue")
LONGEST = timedelta(days=30)
MOST_REASSIGNMENTS = 20
KEYS = ("slug", "name", "respond_within", "clock", "steps", "max_reassignments", "for_intents", "default")
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
    slug: str
    name: str
    respond_within: timedelta
    clock: str = "always"
    steps: tuple[Step, ...] = ()
    max_reassignments: int = 2
    for_intents: tuple[str, ...] = ()
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
        for_intents=_texts(data.get("for_intents", []), f"{path}.for_intents", problems),
        is_default=_truth(data.get("default", False), f"{path}.default", problems),
    )
    if problems:
        raise BadPolicy(problems)
    return policy


def policy_for(policies: Sequence[Policy], intent: str, named: str | None) -> Policy:
    """The policy that the target names; else the first for the lead's intent; else the default; else the first."""
    for policy in policies:
        if named is not None and policy.slug == named:
            return policy
    wanted = intent.strip().casefold()
    for policy in policies:
        if wanted and wanted in (one.strip().casefold() for one in policy.for_intents):
            return policy
    return next((policy for policy in policies if policy.is_default), policies[0])


def due_at(policy: Policy, calendar: Calendar, start: datetime) -> datetime:
    """When the promise is due: in working hours of the calendar, never early. Raises `NeverOpen`."""
    return add_working(calendar, start, policy.respond_within)


def step_times(policy: Policy, calendar: Calendar, start: datetime) -> tuple[datetime, ...]:
    """When each step comes, on the same clock. Raises `NeverOpen`."""
    return tuple(add_working(calendar, start, step.after) for step in policy.steps)


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


def _texts(value: object, path: str, problems: list[tuple[str, str]]) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value):
        return tuple(value)
    problems.append((path, "should be a list of intents, like [demo, pricing]"))
    return ()


def _truth(value: object, path: str, problems: list[tuple[str, str]]) -> bool:
    if not isinstance(value, bool):
        problems.append((path, f"{value!r} should be true or false"))
    return value is True


def _ladder(half_time: str) -> tuple[Step, ...]:
    """The ladder that Switchyard ships with: remind at half time, tell the manager at 10 m, take it away at 30 m."""
    rungs = [(half_time, "remind"), ("10m", "notify_manager"), ("30m", "reassign")]
    steps = [Step(parse_duration(after), "accepted", do) for after, do in rungs]
    return tuple(sorted(steps, key=lambda step: step.after))


SHIPPED = (
    Policy("fast", "Demo and pricing", timedelta(minutes=5), steps=_ladder("150s"), for_intents=("demo", "pricing")),
    Policy("warm", "Content with a high score", timedelta(minutes=15), steps=_ladder("7m30s")),
    Policy("standard", "Everything else", timedelta(minutes=60), steps=_ladder("30m"), is_default=True),
)
