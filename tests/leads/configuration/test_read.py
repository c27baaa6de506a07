"""The file as it is read: everything it says, and every problem at its path."""

from datetime import UTC, datetime
from unittest.mock import ANY

import pytest
from django.conf import settings

from leads.configuration import parts, plain, yaml_text
from leads.configuration.parts import Configuration, Member, TimeOff
from leads.configuration.read import BadConfiguration, read
from tests.leads.configuration.company import COMPANY


def problems(text, base=parts.EMPTY):
    """Path → problem, of a file that is refused."""
    with pytest.raises(BadConfiguration) as refused:
        read(f"version: 1\n{text}", base)
    return {problem.path: problem.problem for problem in refused.value.problems}


def test_every_kind_is_read():
    loaded = read(COMPANY)
    configuration = loaded.configuration

    assert loaded.kinds == frozenset(parts.KEYS)
    ada = configuration.of("reps")["ada@example.com"]
    assert ada.hours == {"mon": ["09:00-17:00"], "tue": ["09:00-12:00", "13:00-17:00"]}
    assert ada.skills == {"german": 3, "saas": 2}
    assert ada.backup == "bob@example.com"
    assert configuration.of("teams")["north"].manager == "mona@example.com"
    assert configuration.of("accounts")["Acme"].domains == ("acme.example", "acme-corp.example")
    assert configuration.of("accounts")["Acme"].country == "DE"
    assert configuration.of("accounts")["Acme"].details == {"employees": 200, "segment": "Enterprise"}
    assert configuration.of("lists")["rivals"].values == ("evil.example", "10115", "01234")
    assert configuration.of("pools")["sales"].members[1] == Member("ada@example.com", 2.5)
    assert [policy.slug for policy in configuration.sla_policies] == ["quick", "calm"]
    assert list(configuration.scoring[0].document["grades"]) == ["A", "B"]
    assert [source.slug for source in configuration.sources] == ["partner", "website"]


def test_time_off_is_said_in_the_reps_own_time():
    ada = read(COMPANY).configuration.of("reps")["ada@example.com"]

    assert ada.time_off == (
        TimeOff(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC), "sick"),
        TimeOff(datetime(2026, 12, 20, 23, tzinfo=UTC), datetime(2027, 1, 1, 23, tzinfo=UTC), "pto", "Christmas"),
    )


def test_what_is_written_reads_as_the_same_configuration():
    configuration = read(COMPANY).configuration
    text = yaml_text.dump(plain.document(configuration))

    again = read(text).configuration

    assert again == configuration
    assert yaml_text.dump(plain.document(again)) == text


def test_a_kind_that_the_file_does_not_name_stays_as_it_is():
    base = read(COMPANY).configuration

    loaded = read("version: 1\nskills: [{slug: german, name: Deutsch}, {slug: saas, name: SaaS}]", base)

    assert loaded.kinds == {"skills"}
    assert loaded.configuration.of("skills")["german"].name == "Deutsch"
    assert loaded.configuration.reps == base.reps


def test_a_rep_who_paused_himself_stays_paused():
    base = Configuration(reps=(parts.Rep("ada@example.com", "Ada", paused=True),))

    loaded = read("version: 1\nreps: [{email: ada@example.com, name: Ada L}]", base)

    assert loaded.configuration.reps[0].paused


