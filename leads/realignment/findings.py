"""What is wrong with the map of territories: overlaps, gaps, and the leads and accounts that lie nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leads.configuration import dump
from leads.lists import countries, us_states
from leads.realignment.moves import Seen, facts_of
from leads.realignment.preview import MOST_ACCOUNTS, last_leads
from leads.world import Known
from routing.engine.borders import Borders, Gap, Overlap
from routing.engine.candidates import Hints
from routing.engine.facts import Facts

PERIOD = timedelta(days=90)
MOST_LEADS = 5_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Where the leads of the last 90 days lie by today's borders; `cut` if there were more than were looked at."""

    looked_at: int = 0
    within: Mapping[str, int] = field(default_factory=dict)  # by territory, what its children have left to it
    nowhere: int = 0
    example: Seen | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Homeless:
    """Accounts that lie in no territory."""

    looked_at: int = 0
    count: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    overlaps: tuple[Overlap, ...] = ()
    gaps: tuple[Gap, ...] = ()
    is_cut: bool = False


class _Process:
    """The findings of the revision and day that this process looked at last: the search is not for every page."""

    key: tuple[object, ...] = ()
    found = Findings()


def findings(known: Known, now: datetime) -> Findings:
    key = (known.revision, known.world.atlas, now.date())
    if _Process.key != key:
        borders = Borders(known.world.atlas, known.world.setting(now), hints())
        overlaps, gaps = tuple(borders.overlaps()), tuple(borders.gaps())
        _Process.found, _Process.key = Findings(overlaps, gaps, borders.is_cut), key
    return _Process.found


def traffic(known: Known, now: datetime) -> Traffic:
    """The newest leads of the last 90 days, told by the territories as they are now."""
    atlas, setting = known.world.atlas, known.world.setting(now)
    within: Counter[str] = Counter()
    example, count = None, 0
    for lead in last_leads(known.world.vocabulary, MOST_LEADS, since=now - PERIOD):
        count += 1
        slug = atlas.territory_of(lead.facts, setting)
        within[slug] += 1
        if not slug and example is None:
            example = lead
    nowhere = within.pop("", 0)
    return Traffic(count, within, nowhere, example, count == MOST_LEADS)


def homeless(known: Known, now: datetime) -> Homeless:
    """The accounts that lie nowhere by their own facts."""
    atlas, setting = known.world.atlas, known.world.setting(now)
    accounts = dump.current().accounts[:MOST_ACCOUNTS]
    names = [one.name for one in accounts if not atlas.territory_of(facts_of(one, known.world), setting)]
    return Homeless(len(accounts), len(names), names[0] if names else "")


def hints() -> Hints:
    """Real countries and states, so that examples look like leads."""
    return {
        "country": ("US", "DE", "GB", "FR", "CA", "AU", *sorted(set(countries().values()))),
        "state": tuple(dict.fromkeys(us_states().values())),
    }


def in_words(facts: Facts) -> str:
    """ "country US, state TX" """
    return ", ".join(f"{name.removeprefix('custom.')} {_shown(value)}" for name, value in facts.items()) or "any lead"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " + ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)
