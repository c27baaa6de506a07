"""The pages of publishing: what is shown before, who may, and what is said when it cannot be."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads.configuration import store
from leads.models import Lead
from notifications.models import Notification
from reps.models import User
from routing.builder import drafts
from routing.models import Draft, Publication, Tree, Version
from tests.leads.builder.publications import at_least, four_eyes, live, write
from tests.leads.conftest import COMPANY
from tests.organisation import make_manager

pytestmark = pytest.mark.usefixtures("company")
PUBLISH = "/routing/main/publish/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(answer: Any) -> str:
    """The words of a page, as somebody reads them."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def fields(tree: Tree, **more: Any) -> dict[str, Any]:
    return {
        "seen": Draft.objects.get(tree=tree).newest,
        "over": live(tree).number,
        "note": "Agreed.",
        "deed": "now",
        **more,
    }


def test_the_dialog_says_what_changed_inside_the_sentence(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))

    page = browser(olivia).get(PUBLISH)

    assert "Publish version 2" in read(page)
    assert "3 Big companies: employees is at least gone: 100 new: 20" in read(page)


def test_impact_is_told_first(tree: Tree, olivia: User, deliver: Callable[..., Lead]) -> None:
    for number in range(4):
        deliver(email=f"a{number}@small{number}.example", employees=50 if number else 500)
    write(tree, olivia, at_least(20))

    said = read(browser(olivia).get(PUBLISH))

    assert "Replayed the last 4 leads" in said
    assert "EMEA queue to Sales3 leads" in said
    assert said.index("would go to someone else (75.0%)") < said.index("What changed")


def test_publishing_by_the_form_goes_back_to_the_tree_and_keeps_the_figures(
    tree: Tree, olivia: User, deliver: Callable[..., Lead]
) -> None:
    deliver(email="a@small.example", employees=50)
    write(tree, olivia, at_least(20))

    answer = browser(olivia).post(PUBLISH, fields(tree))

    assert (answer.status_code, answer.headers["Location"]) == (302, "/routing/main/")
    assert live(tree).number == 2
    assert Publication.objects.get().impact["moved"] == 1
    assert "1 (100.0%)" in read(browser(olivia).get("/routing/main/history/"))


def test_without_a_note_it_asks_for_one(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))

    answer = browser(olivia).post(PUBLISH, fields(tree, note=" "))

    assert answer.status_code == 422
    assert "Say what it is for" in read(answer)
    assert live(tree).number == 1


def test_what_is_wrong_is_named_with_its_rule_and_keeps_the_button_shut(tree: Tree, olivia: User) -> None:
    write(tree, olivia, lambda document: document["rules"][2].pop("why"))

    page = browser(olivia).get(PUBLISH)

    assert "3 Big companies It says nothing about why it exists." in read(page)
    assert re.search(r'name="deed" value="now" disabled', page.content.decode())
    assert browser(olivia).post(PUBLISH, fields(tree)).status_code == 422
    assert live(tree).number == 1


def test_a_warning_wants_to_be_seen(tree: Tree, olivia: User) -> None:
    never = {"id": "never", "name": "Never", "why": "Try.", "when": {"field": "employees", "op": "gte", "value": 900}}
    write(tree, olivia, lambda document: document["rules"].append({**never, "target": {"kind": "fallback"}}))

    page = browser(olivia).get(PUBLISH)
    assert 'name="accepted"' in page.content.decode()
    refused = browser(olivia).post(PUBLISH, fields(tree))
    assert (refused.status_code, "tick that you have seen them" in read(refused)) == (422, True)

    assert browser(olivia).post(PUBLISH, fields(tree, accepted="on")).status_code == 302


