"""The file into PostgreSQL and back: equal to the file for the kinds it names, nothing on any problem, history kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.configuration import differences, dump, parts, plain, rows_people, store, yaml_text
from leads.configuration.read import BadConfiguration, read
from leads.models import Account, InboundEvent, Lead, Source
from reps.models import Change, Rep, Revision, TimeOff, User
from routing.models import Decision, Member, Pool, Queue, Tree, Version
from tests.leads.configuration.company import COMPANY

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def load(text):
    return store.load(text, now=NOW)


def without(entry, text=COMPANY):
    """The file without the line that holds this."""
    lines = text.splitlines(keepends=True)
    assert sum(entry in line for line in lines) == 1
    return "".join(line for line in lines if entry not in line)


def decision(**values):
    return Decision.objects.create(lead_id=1, at=NOW, outcome="assigned", reason="test", facts={}, **values)


def test_the_database_becomes_equal_to_the_file():
    load(COMPANY)

    assert dump.current() == read(COMPANY).configuration


def test_a_dump_loaded_dumps_the_same():
    load(COMPANY)
    first = dump.text()

    found = load(first)

    assert not found
    assert dump.text() == first


def test_a_dump_fills_an_empty_database():
    load(COMPANY)
    text = dump.text()
    load("version: 1\n" + "".join(f"{kind}: []\n" for kind in parts.KEYS if kind != "scoring") + "scoring: {}\n")
    assert dump.text() == "version: 1\n"

    load(text)

    assert dump.text() == text


def test_loading_twice_changes_nothing():
    load(COMPANY)
    before = (Revision.objects.get().number, Change.objects.count(), Version.objects.count())

    found = load(COMPANY)

    assert not found
    assert (Revision.objects.get().number, Change.objects.count(), Version.objects.count()) == before


def test_a_plan_writes_nothing():
    plan = store.plan(COMPANY)

    assert plan.differences
    assert not Rep.objects.exists()
    assert not Revision.objects.exists()


def test_one_problem_anywhere_and_nothing_is_written():
    load(COMPANY)
    before = dump.text()

    with pytest.raises(BadConfiguration) as refused:
        load(COMPANY.replace("name: Ada Lovelace", "name: Ada King").replace("queue: triage}\n", "queue: nowhere}\n"))

    assert refused.value.problems
    assert dump.text() == before


def test_what_fails_while_writing_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(rows_people, "drop", lambda found: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        load(COMPANY)

    assert not Rep.objects.exists()
    assert not Change.objects.exists()


def test_a_change_that_came_between_reading_and_writing_is_seen(monkeypatch):
    load(COMPANY)
    read_first = store.plan
    came: list[bool] = []

    def plan_while_somebody_writes(text):
        planned = read_first(text)
        if not came:
            came.append(True)
            load("version: 1\nskills: [{slug: german, name: Deutsch}, {slug: saas, name: SaaS}]")
        return planned

    monkeypatch.setattr(store, "plan", plan_while_somebody_writes)
    found = load("version: 1\nskills: [{slug: german, name: German}, {slug: saas, name: SaaS}]")

    assert [one.before.name for one in found] == ["Deutsch"]
    assert dump.current().of("skills")["german"].name == "German"


def test_users_come_with_reps_and_managers_and_nobody_can_guess_their_password():
    load(COMPANY)

    roles = dict(User.objects.values_list("email", "role"))
    assert roles == {
        "ada@example.com": "rep",
        "bob@example.com": "rep",
        "carl@example.com": "manager",
        "mona@example.com": "manager",
    }
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert User.objects.get(email="mona@example.com").name == "Mona"


def test_a_revops_user_who_manages_a_team_stays_revops():
    User.objects.create_user("mona@example.com", role=User.Role.REVOPS, name="Mona M")

    load(COMPANY)

    assert User.objects.get(email="mona@example.com").role == User.Role.REVOPS


def test_whoever_no_longer_leads_a_team_is_no_longer_a_manager():
    load(COMPANY)

    load(COMPANY.replace("manager: carl@example.com", "manager: mona@example.com"))

    assert User.objects.get(email="carl@example.com").role == User.Role.REP


def test_an_inactive_rep_cannot_sign_in_and_one_who_comes_back_can():
    load(COMPANY)
    assert not User.objects.get(email="bob@example.com").is_active

    load(COMPANY.replace("team: north, active: false}", "team: north}"))

    assert User.objects.get(email="bob@example.com").is_active


def test_a_rep_without_a_history_is_deleted():
    load("version: 1\nreps: [{email: a@x.example, name: A}]")

    load("version: 1\nreps: []")

    assert not Rep.objects.exists()
    assert not User.objects.get().is_active


def test_a_rep_with_a_history_is_kept_inactive():
    load("version: 1\nreps: [{email: a@x.example, name: A}]")
    decision(rep=Rep.objects.get())

    found = load("version: 1\nreps: []")

    assert not Rep.objects.get().active
    assert [line.strip() for line in differences.lines(found)][-2:] == ["~ a@x.example", "active: (default) → false"]
    assert not load("version: 1\nreps: []")


def test_a_pause_is_not_the_files_business():
    load(COMPANY)
    until = datetime(2030, 1, 1, tzinfo=UTC)
    Rep.objects.filter(user__email="ada@example.com").update(paused=True, paused_until=until)

    assert not load(COMPANY)
    load(COMPANY.replace("name: Ada Lovelace", "name: Ada King"))

    ada = Rep.objects.get(user__email="ada@example.com")
    assert ada.paused
    assert ada.paused_until == until
    assert dump.current().of("reps")[ada.user.email].paused_until == until
    assert ada.user.name == "Ada King"


def test_time_off_that_stays_in_the_file_is_not_handed_over_again():
    load(COMPANY)
    TimeOff.objects.filter(note="Christmas").update(handed_over_at=NOW)
    before = set(TimeOff.objects.values_list("pk", flat=True))

    first = "- {start: 2026-12-21T00:00"
    load(COMPANY.replace(first, f"- {{start: 2027-05-01T00:00, end: 2027-05-08T00:00}}\n      {first}"))

    assert TimeOff.objects.get(note="Christmas").handed_over_at == NOW
    assert len(set(TimeOff.objects.values_list("pk", flat=True)) - before) == 1
    assert TimeOff.objects.count() == 3


def levels(pool="sales"):
    return {
        row.rep.user.email.partition("@")[0]: (row.level, row.opened)
        for row in Member.objects.filter(pool__slug=pool).select_related("rep__user").order_by("position")
    }


def test_a_new_member_and_a_new_weight_touch_nobody_elses_level():
    load(
        without(
            "bob@example.com, weight: 0", COMPANY.replace(", {rep: bob", ",\n  {rep: bob").replace("0}]", "0}\n    ]")
        )
    )
    Member.objects.update(level=7, opened=True)

    load(COMPANY.replace("weight: 2.5", "weight: 3"))

    assert levels() == {"carl": (7, True), "ada": (7, False), "bob": (0, False)}


def test_in_a_plain_round_robin_a_weight_says_nothing():
    text = COMPANY.replace("strategy: weighted\n", "strategy: round_robin\n")
    load(text)
    Member.objects.update(level=7, opened=True)

    load(text.replace("weight: 2.5", "weight: 3"))

    assert levels() == {"carl": (7, True), "ada": (7, True), "bob": (7, True)}


def test_the_order_of_members_is_that_of_the_file():
    load(COMPANY)

    load(
        COMPANY.replace("[{rep: carl@example.com}, ", "[").replace(
            "weight: 0}]", "weight: 0}, {rep: carl@example.com}]"
        )
    )

    assert list(levels()) == ["ada", "bob", "carl"]


def test_the_reps_of_a_territory_form_a_pool_of_their_own():
    load(COMPANY)

    pool = Pool.objects.get(territory__slug="dach")
    assert (pool.slug, pool.strategy) == ("territory:dach", "weighted")
    assert list(levels("territory:dach")) == ["ada", "carl"]
    assert "territory:dach" not in dump.text()


def test_a_territory_that_goes_leaves_its_pool_to_the_decisions_that_name_it():
    load(COMPANY)
    made = decision(pool=Pool.objects.get(slug="territory:berlin"))
    smaller = without("slug: berlin")

    load(smaller)

    made.refresh_from_db()
    assert made.pool.slug == "territory:berlin"
    assert dump.current() == read(smaller).configuration
    load(COMPANY)
    assert dump.current() == read(COMPANY).configuration


def test_a_changed_document_becomes_a_new_live_version():
    load(COMPANY)
    old = Version.objects.get(tree__slug="second")

    load(
        COMPANY.replace("otherwise: {kind: rep, rep: ada@example.com}", "otherwise: {kind: rep, rep: carl@example.com}")
    )

    old.refresh_from_db()
    assert old.status == Version.Status.RETIRED
    assert old.document["otherwise"]["rep"] == "ada@example.com"
    assert Version.objects.get(tree__slug="second", status=Version.Status.LIVE).number == 2
    assert Version.objects.filter(tree__slug="main").count() == 1


def test_another_tree_can_become_the_default():
    load(COMPANY)
    text = COMPANY.replace("    default: true\n", "").replace(
        "    name: Second\n", "    name: Second\n    default: true\n"
    )

    load(text)

    assert Tree.objects.get(is_default=True).slug == "second"


def test_a_tree_that_decided_something_is_retired_and_not_deleted():
    load(COMPANY)
    made = decision(version=Version.objects.get(tree__slug="second"))
    text = without("id: more", COMPANY).partition("  - slug: second")[0]

    load(text)

    made.refresh_from_db()
    assert made.version.status == Version.Status.RETIRED
    assert [tree.slug for tree in dump.current().trees] == ["main"]


def test_the_built_in_queue_is_always_there_and_written_only_if_changed():
    load("version: 1\nqueues: []")
    assert Queue.objects.get().slug == "unassigned"
    assert dump.text() == "version: 1\n"

    load("version: 1\nqueues: [{slug: unassigned, name: Lost and found}]")
    assert "Lost and found" in dump.text()

    load("version: 1\nqueues: []")
    assert Queue.objects.get().name == "Unassigned"


def website():
    return Source.objects.get(slug="website")


def test_a_queue_in_which_leads_wait_cannot_be_removed():
    load(COMPANY)
    load("version: 1\nqueues: [{slug: triage, name: Triage, team: north}, {slug: late, name: Late}]")
    Lead.objects.create(
        source=website(), queue=Queue.objects.get(slug="late"), status="queued", received_at=NOW, changed_at=NOW
    )

    with pytest.raises(BadConfiguration, match="late cannot be removed: 1 leads wait there"):
        load(COMPANY)


def test_a_source_that_brought_something_is_closed_and_can_be_opened_again():
    load(COMPANY)
    Lead.objects.create(source=website(), received_at=NOW, changed_at=NOW)

    load(without("slug: website"))

    assert not website().active
    assert "website" not in dump.text()
    load(COMPANY)
    assert website().active
    assert not InboundEvent.objects.exists()


def test_a_domain_can_move_from_one_account_to_another():
    load("version: 1\naccounts: [{name: A, domains: [a.example, b.example]}, {name: B}]")

    load("version: 1\naccounts: [{name: A, domains: [b.example]}, {name: B, domains: [a.example], parent: A}]")

    assert dump.current().of("accounts")["B"] == parts.Account("B", domains=("a.example",), parent="A")
    assert Account.objects.get(name="B").parent.name == "A"


def test_an_account_that_is_gone_is_deleted():
    load(COMPANY)

    load(without("name: Acme Labs"))

    assert [account.name for account in Account.objects.all()] == ["Acme"]


def test_the_order_of_policies_is_kept():
    load(COMPANY)
    quick = next(line for line in COMPANY.splitlines(keepends=True) if "slug: quick" in line)
    calm = next(line for line in COMPANY.splitlines(keepends=True) if "slug: calm" in line)

    load(COMPANY.replace(quick + calm, calm + quick))

    assert [policy.slug for policy in dump.current().sla_policies] == ["calm", "quick"]


def test_each_change_is_written_down_before_and_after():
    load(COMPANY)
    Change.objects.all().delete()
    mona = User.objects.get(email="mona@example.com")

    store.load(COMPANY.replace("{slug: saas, name: SaaS}", "{slug: saas, name: Cloud}"), now=NOW, by=mona)

    change = Change.objects.get()
    assert (change.kind, change.subject, change.by, change.at) == ("skills", "saas", mona, NOW)
    assert (change.before["name"], change.after["name"]) == ("SaaS", "Cloud")


def test_each_load_that_changes_something_moves_the_revision():
    load(COMPANY)
    first = Revision.objects.get().number

    load(COMPANY.replace("name: SaaS", "name: Cloud"))

    assert Revision.objects.get().number == first + 1


def test_a_dry_run_says_what_would_change():
    load(COMPANY)
    text = without("slug: saas", COMPANY.replace("skills: {saas: 2, german: 3}", "skills: {german: 3}"))

    lines = list(differences.lines(store.plan(text.replace("capacity: 20", "capacity: 25")).differences))

    assert lines == [
        "skills: 1 removed",
        "  - saas",
        "reps: 1 changed",
        "  ~ ada@example.com",
        "      capacity: 20 → 25",
        "      skills: {german: 3, saas: 2} → {german: 3}",
    ]


SLUGS = st.sampled_from(["a", "b", "c", "Long-Slug_9"])
NAMES = st.text(min_size=1, max_size=20).map(lambda text: text.replace("\0", "")).filter(str.strip)
EMAILS = st.sampled_from([f"{name}@x.example" for name in "abcd"])


@st.composite
def companies(draw):
    """Small organisations whose references lead somewhere."""
    emails = draw(st.lists(EMAILS, unique=True, max_size=4))
    teams = draw(st.lists(SLUGS, unique_by=str.lower, max_size=3))
    members = st.lists(
        st.builds(
            lambda rep, weight: {"rep": rep, "weight": weight}, st.sampled_from(emails), st.floats(0, 9, width=16)
        ),
        unique_by=lambda member: member["rep"],
    )
    return {
        "version": 1,
        "teams": [{"slug": slug, "name": draw(NAMES), "manager": draw(EMAILS)} for slug in teams],
        "reps": [
            {
                "email": email,
                "name": draw(NAMES),
                "team": draw(st.sampled_from([None, *teams])),
                "timezone": draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])),
                "hours": draw(st.sampled_from([None, {"sun": ["00:00-24:00"], "mon": ["09:00-12:00", "12:00-13:30"]}])),
                "capacity": draw(st.none() | st.integers(0, 99)),
                "backup": draw(st.sampled_from([None, *(other for other in emails if other != email)])),
                "active": draw(st.booleans()),
            }
            for email in emails
        ],
        "lists": [{"slug": slug, "name": draw(NAMES), "values": [draw(NAMES).strip()]} for slug in teams],
        "accounts": [
            {
                "name": f"Account {draw(NAMES).strip()}",
                "owner": draw(st.sampled_from([None, *emails])),
                "note": draw(NAMES),
            }
        ],
        "pools": [
            {"slug": slug, "name": draw(NAMES), "members": draw(members) if emails else []}
            for slug in draw(st.lists(SLUGS, unique_by=str.lower, max_size=2))
        ],
        "queues": [{"slug": slug, "name": draw(NAMES), "team": slug} for slug in teams],
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(companies(), companies())
def test_any_file_after_any_other_is_what_the_database_says(first, second):
    load(yaml_text.dump(first))

    load(yaml_text.dump(second))

    wanted = read(yaml_text.dump(second)).configuration
    text = dump.text()
    assert dump.current() == wanted
    assert text == yaml_text.dump(plain.document(wanted))
    assert not load(text)
    assert dump.text() == text
