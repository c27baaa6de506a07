"""The score model as a page: what gives points, who is ready, the grades on a scale, and how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.configuration import score_model
from leads.models import ScoreVersion
from leads.pages import score_preview
from leads.pages.score_preview import NO_GRADE, Measure, Tally
from leads.world import Known
from reps.templatetags.words import number
from routing.engine.explain import sentence
from routing.engine.problems import BadDocument

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    points: int
    says: str


@dataclass(frozen=True, slots=True)
class Band:
    """One grade on the scale: from `least` up to the next; `x` and `width` are hundredths of the whole."""

    number: int
    name: str
    span: str
    leads: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """From the least to the most points that a lead can have, with the threshold on it."""

    least: int
    most: int
    bands: Sequence[Band]
    threshold: float | None  # where it stands, in hundredths


@dataclass(frozen=True, slots=True)
class Page:
    """`version` None: there was never a model. `unreadable`: it asks about a field that is gone by now."""

    version: ScoreVersion | None
    live: bool
    rules: Sequence[Rule]
    threshold: int
    intents: Sequence[str]
    track: str
    gated: bool
    scale: Scale | None
    tally: Tally | None
    versions: Sequence[ScoreVersion]
    unreadable: bool = False


def page(version: ScoreVersion | None, organisation: Known) -> Page:
    versions = list(ScoreVersion.objects.select_related("published_by").order_by("-number")[:MOST_VERSIONS])
    model = score_model.with_defaults(version.document if version else {})
    try:
        measure = score_preview.of_model(model, organisation)
    except BadDocument:
        measure = Measure(score_model.card_of({}, organisation.world.vocabulary), score_model.gate_of(model))
    vocabulary = organisation.world.vocabulary
    readable = len(measure.card.rules) == len(model["rules"])
    conditions = [sentence(rule.when, vocabulary) for rule in measure.card.rules] or [""] * len(model["rules"])
    tally = score_preview.tally(measure, organisation) if readable and model["rules"] else None
    return Page(
        version=version,
        live=not versions or (version is not None and version.number == versions[0].number),
        rules=[Rule(rule["name"], rule["points"], says) for rule, says in zip(model["rules"], conditions, strict=True)],
        threshold=model["threshold"],
        intents=model["skip_score_for"],
        track=model["track"],
        gated=measure.gate is not None,
        scale=scale(model, tally),
        tally=tally,
        versions=versions,
        unreadable=not readable,
    )


def scale(model: Mapping[str, Any], tally: Tally | None) -> Scale | None:
    """The grades from the lowest score to the highest; None if there are none, or nothing gives points."""
    grades = sorted(model["grades"].items(), key=lambda grade: int(grade[1]))
    points = [rule["points"] for rule in model["rules"]]
    if not grades or not points:
        return None
    marks = [model["threshold"], *(least for _, least in grades), 0]
    low = min(*marks, sum(each for each in points if each < 0))
    high = max(*marks, sum(each for each in points if each > 0))
    share = 100 / max(high - low, 1)
    counted = tally.grades if tally else {}

    bands = []
    if grades[0][1] > low:
        grades.insert(0, (NO_GRADE, low))
    for place, (name, least) in enumerate(grades):
        end = grades[place + 1][1] if place + 1 < len(grades) else None
        width = ((high if end is None else end) - least) * share
        x = round((least - low) * share, 3)
        bands.append(Band(place, name, _span(least, end, low), counted.get(name, 0), x, round(width, 3)))
    at = round((model["threshold"] - low) * share, 3)
    return Scale(low, high, list(reversed(bands)), at)


def _span(least: int, end: int | None, low: int) -> str:
    if end is None:
        return f"{number(least)} and more"
    if least <= low:
        return f"under {number(end)}"
    return f"{number(least)} to {number(end - 1)}" if end - 1 > least else number(least)
