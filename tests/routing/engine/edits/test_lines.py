"""The rows of a lookup table, from a spreadsheet too, and the ways of a split."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.edits import Around, Refused
from routing.engine.edits.spreadsheet import as_csv
from routing.engine.nodes import Json
from tests.routing.engine.documents import TARGETS, TEXTS
from tests.routing.engine.edits.trees import AROUND, do, rule

POOL = {"kind": "pool", "pool": "emea"}
FALLBACK = {"kind": "fallback"}
NAMED = Around(AROUND.vocabulary, names={"pool": {"emea": "EMEA AEs"}, "queue": {"triage": "Triage"}})


def table(*rows: Json, field: str = "country") -> Json:
    target = {"kind": "table", "field": field, "rows": list(rows), "otherwise": FALLBACK}
    return with_target(target)


def with_target(target: Json, when: Any = None) -> Json:
    only = {"id": "r", "name": "By country", "when": when or {"all": []}, "target": target}
    return {"format": 1, "rules": [only], "otherwise": {"kind": "queue", "queue": "unassigned"}}


def row(*values: Any, target: Json = POOL) -> Json:
    return {"values": list(values), "target": target}


def rows(op: str, before: Json, around: Around = AROUND, **arguments: Any) -> Any:
    return rule(do(op, before, around, node="r_target", **arguments).document, "r")["target"]["rows"]


def test_a_row_is_added_changed_moved_and_removed() -> None:
    one = do("add_row", table(row("DE")), AROUND, node="r_target", value="FR, IT", kind="pool", pool="south")
    two = do("set_row", one.document, AROUND, node="r_target", row=1, values=["FR"])
    three = do("move_row", two.document, AROUND, node="r_target", row=1, to=0)
    four = do("set_row", three.document, AROUND, node="r_target", row="0", kind="fallback")
    five = do("remove_row", four.document, AROUND, node="r_target", row=1)

    assert [done.words for done in (one, two, three, four, five)] == [
        "added a row for FR, IT to By country",
        "set the row for FR of By country",
        "moved the row for FR of By country to 1",
        "set the row for FR of By country",
        "removed the row for DE from By country",
    ]
    assert rule(five.document, "r")["target"]["rows"] == [row("FR", target=FALLBACK)]


def test_a_new_row_is_unfinished_until_it_says_what_and_where() -> None:
    assert rows("add_row", table()) == [{"values": []}]


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("employees", "1,200; 7", [1200, 7]),
        ("custom.nda", "yes", [True]),
        ("country", "DE\nde, FR", ["DE", "FR"]),
        ("tags", "a", ["a"]),
    ],
)
def test_values_are_kept_as_the_field_has_them(field: str, value: str, kept: list[Any]) -> None:
    assert rows("add_row", table(field=field), value=value) == [{"values": kept}]


def test_values_that_do_not_fit_are_refused_and_a_time_cannot_be_looked_up() -> None:
    with pytest.raises(Refused, match="must be a number"):
        rows("add_row", table(field="employees"), value="many")
    with pytest.raises(Refused, match="any but a time"):
        do("table_field", table(), AROUND, node="r_target", field="received_at")
    assert do("table_field", table(), AROUND, node="r_target", field="state").words == "made By country look up state"


def test_a_row_in_which_nothing_stands_gives_way_to_what_is_pasted() -> None:
    before = table(row("DE"), {"values": []})

    assert rows("paste_rows", before, NAMED, text="FR,EMEA AEs") == [row("DE"), row("FR")]


def test_rows_are_pasted_from_a_spreadsheet_and_take_over_values_that_were_there() -> None:
    before = table(row("DE", "AT"), row("FR"))
    text = "Country\tGoes to\nDE\tEMEA AEs\r\nFR; BE\tqueue: Triage\n\nNL\tada@example.com\nPL\taccount owner\nCZ\n"

    done = do("paste_rows", before, NAMED, node="r_target", text=text)

    assert done.words == "pasted 5 rows into By country"
    assert rule(done.document, "r")["target"]["rows"] == [
        row("AT"),
        row("DE"),
        row("FR", "BE", target={"kind": "queue", "queue": "triage"}),
        row("NL", target={"kind": "rep", "rep": "ada@example.com"}),
        row("PL", target={"kind": "account_owner"}),
        {"values": ["CZ"]},
    ]


def test_lines_that_cannot_be_read_are_named_and_nothing_is_pasted() -> None:
    with pytest.raises(Refused, match=r"Line 2: nothing is called “Narnia”.*Line 3") as refused:
        rows("paste_rows", table(), NAMED, text="DE,emea\nFR,Narnia\nIT,pool: a b")

    assert refused.value.field == "text"
    with pytest.raises(Refused, match="Line 1: many must be a number"):
        rows("paste_rows", table(field="employees"), NAMED, text="many,emea")
    with pytest.raises(Refused, match="two columns"):
        rows("paste_rows", table(), NAMED, text=" ")


ODD = st.sampled_from([*TEXTS, "Acme, Inc.", "=1+1", "-x", "@a", "[b", '"q"', "a;b", "'s", "x\ny", "values"])


@given(st.lists(st.builds(lambda values, target: row(*values, target=target), st.lists(ODD, min_size=1), TARGETS)))
def test_what_is_downloaded_is_read_back_as_it_was(written: list[Json]) -> None:
    spread: list[Json] = []
    seen: set[str] = set()
    for one in rows("paste_rows", table(), text=as_csv({"rows": [*written, row("last")]}), mode="replace"):
        spread.append(one)
        seen.update(one["values"])

    again = rows("paste_rows", table(), text=as_csv({"rows": spread}), mode="replace")

    assert again == spread
    assert [one["target"] for one in spread] == [one["target"] for one in [*written, row("last")]]
    assert {value.strip() for one in written for value in one["values"]} >= {value for value in seen if value != "last"}


@given(st.lists(ODD, min_size=1))
def test_no_cell_that_is_downloaded_is_taken_for_a_formula(values: list[str]) -> None:
    cells = as_csv({"rows": [row(*values)]}).splitlines()[1]

    assert cells.lstrip('"')[0] not in "=+-@\t"


def test_a_condition_that_lists_the_tables_values_goes_on_listing_them() -> None:
    asks = {"field": "country", "op": "in", "value": ["DE", "FR"]}
    before = with_target({"kind": "table", "field": "country", "rows": [row("DE"), row("FR")]}, {"all": [asks]})

    after = do("add_row", before, AROUND, node="r_target", value="IT").document
    gone = do("remove_row", after, AROUND, node="r_target", row=0).document

    assert rule(after, "r")["when"] == {"all": [{**asks, "value": ["DE", "FR", "IT"]}]}
    assert rule(gone, "r")["when"] == {"all": [{**asks, "value": ["FR", "IT"]}]}
    other = with_target(before["rules"][0]["target"], {"all": [{**asks, "value": ["DE"]}]})
    assert rule(do("add_row", other, AROUND, node="r_target", value="IT").document, "r")["when"] == {
        "all": [{**asks, "value": ["DE"]}]
    }


def test_ways_of_a_split_are_added_shared_out_and_removed() -> None:
    split = with_target({"kind": "split", "ways": [{"name": "A", "share": 50, "target": POOL}]})

    added = do("add_way", split, AROUND, node="r_target", share="25", kind="fallback")
    shared = do("set_way", added.document, AROUND, node="r_target", way=0, share=75)
    removed = do("remove_way", shared.document, AROUND, node="r_target", way="1")

    assert [done.words for done in (added, shared, removed)] == [
        "added the way B to By country",
        "set A of By country to 75 of 100",
        "removed the way B from By country",
    ]
    assert rule(removed.document, "r")["target"]["ways"] == [{"name": "A", "share": 75, "target": POOL}]
    with pytest.raises(Refused, match="at least one way"):
        do("remove_way", removed.document, AROUND, node="r_target", way=0)
    with pytest.raises(Refused, match="a way A already"):
        do("add_way", split, AROUND, node="r_target", name="A")
