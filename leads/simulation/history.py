"""Rows of a file as arrivals in the order of their time. Columns are facts, plus id, received_at and a few more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from leads.activity.windows import asked_by
from leads.configuration import worlds
from leads.configuration.parts import Configuration
from leads.files import Row
from leads.knowledge import knowledge
from leads.matching import Match, Matching
from leads.matching.finding import FOUND_BY, find
from leads.normalise import normalise, person_key, phone_key
from leads.simulation.doings import Doings, Done, columns_of, is_doing, read_doing
from routing.engine.facts import Facts, Value, Vocabulary, moment, normal
from routing.engine.problems import RuleError
from routing.engine.route import Outcome
from routing.engine.simulate import Arrival, fold
from routing.engine.world import World

NEVER = datetime.min.replace(tzinfo=UTC)
OF_THE_FILE = ("id", "received_at", "closed_at", "closed_as", "actual_rep", "account", "name", "source")


class BadHistory(ValueError):
    """Rows that cannot be told; `problems` say which and why."""

    def __init__(self, problems: tuple[RuleError, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Told:
    """One row: the arrival, and what the file says of it that is no fact."""

    id: object
    arrival: Arrival
    actual_rep: str = ""

    @property
    def at(self) -> datetime:
        return self.arrival.at


def read_history(rows: Iterable[Row], configuration: Configuration, vocabulary: Vocabulary) -> list[Told | Done]:
    """The rows in the order of `received_at`; rows of the same instant stay as they stand. Raises `BadHistory`."""
    problems: list[RuleError] = []
    intents = {source.slug: source.intent for source in configuration.sources if source.intent}
    told = [_read(row, intents, vocabulary, problems) for row in rows]
    if problems:
        raise BadHistory(tuple(problems))
    return sorted((one for one in told if one is not None), key=lambda one: one.at)


def unknown_columns(rows: Iterable[Row], vocabulary: Vocabulary) -> list[str]:
    """Columns that are neither facts nor known otherwise: they are left alone."""
    rows = list(rows)
    names = {name: None for row in rows for name in row.values}
    known = {*OF_THE_FILE, *columns_of(rows)}
    return [name for name in names if name not in known and vocabulary.get(name) is None]


def decide_all(
    history: Iterable[Told | Done],
    configuration: Configuration,
    world: World,
    tree: str = "",
    later: Callable[[Told, Outcome], object] = lambda told, outcome: None,
) -> Iterator[tuple[Told, Outcome]]:
    """Every decision of the history: one for each lead, and one more for each that goes elsewhere by what was done.

    `later` is told of each lead that waited until somebody could take it.
    """
    history = list(history)
    matching_of, card = _accounts(configuration), worlds.score_card(configuration)
    doings = Doings(asked_by(world, card))
    rows = {id(one.arrival): one for one in history if isinstance(one, Told)}
    steps = [
        doings.change(one, matching_of(one.signal.facts)) if isinstance(one, Done) else one.arrival for one in history
    ]

    def known_about(facts: Facts, at: datetime) -> Facts:
        """What live routing adds to a lead's own facts. What the file says comes first."""
        found = matching_of(facts).match
        signals = doings.signals(facts, found, at)
        if found is not None:
            facts = {name: value for name, value in facts.items() if name != "account.name"}
        return knowledge(facts, match=found, signals=signals, card=card, setting=world.setting(at)).facts

    def given_out(arrival: Arrival, outcome: Outcome) -> None:
        later(rows[id(arrival)], outcome)

    for arrival, outcome in fold(steps, world, tree=tree, knowledge=known_about, later=given_out):
        yield rows[id(arrival)], outcome


def _accounts(configuration: Configuration) -> Callable[[Facts], Matching]:
    """The account that the file itself names, as a CRM's export does; else the one that live routing would find."""
    shelf = worlds.shelf(configuration)
    by_name = {normal(name): card for name, card in worlds.account_cards(configuration).items()}
    found: dict[tuple[Value | None, ...], Matching] = {}

    def matching(facts: Facts) -> Matching:
        named = normal(str(facts.get("account.name", "")))
        if named in by_name:
            return Matching(Match(by_name[named], "name", named))
        # A history has few companies and many leads.
        asked = tuple(map(facts.get, FOUND_BY))
        if asked not in found:
            [found[asked]] = find([facts], shelf)
        return found[asked]

    return matching


def _read(
    row: Row, intents: Mapping[str, str], vocabulary: Vocabulary, problems: list[RuleError]
) -> Told | Done | None:
    at = moment(row.values.get("received_at"))
    if is_doing(row) and at is not None and not row.problem:
        return read_doing(row, at, vocabulary, problems)
    return _told(row, intents, vocabulary, problems)


def _told(row: Row, intents: Mapping[str, str], vocabulary: Vocabulary, problems: list[RuleError]) -> Told:
    values, path = dict(row.values), f"line {row.line}"
    if row.problem:
        problems.append(RuleError(path, row.problem))
    at, closes_at = moment(values.pop("received_at", None)), moment(values.get("closed_at"))
    if at is None and not row.problem:
        given = row.values.get("received_at")
        words = "is missing" if given is None else f"must be a time such as 2026-01-31T09:00:00Z, not {given!r}"
        problems.append(RuleError(f"{path}: received_at", words))
    if closes_at is None and "closed_at" in values:
        words = f"must be a time such as 2026-01-31T09:00:00Z, not {values['closed_at']!r}"
        problems.append(RuleError(f"{path}: closed_at", words))
    if at is not None and closes_at is not None and closes_at < at:
        problems.append(RuleError(f"{path}: closed_at", "is before received_at"))
    if "account" in values:
        values.setdefault("account.name", values["account"])
    source = str(values.get("source", ""))
    if source in intents:
        values.setdefault("intent", intents[source])

    facts = normalise(values, vocabulary, trusted=True).facts
    at = at or NEVER
    key = person_key(facts) or f"row:{row.line}"
    phone, closed_as = phone_key(str(facts.get("phone", ""))), normal(str(row.values.get("closed_as", "")))
    arrival = Arrival(key, {**facts, "received_at": at}, at, closes_at, phone, closed_as)
    return Told(values.get("id", str(row.line)), arrival, str(values.get("actual_rep", "")).strip())
