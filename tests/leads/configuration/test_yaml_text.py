"""The file's text: what it may hold, what it means, and that writing and reading are each other's reverse."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.configuration import yaml_text
from leads.configuration.yaml_text import BadYaml

TEXTS = st.text(max_size=100).map(lambda text: text.replace("\0", ""))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(
        ["no", "NO", "on", "~", "01234", "1e3", "- x", "a: b", "a:b", "#x", "é", "2026-01-05", "09:00-12:00"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=30,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["version", "reps", "a b", "no", "9"]), VALUES))
def test_what_is_written_reads_as_it_was(document):
    text = yaml_text.dump(document)

    assert (yaml_text.load(text) or {}) == document
    assert yaml_text.dump(yaml_text.load(text) or {}) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("01234", "01234"),
        ("+4930", "+4930"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 31, "9" * 31),
        ("2026-01-05", "2026-01-05"),
        ('"12"', "12"),
        ("'true'", "true"),
    ],
)
def test_an_unquoted_value_is_what_yaml_1_2_says(text, value):
    found = yaml_text.load(f"key: {text}")["key"]

    assert found == value
    assert type(found) is type(value)


def test_an_alias_repeats_what_its_anchor_named():
    text = 'reps: [{hours: &office {mon: ["09:00-17:00"]}}, {hours: *office}]'

    first, second = yaml_text.load(text)["reps"]

    assert first == second == {"hours": {"mon": ["09:00-17:00"]}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "line 2, column 1: 'a' stands here twice"),
        ("a: !!python/object/apply:os.system [id]", "line 1, column 4: tags such as tag:yaml.org,2002:python"),
        ("a: !!str 1", "tags such as"),
        ("a: *b", "*b stands for nothing that came before it"),
        ("a: &a [*a]", "*a stands for nothing that came before it"),
        ("? [a]\n: 1", "a key must be a text"),
        ("? &k {a: 1}\n: 1", "a key must be a text"),
        ("a: 1\n---\nb: 2", "a second document begins here"),
        ("a: [1, 2", "line 2"),
        ('a: "\\ud800"', "line 1"),
        ("a: {b", "line"),
        ("\ta: 1", "line 1"),
        ('a: "\\0"', "NUL"),
        ("a: \x01", "character 4"),
        ("a: " + "[" * 200 + "]" * 200, "nested more than 100 deep"),
    ],
)
def test_what_it_cannot_mean_is_refused_with_its_place(text, problem):
    with pytest.raises(BadYaml) as refused:
        yaml_text.load(text)

    assert problem in str(refused.value)


def test_aliases_cannot_stand_for_billions_of_values():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    began = time.monotonic()

    with pytest.raises(BadYaml, match="more than 10,000,000 values"):
        yaml_text.load("\n".join(lines))

    assert time.monotonic() - began < 5


def test_an_empty_text_is_no_document():
    assert yaml_text.load("") is None
    assert yaml_text.load("# nothing yet\n") is None


def test_short_values_share_a_line_and_long_ones_do_not():
    members = [{"rep": f"somebody.{number}@example.com", "weight": 2} for number in range(4)]

    text = yaml_text.dump(
        {"version": 1, "pools": [{"slug": "east", "name": "East"}, {"slug": "west", "members": members}]}
    )

    assert text.splitlines()[:5] == [
        "version: 1",
        "pools:",
        "  - {slug: east, name: East}",
        "  - slug: west",
        "    members:",
    ]
    assert text.splitlines()[5] == "      - {rep: somebody.0@example.com, weight: 2}"
