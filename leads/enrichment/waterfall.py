"""What is known of a lead after everybody who was asked has answered, and who is to be asked next. Pure.

From the top: what the sender says, what follows from it, then the providers in their order. Each fills only what is
still blank, and is asked only if any of its fields is. A provider waits for those before it if they may fill a field of
its own; the others are asked at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.derived import derive
from leads.enrichment.providers import Card, key_of
from leads.mapping import search_path
from leads.normalise import normalise
from leads.presets.answers import MANY, alone
from leads.provenance import by_provider, worked_out
from routing.engine.facts import Facts, Value, Vocabulary, from_json, is_blank

Question = tuple[int, str]  # to which provider, about what


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that is there: the fields it fills, and when it came."""

    values: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class Filled:
    """The facts with what was filled in; by whom each field was, and when; and who is to be asked now, about what."""

    facts: dict[str, Value]
    provenance: dict[str, dict[str, str]]
    asks: Sequence[tuple[Card, str]] = ()


def pour(
    own: Facts,
    providers: Sequence[Card],
    answers: Mapping[Question, Known],
    vocabulary: Vocabulary,
    *,
    skip: Collection[Question] = (),
    resting: Collection[int] = (),
    known: Collection[str] = (),
) -> Filled:
    """Run the waterfall over the answers that are there. `skip` was asked in vain; the `resting` are not asked.

    `known` are the fields that the lead's account fills: nobody else does.
    """
    facts, provenance = dict(own), dict[str, dict[str, str]]()
    asks: list[tuple[Card, str]] = []
    open_fields: set[str] = set()
    for card in providers:
        if all(name in facts or name in known for name in card.wanted) or not (key := key_of(card, facts)):
            continue
        answer = answers.get((card.id, key))
        if answer is not None:
            _fill(facts, provenance, answer, card, vocabulary, known)
        elif card.id not in resting and (card.id, key) not in skip and not open_fields & card.wanted:
            asks.append((card, key))
            open_fields |= card.wanted
    return Filled(facts, provenance, tuple(asks))


def read_answer(card: Card, body: bytes, vocabulary: Vocabulary) -> dict[str, object]:
    """What an answer says of the fields it is asked for, as facts. Raises `ValueError` for what is no JSON.

    A vendor is a stranger: its values go through the same gate as those of a sender.
    """
    try:
        data = json.loads(body.decode("utf-8", "strict"), parse_constant=_refuse)
    except RecursionError as deep:
        raise ValueError("too deep") from deep
    raw: dict[str, object] = {}
    for name, path in card.mapping:
        value, failure = search_path(path, data)
        if not failure and not is_blank(value):
            raw[name] = value if name in MANY or name.startswith("custom.") else alone(value)
    read = normalise(raw, vocabulary)
    named = {name for name, _ in card.mapping}
    return {name: value for name, value in _plain(read.facts).items() if name in named and name not in read.origins}


def _fill(
    facts: dict[str, Value],
    provenance: dict[str, dict[str, str]],
    answer: Known,
    card: Card,
    vocabulary: Vocabulary,
    known: Collection[str],
) -> None:
    for name, value in from_json(answer.values, vocabulary).items():
        if name not in facts and name not in known:
            facts[name] = value
            provenance[name] = by_provider(card.plan.slug, answer.at)
    for name, origin in derive(facts).items():  # a title says how high somebody stands, whoever knew it
        provenance[name] = worked_out(origin, answer.at)


def _plain(facts: Mapping[str, Value]) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
