"""`load_config`, `dump_config` and `api_token` as a person meets them."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reps.models import ApiToken, Rep, User
from tests.leads.configuration.company import COMPANY

pytestmark = pytest.mark.django_db


def run(*args, **options):
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def company(tmp_path):
    file = tmp_path / "company.yaml"
    file.write_text(COMPANY)
    return file


def test_a_dump_loads_and_dumps_the_same_bytes(company, tmp_path):
    assert "reps: 3 added" in run("load_config", company)
    first = tmp_path / "first.yaml"
    first.write_text(run("dump_config"))

    assert run("load_config", first) == "Nothing changed: the database says what the file says.\n"
    assert run("dump_config") == first.read_text()


def test_a_dry_run_tells_and_does_nothing(company):
    said = run("load_config", company, dry_run=True)

    assert "  + ada@example.com" in said
    assert not Rep.objects.exists()


def test_a_bad_file_is_refused_with_all_its_problems(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text("version: 1\nteams: [{slug: a}]\npools: [{slug: p, name: P, members: [{rep: a@b.example}]}]\n")

    with pytest.raises(CommandError) as refused:
        run("load_config", file)

    assert refused.value.returncode == 2
    assert "  teams[0].name: is missing\n" in str(refused.value)
    assert '  pools[0].members[0].rep: there is no rep "a@b.example"' in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file") as refused:
        run("load_config", tmp_path / "none.yaml")
    assert refused.value.returncode == 2


def test_a_token_is_printed_once_and_only_its_hash_is_kept():
    User.objects.create_user("ada@example.com", name="Ada")

    token = run("api_token", "Ada@Example.com").strip()

    kept = ApiToken.objects.get()
    assert token.startswith(kept.prefix)
    assert token not in {kept.digest, kept.prefix}


def test_nobody_gets_a_token_for_somebody_unknown():
    with pytest.raises(CommandError, match="nobody signs in") as refused:
        run("api_token", "eve@example.com")
    assert refused.value.returncode == 2


def test_without_a_database_one_line_says_what_to_do(tmp_path):
    nowhere = {
        **os.environ,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    done = subprocess.run([sys.executable, "manage.py", "dump_config"], env=nowhere, capture_output=True, text=True)

    assert done.returncode == 1
    assert "CommandError: The database does not answer. Start it with `manage.py up`" in done.stderr
    assert "Traceback" not in done.stderr
