"""Change sets on the pages: prepared, looked at, scheduled, put in force and undone, by RevOps; read by managers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import ChangeSet
from leads.realignment import services
from leads.world import known
from reps.models import User
from tests.leads.realignment.conftest import GERMANY_TO_CLEO

pytestmark = pytest.mark.usefixtures("market")


@pytest.fixture
def revops(olivia: User) -> Client:
    return signed_in(olivia.email)


def signed_in(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def draft(text: str = GERMANY_TO_CLEO) -> ChangeSet:
    return services.prepare("Spring", text, by=None, now=timezone.now())


def reps_of_germany() -> list[str]:
    return [member.rep for member in known().world.pools["territory:de"].members]


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_there_is_a_page_before_there_is_any(revops: Client) -> None:
    assert "No change set yet" in shown(revops, "/change-sets/")


def test_one_is_prepared_and_its_page_says_what_it_would_do(revops: Client, olivia: User) -> None:
    answer = revops.post("/change-sets/new/", {"name": "Spring", "note": "Cleo is back", "document": GERMANY_TO_CLEO})

    made = ChangeSet.objects.get()
    assert (answer["Location"], made.prepared_by) == (f"/change-sets/{made.pk}/", olivia)
    page = shown(revops, f"/change-sets/{made.pk}/")
    assert "<del>Ada ×2, Bob</del>" in page
    assert "<ins>Cleo</ins>" in page
    assert "Cleo is back" in page


def test_a_text_that_cannot_be_applied_is_shown_again_with_every_problem_by_its_path(revops: Client) -> None:
    text = "territories: [{slug: de, reps: [{rep: nobody@example.com}]}, {slug: new}]"
    answer = revops.post("/change-sets/new/", {"name": "Spring", "document": text})

    assert answer.status_code == 422
    page = answer.content.decode()
    for path in ("territories[0].reps[0].rep", "territories[1].name", "territories[1].when"):
        assert path in page
    assert "nobody@example.com" in page
    assert not ChangeSet.objects.exists()


def test_a_change_of_a_territory_begins_with_what_it_is(revops: Client) -> None:
    page = shown(revops, "/change-sets/new/?territory=de")

    assert "slug: de" in page
    assert "weight: 2" in page
    assert "slug: dach" not in page.partition("How to write it")[0]


def test_it_is_scheduled_moved_back_and_cancelled(revops: Client, olivia: User) -> None:
    change_set = draft()
    address = f"/change-sets/{change_set.pk}/"
    then = timezone.now() + timedelta(days=3)

    revops.post(f"{address}schedule/", {"effective_at": f"{then:%Y-%m-%dT%H:%M}"})
    change_set.refresh_from_db()
    assert (change_set.status, change_set.scheduled_by) == (ChangeSet.Status.SCHEDULED, olivia)
    assert change_set.effective_at == then.replace(second=0, microsecond=0)
    assert "comes into force by itself" in shown(revops, address)
    assert "comes into force" in shown(revops, "/change-sets/")

    revops.post(f"{address}reopen/")
    change_set.refresh_from_db()
    assert (change_set.status, change_set.effective_at) == (ChangeSet.Status.DRAFT, None)

    revops.post(f"{address}cancel/")
    change_set.refresh_from_db()
    assert change_set.status == ChangeSet.Status.CANCELLED
    assert "Nothing: it was cancelled" in shown(revops, address)


def test_an_instant_that_has_passed_is_refused_beside_the_field(revops: Client) -> None:
    answer = revops.post(f"/change-sets/{draft().pk}/schedule/", {"effective_at": "2020-01-01T08:00"})

    assert answer.status_code == 422
    assert "This has passed." in answer.content.decode()
    assert ChangeSet.objects.get().status == ChangeSet.Status.DRAFT


def test_it_is_put_in_force_now_and_undone_by_a_draft(revops: Client) -> None:
    change_set = draft()

    revops.post(f"/change-sets/{change_set.pk}/activate/")
    assert reps_of_germany() == ["cleo@example.com"]
    assert "What changed" in shown(revops, f"/change-sets/{change_set.pk}/")

    answer = revops.post(f"/change-sets/{change_set.pk}/undo/")
    back = ChangeSet.objects.get(reverses=change_set)
    assert answer["Location"] == f"/change-sets/{back.pk}/"
    assert reps_of_germany() == ["cleo@example.com"]
    revops.post(f"/change-sets/{back.pk}/activate/")
    assert reps_of_germany() == ["ada@example.com", "bob@example.com"]


def test_nobody_overwrites_a_text_that_he_has_not_seen(revops: Client) -> None:
    change_set = draft()
    address = f"/change-sets/{change_set.pk}/edit/"
    seen = revops.get(address).context["seen"]
    mine, theirs = GERMANY_TO_CLEO.replace("cleo", "dan"), GERMANY_TO_CLEO.replace("cleo", "bob")
    revops.post(address, {"name": "Theirs", "document": theirs, "seen": seen})

    answer = revops.post(address, {"name": "Mine", "document": mine, "seen": seen})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody wrote it anew meanwhile" in page
    assert mine.split("rep: ")[1][:3] in page  # what was typed is still there
    assert ChangeSet.objects.get().document == theirs
    revops.post(address, {"name": "Mine", "document": mine, "seen": answer.context["seen"]})
    assert ChangeSet.objects.get().document == mine


@pytest.mark.parametrize(("act", "values"), [("activate", {}), ("schedule", {"effective_at": "2999-01-01T08:00"})])
def test_what_comes_into_force_is_what_was_looked_at(revops: Client, act: str, values: dict[str, str]) -> None:
    change_set = draft()
    address = f"/change-sets/{change_set.pk}/"
    seen = revops.get(address).context["seen"]
    assert f'name="seen" value="{seen}"' in shown(revops, address)
    theirs = GERMANY_TO_CLEO.replace("cleo", "dan")
    services.rewrite(change_set, "Spring", theirs, note="", by=None, now=timezone.now())

    answer = revops.post(f"{address}{act}/", {**values, "seen": seen})

    assert answer.status_code == 302
    assert ChangeSet.objects.get().status == ChangeSet.Status.DRAFT
    assert reps_of_germany() == ["ada@example.com", "bob@example.com"]


def test_what_failed_says_why_and_can_be_edited(revops: Client) -> None:
    change_set = draft()
    ChangeSet.objects.update(
        status=ChangeSet.Status.FAILED, problem="territories[0].name: is missing", ended_at=timezone.now()
    )

    page = shown(revops, f"/change-sets/{change_set.pk}/")
    assert "Nothing was changed" in page
    assert "territories[0].name: is missing" in page

    text = GERMANY_TO_CLEO.replace("cleo", "dan")
    revops.post(f"/change-sets/{change_set.pk}/edit/", {"name": "Summer", "document": text})
    change_set.refresh_from_db()
    assert (change_set.status, change_set.name, change_set.document) == (ChangeSet.Status.DRAFT, "Summer", text)


def test_what_is_in_force_cannot_be_changed_any_more(revops: Client) -> None:
    change_set = draft()
    revops.post(f"/change-sets/{change_set.pk}/activate/")

    for act in ("activate", "cancel", "reopen"):
        revops.post(f"/change-sets/{change_set.pk}/{act}/")
    revops.post(f"/change-sets/{change_set.pk}/edit/", {"name": "Other", "document": GERMANY_TO_CLEO})
    revops.post(f"/change-sets/{change_set.pk}/schedule/", {"effective_at": "2090-01-01T08:00"})

    change_set.refresh_from_db()
    assert (change_set.status, change_set.name) == (ChangeSet.Status.ACTIVE, "Spring")


@pytest.mark.parametrize("act", ["edit", "schedule", "activate", "cancel", "reopen", "undo"])
def test_a_manager_reads_and_does_nothing(act: str, olivia: User) -> None:
    change_set = draft()
    mia, ada = signed_in("mia@example.com"), signed_in("ada@example.com")

    assert "Bring it into force" not in shown(mia, f"/change-sets/{change_set.pk}/")
    assert mia.post(f"/change-sets/{change_set.pk}/{act}/", {"effective_at": "2090-01-01T08:00"}).status_code == 403
    assert ada.get(f"/change-sets/{change_set.pk}/").status_code == 403
    assert ada.get("/change-sets/").status_code == 403
    assert mia.get("/change-sets/new/").status_code == 403
    change_set.refresh_from_db()
    assert change_set.status == ChangeSet.Status.DRAFT


def test_what_somebody_writes_is_text_on_the_page(revops: Client) -> None:
    evil = "<img src=x onerror=alert(1)>"
    text = f"territories: [{{slug: de, name: '{evil}'}}]"
    revops.post("/change-sets/new/", {"name": evil, "note": evil, "document": text})

    for address in ("/change-sets/", f"/change-sets/{ChangeSet.objects.get().pk}/"):
        assert "<img" not in shown(revops, address)
