"""Which account a lead belongs to: ours beside brute-force rapidfuzz and PostgreSQL's trigrams, on the same accounts.

    python bench/matching.py [--accounts 1000000] [--rounds 5] [--leads 4000] [--sample 300]

Speed: one lead at a time, from its facts to the account with its owner, against one trigram query; the two take turns
in each round (PERFORMANCE goal 15). Found and wrongly found: all leads for ours, a sample of the same leads for the
others, which need far longer (goal 16). Then the 248 companies that people call otherwise than their register does.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from rapidfuzz import fuzz, process, utils
from rig.report import Goal, Measure, publish, ratio
from rig.stack import Stack, stack
from synthetic_companies import FREE, Company, Lead, companies, leads

from config import addresses

if TYPE_CHECKING:
    from leads.matching import Matching

DATA = Path(__file__).parent / "data"
TRIGRAMS = """
SELECT id FROM limit_company WHERE name %% %s::text ORDER BY similarity(name, %s::text) DESC, id LIMIT 1
"""
CLOSE_ENOUGH = 80  # out of 100, for brute force
TRIGRAMS_A_ROUND = 15
SEED = 20_260


@dataclass(frozen=True)
class Found:
    """How many of the leads that have an account were given it, or another; how many strangers were given one."""

    recall: float
    wrong: float
    false: float
    strangers: int

    def __str__(self) -> str:
        return (
            f"recall@1 {self.recall:.3f}, another's {self.wrong:.3f}, "
            f"strangers taken for somebody {self.false:.2%} of {self.strangers}"
        )


def main() -> None:
    options = _options()
    chance = random.Random(options.seed)
    print(f"making up {options.accounts:,} companies")
    everybody = companies(options.accounts + options.accounts // 10, chance)
    ours, strangers = everybody[: options.accounts], everybody[options.accounts :]
    asked = leads(ours, strangers, options.leads, chance)
    with stack() as servers:
        # Where the data lies was settled when the rig was imported, so the server is named.
        where = f"postgresql://postgres@/{addresses.DATABASE_NAME}?host={servers.sockets}"
        os.environ.update(servers.environ("rig.settings") | {"DATABASE_URL": where, "DATABASE_PATIENCE": "900"})
        django.setup()
        facts: dict[str, object] = {"accounts": options.accounts, "loaded": _load(ours)}
        _load_trigrams(servers, ours)
        measures, goals = _speed(servers, asked, options.rounds)
        found, more = _quality(servers, ours, asked, options.sample)
        facts |= {**found, **_real_companies()}
        publish("matching", f"A lead's account among {options.accounts:,}", measures, [*goals, *more], facts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--leads", type=int, default=4_000)
    parser.add_argument("--sample", type=int, default=300, help="leads that brute force and trigrams are asked about")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def _load(ours: Sequence[Company]) -> str:
    """Accounts, domains and keys, by the statements that load a configuration file."""
    from leads.configuration import rows_names  # noqa: PLC0415  # Django is set up only now
    from leads.copying import copy_rows  # noqa: PLC0415
    from leads.models import Account, AccountKey, NameKey  # noqa: PLC0415

    began = time.perf_counter()
    columns = ("id", "name", "owner_id", "is_customer", "tier", "country", "details")
    copy_rows(Account, columns, ((one.id, one.name, None, False, "", one.country, "{}") for one in ours))
    keys = ((one.id, "domain", one.domain, 0) for one in ours)
    copy_rows(AccountKey, ("account_id", "kind", "key", "position"), keys)
    rows = time.perf_counter() - began
    rows_names.write((one.id, one.name, ()) for one in ours)
    names = time.perf_counter() - began - rows
    django.db.connection.cursor().execute("VACUUM ANALYZE leads_namekey, leads_account, leads_accountkey")
    with django.db.connection.cursor() as cursor:
        cursor.execute("SELECT count(*), pg_total_relation_size('leads_namekey') / 1048576 FROM leads_namekey")
        count, size = cursor.fetchone()
    assert count == NameKey.objects.count()
    return f"rows in {rows:.0f} s, {count:,} keys ({count / len(ours):.1f} an account, {size} MiB) in {names:.0f} s"


def _load_trigrams(servers: Stack, ours: Sequence[Company]) -> None:
    with servers.connect() as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE TABLE limit_company (id int PRIMARY KEY, name text NOT NULL)")
        with connection.cursor() as cursor, cursor.copy("COPY limit_company FROM STDIN") as copy:
            for one in ours:
                copy.write_row((one.id, one.name))
        connection.execute("CREATE INDEX ON limit_company USING gin (name gin_trgm_ops)")
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE limit_company")


def _speed(servers: Stack, asked: Sequence[Lead], rounds: int) -> tuple[list[Measure], list[Goal]]:
    """One lead after another, in turn with the trigrams; what was asked once is not asked again."""
    share = len(asked) // (rounds + 1)
    _one_by_one(asked[:share])  # to warm up
    seen: dict[str, list[float]] = {name: [] for name in ("ours p50", "ours p99", "ours, hundreds", "trigrams p50")}
    for number in range(1, rounds + 1):
        some = asked[number * share : (number + 1) * share]
        mine = _one_by_one(some)
        seen["ours p50"].append(_percentile(mine, 0.50))
        seen["ours p99"].append(_percentile(mine, 0.99))
        began = time.perf_counter()
        _match(some)
        seen["ours, hundreds"].append((time.perf_counter() - began) * 1e3 / len(some))
        theirs = [_timed(lambda lead=lead: _by_trigrams(servers, [lead])) for lead in some[:TRIGRAMS_A_ROUND]]
        seen["trigrams p50"].append(_percentile(theirs, 0.50))
    measures = {name: Measure(name, "ms/lead", tuple(values)) for name, values in seen.items()}
    goal = Goal(
        15, "ours p99 ÷ trigrams p50", ratio(measures["ours p99"], measures["trigrams p50"]), 0.1, 0.02, at_least=False
    )
    return list(measures.values()), [goal]


def _one_by_one(asked: Sequence[Lead]) -> list[float]:
    return [_timed(lambda lead=lead: _match([lead])) for lead in asked]


def _timed(act: Callable[[], object]) -> float:
    """In milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1e3


