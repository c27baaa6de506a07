import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import wording
from notifications.kinds import ALL
from notifications.wording import LONGEST_TEXT, LONGEST_VALUE, SHIPPED, Words, names_of, problems, worded

PRIYA = {
    "who": "Priya Raman, Northwind Health",
    "lead": "Priya Raman",
    "company": "Northwind Health",
    "intent": "a demo",
    "why": "rule “Demo requests”, you are next in turn.",
    "time_left": "4 min 38 s",
    "late": "",
    "text": "New lead: Priya Raman, Northwind Health. Rule “Demo requests”.",
}


def test_a_new_lead_is_told_in_five_facts():
    said = worded(SHIPPED["assigned"].words, PRIYA)

    assert said.subject == "New lead: Priya Raman, Northwind Health"
    assert said.body == (
        "New lead: Priya Raman, Northwind Health.\nWants a demo.\n4 min 38 s left.\n"
        "Why you: rule “Demo requests”, you are next in turn."
    )


def test_what_is_unknown_takes_its_line_with_it():
    said = worded(SHIPPED["assigned"].words, {**PRIYA, "intent": "", "time_left": "", "late": "2 min 5 s", "why": ""})

    assert said.body == "New lead: Priya Raman, Northwind Health.\nLate by 2 min 5 s."


def test_without_any_value_the_inbox_s_own_words_are_sent():
    said = worded(SHIPPED["assigned"].words, {"text": "New lead: somebody."})

    assert said == Words("New lead: somebody.", "New lead: somebody.")


@pytest.mark.parametrize("kind", [kind.slug for kind in ALL])
def test_every_kind_is_shipped_with_words_that_pass_the_check(kind):
    assert problems(kind, SHIPPED[kind].words) == []


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{{ __class__ }}", "There is no __class__"),
        ("{{ lead.__class__.__mro__ }}", "Between {{ and }}"),
        ("{{ lead|ljust:200000000 }}", "Between {{ and }}"),
        ("{{ lead }", "Between {{ and }}"),
        ("{{ {{ lead }} }}", "Between {{ and }}"),
        ("{{ password }}", "There is no password in this notice. The names are: who, lead"),
        ("{{ queue }}", "There is no queue"),
        ("{{ }}", "Between {{ and }}"),
        ("", "Write something."),
        ("a\x00b", "cannot be seen"),
        ("a\u202eb", "cannot be seen"),
        ("x" * 2_001, "At most 2,000 characters"),
    ],
)
def test_a_template_with_anything_but_the_names_of_its_kind_is_refused_in_words(template, part):
    ((field, sentence),) = problems("assigned", Words("New lead", template))

    assert field == "body"
    assert part in sentence


def test_a_subject_of_two_lines_is_refused():
    assert problems("assigned", Words("a\nBcc: b", "x")) == [("subject", "The subject is one line.")]


def test_what_looks_like_another_language_of_templates_is_plain_text():
    words = Words("{% debug %}", "%s {0.__globals__} ${lead} {% load x %} {{ lead }}")

    assert problems("assigned", words) == []
    assert worded(words, PRIYA).body == "%s {0.__globals__} ${lead} {% load x %} Priya Raman"


def test_a_value_is_never_read_as_a_template():
    said = worded(Words("{{ lead }}", "{{ lead }}"), {"lead": "{{ why }}", "why": "secret"})

    assert said == Words("{{ why }}", "{{ why }}")


def test_a_value_can_neither_break_a_line_nor_turn_the_direction_of_a_text():
    said = worded(Words("{{ lead }}", "For {{ lead }}."), {"lead": "Ann\r\nBcc: all@example.com\u202e\x00\u2028x"})

    assert said == Words("Ann Bcc: all@example.com x", "For Ann Bcc: all@example.com x.")


def test_letters_are_joined_as_their_language_wants_it():
    assert wording.cleaned("می\u200cخواهم") == "می\u200cخواهم"


@given(
    template=st.text(st.sampled_from("{} \nabc_") | st.characters(), max_size=200),
    value=st.text(max_size=2_000),
)
def test_whatever_is_written_and_whatever_is_filled_in_it_is_short_and_has_no_control_characters(template, value):
    said = worded(Words(template, template), {"lead": value, "text": value})

    assert len(said.subject) <= LONGEST_VALUE
    assert "\n" not in said.subject
    assert len(said.body) <= LONGEST_TEXT
    assert not any(ord(letter) < 32 and letter != "\n" for letter in said.body)


@given(name=st.text(string.ascii_lowercase + "_", min_size=1, max_size=20), kind=st.sampled_from(ALL))
def test_a_name_passes_the_check_if_and_only_if_its_kind_knows_it(name, kind):
    passes = problems(kind.slug, Words("x", "{{ " + name + " }}")) == []

    assert passes == (name in names_of(kind.slug))


def test_under_its_subject_a_body_does_not_say_the_same_again():
    assert wording.beneath("New lead: Ann", "New lead: Ann.\nWants a demo.") == "Wants a demo."
    assert wording.beneath("New lead: Ann", "New lead: Ann") == ""
    assert wording.beneath("Look", "Look here.\nLook") == "Look here.\nLook"
