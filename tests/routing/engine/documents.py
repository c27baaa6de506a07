"""Rule documents, conditions and leads made up by hypothesis: few values, so that they meet often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from routing.engine.conditions import Setting
from routing.engine.facts import STANDARD, Field, FieldType

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VOCABULARY = STANDARD.with_custom(
    [
        Field("custom.budget", FieldType.NUMBER, "budget"),
        Field("custom.plan", FieldType.TEXT, "plan"),
        Field("custom.renewal", FieldType.TIME, "renewal"),
        Field("custom.topics", FieldType.MANY, "topics"),
        Field("custom.nda", FieldType.BOOLEAN, "NDA signed"),
    ]
)
SETTING = Setting(
    now=NOON,
    lists={"strategic": frozenset({"acme", "straße ag", "de"}), "nobody": frozenset()},
    ancestors={
        "emea": frozenset({"emea"}),
        "dach": frozenset({"dach", "emea"}),
        "berlin": frozenset({"berlin", "dach", "emea"}),
        "apac": frozenset({"apac"}),
    },
)

TEXTS = [
    "DE",
    "de",
    " de ",
    "AT",
    "Acme",
    "ACME  Inc",
    "acme inc",
    "Straße AG",
    "STRASSE AG",
    "ﬁn",
    "fin",
    "x",
]  # codespell:ignore
NUMBERS = [0, 1, 1.0, 2, 49, 50, 50.5, 51, 200, -3]
WRITTEN_NUMBERS = [*NUMBERS, "1,200", "50", "0.5"]
PLACES = ["emea", "dach", "berlin", "apac", "atlantis"]
TOPICS = ["a", "A", "b", "B ", "c", "ü"]
MOMENTS = [NOON + timedelta(days=days, hours=hours) for days in (-400, -31, -30, -7, -1, 0, 1) for hours in (-1, 0, 12)]
WRITTEN_MOMENTS = ["2026-03-02", "2026-03-02T12:00:00Z", "2026-02-01", "2025-01-01T08:30:00+02:00"]

FIELDS = {
    FieldType.TEXT: ["country", "company", "custom.plan"],
    FieldType.NUMBER: ["employees", "custom.budget", "signal.visits"],
    FieldType.BOOLEAN: ["is_free_email", "custom.nda"],
    FieldType.MANY: ["tags", "custom.topics"],
    FieldType.TIME: ["received_at", "custom.renewal"],
    FieldType.TERRITORY: ["territory"],
}


def _some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


_DAYS = st.sampled_from([1, 7, 30, 0.5])
_VALUES: dict[FieldType, dict[str, st.SearchStrategy[Any]]] = {
    FieldType.TEXT: {
        **dict.fromkeys(
            ("is", "is_not", "contains", "not_contains", "starts_with", "ends_with"), st.sampled_from(TEXTS)
        ),
        **dict.fromkeys(("in", "not_in"), _some(TEXTS)),
        "matches": st.sampled_from(["^a", "e$", "fin", "s+", "D[EX]", "^$"]),
        **dict.fromkeys(("in_list", "not_in_list"), st.sampled_from(["strategic", "nobody", "gone"])),
    },
    FieldType.NUMBER: {
        **dict.fromkeys(("is", "is_not", "gt", "gte", "lt", "lte"), st.sampled_from(WRITTEN_NUMBERS)),
        **dict.fromkeys(("in", "not_in"), _some(WRITTEN_NUMBERS)),
        "between": st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)).map(sorted),
    },
    FieldType.BOOLEAN: {"is": st.booleans()},
    FieldType.MANY: dict.fromkeys(("has_any", "has_all", "has_none"), _some(TOPICS)),
    FieldType.TIME: {
        **dict.fromkeys(("before", "after"), st.sampled_from(WRITTEN_MOMENTS)),
        **dict.fromkeys(("within_last_days", "more_than_days_ago"), _DAYS),
    },
    FieldType.TERRITORY: {"in": st.one_of(st.sampled_from(PLACES), _some(PLACES))},
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(FieldType)))
    field = draw(st.sampled_from(FIELDS[kind]))
    op = draw(st.sampled_from([*_VALUES[kind], "is_blank", "is_present"]))
    if op in ("is_blank", "is_present"):
        return {"field": field, "op": op}
    test = {"field": field, "op": op, "value": draw(_VALUES[kind][op])}
    if_blank = draw(st.sampled_from([None, None, True, False]))
    return test if if_blank is None else {**test, "if_blank": if_blank}


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        questions(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4).map(lambda parts: {"all": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=8,
    )


def leads() -> st.SearchStrategy[dict[str, Any]]:
    """Facts, now and then of a type that does not fit the field."""
    fitting = {
        FieldType.TEXT: st.sampled_from(TEXTS),
        FieldType.NUMBER: st.sampled_from(NUMBERS),
        FieldType.BOOLEAN: st.booleans(),
        FieldType.MANY: st.lists(st.sampled_from(TOPICS), max_size=3).map(tuple),
        FieldType.TIME: st.sampled_from(MOMENTS),
        FieldType.TERRITORY: st.sampled_from(PLACES),
    }
    odd = st.sampled_from(
        ["", "  ", (), (" ",), float("nan"), float("inf"), "n/a", "a\ud800", "\0", datetime(2026, 1, 1)]
    )
    return st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(fitting[kind], fitting[kind], fitting[kind], odd)
            for kind, names in FIELDS.items()
            for name in names
        },
    )
