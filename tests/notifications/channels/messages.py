"""A message as the outbox hands it to a channel, and secrets as the operator keeps them."""

from datetime import UTC, datetime

from notifications.channels.protocol import Message

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
KEY = "6d0a4c50-8f2e-4f4b-9d3c-000000000001"
# Everything that means something somewhere: Slack, Teams, Markdown, HTML, headers, templates.
HOSTILE = (
    "<!channel> <@U1> &lt; [x](https://evil.example) **b** {{DATE(2020-01-01T00:00:00Z)}} <script>alert(1)</script>"
)


def message(**values):
    said = {
        "key": KEY,
        "kind": "assigned",
        "to": "",
        "person": "Ada Reyes",
        "subject": "New lead: Priya Raman, Northwind Health",
        "text": "New lead: Priya Raman, Northwind Health.\nWants a demo.\n4 min 38 s left.\nWhy you: next in turn.",
        "link": "https://leads.example.com/leads/1/",
        "accept": "https://leads.example.com/act/t0ken/",
        "context": {"lead": 1, "epoch": 2, "due": "14:07", "who": "Priya Raman, Northwind Health"},
        "at": NOON,
    }
    return Message(**{**said, **values})


def keep_secret(monkeypatch, name, value, host="127.0.0.1"):
    monkeypatch.setenv(f"SWITCHYARD_SECRET_{name}", value)
    monkeypatch.setenv(f"SWITCHYARD_SECRET_{name}_HOST", host)
    return "${SWITCHYARD_SECRET_" + name + "}"
