"""Rows are copied in as the driver does it, and fail as Django does."""

import pytest
from django.db import IntegrityError, transaction

from leads.copying import copy_rows
from reps.models import Skill


@pytest.mark.django_db
def test_what_the_database_refuses_is_djangos_error_and_not_the_drivers() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(Skill, ("slug", "name"), [("german", "German"), ("german", "Again")])

    assert not Skill.objects.exists()
