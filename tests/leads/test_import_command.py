"""`import_leads`: rows of a file through the webhook's door, once, with a word for each row that is none."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.configuration import store
from leads.models import InboundEvent, Lead
from leads.pipeline import route_waiting

SOURCES = """\
version: 1
sources:
  - {slug: fair, name: Trade fair}
  - {slug: mapped, name: Mapped, mapping: {email: Mail}}
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def configured():
    store.load(SOURCES, now=datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def imported(tmp_path):
    def run(text, source="fair", encoding="utf-8"):
        file = tmp_path / "leads.csv"
        file.write_text(text, encoding=encoding)
        out = StringIO()
        call_command("import_leads", file, source=source, stdout=out)
        return out.getvalue().strip()

    return run


def test_each_row_becomes_a_stored_event_and_then_a_lead(imported):
    said = imported("email,first_name,employees\na@b.example,Ada,51-200\nc@d.example,Carl,\n")

    assert said == "2 rows imported, 0 were there already."
    assert route_waiting() == 2
    ada = Lead.objects.get(email="a@b.example")
    assert (ada.source.slug, ada.facts["employees"], ada.queue.slug) == ("fair", 51, "unassigned")


def test_twice_is_once(imported):
    text = "id,email\n1,a@b.example\n,c@d.example\n"
    imported(text)

    assert imported(text) == "0 rows imported, 2 were there already."
    assert InboundEvent.objects.count() == 2


def test_the_sources_mapping_reads_the_columns(imported):
    imported("Mail,Company\na@b.example,B\n", source="mapped")
    route_waiting()

    assert Lead.objects.get().email == "a@b.example"


def test_rows_that_can_be_no_lead_are_named_and_the_others_come_in(imported):
    with pytest.raises(CommandError) as rejected:
        imported("id,email,city\n1,a@b.example,\n2,,Berlin\n3,c@d.example,,more\n")

    assert rejected.value.returncode == 1
    assert "2 rows rejected" in str(rejected.value)
    assert "line 3: There is no" in str(rejected.value)
    assert "line 4: has 4 cells, but there are 3 columns" in str(rejected.value)
    assert InboundEvent.objects.count() == 1


def test_an_id_with_other_values_is_rejected_and_the_first_row_stays(imported):
    imported("id,email\n1,a@b.example\n")

    with pytest.raises(CommandError, match="line 2: id '1' was imported before with other values"):
        imported("id,email\n1,z@b.example\n")

    assert json.loads(bytes(InboundEvent.objects.get().body))["email"] == "a@b.example"


def test_semicolons_marks_and_quoted_line_breaks_are_read(imported):
    imported('email;message\r\na@b.example;"one\r\ntwo"\r\n', encoding="utf-8-sig")

    assert json.loads(bytes(InboundEvent.objects.get().body)) == {"email": "a@b.example", "message": "one\r\ntwo"}


def test_json_lines_come_in_with_their_lists(imported):
    imported('{"email": "a@b.example", "tags": ["x", "y"], "message": "half \\ud83d"}\n\n')
    route_waiting()

    assert Lead.objects.get().facts["tags"] == ["x", "y"]


def test_an_unknown_source_or_a_file_in_another_encoding_is_refused(imported):
    with pytest.raises(CommandError, match="there is no source 'none'; the sources are fair, mapped") as refused:
        imported("email\n", source="none")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="is not UTF-8"):
        imported("email,name\na@b.example,Müller\n", encoding="latin-1")
