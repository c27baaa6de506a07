"""`load_demo` where it has no business."""

import pytest
from django.core.management import CommandError, call_command

from leads.demo.crm import SAMPLE
from reps.models import User


@pytest.mark.django_db
def test_a_database_with_people_of_its_own_is_left_alone():
    User.objects.create_user("ada@acme.example", name="Ada")

    with pytest.raises(CommandError, match="an empty one only") as refused:
        call_command("load_demo", crm=SAMPLE)

    assert refused.value.returncode == 2
    assert User.objects.count() == 1
