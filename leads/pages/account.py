"""One account: whose it is, its family, by what its leads are known, who they are, and what people said and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.models import Account, AccountKey, AccountLink, Lead
from leads.pages import matching
from leads.pages.activity import Kind, at_account
from reps.models import Change, Rep, User

MOST = 20
MOST_CHILDREN = 30
MOST_ANCESTORS = 8
# Told elsewhere in a change, or of no use to people.
UNTOLD = ("name", "merged", "merged_into", "reason")


@dataclass(frozen=True, slots=True)
class Known:
    """A lead of the account, and how it was found to be one."""

    lead: Lead
    how: str


@dataclass(frozen=True, slots=True)
class Changed:
    at: datetime
    by: User | None
    what: str


@dataclass(frozen=True, slots=True)
class Page:
    """`owner_of` is the ancestor whose owner it is, if the account has none of its own."""

    account: Account
    owner: Rep | None
    owner_of: Account | None
    ancestors: Sequence[Account]
    children: Sequence[Account]
    more_children: int
    domains: Sequence[str]
    aliases: Sequence[str]
    details: Sequence[tuple[str, str]]
    leads: Sequence[Known]
    more_leads: int
    said: Sequence[AccountLink]
    changes: Sequence[Changed]
    activities: Sequence[Kind]


def page(account: Account, user: User, *, now: datetime) -> Page:
    ancestors = _ancestors(account)
    owning = next((one for one in (account, *ancestors) if one.owner_id is not None), None)
    keys = list(AccountKey.objects.filter(account=account).order_by("position", "pk"))
    children = Account.objects.filter(parent=account)
    leads = Lead.objects.visible_to(user).filter(account=account)
    newest = leads.select_related("rep__user", "queue", "decision").order_by("-received_at", "-pk")[:MOST]
    said = AccountLink.objects.filter(account=account, lead__in=Lead.objects.visible_to(user))
    return Page(
        account=account,
        owner=owning.owner if owning else None,
        owner_of=owning if owning is not account else None,
        ancestors=ancestors,
        children=list(children.select_related("owner__user").order_by("name")[:MOST_CHILDREN]),
        more_children=max(0, children.count() - MOST_CHILDREN),
        domains=[key.key for key in keys if key.kind == AccountKey.Kind.DOMAIN],
        aliases=[key.key for key in keys if key.kind == AccountKey.Kind.ALIAS],
        details=[(_label(name), _plain(value)) for name, value in sorted(account.details.items())],
        leads=[Known(lead, matching.told(lead.decision.matching if lead.decision else {}).because) for lead in newest],
        more_leads=max(0, leads.count() - MOST),
        said=list(said.select_related("lead", "by").order_by("-at", "-pk")[:MOST]),
        changes=[_changed(one) for one in _changes(account)],
        activities=at_account(account.pk, now=now),
    )


def _ancestors(account: Account) -> list[Account]:
    found: list[Account] = []
    above = account.parent_id
    while above is not None and len(found) < MOST_ANCESTORS:
        found.append(Account.objects.select_related("owner__user").get(pk=above))
        above = found[-1].parent_id
    return found


def _changes(account: Account) -> Sequence[Change]:
    rows = Change.objects.filter(kind="accounts", subject=account.name[:200])
    return list(rows.select_related("by").order_by("-at", "-pk")[:MOST])


def _changed(change: Change) -> Changed:
    return Changed(change.at, change.by, _what(change.before, change.after))


def _what(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    if after and "merged" in after:
        return f"{after['merged']} was merged into it: {after['reason']}"
    if before is None:
        return "Added"
    if after is None:
        return "Removed"
    names = [name for name in {**before, **after} if before.get(name) != after.get(name) and name not in UNTOLD]
    parts = [f"{name.replace('_', ' ')}: {_plain(before.get(name))} → {_plain(after.get(name))}" for name in names]
    return "; ".join(parts) or "Changed"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