REPS = "reps: [{email: a@x.example, name: A}, {email: b@x.example, name: B}]\n"
TREE = (
    "trees: [{slug: t, name: T, default: true, document: {format: 1, rules: [], otherwise: {kind: queue, queue: q}}}]\n"
)
QUEUE = "queues: [{slug: q, name: Q}]\n"
CIRCLE_OF_TERRITORIES = """
territories:
  - {slug: a, name: A, parent: b, when: {all: []}}
  - {slug: b, name: B, parent: a, when: {all: []}}
"""
TWO_DEFAULT_POLICIES = """
sla_policies:
  - {slug: a, name: A, respond_within: 5m, default: true}
  - {slug: b, name: B, respond_within: 5m, default: true}
"""


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("team: []", "team", "did you mean teams?"),
        ("teams: {}", "teams", "must be a list"),
        ("teams:", "teams", "must be a list"),
        ("teams: [1]", "teams[0]", "must be an object"),
        ("teams: [{slug: a}]", "teams[0].name", "is missing"),
        ("teams: [{slug: a, name: A, naem: B}]", "teams[0].naem", "did you mean name?"),
        ("teams: [{slug: a b, name: A}]", "teams[0].slug", "must be a slug"),
        ("teams: [{slug: a, name: A}, {slug: A, name: B}]", "teams[1].slug", '"A" is already the name of teams[0]'),
        ("teams: [{slug: a, name: [1]}]", "teams[0].name", "must be a text"),
        ("teams: [{slug: a, name: 1.10}]", "teams[0].name", "must be a text"),
        ("teams: [{slug: a, name: yes, hours: {mon: ['9-5']}}]", "teams[0].hours.mon[0]", "write it like 09:00-17:00"),
        ("teams: [{slug: a, name: A, manager: someone}]", "teams[0].manager", "must be an e-mail address"),
        ("teams: [{slug: a, name: A, queue: nope}]", "teams[0].queue", 'there is no queue "nope"'),
        ("teams: [{slug: a, name: A, timezone: Berlin}]", "teams[0].timezone", "did you mean Europe/Berlin?"),
        ("skills: [{slug: German, name: G}]", "skills[0].slug", "must be in lower case"),
        (
            "reps: [{email: A@X.example, name: A}, {email: a@x.example, name: B}]",
            "reps[1].email",
            "is already the name",
        ),
        (
            "reps: [{email: a@x.example, name: A, timezone: ../../etc/passwd}]",
            "reps[0].timezone",
            "must be a time zone",
        ),
        ("reps: [{email: a@x.example, name: A, timezone: localtime}]", "reps[0].timezone", "must be a time zone"),
        ("reps: [{email: a@x.example, name: A, timezone: Europe}]", "reps[0].timezone", "must be a time zone"),
        ("reps: [{email: a@x.example, name: A, hours: {mo: []}}]", "reps[0].hours.mo", "not a day"),
        (
            "reps: [{email: a@x.example, name: A, hours: {mon: ['09:00-12:00', '11:00-13:00']}}]",
            "reps[0].hours.mon[1]",
            "begins before",
        ),
        ("reps: [{email: a@x.example, name: A, holidays: Germany}]", "reps[0].holidays", "write it like DE or US-CA"),
        ("reps: [{email: a@x.example, name: A, capacity: -1}]", "reps[0].capacity", "must be a whole number"),
        ("reps: [{email: a@x.example, name: A, capacity: 1.5}]", "reps[0].capacity", "must be a whole number"),
        ("reps: [{email: a@x.example, name: A, daily_cap: many}]", "reps[0].daily_cap", "must be a whole number"),
        ("reps: [{email: a@x.example, name: A, active: yes}]", "reps[0].active", "must be true or false"),
        ("holidays: [{day: 2026-02-30, name: No day}]", "holidays[0].day", "must be a date"),
        ("holidays: [{day: 2026-12-24}]", "holidays[0].name", "is missing"),
        (
            "holidays: [{day: 2026-12-24, name: One}, {day: 2026-12-24, name: Two}]",
            "holidays[1].day",
            "is already the name of holidays[0]",
        ),
        ("reps: [{email: a@x.example, name: A, starts_on: 2026-02-30}]", "reps[0].starts_on", "must be a date"),
        ("reps: [{email: a@x.example, name: A, skills: {german: 3}}]", "reps[0].skills.german", "there is no skill"),
        ("reps: [{email: a@x.example, name: A, skills: [german]}]", "reps[0].skills", "must be keys with their values"),
        (
            "skills: [{slug: de, name: DE}]\nreps: [{email: a@x.example, name: A, skills: {de: 9}}]",
            "reps[0].skills.de",
            "must be a whole number from 0 to 5",
        ),
        ("reps: [{email: a@x.example, name: A, backup: A@x.example}]", "reps[0].backup", "cover for himself"),
        ("reps: [{email: a@x.example, name: A, backup: z@x.example}]", "reps[0].backup", "there is no rep"),
        ("reps: [{email: a@x.example, name: A, team: none}]", "reps[0].team", "there is no team"),
        (
            "reps: [{email: a@x.example, name: A, time_off: [{start: 2026-01-02T00:00, end: 2026-01-01T00:00}]}]",
            "reps[0].time_off[0].end",
            "must be later than the start",
        ),
        (
            "reps: [{email: a@x.example, name: A, time_off: [{start: 2026-01-02, end: 2026-01-03T00:00}]}]",
            "reps[0].time_off[0].start",
            "must be a local time",
        ),
        ("territories: [{slug: a, name: A}]", "territories[0].when", "is missing"),
        ("territories: [{slug: a, name: A, when: {}}]", "territories[0].when", "must not be empty"),
        (
            "territories: [{slug: a, name: A, when: {field: contry, op: is, value: DE}}]",
            "territories[0].when.field",
            "did you mean country?",
        ),
        (
            CIRCLE_OF_TERRITORIES,
            "territories[0].parent",
            "among its own ancestors",
        ),
        (
            "territories: [{slug: a, name: A, parent: b, when: {all: []}}]",
            "territories[0].parent",
            "there is no parent",
        ),
        (
            "territories: [{slug: a, name: A, when: {all: []}, reps: [{rep: z@x.example}]}]",
            "territories[0].reps[0].rep",
            "there is no rep",
        ),
        (
            "territories: [{slug: a, name: A, when: {all: []}, valid_from: 2026-01-02, valid_to: 2026-01-02}]",
            "territories[0].valid_to",
            "must be later than valid_from",
        ),
        ("accounts: [{name: A, domain: a.example}]", "accounts[0].domain", "did you mean domains?"),
        ("accounts: [{name: A, domains: [not a domain]}]", "accounts[0].domains[0]", "must be a domain"),
        (
            "accounts: [{name: A, domains: [x.example]}, {name: B, domains: [X.example]}]",
            "accounts[1].domains",
            'x.example already belongs to "A"',
        ),
        ("accounts: [{name: Acme}, {name: ACME }]", "accounts[1].name", "is already the name of accounts[0]"),
        ("accounts: [{name: A, owner: z@x.example}]", "accounts[0].owner", "there is no rep"),
        ("accounts: [{name: A, parent: A}]", "accounts[0].parent", "among its own ancestors"),
        ("accounts: [{name: A, country: Deutschland}]", "accounts[0].country", "two letters"),
        ("accounts: [{name: A, notes: {deep: 1}}]", "accounts[0].notes", "nothing deeper"),
        ("lists: [{slug: a, name: A, values: [x, x]}]", "lists[0].values[1]", "stands here twice"),
        ("lists: [{slug: a, name: A, values: x}]", "lists[0].values", "must be a list"),
        ("fields: [{key: budget, type: number, label: B}]", "fields[0].key", "must be custom."),
        ("fields: [{key: custom.b, type: numbr, label: B}]", "fields[0].type", "did you mean number?"),
        ("pools: [{slug: p, name: P, strategy: robin}]", "pools[0].strategy", "must be one of"),
        ("pools: [{slug: p, name: P, members: [{rep: z@x.example}]}]", "pools[0].members[0].rep", "there is no rep"),
        (
            REPS + "pools: [{slug: p, name: P, members: [{rep: a@x.example, weight: -1}]}]",
            "pools[0].members[0].weight",
            "must be a number from 0",
        ),
        (
            REPS + "pools: [{slug: p, name: P, members: [{rep: a@x.example, weight: .inf}]}]",
            "pools[0].members[0].weight",
            "must be a number from 0",
        ),
        (
            REPS + "pools: [{slug: p, name: P, members: [{rep: a@x.example}, {rep: A@x.example}]}]",
            "pools[0].members[1].rep",
            "stands here twice",
        ),
        ("queues: [{slug: q, name: Q, team: t}]", "queues[0].team", "there is no team"),
        ("sla_policies: [{slug: a, name: A}]", "sla_policies[0].respond_within", "write it like 5m"),
        ("sla_policies: [{slug: a, name: A, respond_within: 5m, within: 3}]", "sla_policies[0].within", "not known"),
        (
            TWO_DEFAULT_POLICIES,
            "sla_policies",
            "only one policy can be the default",
        ),
        ("scoring: []", "scoring", "must be an object"),
        ("scoring: {rules: [{name: A, points: 5}]}", "scoring.rules[0].when", "is missing"),
        ("scoring: {rules: [{name: A, when: {field: x}, points: 5}]}", "scoring.rules[0].when.field", "unknown field"),
        ("scoring: {rules: [{name: A, when: {all: []}, points: five}]}", "scoring.rules[0].points", "whole number"),
        ("scoring: {grades: {A: 5, B: 5}}", "scoring.grades", "begin at the same score"),
        (
            "scoring: {rules: [{name: A, when: {not: {any: [{field: score, op: gt, value: 1}]}}, points: 5}]}",
            "scoring.rules[0].when",
            "not known yet when a lead is scored",
        ),
        (
            "scoring: {rules: [{name: A, when: {all: [{field: time.hour, op: gt, value: 1}]}, points: 5}]}",
            "scoring.rules[0].when",
            "asks for time.hour",
        ),
        ("scoring: {threshold: high}", "scoring.threshold", "whole number"),
        ("scoring: {treshold: 5}", "scoring.treshold", "did you mean threshold?"),
        ("scoring: {skip_score_for: demo}", "scoring.skip_score_for", "must be a list of texts"),
        ("scoring: {skip_score_for: [demo, demo]}", "scoring.skip_score_for[1]", "stands here twice"),
        ("scoring: {track: no good}", "scoring.track", "must be"),
        ("scoring: {grades: {'': 5}}", "scoring.grades", "empty"),
        ("sources: [{slug: s, name: S, auth: signature}]", "sources[0].secret_env", "is missing"),
        (
            "sources: [{slug: s, name: S, auth: token, secret_env: whsec_abc}]",
            "sources[0].secret_env",
            "never the secret",
        ),
        ("sources: [{slug: s, name: S, preset: typefrom}]", "sources[0].preset", "the presets are"),
        (
            "sources: [{slug: s, name: S, mapping: {emial: mail}}]",
            "sources[0].mapping.emial",
            "cannot come from a sender",
        ),
        ("sources: [{slug: s, name: S, mapping: {custom.x: x}}]", "sources[0].mapping.custom.x", "there is no field"),
        ("sources: [{slug: s, name: S, mapping: {email: 'a['}}]", "sources[0].mapping.email", ""),
        ("sources: [{slug: s, name: S, items: 'a['}]", "sources[0].items", ""),
        ("trees: [{slug: t, name: T}]", "trees[0].document", "is missing"),
        ("trees: [{slug: t, name: T, default: true, document: {}}]", "trees[0].document", "must not be empty"),
        (TREE, "trees[0].document.otherwise.queue", 'there is no queue "q"'),
        (QUEUE + TREE.replace("default: true, ", ""), "trees", "none does"),
        (
            QUEUE + TREE.replace("rules: []", "rules: [{id: a, name: A, when: {field: nope, op: is, value: 1}}]"),
            "trees[0].document.rules[0].when.field",
            "unknown field",
        ),
        (
            QUEUE
            + TREE.replace("rules: []", "rules: [{id: a, name: A, when: {all: []}, target: {kind: tree, tree: t}}]"),
            "trees[0].document",
            "lead back to",
        ),
        ("version: 2", "", "stands here twice"),
    ],
)
def test_a_problem_is_named_with_its_path(text, path, words):
    found = problems(text)

    assert path in found
    assert words in found[path]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", "version", "is missing"),
        ("version: 2", "version", "must be 1"),
        ("version: true", "version", "must be 1"),
        ("- a", "", "must be an object"),
        ("version: [", "", "line 2"),
    ],
)
def test_a_file_of_another_kind_is_refused(text, path, words):
    with pytest.raises(BadConfiguration) as refused:
        read(text)

    assert (refused.value.problems[0].path, words in refused.value.problems[0].problem) == (path, True)


