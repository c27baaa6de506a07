"""Bodies: what is well-formed is read, the rest is refused with a status and words, and nothing breaks the parser."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.bodies import BadBody, parse_body

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def test_json_forms_and_multipart_are_read():
    multipart = (
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nada@example.com\r\n'
        b'--x\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n%PDF\r\n'
        b"--x--\r\n"
    )

    assert parse_body(JSON, '{"name": "Zoë"}'.encode()) == {"name": "Zoë"}
    assert parse_body("application/json; charset=UTF-8", b'[{"a": 1}]') == [{"a": 1}]
    assert parse_body("application/cloudevents+json", b'{"a": [1.5, null, true]}') == {"a": [1.5, None, True]}
    assert parse_body(FORM, b"name=Zo%C3%AB+M&x=&interest=a&interest=b") == {
        "name": "Zoë M",
        "x": "",
        "interest": ["a", "b"],
    }
    assert parse_body(MULTIPART, multipart) == {"email": "ada@example.com"}


@pytest.mark.parametrize(
    ("content_type", "raw", "status"),
    [
        (JSON, b"", 400),
        (JSON, b"   ", 400),
        (JSON, b'{"a": 1', 400),
        (JSON, b'{"a": 1,}', 400),
        (JSON, b'{"a": 1} {"b": 2}', 400),
        (JSON, b"{a: 1}", 400),
        (JSON, b'{"a": NaN}', 400),
        (JSON, b'{"a": -Infinity}', 400),
        (JSON, b'{"a": 0x10}', 400),
        (JSON, b'{"a": 1e400}', 400),
        (JSON, b"null", 400),
        (JSON, b'"text"', 400),
        (JSON, b"7", 400),
        (JSON, b"[]", 400),
        (JSON, b'{"a": 1, "a": 2}', 400),
        (JSON, b"[" * 100_000, 400),
        (JSON, b'{"a":' * 33 + b"1" + b"}" * 33, 400),
        (JSON, json.dumps({f"k{n}": n for n in range(501)}).encode(), 400),
        (JSON, b"[" + b"[]," * 6000 + b"[]]", 400),
        (JSON, b'{"a": "\xff"}', 400),
        ("application/json; charset*0=a; charset*=b", b"{}", 415),
        (JSON, '{"a": 1}'.encode("utf-16"), 400),
        (JSON, b"\xef\xbb\xbf{}", 400),
        ("application/json; charset=utf-16", b"{}", 415),
        ("application/json; charset=bogus", b"{}", 415),
        ("text/plain", b"{}", 415),
        ("application/yaml", b"{}", 415),
        ("", b"{}", 415),
        ("multipart/form-data", b"", 415),
        (MULTIPART, b"email=ada", 415),
        (MULTIPART, b'{"email": "x@example.com"}', 415),
        (MULTIPART, b"--x\r\nno end", 400),
        (FORM, b'{"email": "ada@example.com"}', 415),
        (FORM, b' [{"email": "ada@example.com"}]', 415),
        ("application/json; " + "a=b; " * 1000, b"{}", 415),
        (JSON, b"[[[[" * 8 + b"[" + b"]]]]" * 8 + b"]", 400),
        (JSON, json.dumps([{"a": 1}] * 501).encode(), 400),
        (MULTIPART, b"--x\r\n\r\nnameless\r\n--x--", 400),
        (FORM, b"a=%FF", 400),
        (FORM, b"", 400),
        (FORM, b"&".join(b"k%d=1" % n for n in range(501)), 400),
    ],
)
def test_what_is_not_well_formed_is_refused(content_type, raw, status):
    with pytest.raises(BadBody) as refused:
        parse_body(content_type, raw)

    assert refused.value.status == status
    assert refused.value.detail


def test_32_levels_and_500_keys_are_allowed_and_brackets_in_texts_do_not_count():
    deep = b'{"a":' * 32 + b"1" + b"}" * 32
    wide = {f"k{n}": '[[[[{{{{\\"' for n in range(500)}

    assert parse_body(JSON, deep)
    assert parse_body(JSON, b"[" + b"[]," * 1000 + b"[]]") == [[]] * 1001
    assert parse_body(JSON, json.dumps(wide).encode()) == wide


def test_an_object_without_fields_is_an_event_about_nobody():
    assert parse_body(JSON, b"{}") == {}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":"' + b'\\"' * 300_000 + b"\\",
        b'"' * 600_000,
        b"[" * 600_000,
        b"[" + b"[]," * 200_000 + b"[]]",
        b"{" + b",".join(b'"k%d":1' % number for number in range(60_000)) + b',"k59999":1}',
        b"[" + b'{"a":1},' * 80_000 + b"{}]",
    ],
    ids=["escapes", "quotes", "deep", "lists", "keys", "objects"],
)
def test_no_body_keeps_the_parser_busy(raw):
    started = time.process_time()

    with contextlib.suppress(BadBody):
        parse_body(JSON, raw)

    assert time.process_time() - started < 2


@pytest.mark.parametrize("digits", ["9" * 19, "-" + "9" * 18, "9" * 4000, "9" * 10_000])
def test_a_number_that_nobody_can_keep_stays_a_text(digits):

    assert parse_body(JSON, f'{{"employees": {digits}}}'.encode()) == {"employees": digits}


def test_what_postgresql_cannot_keep_is_replaced():
    assert parse_body(JSON, b'{"a": ["x\\u0000y", "\\ud800z"]}') == {"a": ["x\ufffdy", "\ufffdz"]}


@given(
    st.sampled_from([JSON, FORM, MULTIPART, "text/plain", "application/json; charset=latin-1"]), st.binary(max_size=300)
)
def test_no_bytes_break_it(content_type, raw):
    with contextlib.suppress(BadBody):
        assert parse_body(content_type, raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), json_values, min_size=1
    )
)
def test_what_json_writes_is_read_back(value):
    text = json.dumps(value)
    if "\\u0000" not in text and "\\ud" not in text.lower():
        assert parse_body(JSON, text.encode()) == value
