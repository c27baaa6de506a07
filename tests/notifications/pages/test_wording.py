"""Wording: named values and nothing else, tried with a real lead, and never lost."""

import pytest

from notifications.models import Wording
from notifications.rewording import words_of
from notifications.wording import SHIPPED
from reps.models import Change
from tests.notifications.pages.told import tell
from tests.office import DANA, HEALTH, LENA, MAYA, STEEL, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

ASSIGNED = "/wording/assigned/"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("email", "address", "status"),
    [
        (DANA, "/wording/", 403),
        (LENA, "/wording/", 403),
        (LENA, ASSIGNED, 403),
        (MAYA, "/wording/", 200),
        (MAYA, ASSIGNED, 200),
        (MAYA, "/wording/pigeon/", 404),
    ],
)
def test_wording_is_for_revops(email: str, address: str, status: int) -> None:
    assert signed_in(email).get(address).status_code == status


def test_nobody_else_words_anything() -> None:
    assert signed_in(LENA).post(ASSIGNED, {"subject": "Hi", "body": "Hi", "do": "save"}).status_code == 403
    assert not Wording.objects.exists()


def test_a_kind_is_worded_and_the_change_is_kept() -> None:
    maya = signed_in(MAYA)

    answer = maya.post(ASSIGNED, {"subject": "Yours: {{ lead }}", "body": "Call {{ who }}.", "do": "save"})

    assert answer.status_code == 302
    row = Wording.objects.get()
    assert (row.kind, row.subject, row.body, row.by) == (
        "assigned",
        "Yours: {{ lead }}",
        "Call {{ who }}.",
        person(MAYA),
    )
    change = Change.objects.get(kind="wording", subject="assigned")
    assert change.before["subject"] == SHIPPED["assigned"].words.subject
    assert change.after == {"subject": "Yours: {{ lead }}", "body": "Call {{ who }}."}
    shown = maya.get(ASSIGNED).content.decode()
    assert "Your own" in shown
    assert "Maya Lindqvist" in shown


def test_going_back_to_what_is_shipped_leaves_nothing_behind() -> None:
    maya = signed_in(MAYA)
    maya.post(ASSIGNED, {"subject": "Yours", "body": "Call.", "do": "save"})

    maya.post(ASSIGNED, {"subject": "whatever", "body": "stands there", "do": "reset"})

    assert not Wording.objects.exists()
    assert words_of("assigned") == SHIPPED["assigned"].words
    assert Change.objects.filter(kind="wording").count() == 2


@pytest.mark.parametrize(
    ("subject", "body", "field"),
    [
        ("{{ nothing }}", "Call.", "subject"),
        ("Hi", "{{ lead.name }}", "body"),
        ("Hi", "{{ 'a'|ljust:200000000 }}", "body"),
        ("Hi", "{{ lead", "body"),
        ("Hi", "", "body"),
        ("", "Call.", "subject"),
        ("Hi", "x" * 5000, "body"),
        ("Hi", "a\x00b", "body"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_changed(subject: str, body: str, field: str) -> None:
    answer = signed_in(MAYA).post(ASSIGNED, {"subject": subject, "body": body, "do": "save"})

    assert answer.status_code == 422
    assert field in answer.context["preview"].problems
    assert f'id="wrong-{field}"' in answer.content.decode()
    assert not Wording.objects.exists()
    assert not Change.objects.filter(kind="wording").exists()


def test_nobody_overwrites_a_wording_that_he_has_not_seen() -> None:
    maya = signed_in(MAYA)
    seen = maya.get(ASSIGNED).context["seen"]
    maya.post(ASSIGNED, {"subject": "Theirs", "body": "Theirs.", "do": "save", "seen": seen})

    answer = maya.post(ASSIGNED, {"subject": "Mine", "body": "Mine.", "do": "save", "seen": seen})

    assert answer.status_code == 422
    assert "Somebody changed it meanwhile" in answer.content.decode()
    again = {"subject": "Mine", "body": "Mine.", "do": "save", "seen": answer.context["seen"]}
    assert maya.post(ASSIGNED, again).status_code == 422
    assert words_of("assigned").subject == "Theirs"


def test_it_is_tried_with_a_real_lead_and_nothing_is_written() -> None:
    priya, jonas = arrive("Priya Raman", **HEALTH), arrive("Jonas Beck", **STEEL)
    maya = signed_in(MAYA)

    def read(lead) -> str:
        said = {"subject": "For {{ rep }}", "body": "{{ who }} wants {{ intent }}.", "do": "preview", "lead": lead.pk}
        return maya.post(ASSIGNED, said, headers=HTMX).content.decode()

    assert "For Dana" in read(priya)
    assert "Priya Raman, Northwind wants a demo." in read(priya)
    assert "Jonas Beck, Northwind wants a demo." in read(jonas)
    assert "<html" not in read(priya)
    assert not Wording.objects.exists()


def test_what_a_sender_wrote_is_text_in_the_preview() -> None:
    arrive("Eve <img src=x>", **{**HEALTH, "company": "{{ rep }}"})

    said = {"subject": "{{ company }}", "body": "{{ lead }}", "do": "preview"}
    shown = signed_in(MAYA).post(ASSIGNED, said, headers=HTMX).content.decode()

    assert "&lt;img" in shown
    assert "<img" not in shown
    assert "{{ rep }}" in shown


@pytest.mark.parametrize("kind", sorted(SHIPPED))
def test_every_kind_can_be_previewed_with_a_lead_and_without_any(kind: str) -> None:
    maya = signed_in(MAYA)
    assert maya.get(f"/wording/{kind}/").context["preview"].words.subject

    arrive("Priya Raman", **HEALTH)
    tell(MAYA, "Something happened.", kind=kind)

    assert maya.get(f"/wording/{kind}/").context["preview"].words.body


@pytest.mark.parametrize("lead", ["9" * 5000, "x", "-1", ""])
def test_a_lead_that_was_never_offered_is_another(lead: str) -> None:
    assert signed_in(MAYA).get(ASSIGNED, {"lead": lead}).status_code == 200