def _percentile(values: Sequence[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _match(asked: Sequence[Lead], *, by_name_alone: bool = False) -> list[Matching]:
    from leads import accounts  # noqa: PLC0415

    return accounts.matchings([(_facts(lead, by_name_alone), None) for lead in asked])


def _facts(lead: Lead, by_name_alone: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"company": lead.company}
    if lead.country:
        facts["country"] = lead.country
    if by_name_alone:
        return facts
    return {**facts, "email_domain": lead.email_domain, "is_free_email": lead.email_domain in FREE}


_connections: dict[int, Any] = {}


def _by_trigrams(servers: Stack, asked: Sequence[Lead]) -> list[int]:
    """The most similar name of those that share half of their trigrams; 0 for none."""
    if id(servers) not in _connections:
        connection = _connections[id(servers)] = servers.connect()
        connection.autocommit = True
        connection.execute("SET pg_trgm.similarity_threshold = 0.5")
    connection = _connections[id(servers)]
    found = [connection.execute(TRIGRAMS, [lead.company, lead.company], prepare=True).fetchone() for lead in asked]
    return [row[0] if row else 0 for row in found]


def _quality(
    servers: Stack, ours: Sequence[Company], asked: Sequence[Lead], sample: int
) -> tuple[dict[str, object], list[Goal]]:
    everything, names = (_ids(asked, by_name_alone=alone) for alone in (False, True))
    some = asked[:sample]
    brute = _brute_force(ours, some)
    found: dict[str, object] = {
        "ours, everything, all leads": str(_found(asked, everything)),
        "ours, by name alone, all leads": str(_found(asked, names)),
        f"ours, everything, {sample} leads": str(_found(some, everything[:sample])),
        f"ours, by name alone, {sample} leads": str(_found(some, names[:sample])),
        f"trigrams at 0.5, {sample} leads": str(_found(some, _by_trigrams(servers, some))),
    }
    for least in (CLOSE_ENOUGH, 85, 90):
        taken = [pk if score >= least else 0 for pk, score in brute]
        found[f"rapidfuzz brute force at {least}, {sample} leads"] = str(_found(some, taken))
    found["by name alone, by what happened to it"] = _by_kind(asked, names)
    theirs = _found(some, [pk if score >= CLOSE_ENOUGH else 0 for pk, score in brute]).recall
    mine, whole = _found(some, names[:sample]), _found(asked, everything)
    return found, [
        Goal(16, "recall@1 − brute force's", _found(some, everything[:sample]).recall - theirs, -0.02, 0),
        Goal(16, "the same, by name alone", mine.recall - theirs, -0.02, 0),
        Goal(16, "strangers taken for somebody", whole.false, 0.01, 0, at_least=False),
    ]


def _ids(asked: Sequence[Lead], *, by_name_alone: bool) -> list[int]:
    found: list[int] = []
    for start in range(0, len(asked), 200):
        matchings = _match(asked[start : start + 200], by_name_alone=by_name_alone)
        found += [one.match.card.id if one.match else 0 for one in matchings]
    return found


def _found(asked: Sequence[Lead], given: Sequence[int]) -> Found:
    known = [(lead.account, pk) for lead, pk in zip(asked, given, strict=True) if lead.account]
    strange = [pk for lead, pk in zip(asked, given, strict=True) if not lead.account]
    return Found(
        recall=sum(account == pk for account, pk in known) / len(known),
        wrong=sum(pk not in (account, 0) for account, pk in known) / len(known),
        false=sum(pk != 0 for pk in strange) / max(1, len(strange)),
        strangers=len(strange),
    )


def _brute_force(ours: Sequence[Company], asked: Sequence[Lead]) -> list[tuple[int, float]]:
    """The most similar of all names, letter by letter, without looking at the country: id and likeness out of 100."""
    names = [utils.default_process(one.name) for one in ours]
    found = []
    for lead in asked:
        best = process.extractOne(utils.default_process(lead.company), names, scorer=fuzz.ratio, score_cutoff=60)
        found.append((ours[best[2]].id, best[1]) if best else (0, 0.0))
    return found


def _by_kind(asked: Sequence[Lead], given: Sequence[int]) -> str:
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for lead, pk in zip(asked, given, strict=True):
        if lead.account:
            kind = {0: "nothing", 1: "".join(lead.kinds)}.get(len(lead.kinds), "two of them")
            count[kind] += 1
            right[kind] += pk == lead.account
    return ", ".join(
        f"{kind} {right[kind] / count[kind]:.2f}" for kind in sorted(count, key=lambda k: -right[k] / count[k])
    )


def _real_companies() -> dict[str, object]:
    """The registrants in memory; each of the 248 companies with its registrant there, and with it taken away."""
    from leads.matching import AccountCard  # noqa: PLC0415
    from leads.matching.book import Shelf  # noqa: PLC0415
    from leads.matching.finding import find  # noqa: PLC0415

    registrants = {int(row["cik"]): row["name"] for row in reversed(list(_rows("sec_registrants.csv")))}
    shelf = Shelf([AccountCard(cik, name) for cik, name in registrants.items()], {})
    asked = [(int(row["cik"]), row["lead_company"]) for row in _rows("lead_companies.csv")]
    truth = [Lead(name, "", "", cik, ()) for cik, name in asked]
    found = find([{"company": name} for _, name in asked], shelf)
    without = find([{"company": name} for _, name in asked], shelf, [{cik} for cik, _ in asked])
    plain = [Company(cik, name, "", "", "") for cik, name in registrants.items()]
    brute = [pk if score >= CLOSE_ENOUGH else 0 for pk, score in _brute_force(plain, truth)]
    theirs, mine = _found(truth, brute), _found(truth, [one.match.card.id if one.match else 0 for one in found])
    return {
        "248 real companies among 7,847": f"recall@1 {mine.recall:.3f}, another's {mine.wrong:.3f}",
        "the same, their own account taken away": f"{sum(one.match is not None for one in without)} find another",
        "the same, rapidfuzz brute force at 80": f"recall@1 {theirs.recall:.3f}, another's {theirs.wrong:.3f}",
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    sys.exit(main())
