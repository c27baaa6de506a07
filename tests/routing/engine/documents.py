"""Rule documents, conditions and leads made up by hypothesis: few values, so that they meet often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from routing.engine.conditions import Setting
from routing.engine.facts import STANDARD, Field, FieldType
from routing.engine.targets import STRATEGIES

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
def questions(draw: st.DrawFn, about: str = "") -> dict[str, Any]:
    """One question, about any field or about the one that is named."""
    kind = draw(st.sampled_from([kind for kind in FieldType if not about or about in FIELDS[kind]]))
    field = about or draw(st.sampled_from(FIELDS[kind]))
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


_FACTS: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: st.sampled_from(TEXTS),
    FieldType.NUMBER: st.sampled_from(NUMBERS),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.MANY: st.lists(st.sampled_from(TOPICS), max_size=3).map(tuple),
    FieldType.TIME: st.sampled_from(MOMENTS),
    FieldType.TERRITORY: st.sampled_from(PLACES),
}
_ODD = st.sampled_from(
    ["", "  ", (), (" ",), (" ", "a"), float("nan"), float("inf"), "n/a", "a\ud800", "\0", datetime(2026, 1, 1)]
)


def facts_for(field: str) -> st.SearchStrategy[Any]:
    """A value of the field, now and then one that does not fit."""
    fitting = next(_FACTS[kind] for kind, names in FIELDS.items() if field in names)
    return st.one_of(fitting, fitting, fitting, _ODD)


def leads() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: facts_for(name) for names in FIELDS.values() for name in names})


_SLUGS = st.sampled_from(["emea", "inbox", "hot-leads", "team_2"])
_EMAILS = st.sampled_from(["ada@example.com", "bob@example.com"])
_CUSTOM_DATES = st.sampled_from(["2026-01-31", "2027-12-01"])


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(members)


def _naming(kind: str, inner: st.SearchStrategy[Any], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A target that names one person, who may be asked although he is full."""
    full = st.sampled_from([{}, {"capacity": "warn"}])
    return st.builds(lambda target, asked: target | asked, _assigning(kind, inner, **members), full)


def _assigning(kind: str, inner: st.SearchStrategy[Any], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"kind": st.just(kind), **members},
        optional={
            "strategy": st.sampled_from(STRATEGIES),
            "require_skills": st.dictionaries(_SLUGS, st.integers(1, 5), min_size=1, max_size=2),
            "skills_from": _some(["language", "tags", "custom.plan"]),
            "prefer_skills": st.lists(_SLUGS, min_size=1, max_size=2),
            "hours": st.sampled_from(["require", "ignore"]),
            "sla": _SLUGS,
            "if_nobody": inner.filter(lambda target: target["kind"] != "fallback"),
        },
    )


def _table(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    looked_up = {
        "country": TEXTS,
        "employees": WRITTEN_NUMBERS,
        "tags": TOPICS,
        "territory": PLACES,
        "custom.nda": [True, False],
    }
    return st.sampled_from(list(looked_up)).flatmap(
        lambda field: _object(
            kind=st.just("table"),
            field=st.just(field),
            rows=st.lists(_object(values=_some(looked_up[field]), target=inner), max_size=3),
            otherwise=inner,
        )
    )


def _split(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    ways = st.lists(
        _object(name=st.text("abc", min_size=1), share=st.integers(1, 9), target=inner), min_size=1, max_size=3
    )
    return _object(
        kind=st.just("split"), ways=ways.filter(lambda found: len({way["name"] for way in found}) == len(found))
    )


_SIMPLE_TARGETS = st.one_of(
    _object(kind=st.just("queue"), queue=_SLUGS),
    _object(kind=st.just("queue"), queue=_SLUGS, sla=_SLUGS),
    _object(kind=st.just("nurture"), track=_SLUGS),
    _object(kind=st.just("discard"), reason=st.just("A competitor.")),
    _object(kind=st.just("tree"), tree=_SLUGS),
    _object(kind=st.just("fallback")),
)
TARGETS = st.recursive(
    _SIMPLE_TARGETS,
    lambda inner: st.one_of(
        _assigning("pool", inner, pool=_SLUGS),
        _naming("rep", inner, rep=_EMAILS),
        _naming("account_owner", inner),
        _assigning("territory", inner),
        _table(inner),
        _split(inner),
    ),
    max_leaves=4,
)
_INFO = {
    "why": st.text("abc äß", min_size=1),
    "owner": _EMAILS,
    "review_on": _CUSTOM_DATES,
    "off": st.just(True),
    "set": st.fixed_dictionaries(
        {"priority": st.sampled_from(["high", "low"])},
        optional={"tags": _some(TOPICS), "custom.budget": st.sampled_from(NUMBERS), "custom.renewal": _CUSTOM_DATES},
    ),
}


def _rules(leaf_depth: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    about = {"id": st.just(""), "name": st.text("Rule 123", min_size=1).filter(str.strip), "when": conditions()}
    shapes = [st.fixed_dictionaries({**about, "target": TARGETS}, optional=_INFO)]
    if leaf_depth:
        inner = {**about, "rules": st.deferred(lambda: _rules(leaf_depth - 1)), "otherwise": TARGETS}
        shapes.append(st.fixed_dictionaries(inner, optional=_INFO))
    return st.lists(st.one_of(shapes), max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Whole documents, written as `dump` writes them."""
    document = {
        "format": 1,
        "sticky_days": draw(st.integers(0, 400)),
        "rules": draw(_rules(2)),
        "otherwise": draw(
            st.one_of(_object(kind=st.just("queue"), queue=_SLUGS), _object(kind=st.just("pool"), pool=_SLUGS))
        ),
    }
    _number(document["rules"], [0])
    return document


def _number(rules: list[dict[str, Any]], count: list[int]) -> None:
    for rule in rules:
        count[0] += 1
        rule["id"] = f"rule-{count[0]}"
        _number(rule.get("rules", []), count)
