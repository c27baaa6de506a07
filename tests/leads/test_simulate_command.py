"""`simulate`: every line as the contract says, without a database, and the same answers as live routing."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from leads import intake, sources
from leads.arrivals import StoredEvent
from leads.configuration import store
from leads.models import Lead
from leads.pipeline import route_events
from leads.services import close
from leads.world import known
from tests.leads.configuration.company import COMPANY

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)


@pytest.fixture
def files(tmp_path):
    config, leads = tmp_path / "company.yaml", tmp_path / "leads.csv"
    config.write_text(COMPANY)
    return config, leads


def simulate(files, text, **options):
    config, leads = files
    leads.write_text(text)
    out, err = StringIO(), StringIO()
    call_command("simulate", config=config, leads=leads, stdout=out, stderr=err, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def refused(files, text, **options):
    with pytest.raises(CommandError) as error:
        simulate(files, text, **options)
    assert error.value.returncode == 2
    return str(error.value)


def test_a_line_says_what_was_decided_and_why(files):
    lines, _ = simulate(
        files, "id,received_at,email,country,custom.budget\n7,2026-06-01T07:00:00Z,x@y.example,DE,5000\n"
    )

    assert lines == [
        {
            "id": "7",
            "outcome": "assigned",
            "rep": "ada@example.com",
            "pool": "sales",
            "queue": None,
            "fallback": False,
            "sticky": False,
            "cover_for": None,
            "rules": ["rich"],
            "reason": "Rich: Ada Lovelace, the only one of Sales who could take it.",
            "excluded": {"bob@example.com": "inactive", "carl@example.com": "lacks_skill"},
        }
    ]
    assert list(lines[0]) == [
        *("id", "outcome", "rep", "pool", "queue", "fallback", "sticky", "cover_for", "rules", "reason", "excluded")
    ]


def test_leads_are_decided_in_the_order_in_which_they_came(files):
    lines, _ = simulate(files, "id,received_at,email\nlate,2026-06-02,a@b.example\nearly,2026-06-01,c@d.example\n")

    assert [line["id"] for line in lines] == ["early", "late"]


def test_json_lines_are_read_too(files):
    rows = [{"id": 1, "received_at": "2026-06-01T07:00:00Z", "email": "x@y.example", "product_interest": ["a", "b"]}]

    lines, _ = simulate(files, "\n".join(map(json.dumps, rows)))

    assert lines[0]["id"] == 1


def test_an_account_is_known_by_its_domain_or_as_the_file_names_it(files):
    to_owner = "rules: [{id: known, name: Known, when: {all: []}, target: {kind: account_owner}}]"
    files[0].write_text(COMPANY.replace("      rules: []", f"      {to_owner}"))

    lines, _ = simulate(
        files,
        "received_at,email,account\n2026-06-01,x@mail.acme.example,\n2026-06-01,y@z.example,acme labs\n"
        "2026-06-01,z@z.example,\n",
        tree="second",
    )

    assert [line["reason"].partition(": ")[2] for line in lines] == [
        "Ada Lovelace, owner of Acme.",
        "Ada Lovelace, owner of Acme Labs.",
        "Ada Lovelace, named by the rule.",
    ]


def test_who_scores_less_than_the_threshold_is_held_back_unless_the_intent_skips_the_score(files):
    rows = [f"2026-06-01,{who}@mit.edu,{intent}\n" for who, intent in (("a", "content"), ("b", "Trial"), ("c", "demo"))]

    lines, _ = simulate(files, "received_at,email,intent\n" + "".join(rows) + "2026-06-01,d@y.example,content\n")

    assert [line["outcome"] for line in lines] == ["nurture", "queued", "assigned", "queued"]
    assert lines[0]["reason"] == "Score -20, needs -10: nurture, track later, until more is known."
    assert (lines[0]["rules"], lines[0]["excluded"]) == ([], {})


def test_another_tree_can_be_entered(files):
    lines, _ = simulate(files, "received_at,email\n2026-06-01,a@b.example\n", tree="second")

    assert (lines[0]["rep"], lines[0]["fallback"]) == ("ada@example.com", True)


def test_the_summary_says_who_got_what(files):
    rows = "".join(f"2026-06-0{day},{day}@b.example,DE,5000,Carl\n" for day in (1, 2, 3))

    _, summary = simulate(files, f"received_at,email,country,custom.budget,actual_rep\n{rows}")

    assert "3 leads: assigned 3" in summary
    assert "fallback 0.0%" in summary
    assert "pool sales (weighted): 3" in summary
    assert "the same rep 0.0% of 3" in summary
    assert "in the pool that was chosen: 100.0% of 3" in summary


def test_a_column_that_is_no_fact_is_named_and_left_alone(files):
    _, notes = simulate(files, "received_at,email,shoe_size\n2026-06-01,a@b.example,43\n")

    assert "column shoe_size: no fact of this name" in notes


def test_decisions_go_into_a_file_if_asked(files, tmp_path):
    out = tmp_path / "decisions.jsonl"

    printed, _ = simulate(files, "received_at,email\n2026-06-01,a@b.example\n", out=out)

    assert printed == []
    assert json.loads(out.read_text())["queue"] == "triage"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("received_at,email\n,a@b.example\n", "line 2: received_at: is missing"),
        ("received_at,email\nyesterday,a@b.example\n", "line 2: received_at: must be a time such as"),
        ("received_at,closed_at\n2026-06-02,2026-06-01\n", "line 2: closed_at: is before received_at"),
        ("received_at,closed_at\n2026-06-02,soon\n", "line 2: closed_at: must be a time"),
        ("received_at,email\n2026-06-01,a@b.example,more\n", "line 2: has 3 cells, but there are 2 columns"),
        ("email,email\n", "two columns have the same name"),
        ('{"a": 1}\n[]\n', "line 2: must be an object"),
        ('{"a": 1}\n{\n', "line 2: is not JSON"),
        ('received_at,email\n2026-06-01,"a\n', "unexpected end of data"),
    ],
)
def test_leads_that_cannot_be_told_are_refused_with_their_line(files, text, problem):
    assert problem in refused(files, text)


def test_a_bad_configuration_is_refused_with_its_paths(files):
    files[0].write_text(COMPANY.replace("queue: triage}\n", "queue: nowhere}\n"))

    assert "trees[0].document.otherwise.queue: there is no queue" in refused(files, "received_at\n2026-06-01\n")


def test_an_unknown_tree_or_file_is_refused(files, tmp_path):
    assert "there is no tree 'third'" in refused(files, "received_at\n2026-06-01\n", tree="third")
    with pytest.raises(CommandError, match="No such file"):
        call_command("simulate", config=files[0], leads=tmp_path / "none.csv")


def test_it_needs_no_database(files):
    """In a process of its own, with a database that nobody could reach."""
    files[1].write_text("received_at,email\n2026-06-01,a@b.example\n")
    nowhere = {
        **os.environ,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "simulate", "--config", files[0], "--leads", files[1]],
        env=nowhere,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["queue"] == "triage"


HISTORY = """\
id,at,email,country,custom.budget,close_after,intent
1,0,a@one.example,DE,5000,,
2,1,b@two.example,DE,9000,3,
3,2,a@one.example,,,,
4,3,c@acme.example,AT,2000,,
5,5,b@two.example,DE,9000,,
6,6,d@evil.example,DE,,,
7,9,e@five.example,FR,5000,,
8,30,f@six.example,CH,5000,,
9,31,g@six.edu,CH,5000,,content
10,32,h@six.edu,CH,5000,,trial
"""


@pytest.mark.django_db
def test_live_routing_and_simulation_give_the_same_answers(files):
    open_source = COMPANY.replace("mapping: {email: contact.mail, company: org}, items: people, id: delivery, ", "")
    files[0].write_text(open_source)
    store.load(open_source, now=MONDAY)
    rows = [
        dict(zip(HISTORY.split("\n")[0].split(","), line.split(","), strict=True)) for line in HISTORY.splitlines()[1:]
    ]
    closing: dict[datetime, str] = {}
    live, told = [], []
    for row in rows:
        at = MONDAY + int(row["at"]) * timedelta(hours=1)
        for due in sorted(due for due in closing if due <= at):
            lead = Lead.objects.get(email=closing.pop(due))
            close(lead, by=lead.rep.user, status="won", now=due)
        facts = {name: row[name] for name in ("email", "country", "custom.budget", "intent") if row[name]}
        closes = at + int(row["close_after"]) * timedelta(hours=1) if row["close_after"] else None
        if closes:
            closing[closes] = row["email"]
        told.append(
            {
                **facts,
                "id": row["id"],
                "received_at": at.isoformat(),
                "closed_at": closes and closes.isoformat(),
                "source": "website",
            }
        )
        card = sources.read().by_slug["website"]
        body = json.dumps(facts).encode()
        receipt = intake.receive(
            card, intake.Delivery(body, "application/json", {}, row["id"]), revision=sources.revision_now()
        )
        with transaction.atomic():
            (decided,) = route_events([StoredEvent(receipt.event, card, body, "application/json", at)], known(), now=at)
        live.append((decided.outcome.kind, decided.outcome.rep, decided.outcome.reason, dict(decided.outcome.excluded)))

    lines, _ = simulate(files, "\n".join(map(json.dumps, told)))

    assert [(line["outcome"], line["rep"], line["reason"], line["excluded"]) for line in lines] == live
    assert {line["outcome"] for line in lines} == {"assigned", "discarded", "nurture"}
    assert sum(line["sticky"] for line in lines) == 2
