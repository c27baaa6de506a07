"""People who are told things, and receivers on this machine that take them, or do not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from notifications.channels import SENDERS, Message, NotSent, Sent
from notifications.models import Channel, Notification, Preference
from notifications.services import Notice, tell
from outgoing.calls import TookTooLong, Unreachable, call
from reps.models import User
from tests.outside.web import Sink


def post(message: Message, how: Mapping[str, Any]) -> Sent:
    """A channel as plain as can be, so that nothing here depends on one that could be deleted."""
    headers = {"webhook-id": message.key}
    body = json.dumps({"text": message.text, "subject": message.subject}).encode()
    try:
        reply = call("POST", how["url"], headers=headers, body=body, seconds=1.0, allowed=settings.OUTGOING_ALLOW)
    except (TookTooLong, Unreachable) as failure:
        raise NotSent(f"It could not be reached ({type(failure).__name__}).") from None
    if reply.status < 300:
        return Sent(reply.status)
    raise NotSent(
        f"It answered with {reply.status}.",
        status=reply.status,
        retry_after_s=2.0 if reply.status == 429 else None,
        permanent=reply.status == 400,
        gone=reply.status == 410,
    )


@pytest.fixture
def hook(db: None, outside: Sink, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Channel]:
    """Set up a channel to a path of the sink."""
    monkeypatch.setitem(SENDERS, "hook", post)  # type: ignore[arg-type]

    def make(slug: str = "chat", **values: Any) -> Channel:
        url = {"url": outside.url(f"/{slug}")}
        said = {"slug": slug, "name": slug.title(), "kind": "hook", "settings": url, "changed_at": timezone.now()}
        return Channel.objects.create(**{**said, **values})

    return make


@pytest.fixture
def mail(db: None, post_office: object) -> Channel:
    return Channel.objects.create(slug="mail", name="Mail", kind=Channel.Kind.EMAIL, changed_at=timezone.now())


def person(email: str = "ada@example.com", **values: Any) -> User:
    return User.objects.create_user(email, **{"name": email.partition("@")[0].title(), **values})


def wants(user: User, first: Channel | None, second: Channel | None = None, kind: str = "assigned") -> Preference:
    return Preference.objects.create(user=user, kind=kind, first=first, second=second)


def told(user: User, text: str = "New lead", *, kind: str = "assigned", at: datetime | None = None) -> Notification:
    """One notice, due at `at` or at once."""
    key = f"{kind}:{uuid.uuid4().hex}"
    tell([Notice(user.pk, kind, text, key, link="/leads/1/")], now=at or timezone.now())
    notice = Notification.objects.get(dedupe_key=key)
    if at is not None:
        notice.due_at = at
        notice.save(update_fields=["due_at"])
    return notice
