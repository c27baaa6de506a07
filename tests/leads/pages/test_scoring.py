"""The score model as people see it: read in sentences, edited in a form, tried on the last leads, published."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads.configuration import dump, store
from leads.models import ScoreVersion
from leads.world import known
from reps.models import Change, Revision
from tests.office import DANA, LENA, MAYA, arrive, signed_in

pytestmark = pytest.mark.usefixtures("office")

MODEL = """
version: 1
scoring:
  threshold: 20
  rules:
    - {name: Large, when: {field: employees, op: gte, value: 500}, points: 20}
    - {name: Free mail, when: {field: is_free_email, op: is, value: true}, points: -15}
  grades: {A: 40, B: 20}
"""
LARGE = '{"field": "employees", "op": "gte", "value": 500}'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def model() -> None:
    store.load(MODEL, now=timezone.now())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def shown(address: str, email: str = MAYA) -> str:
    return plain(signed_in(email).get(address).content.decode())


def form(**changes: Any) -> dict[str, Any]:
    """The model above as the form sends it."""
    return {
        "over": "1",
        "threshold": "20",
        "track": "nurture",
        "intents": "demo, pricing",
        "points": ["20"],
        "name": ["Large"],
        "when": [LARGE],
        "grade": ["A", "B"],
        "least": ["40", "20"],
        "note": "Smaller ones buy too",
        "do": "publish",
        **changes,
    }


def post(client: Client | None = None, **changes: Any) -> Any:
    return (client or signed_in(MAYA)).post("/scoring/edit/", form(**changes))


def test_before_there_is_a_model_the_page_says_what_that_means() -> None:
    assert "Without points no lead has a score, and none is held back" in shown("/scoring/")


def test_the_model_in_force_is_told_in_sentences(model: None) -> None:
    arrive("Iris Wolf", intent="content", employees=5000)
    arrive("Sam Small", intent="content", employees=5)

    page = shown("/scoring/")

    for words in (
        "+20 Large employees is at least 500",
        "−15 Free mail free e-mail is yes",
        "A lead needs 20 points . With less it goes to the track nurture",
        "Never held back: demo pricing",
        "ready 1 held back 1",
        "A 40 and more 0 B 20 to 39 1 No grade under 20 1",
        "Version 1 In force Loaded from a configuration file.",
    ):
        assert words in page, words


def test_a_manager_reads_and_cannot_edit(model: None) -> None:
    lena = signed_in(LENA)

    page = lena.get("/scoring/").content.decode()

    assert "/scoring/edit/" not in page
    assert lena.get("/scoring/1/").status_code == 200
    assert lena.get("/scoring/edit/").status_code == 403
    assert post(lena).status_code == 403
    assert signed_in(DANA).get("/scoring/").status_code == 403


def test_the_form_begins_with_the_model_in_force(model: None) -> None:
    page = signed_in(MAYA).get("/scoring/edit/").content.decode()

    assert page.count('name="when"') == 2
    assert 'value="Free mail"' in page
    assert "This is what is in force." in page


@pytest.mark.parametrize(
    ("act", "names"),
    [
        ("add", ["First", "Second", ""]),
        ("up-1", ["Second", "First"]),
        ("down-0", ["Second", "First"]),
        ("up-0", ["First", "Second"]),
        ("remove-0", ["Second"]),
        ("remove-9", ["First", "Second"]),
    ],
)
def test_rules_are_added_moved_and_taken_out(model: None, act: str, names: list[str]) -> None:
    answer = post(name=["First", "Second"], points=["1", "2"], when=[LARGE, LARGE], do=act)

    assert re.findall(r'name="name" maxlength="200" value="([^"]*)"', answer.content.decode()) == names
    assert ScoreVersion.objects.count() == 1


def test_grades_are_added_and_taken_out(model: None) -> None:
    count = re.compile(r'name="grade"')

    assert len(count.findall(post(do="add-grade").content.decode())) == 3
    assert len(count.findall(post(do="remove-grade-0").content.decode())) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"when": ['{"field": "employes", "op": "gte", "value": 500}']}, "when: field: unknown field"),
        ({"when": ["{"]}, "when: is not JSON"),
        ({"when": ["NaN"]}, "when: is not JSON: NaN is no number"),
        ({"when": ["[" * 100_000]}, "when: is longer than"),
        ({"when": ["[" * 15_000]}, "when: "),
        ({"when": [""]}, "when: is missing"),
        ({"points": ["many"]}, "points: must be a whole number"),
        ({"name": [""]}, "name: "),
        ({"threshold": "high"}, "must be a whole number"),
        ({"track": "no good"}, "must be"),
        ({"grade": ["A", "A"]}, "stands here twice"),
        ({"grade": ["A", ""]}, "needs a name"),
        ({"least": ["40", "40"]}, "two grades begin at the same score"),
        ({"note": ""}, "Say in a few words why"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_published(
    model: None, changes: dict[str, Any], said: str
) -> None:
    answer = post(**changes)

    assert answer.status_code == 422
    assert said in plain(answer.content.decode())
    assert ScoreVersion.objects.count() == 1


def test_what_would_change_is_shown_on_the_last_leads(model: None) -> None:
    arrive("Iris Wolf", intent="content", employees=5000)
    arrive("Sam Small", intent="content", employees=5)
    arrive("Mia Mid", intent="content", employees=100)

    page = plain(post(when=['{"field": "employees", "op": "gte", "value": 50}'], do="preview").content.decode())

    assert "The last 3 leads, under both" in page
    assert "ready, was 1 2 +1" in page
    assert "would change sides 1" in page
    assert "Mia Mid Northwind 0 → 20 Ready" in page
    assert "B 1 2 +1" in page
    assert "Iris Wolf" not in page
    assert ScoreVersion.objects.count() == 1


def test_publishing_makes_a_version_that_is_in_force_at_once(model: None) -> None:
    before = Revision.objects.get().number

    answer = post(threshold="0", when=['{"field": "employees", "op": "gte", "value": 50}'])

    assert (answer.status_code, answer["Location"]) == (302, "/scoring/")
    version = ScoreVersion.objects.get(number=2)
    assert (version.note, version.published_by and version.published_by.email) == ("Smaller ones buy too", MAYA)
    assert version.document["rules"][0]["when"]["value"] == 50
    assert "threshold" not in version.document
    assert Revision.objects.get().number == before + 1
    change = Change.objects.filter(kind="scoring").latest("pk")
    assert (change.by and change.by.email, change.before["threshold"]) == (MAYA, 20)
    assert known().scoring.version == 2
    assert arrive("Mia Mid", intent="content", employees=100).decision.scoring["version"] == 2


def test_what_was_published_is_in_the_file_and_loads_as_nothing_new(model: None) -> None:
    post(intents="", track="later")

    assert "skip_score_for: []" in dump.text()
    assert not store.load(dump.text(), now=timezone.now())


def test_the_same_again_is_no_version(model: None) -> None:
    answer = post(
        name=["Large", "Free mail"],
        points=["+20", "−15"],
        when=[LARGE, '{"field": "is_free_email", "op": "is", "value": true}'],
    )

    assert "nothing was published" in answer.content.decode()
    assert ScoreVersion.objects.count() == 1


def test_whoever_edits_an_old_version_is_told_and_publishes_on_a_second_look(model: None) -> None:
    post(threshold="30")

    late = post(threshold="10")

    assert "published another version while you edited" in late.content.decode()
    assert 'name="over" value="2"' in late.content.decode()
    assert ScoreVersion.objects.count() == 2
    assert post(threshold="10", over="2").status_code == 302


def test_an_old_version_is_looked_at_and_published_again(model: None) -> None:
    post(threshold="30")
    maya = signed_in(MAYA)

    old, again = shown("/scoring/1/"), maya.get("/scoring/edit/?from=1").content.decode()

    assert "Version 1 Not in force" in old
    assert "A lead needed 20 points" in old
    assert 'value="Back to version 1."' in again
    assert 'name="over" value="2"' in again
    assert again.count('name="when"') == 2


def test_a_version_that_asks_for_a_field_that_is_gone_can_still_be_looked_at() -> None:
    store.load(
        "version: 1\nfields: [{key: custom.seats, type: number, label: Seats}]\n"
        "scoring: {rules: [{name: Seats, when: {field: custom.seats, op: is_blank}, points: 3}], grades: {A: 1}}",
        now=timezone.now(),
    )
    store.load("version: 1\nfields: []\nscoring: {}", now=timezone.now())

    assert "its conditions cannot be told" in shown("/scoring/1/")
    assert "unknown field" in shown("/scoring/edit/?from=1")
    assert signed_in(MAYA).get("/scoring/7/").status_code == 404
    assert signed_in(MAYA).get("/scoring/edit/?from=7").status_code == 404


def test_a_form_that_arrived_in_part_changes_nothing(model: None) -> None:
    assert post(points=[]).status_code == 400
    assert ScoreVersion.objects.count() == 1


def test_a_note_is_kept_as_one_line_of_text(model: None) -> None:
    assert post(note=" Steel\0\n buys ").status_code == 302
    assert ScoreVersion.objects.get(number=2).note == "Steel buys"


def test_all_rules_may_be_taken_out_and_then_nobody_is_held_back(model: None) -> None:
    assert post(name=[], points=[], when=[]).status_code == 302

    assert known().world.gate is None
    assert "Nothing gives points" in shown("/scoring/")


def test_the_form_alone_answers_the_script(model: None) -> None:
    answer = signed_in(MAYA).post("/scoring/edit/", form(do="preview"), headers=HTMX)

    assert answer.content.decode().lstrip().startswith("<form")
