"""The score model: read with every problem named, kept as the file writes it, and as the engine uses it. Pure.

`threshold`, `skip_score_for` and `track` say who is not ready yet, `rules` give points, `grades` name the sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.configuration.entries import Entry
from leads.scoring import ScoreCard, ScoreRule
from routing.engine import document
from routing.engine.conditions import tests_in
from routing.engine.facts import Vocabulary, normal
from routing.engine.problems import BadDocument
from routing.engine.reader import Reader
from routing.engine.world import Gate

SETTINGS = ("threshold", "skip_score_for", "track", "rules", "grades")
RULE = ("name", "when", "points")
MOST_POINTS = 1_000_000
LONGEST_GRADE = 40
# What follows from the score, or is found out after it. A rule about these would never hold.
NOT_YET = ("score", "grade", "territory", "time.weekday", "time.hour")

# What goes without saying, and is left out of the file.
THRESHOLD = 0
SKIP_SCORE_FOR = ("demo", "pricing")
TRACK = "nurture"
DEFAULTS: Mapping[str, Any] = {"threshold": THRESHOLD, "skip_score_for": list(SKIP_SCORE_FOR), "track": TRACK}


def read(data: object, path: str, reader: Reader) -> dict[str, Any]:
    """The model in its own form; all that is wrong with it goes to the reader."""
    model = Entry(reader, data, path, SETTINGS)
    found: dict[str, Any] = {
        "rules": [_rule(rule) for rule in model.entries("rules", RULE, RULE) if "when" in rule.data],
        "grades": _grades(model),
    }
    if "threshold" in model.data:
        found["threshold"] = reader.whole(model.data["threshold"], model.at("threshold"), -MOST_POINTS, MOST_POINTS)
    if "skip_score_for" in model.data:
        found["skip_score_for"] = [normal(intent) for intent in model.texts("skip_score_for", longest=40)]
    if "track" in model.data:
        found["track"] = model.slug("track")
    return in_file_order(found)


def in_file_order(model: Mapping[str, Any]) -> dict[str, Any]:
    """As the file writes it, without what goes without saying; the database keeps its keys in no order.

    Grades stand best first, intents by the alphabet: their order says nothing.
    """
    found: dict[str, Any] = {}
    if model.get("threshold"):
        found["threshold"] = model["threshold"]
    intents = sorted(set(model.get("skip_score_for", SKIP_SCORE_FOR)))
    if intents != sorted(SKIP_SCORE_FOR):
        found["skip_score_for"] = intents
    if model.get("track", TRACK) != TRACK:
        found["track"] = model["track"]
    found["rules"] = [{key: rule[key] for key in RULE if key in rule} for rule in model.get("rules", ())]
    found["grades"] = dict(sorted(model.get("grades", {}).items(), key=lambda grade: (-grade[1], grade[0])))
    return found


def with_defaults(model: Mapping[str, Any]) -> dict[str, Any]:
    """The model with everything said that goes without saying."""
    return {**DEFAULTS, "rules": [], "grades": {}, **model}


def card_of(model: Mapping[str, Any], vocabulary: Vocabulary, version: int = 0) -> ScoreCard:
    """The points as they are counted. `version` is the number under which the model was published."""
    rules = tuple(
        ScoreRule(rule["name"], document.parse_condition(rule["when"], vocabulary), rule["points"])
        for rule in model.get("rules", ())
    )
    return ScoreCard(rules, tuple(model.get("grades", {}).items()), version)


def gate_of(model: Mapping[str, Any]) -> Gate | None:
    """Who is held back. Where nothing gives points there is no score, so nobody is."""
    if not model.get("rules"):
        return None
    full = with_defaults(model)
    return Gate(full["threshold"], frozenset(map(normal, full["skip_score_for"])), full["track"])


def _rule(rule: Entry) -> dict[str, Any]:
    return {
        "name": rule.text("name"),
        "when": _condition(rule.data["when"], rule.at("when"), rule.reader),
        "points": rule.reader.whole(rule.data.get("points", 0), rule.at("points"), -MOST_POINTS, MOST_POINTS),
    }


def _condition(when: object, path: str, reader: Reader) -> Mapping[str, Any]:
    try:
        condition = document.parse_condition(when, reader.vocabulary, path, reader.references)
    except BadDocument as bad:
        for problem in bad.problems:
            reader.refuse(problem.path, problem.problem)
        return {}
    if early := [name for name in NOT_YET if name in {test.field for test in tests_in(condition)}]:
        reader.refuse(path, f"asks for {early[0]}, which is not known yet when a lead is scored")
    return document.dump_condition(condition)


def _grades(model: Entry) -> dict[str, int]:
    path = model.at("grades")
    grades = {}
    for given, least in model.mapping("grades").items():
        name = model.reader.text(given, path, longest=LONGEST_GRADE).strip()
        grades[name] = model.reader.whole(least, f"{path}.{name}", -MOST_POINTS, MOST_POINTS)
    if len(set(grades.values())) < len(grades):
        model.refuse("grades", "two grades begin at the same score")
    return grades