def test_who_is_behind_sees_both_and_must_say_that_his_is_to_stand(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    store.load(COMPANY.replace("name: Spam", "name: Junk"), now=timezone.now())

    said = read(browser(olivia).get(PUBLISH))
    assert "Version 2 was published since this draft was begun" in said
    assert "name: gone: Spam new: Junk" in said
    assert "name: gone: Junk new: Spam" in said
    assert browser(olivia).post(PUBLISH, fields(tree)).status_code == 422

    assert browser(olivia).post(PUBLISH, fields(tree, take_over="on")).status_code == 302
    assert live(tree).number == 3


def test_what_was_published_while_the_dialog_was_open_is_said(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    seen = fields(tree)
    store.load(COMPANY.replace("name: Spam", "name: Junk"), now=timezone.now())

    answer = browser(olivia).post(PUBLISH, {**seen, "take_over": "on"})

    assert answer.status_code == 422
    assert "Version 2 was published in the meantime" in read(answer)


def test_a_draft_that_somebody_else_has_changed_says_who(tree: Tree, olivia: User, paul: User) -> None:
    mine = write(tree, olivia, at_least(20))
    seen = fields(tree)
    write(tree, paul, at_least(30), rev=mine.number)

    answer = browser(olivia).post(PUBLISH, seen)

    assert "Paul changed it in the meantime" in read(answer)
    assert live(tree).number == 1


def test_pressed_twice_the_second_says_that_the_draft_is_gone(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    seen = fields(tree)
    browser(olivia).post(PUBLISH, seen)

    answer = browser(olivia).post(PUBLISH, seen)

    assert "The draft is gone: it was published or thrown away" in read(answer)
    assert tree.versions.count() == 2


def test_without_a_draft_there_is_nothing_to_publish(olivia: User) -> None:
    assert "Nothing to publish" in read(browser(olivia).get(PUBLISH))


def test_it_is_scheduled_and_withdrawn_again(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    later = fields(tree, deed="later", publish_at="2199-01-01T08:00")

    answer = browser(olivia).post(PUBLISH, later)
    asked = Publication.objects.get()
    page = f"/routing/main/publications/{asked.pk}/"
    assert (answer.headers["Location"], asked.status) == (page, Publication.Status.SCHEDULED)
    assert "Withdraw it before you publish another" in read(browser(olivia).get(PUBLISH))
    assert "is scheduled for" in read(browser(olivia).get("/routing/main/history/"))

    browser(olivia).post(f"{page}withdraw/")

    assert Publication.objects.get().status == Publication.Status.WITHDRAWN
    assert "withdrawn by Olivia" in read(browser(olivia).get(page))


@pytest.mark.parametrize("at", ["", "2001-01-01T08:00"])
def test_a_time_that_will_not_come_is_refused(tree: Tree, olivia: User, at: str) -> None:
    write(tree, olivia, at_least(20))

    assert browser(olivia).post(PUBLISH, fields(tree, deed="later", publish_at=at)).status_code == 422
    assert not Publication.objects.exists()


def test_four_eyes_on_the_pages(tree: Tree, olivia: User, paul: User) -> None:
    four_eyes(tree)
    write(tree, olivia, at_least(20))
    assert "Ask for approval" in read(browser(olivia).get(PUBLISH))
    browser(olivia).post(PUBLISH, fields(tree))
    page = f"/routing/main/publications/{Publication.objects.get().pk}/"

    assert "Approve and publish" not in read(browser(olivia).get(page))
    browser(olivia).post(f"{page}approve/")
    assert live(tree).number == 1

    assert "Approve and publish" in read(browser(paul).get(page))
    browser(paul).post(f"{page}approve/")
    assert live(tree).number == 2
    assert "approved by Paul" in read(browser(olivia).get(page))


def test_rolling_back_shows_what_comes_back_first(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    browser(olivia).post(PUBLISH, fields(tree))
    address = "/routing/main/history/1/roll-back/"

    said = read(browser(olivia).get(address))
    assert "Roll back to version 1" in said
    assert "employees is at least gone: 20 new: 100" in said

    answer = browser(olivia).post(address, {"over": 2, "note": "Too many.", "deed": "now"})
    assert (answer.status_code, live(tree).number) == (302, 3)
    assert live(tree).document == tree.versions.get(number=1).document


def test_an_old_version_is_taken_back_as_a_draft(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    browser(olivia).post(PUBLISH, fields(tree))

    answer = browser(olivia).post("/routing/main/restore/1/", {"rev": 0})

    assert answer.headers["Location"] == "/routing/main/"
    assert drafts.newest_of(tree).document == tree.versions.get(number=1).document
    assert live(tree).number == 2


def test_two_versions_side_by_side_show_what_is_gone_where_it_stood(tree: Tree, olivia: User) -> None:
    def how(document: dict[str, Any]) -> None:
        del document["rules"][1]
        at_least(20)({"rules": [None, None, document["rules"][1]]})

    write(tree, olivia, how)

    said = read(browser(olivia).get("/routing/main/compare/"))
    assert "2 changes from Version 1 (live) to Draft" in said
    assert said.index("Customers") < said.index("Spam") < said.index("Big companies")
    assert "SpamRemoved" in said
    assert "Customers" not in read(browser(olivia).get("/routing/main/compare/?only=1"))


def test_a_manager_reads_and_a_rep_does_not(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    mia = User.objects.filter(email="mia@example.com").first() or make_manager()
    ada = User.objects.get(email="ada@example.com")

    for address in ("history/", "history/1/", "compare/"):
        page = browser(mia).get(f"/routing/main/{address}")
        assert (page.status_code, "View only" in read(page)) == (200, True)
        assert "Roll back" not in read(page)
        assert browser(ada).get(f"/routing/main/{address}").status_code == 403
    for address in ("publish/", "history/1/roll-back/"):
        assert browser(mia).get(f"/routing/main/{address}").status_code == 403
    for address in ("restore/1/", "compare/revert/"):
        assert browser(mia).post(f"/routing/main/{address}").status_code == 403


def test_a_tree_that_was_never_live_is_published_for_the_first_time(company: None, olivia: User) -> None:
    tree = Tree.objects.create(slug="new", name="New")
    assert "Nothing was published yet" in read(browser(olivia).get("/routing/new/history/"))
    assert "Nothing to compare" in read(browser(olivia).get("/routing/new/compare/"))
    revision = write(tree, olivia, lambda document: document.update(sticky_days=10))

    answer = browser(olivia).post("/routing/new/publish/", {"seen": revision.number, "over": 0, "note": "First."})

    assert answer.status_code == 302
    assert Version.objects.get(tree=tree).number == 1
    assert not Draft.objects.exists()


def test_a_version_says_what_it_changed(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))
    browser(olivia).post(PUBLISH, fields(tree))

    said = read(browser(olivia).get("/routing/main/history/2/"))

    assert "What it changed of version 1" in said
    assert "employees is at least gone: 100 new: 20" in said
    assert browser(olivia).get("/routing/main/history/9/").status_code == 404


def test_a_second_person_is_asked_for_on_the_history_page_and_everybody_hears_of_it(
    tree: Tree, olivia: User, paul: User
) -> None:
    browser(olivia).post("/routing/main/history/approval/", {"needed": "1"})

    tree.refresh_from_db()
    assert tree.needs_approval
    assert "Two people publish this tree" in read(browser(paul).get("/routing/main/history/"))
    assert Notification.objects.filter(kind="publication").count() == 2
    mia = User.objects.filter(email="mia@example.com").first() or make_manager()
    assert browser(mia).post("/routing/main/history/approval/", {"needed": "0"}).status_code == 403


def test_a_change_is_taken_back_where_it_is_compared(tree: Tree, olivia: User) -> None:
    revision = write(tree, olivia, at_least(20))

    answer = browser(olivia).post("/routing/main/compare/revert/", {"rev": revision.number, "node": "big"})

    assert answer.headers["Location"] == "/routing/main/compare/?to=draft"
    assert "0 changes from Version 1 (live) to Draft" in read(browser(olivia).get(answer.headers["Location"]))


def test_a_time_that_was_given_counts_whichever_button_is_pressed(tree: Tree, olivia: User) -> None:
    write(tree, olivia, at_least(20))

    browser(olivia).post(PUBLISH, fields(tree, publish_at="2199-01-01T08:00"))

    assert (Publication.objects.get().status, live(tree).number) == (Publication.Status.SCHEDULED, 1)
