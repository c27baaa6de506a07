"""A source's own paths: refused when they are wrong, harmless when they do not fit, and always with the last word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.mapping import MOST_ITEMS, NOBODY, BadMapping, compile_reading, event_id, read
from leads.normalise import normalise


def problems_of(**source):
    with pytest.raises(BadMapping) as refused:
        compile_reading(**source, path="sources[0]")
    return dict(refused.value.problems)


def test_a_path_is_asked_of_each_item():
    reading = compile_reading(items="leads", mapping={"email": "contact.mail", "company": "org.name"})
    body = {"leads": [{"contact": {"mail": "a@x.com"}, "org": {"name": "X"}}, {"contact": {"mail": "b@y.com"}}]}

    assert [dict(item.raw) for item in read(reading, body)] == [
        {"email": "a@x.com", "company": "X"},
        {"email": "b@y.com"},
    ]


def test_a_mapping_has_the_last_word_over_a_preset():
    reading = compile_reading(preset="webflow", mapping={"company": "payload.data.Firm", "email": "payload.none"})
    body = {"payload": {"data": {"Company": "Label Ltd", "Firm": "Mapped Ltd", "email": "a@x.com"}}}

    (item,) = read(reading, body)

    assert item.raw == {"company": "Mapped Ltd", "email": "a@x.com"}


def test_a_mapping_that_says_who_it_is_stands_alone():
    reading = compile_reading(mapping={"email": "mail"})

    (item,) = read(reading, {"mail": "a@x.com", "name": "Contact form", "company": "Vendor"})

    assert item.raw == {"email": "a@x.com"}


def test_a_mapping_of_more_fields_adds_to_what_anybodys_json_gives():
    reading = compile_reading(mapping={"custom.budget": "money"})

    (item,) = read(reading, {"email": "a@x.com", "money": 5})

    assert item.raw == {"email": "a@x.com", "custom.budget": 5}


def test_each_element_of_a_list_is_an_item():
    items = read(compile_reading(), [{"email": "a@x.com"}, {"email": "b@x.com"}, 5, {}])

    assert [item.problem for item in items] == ["", "", "It is not an object with fields.", NOBODY]


def test_one_answer_in_a_list_is_that_answer():
    reading = compile_reading(
        mapping={"email": "fields[?label=='Mail'].value", "product_interest": "fields[?label=='Want'].value"}
    )
    body = {"fields": [{"label": "Mail", "value": "a@x.com"}, {"label": "Want", "value": "CRM"}]}

    (item,) = read(reading, body)

    assert item.raw == {"email": "a@x.com", "product_interest": ["CRM"]}


def test_a_body_without_the_items_holds_none():
    assert read(compile_reading(items="leads"), {"lead": 1}) == ()
    assert len(read(compile_reading(items="lead"), {"lead": {"email": "a@x.com"}})) == 1


def test_more_items_than_a_delivery_may_hold_are_told_and_not_read():
    (item,) = read(compile_reading(), [{"email": "a@x.com"}] * (MOST_ITEMS + 1))

    assert str(MOST_ITEMS) in item.problem


@pytest.mark.parametrize("path", ["abs(name)", "list[::0]", "sort_by(list, &a)", "to_number(name).x || max(list)"])
def test_a_path_that_fails_leaves_its_field_blank_and_says_so(path):
    reading = compile_reading(mapping={"email": "mail", "company": path})

    (item,) = read(reading, {"mail": "a@x.com", "name": "Ada", "list": ["b", {"a": 1}, 2]})

    assert not item.problem
    normalised = normalise(item.raw)
    assert normalised.facts["email"] == "a@x.com"
    assert "company" not in normalised.facts
    assert "company" in normalised.set_aside


@pytest.mark.parametrize(
    ("source", "path", "word"),
    [
        ({"preset": "typefrom"}, "sources[0].preset", "typeform"),
        ({"items": "leads["}, "sources[0].items", "JMESPath"),
        ({"mapping": {"email": "a b"}}, "sources[0].mapping.email", "JMESPath"),
        ({"mapping": {"email": ""}}, "sources[0].mapping.email", "data.email"),
        ({"mapping": {"email": 5}}, "sources[0].mapping.email", "data.email"),
        ({"mapping": {"emial": "mail"}}, "sources[0].mapping.emial", "email"),
        ({"mapping": {"score": "score"}}, "sources[0].mapping.score", "cannot come from a sender"),
        ({"mapping": {"account.owner": "x"}}, "sources[0].mapping.account.owner", "cannot come from a sender"),
        ({"event_id": "nope("}, "sources[0].id", "JMESPath"),
        ({"items": "a" * 501}, "sources[0].items", "500"),
        ({"items": "(" * 400}, "sources[0].items", "JMESPath"),
        ({"items": "[@,@][]|" * 40 + "[0]"}, "sources[0].items", "simpler"),
        ({"mapping": {f"custom.x{n}": "a" for n in range(201)}}, "sources[0].mapping", "200"),
    ],
)
def test_a_wrong_path_is_refused_with_its_place(source, path, word):
    problems = problems_of(**source)

    assert list(problems) == [path]
    assert word in problems[path]


def test_all_problems_of_a_source_are_told_at_once():
    assert len(problems_of(preset="nobody", items="[", mapping={"score": "a", "email": "]"}, event_id="(")) == 5


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("meta.id", {"meta": {"id": 7}}, "7"),
        ("meta.id", {"meta": {"id": "a"}}, "a"),
        ("meta.id", {"meta": {"id": None}}, ""),
        ("meta.id", {"meta": {"id": True}}, ""),
        ("meta", {"meta": {"id": 1}}, ""),
        ("id", [{"id": 1}, {"id": 2}], "1,2"),
        ("id", [{"id": 1}, {}], ""),
        ("[].id", [{"id": 1}, {"id": 2}], "1,2"),
        ("abs(id)", {"id": "x"}, ""),
    ],
)
def test_a_delivery_has_the_id_that_its_path_finds(path, body, name):
    assert event_id(compile_reading(event_id=path), body) == name


def test_an_item_has_the_senders_own_id():
    by_path = read(compile_reading(items="leads", event_id="nr"), {"leads": [{"nr": 5, "email": "a@x.com"}]})
    by_habit = read(compile_reading(), {"external_id": "x-1", "email": "a@x.com"})

    assert (by_path[0].key, by_habit[0].key) == ("5", "x-1")


def test_a_lead_sent_again_with_news_is_another_delivery():
    assert event_id(compile_reading(), {"external_id": "x-1", "event_id": "webinar", "id": 5}) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcx"), inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        *["a", "a.b", "a[0]", "a[].b", "[*].a", "*.b", "a[?b=='x'].c", "@", "a[::0]", "a[::-1]", "sum(a)", "keys(@)"],
        *[
            "join(',', a)",
            "sort(a)",
            "sort_by(a, &b)",
            "max_by(a, &b)",
            "length(a)",
            "to_number(a)",
            "[a, b]",
            "merge(a, b)",
        ],
        *["{x: a}", "map(&b, a)", "reverse(a)", "values(a)", "a || b", "a && b", "!a", "a > b", "contains(a, b)"],
    ]
)


@given(PATHS, PATHS, PATHS, JSON)
def test_no_path_breaks_on_any_body(items, field, its_id, body):
    reading = compile_reading(items=items, mapping={"email": field, "tags": field, "custom.x": field}, event_id=its_id)

    assert all(normalise(item.raw) for item in read(reading, body))
    assert isinstance(event_id(reading, body), str)
