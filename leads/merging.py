"""Two accounts that are one company become one: what was the other's is the first one's, and history says so."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Max
from django.db.models.fields.reverse_related import ManyToOneRel

from leads.configuration import plain, rows_names
from leads.configuration.dump import account_part
from leads.holding import NotPossible, act, given_reason
from leads.models import Account, AccountKey, AccountLink, NameKey
from reps import services as people
from reps.models import Change, User

# What is moved in a way of its own, and not just by its pointer.
ON_THEIR_OWN = (Account, AccountKey, AccountLink, NameKey)
BLANKS = ("owner_id", "team_id", "tier", "country")
MOST_ANCESTORS = 1_000


@act
def merge(other: Account, *, into: Account, by: User, reason: str, now: datetime) -> Account:
    """`other` is gone; its domains, aliases, name, leads and children are those of `into`, and what that left blank.

    Nothing is routed meanwhile, so no lead can come to an account that is about to go.
    """
    if not by.is_revops:
        raise NotPossible("Only RevOps can merge accounts.")
    reason = given_reason(reason)
    people.hold_revision()
    rows = {
        row.pk: row for row in Account.objects.select_for_update().filter(pk__in=(other.pk, into.pk)).order_by("pk")
    }
    if other.pk == into.pk:
        raise NotPossible("An account cannot be merged into itself.")
    if len(rows) < 2:
        raise NotPossible("One of the two accounts is gone: somebody was quicker.")
    kept, gone = rows[into.pk], rows[other.pk]
    before = {account.name: plain.of_part(account_part(account.pk)) for account in (kept, gone)}

    _move_family(gone, kept)
    _move_keys(gone, kept)
    _move_links(gone, kept, now)
    for relation in Account._meta.related_objects:
        if isinstance(relation, ManyToOneRel) and relation.field.model not in ON_THEIR_OWN:
            held = relation.field.model._default_manager.filter(**{relation.field.name: gone})
            held.update(**{relation.field.name: kept})
    _fill_blanks(gone, kept)
    rows_names.forget([kept.pk, gone.pk])
    gone.delete()
    after = account_part(kept.pk)
    rows_names.write([(kept.pk, after.name, after.aliases)])

    _tell_history(kept, gone, before, plain.of_part(after), by, reason, now)
    people.bump()
    return kept


def _move_family(gone: Account, kept: Account) -> None:
    """Children go along. Whoever is merged into his own descendant leaves that one his place in the family."""
    if kept.pk in _line(gone, kept):
        kept.parent_id = gone.parent_id
        kept.save(update_fields=["parent"])
    Account.objects.filter(parent=gone).exclude(pk=kept.pk).update(parent=kept)


def _line(gone: Account, kept: Account) -> set[int]:
    """`kept` and its ancestors, as far as up to `gone`; empty if that is not among them."""
    line, at = {kept.pk}, kept.parent_id
    for _ in range(MOST_ANCESTORS):
        if at is None or at == gone.pk:
            break
        line.add(at)
        at = Account.objects.values_list("parent_id", flat=True).get(pk=at)
    return line if at == gone.pk else set()


def _move_keys(gone: Account, kept: Account) -> None:
    """Domains and aliases come after those that were there; the name that goes is an alias from now on."""
    for kind in AccountKey.Kind.values:
        mine = AccountKey.objects.filter(account=kept, kind=kind)
        behind = (mine.aggregate(last=Max("position"))["last"] or 0) + 1
        theirs = AccountKey.objects.filter(account=gone, kind=kind)
        theirs.filter(key__in=mine.values("key")).delete()
        theirs.update(account=kept, position=F("position") + behind)
    mine = AccountKey.objects.filter(account=kept, kind=AccountKey.Kind.ALIAS)
    if not mine.filter(key=gone.name).exists():
        last = (mine.aggregate(last=Max("position"))["last"] or 0) + 1
        AccountKey.objects.create(account=kept, kind=AccountKey.Kind.ALIAS, key=gone.name, position=last)


def _move_links(gone: Account, kept: Account, now: datetime) -> None:
    """What was said of either is said of the one; where both were spoken of, what was said last."""
    spoken = AccountLink.objects.filter(account__in=(gone, kept), ended_at=None).order_by("lead", "-at", "-pk")
    seen: set[int] = set()
    older = []
    for one in spoken:
        if one.lead_id in seen:
            older.append(one.pk)
        seen.add(one.lead_id)
    AccountLink.objects.filter(pk__in=older).update(ended_at=now)
    AccountLink.objects.filter(account=gone).update(account=kept)


def _fill_blanks(gone: Account, kept: Account) -> None:
    for name in BLANKS:
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    kept.is_customer = kept.is_customer or gone.is_customer
    kept.details = {**gone.details, **kept.details}
    kept.save(update_fields=["owner", "team", "tier", "country", "is_customer", "details"])


def _tell_history(
    kept: Account,
    gone: Account,
    before: dict[str, dict[str, object]],
    after: dict[str, object],
    by: User,
    reason: str,
    now: datetime,
) -> None:
    told = {"merged_into": kept.name, "reason": reason}
    Change.objects.create(at=now, by=by, kind="accounts", subject=gone.name[:200], before=before[gone.name], after=told)
    merged = {**after, "merged": gone.name, "reason": reason}
    Change.objects.create(
        at=now, by=by, kind="accounts", subject=kept.name[:200], before=before[kept.name], after=merged
    )
