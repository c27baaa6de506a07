"""What a change set may say, and what becomes of the configuration by it."""

from __future__ import annotations

import pytest

from leads.configuration import plain
from leads.configuration.parts import Configuration
from leads.configuration.read import BadConfiguration, read
from leads.realignment.amendments import applied, parse, snapshot, text_of
from leads.realignment.undo import reverse
from tests.leads.conftest import COMPANY
from tests.leads.realignment.conftest import GERMANY_TO_CLEO, MARKET


@pytest.fixture
def base() -> Configuration:
    return read(MARKET, read(COMPANY).configuration).configuration


def problems(text: str, base: Configuration) -> dict[str, str]:
    with pytest.raises(BadConfiguration) as refused:
        applied(parse(text), base)
    return {problem.path: problem.problem for problem in refused.value.problems}


def test_what_an_entry_does_not_name_stays_as_it_is(base: Configuration) -> None:
    after = applied(parse(GERMANY_TO_CLEO), base).of("territories")["de"]

    assert plain.of_part(after) == {
        "slug": "de",
        "name": "Germany",
        "when": {"field": "country", "op": "is", "value": "DE"},
        "parent": "dach",
        "reps": [{"rep": "cleo@example.com"}],
    }


def test_null_puts_a_key_back_to_its_default(base: Configuration) -> None:
    after = applied(parse("territories: [{slug: de, parent: null, reps: null}]"), base).of("territories")["de"]

    assert (after.parent, after.reps) == (None, ())  # type: ignore[union-attr]


def test_everything_that_it_does_not_speak_of_stays(base: Configuration) -> None:
    text = (
        "territories: [{slug: ch, name: Swiss, when: {field: country, op: is, value: CH}}]\nremove: {territories: [de]}"
    )
    after = applied(parse(text), base)

    assert list(after.of("territories")) == ["ch", "dach"]
    assert (after.pools, after.accounts, after.reps, after.trees) == (base.pools, base.accounts, base.reps, base.trees)


def test_an_account_changes_its_owner_and_nothing_else(base: Configuration) -> None:
    after = applied(parse("accounts: [{name: Acme, owner: ada@example.com}, {name: Alpen, owner: null}]"), base)

    acme, before = after.of("accounts")["Acme"], base.of("accounts")["Acme"]
    assert acme.owner == "ada@example.com"  # type: ignore[union-attr]
    assert plain.of_part(acme) | {"owner": "bob@example.com"} == plain.of_part(before)


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("", "", "says nothing yet"),
        ("teams: []", "teams", "unknown key"),
        ("territories: [{name: No slug}]", "territories[0]", "must be an entry with its slug"),
        (
            "territories: [{slug: de, reps: [{rep: nobody@example.com}]}]",
            "territories[0].reps[0].rep",
            "there is no rep",
        ),
        ("territories: [{slug: new, name: New}]", "territories[0].when", "is missing"),
        (
            "territories: [{slug: de}, {slug: dach, when: {field: contry, op: is, value: DE}}]",
            "territories[1].when.field",
            "did you mean country",
        ),
        ("remove: {territories: [dach]}", "territories[de] (in force).parent", "there is no"),
        ("remove: {territories: [atlantis]}", "remove.territories[0]", "there is no atlantis"),
        ("remove: {pools: [sales]}", "trees[main] (in the database).document.rules[0].target.pool", "there is no pool"),
        ("pools: [{slug: sales, name: S}]\nremove: {pools: [sales]}", "remove.pools[0]", "cannot be removed as well"),
        ("accounts: [{name: Acme, tier: gold, owner: null}]", "accounts[0].tier", "unknown key"),
        ("accounts: [{name: Nobody, owner: ada@example.com}]", "accounts[0].name", "there is no account"),
        ("accounts: [{name: Acme, owner: x@example.com}]", "accounts[0].owner", "there is no rep"),
        ("territories: [", "", "line 2"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(text: str, path: str, problem: str, base: Configuration) -> None:
    found = problems(text, base)

    assert path in found, found
    assert problem in found[path]


def test_its_text_can_be_written_and_read_again() -> None:
    text = "territories: [{slug: de, parent: null}]\naccounts: [{name: Acme, owner: null}]\nremove: {pools: [sales]}"
    amendment = parse(text)

    assert parse(text_of(amendment)) == amendment


@pytest.mark.parametrize(
    "text",
    [
        GERMANY_TO_CLEO,
        "territories: [{slug: de, parent: null, valid_from: 2026-05-01}]",
        "territories: [{slug: ch, name: Swiss, parent: dach, when: {field: country, op: is, value: CH}}]",
        "remove: {territories: [de]}",
        "pools: [{slug: sales, strategy: weighted, members: [{rep: dan@example.com, weight: 3}]}, {slug: x, name: X}]",
        "accounts: [{name: Acme, owner: null}, {name: Alpen, owner: ada@example.com}]",
    ],
)
def test_undoing_puts_back_exactly_what_was(text: str, base: Configuration) -> None:
    amendment = parse(text)
    after = applied(amendment, base)
    before_and_after = [
        {"kind": kind, "name": name, "before": before, "after": snapshot(amendment, after)[kind][name]}
        for kind, found in snapshot(amendment, base).items()
        for name, before in found.items()
    ]

    undone = applied(parse(text_of(reverse(before_and_after, after))), after)

    assert undone == base


def test_a_few_lines_that_stand_for_millions_are_refused_at_once() -> None:
    test = "{field: country, op: is, value: DE}"
    text = f"territories:\n  - {{slug: a0, when: &w0 {{all: [{', '.join([test] * 10)}]}}}}\n"
    for level in range(1, 6):
        above = ", ".join([f"*w{level - 1}"] * 10)
        text += f"  - {{slug: a{level}, when: &w{level} {{all: [{above}]}}}}\n"

    with pytest.raises(BadConfiguration, match="more than 250,000 values"):
        parse(text)
