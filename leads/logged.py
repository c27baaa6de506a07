"""Parts of a decision as the log keeps them: JSON, made once for all leads of which the same is to be said. Pure."""

from __future__ import annotations

from functools import lru_cache

import orjson

from leads.matching import Matching, as_record
from leads.scoring import Points
from routing.engine.bench import Candidate


@lru_cache(maxsize=1024)
def scoring_of(points: Points) -> str:
    """How a score came about, as the log keeps it. Few leads add up in a way of their own."""
    if points.score is None:
        return "{}"
    parts = [{"name": name, "points": added} for name, added in points.parts]
    return as_text({"version": points.version, "score": points.score, "grade": points.grade, "parts": parts})


@lru_cache(maxsize=1024)
def matching_of(matching: Matching) -> str:
    """The accounts that were looked at, as the log keeps them. Leads of one company find the same."""
    return as_text(as_record(matching)) if matching.candidates else "{}"


@lru_cache(maxsize=8192)
def candidate_of(candidate: Candidate) -> str:
    """A candidate as the log keeps it. From one lead to the next only the one who was chosen has changed."""
    told: dict[str, object] = {
        "rep": candidate.rep,
        "code": candidate.code,
        "weight": candidate.weight,
        "level": round(candidate.level, 9),
        "open": candidate.open,
        "capacity": candidate.capacity,
        "skill": candidate.skill,
    }
    if candidate.rate is not None:
        told["rate"] = round(candidate.rate, 9)
    return as_text(told)


def as_text(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
