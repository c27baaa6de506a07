"""Every kind of channel, each in a file of its own that can be deleted with its line here."""

from __future__ import annotations

from collections.abc import Mapping

from notifications.channels import email, service, slack, teams, webhook
from notifications.channels.protocol import Message, NotSent, Problems, Send, Sent, Settings

__all__ = ["SENDERS", "Message", "NotSent", "Send", "Sent", "Settings", "check"]

_KINDS: Mapping[str, tuple[Send, Problems]] = {
    "email": (email.send, email.problems),
    "slack_webhook": (slack.send_to_room, slack.problems_of_room),
    "slack_bot": (slack.send_to_member, slack.problems_of_bot),
    "teams": (teams.send, teams.problems),
    "webhook": (webhook.send, webhook.problems),
    "service": (service.send, service.problems),
}
# Called in threads that touch no database and in no transaction; each call ends within ten seconds.
SENDERS: Mapping[str, Send] = {kind: send for kind, (send, _) in _KINDS.items()}


def check(kind: str, settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with these settings, field by field, in words for whoever typed them in."""
    if kind not in _KINDS:
        return [("kind", "There is no such kind of channel.")]
    _, problems = _KINDS[kind]
    return problems(settings)
