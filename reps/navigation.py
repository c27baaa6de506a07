"""The places of the application and who sees each: the side navigation, the tabs of a phone, and where home is."""

from __future__ import annotations

from dataclasses import dataclass

from reps.models import Rep, User


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is the address; pages whose own names begin with one of `within` belong to it."""

    name: str
    label: str
    icon: str
    within: tuple[str, ...]

    def holds(self, page: str) -> bool:
        return page in self.within


MY_QUEUE = Place("queue", "My queue", "list", ("queue", "queue-live", "away"))
MY_NUMBERS = Place("numbers", "My numbers", "chart", ("numbers",))
_OF_LEADS = ("leads", "lead", "lead-decline", "lead-give", "lead-account", "lead-not-account")
MY_LEADS = Place("leads", "My leads", "inbox", _OF_LEADS)
LEADS = Place("leads", "Leads", "inbox", _OF_LEADS)
DECISIONS = Place("decisions", "Decisions", "history", ("decisions", "decision"))
ROUTING = Place(
    "trees",
    "Routing",
    "route",
    (
        *("trees", "tree-new", "builder", "builder-node", "builder-move", "builder-delete", "builder-findings"),
        *(
            "builder-test",
            "builder-test-picker",
            "test-leads",
            "test-lead-save",
            "backtests",
            "backtest",
            "publish",
            "publications",
        ),
        *("tree-history", "compare", "trials", "trial", "tree-document"),
    ),
)
TEAM = Place("team", "Team", "table", ("team", "team-live", "team-move", "team-rep"))
QUEUES = Place("queues", "Queues", "users", ("queues", "waiting"))
EVENTS = Place("events", "Events", "bolt", ("events", "event"))

ACCOUNTS = Place("accounts", "Accounts", "building", ("accounts", "account-page", "account-merge"))
TERRITORIES = Place(
    "territories",
    "Territories",
    "map",
    (
        *("territories", "territory", "territory-new", "territory-edit", "territory-erase"),
        *("change-sets", "change-set", "change-set-new", "change-set-edit", "change-set-schedule"),
    ),
)
SCORING = Place("scoring", "Scoring", "scale", ("scoring", "scoring-edit", "scoring-version"))
ENRICHMENT = Place("enrichment", "Enrichment", "spark", ("enrichment", "provider", "provider-new", "provider-try"))
WEBHOOKS = Place(
    "subscriptions",
    "Webhooks",
    "out",
    (
        *("subscriptions", "subscription", "subscription-new", "subscription-edit", "subscription-secret"),
        *("subscription-replay", "event-delivery"),
    ),
)
HEALTH = Place("health", "Health", "shield", ("health",))
PROMISES = Place(
    "promises", "Promises", "clock", ("promises", "policy-new", "policy-edit", "policy-remove", "holiday-add")
)
PERFORMANCE = Place("performance", "Performance", "chart", ("performance",))

INBOX = Place("inbox", "Inbox", "bell", ("inbox", "notice-gathered", "my-notifications"))
NOTIFICATIONS = Place(
    "channels",
    "Notifications",
    "mail",
    ("channels", "channel", "channel-new", "channel-secret", "deliveries", "delivery", "wordings", "wording"),
)


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    places: tuple[Place, ...]


AT_THE_FOOT = 3  # places of a phone's tabs; the inbox and `More` stand beside them

# Where the company is set up, in the order in which a lead meets it. RevOps edits, managers read.
SETUP = Group("Set up", (ENRICHMENT, ACCOUNTS, SCORING, TERRITORIES, PROMISES))
# What comes in, what goes out to people and to programs, and whether all of it runs. RevOps alone.
OPERATIONS = Group("Operations", (EVENTS, NOTIFICATIONS, WEBHOOKS, HEALTH))


def places(user: User, rep: Rep | None) -> tuple[Place, ...]:
    """What this user can open, in the order of the navigation."""
    if user.role == user.Role.REP:
        return (MY_QUEUE, MY_LEADS, MY_NUMBERS)
    own = (MY_QUEUE, MY_NUMBERS) if rep else ()
    if user.is_revops:
        return (DECISIONS, LEADS, TEAM, ROUTING, QUEUES, PERFORMANCE, *own)
    return (TEAM, LEADS, DECISIONS, ROUTING, QUEUES, PERFORMANCE, *own)


def foot(user: User, rep: Rep | None) -> tuple[Place, ...]:
    """The tabs at the foot of a phone, before `More`."""
    return (*places(user, rep)[:AT_THE_FOOT], INBOX)


def behind_more(user: User, rep: Rep | None) -> tuple[Place, ...]:
    """Where else a phone can go: these stand on the page behind `More`, and the groups after them."""
    return places(user, rep)[AT_THE_FOOT:]


def groups(user: User) -> tuple[Group, ...]:
    """What this user can open besides, under titles of their own."""
    if user.role == user.Role.REP:
        return ()
    return (SETUP, OPERATIONS) if user.is_revops else (SETUP,)


def home(user: User, rep: Rep | None) -> str:
    """The name of the page a user begins with."""
    return places(user, rep)[0].name
