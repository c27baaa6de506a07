import pytest

from notifications.models import Channel
from notifications.usual import make_mail_channel
from tests.organisation import NOON

pytestmark = pytest.mark.django_db


def test_with_a_mail_server_everybody_can_be_told_by_mail(post_office):
    make_mail_channel(NOON)
    make_mail_channel(NOON)

    channel = Channel.objects.get()
    assert (channel.kind, channel.settings, channel.enabled) == ("email", {}, True)


def test_one_that_was_switched_off_stays_off(post_office):
    make_mail_channel(NOON)
    Channel.objects.update(enabled=False)

    make_mail_channel(NOON)

    assert not Channel.objects.get().enabled


def test_without_a_mail_server_there_is_none(settings):
    settings.EMAIL_HOST = ""

    make_mail_channel(NOON)

    assert not Channel.objects.exists()