def test_all_problems_are_told_at_once():
    text = "teams: [{slug: a, name: A, queue: q}]\nreps: [{email: x, name: 5, team: b}]\npools: [{slug: p}]"

    assert set(problems(text)) == {"reps[0].email", "teams[0].queue", "reps[0].team", "pools[0].name"} - {
        "reps[0].team"
    }


def test_a_reference_may_lead_to_what_the_database_has():
    base = read(COMPANY).configuration

    loaded = read("version: 1\nqueues: [{slug: triage, name: Triage, team: south}]", base)

    assert loaded.configuration.of("queues")["triage"].team == "south"
    assert problems("queues: [{slug: triage, name: Triage, team: west}]", base) == {
        "queues[0].team": 'there is no team "west"'
    }


def test_what_the_database_has_may_not_be_left_hanging():
    base = read(COMPANY).configuration

    found = problems("reps: [{email: ada@example.com, name: Ada}, {email: carl@example.com, name: Carl}]", base)

    assert found == {"pools[sales] (in the database).members[2].rep": ANY}


def test_two_trees_that_jump_to_each_other_are_refused():
    jump = "{{id: a, name: A, when: {{all: []}}, target: {{kind: tree, tree: {}}}}}"
    document = "{{format: 1, rules: [{}], otherwise: {{kind: queue, queue: q}}}}"
    one = f"{{slug: one, name: One, default: true, document: {document.format(jump.format('two'))}}}"
    two = f"{{slug: two, name: Two, document: {document.format(jump.format('one'))}}}"

    assert problems(f"{QUEUE}trees: [{one}, {two}]") == {
        "trees[0].document": 'its jumps to other trees lead back to "one"'
    }


def test_backups_may_form_a_circle_because_a_chain_of_cover_ends():
    text = (
        "reps: [{email: a@x.example, name: A, backup: b@x.example}, {email: b@x.example, name: B, backup: a@x.example}]"
    )

    assert len(read(f"version: 1\n{text}").configuration.reps) == 2


def test_shipped_policies_may_be_named_when_the_file_has_none():
    tree = TREE.replace("queue: q}", "queue: q, sla: fast}")

    assert read(f"version: 1\n{QUEUE}{tree}").configuration.trees


def test_an_alias_of_hours_serves_many_reps():
    text = """
reps:
  - {email: a@x.example, name: A, hours: &office {mon: ["09:00-17:00"]}}
  - {email: b@x.example, name: B, hours: *office}
"""
    ada, bob = read(f"version: 1\n{text}").configuration.reps

    assert ada.hours == bob.hours == {"mon": ["09:00-17:00"]}


def test_the_example_in_the_handbook_is_accepted():
    handbook = (settings.BASE_DIR / "docs" / "configuration.md").read_text(encoding="utf-8")
    example = handbook.partition("```yaml\n")[2].partition("```")[0]

    assert len(read(example).kinds) >= 10
