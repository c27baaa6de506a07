"""What people of a customer do is told to whoever owns the account: once a day and key, with a count that grows.

It never moves a lead. While the owner is away his cover is told as well. Anybody may send to an open source, and name
what was done as he likes: what comes from there alone is told to nobody more than a few times a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import accounts
from leads.activity.keeping import Kept
from leads.activity.wording import in_words, number_in_words, somebody
from leads.matching import AccountCard
from leads.models import Source, TimelineEntry
from leads.prepared import Question, ask_together, prepared_cursor
from leads.world import Known
from routing.engine.bench import Presence
from routing.engine.seat import MOST_BACKUPS
from routing.engine.world import Rep

WEEK, DAY = timedelta(days=7), timedelta(days=1)
MOST_FROM_OPEN = 20  # notices to one person in a day, as far as open sources bring them
REST = "More was done at your customers than you are told of one by one: their pages count it."
COUNTS = """
SELECT account_id, key, count(*), (array_agg(value ORDER BY at DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1]
FROM leads_activity WHERE account_id = ANY(%s::bigint[]) AND key = ANY(%s::text[]) AND at BETWEEN %s AND %s
GROUP BY account_id, key
"""
WHOSE = """
SELECT DISTINCT ON (name) name, lead.id, lead.who, lead.email FROM unnest(%s::text[]) AS asked (name)
CROSS JOIN LATERAL (
    SELECT id, name AS who, email FROM leads_lead WHERE person_key = asked.name
    UNION ALL
    SELECT id, name, email FROM leads_lead WHERE phone = substr(asked.name, 5) AND phone <> ''
) AS lead
ORDER BY name, lead.id DESC
"""
TOLD_TODAY = """
SELECT dedupe_key, user_id FROM notifications_notification
WHERE kind = 'signal' AND user_id = ANY(%s::bigint[]) AND created_at > %s
"""
TELL = """
INSERT INTO notifications_notification AS told (user_id, kind, text, link, dedupe_key, created_at)
SELECT user_id, 'signal', text, link, dedupe_key, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS v (user_id, text, link, dedupe_key)
ON CONFLICT (dedupe_key) DO UPDATE SET text = excluded.text, link = excluded.link
"""
# One line a day: the lead's page counts, its story only says who was told.
STORY = """
INSERT INTO leads_timelineentry (lead_id, at, kind, text, epoch)
SELECT lead_id, %s, %s, text, 0 FROM unnest(%s::bigint[], %s::text[]) AS v (lead_id, text)
WHERE NOT EXISTS (
    SELECT FROM leads_timelineentry AS told
    WHERE told.lead_id = v.lead_id AND told.kind = %s AND told.text = v.text AND told.at > %s)
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person. `open`: it comes from a source to which anybody may send."""

    user: int
    text: str
    link: str
    key: str
    open: bool


@dataclass(frozen=True, slots=True)
class Lead:
    """As much of a lead as its owner is told."""

    id: int
    name: str
    email: str


def tell_owners(new: Sequence[Kept], known: Known, *, now: datetime) -> None:
    """Tell the owners of customers what was done there, in the caller's transaction."""
    cards = accounts.cards_of({one.account for one in new if one.account is not None})
    owned = {pk: card for pk, card in cards.items() if card.is_customer and card.owner in known.world.reps}
    latest = {
        (one.account, one.sighting.signal.key): one
        for one in sorted(new, key=lambda one: one.sighting.signal.at)
        if one.account in owned
    }
    if not latest:
        return
    since = now - WEEK
    names = list({one.sighting.signal.person_key for one in new if one.account in owned} - {""})
    questions: list[Question] = [(COUNTS, [list(owned), [key for _, key in latest], since, now]), (WHOSE, [names])]
    counts, found = ask_together(*questions)
    leads = {name: Lead(pk, who, email) for name, pk, who, email in found}
    counted = {(account, key): (number, value) for account, key, number, value in counts}

    presence = Presence(now)
    notices, lines = list[Notice](), list[tuple[int, str, list[Notice]]]()
    for (account, key), one in sorted(latest.items()):
        if (account, key) not in counted or account is None:
            continue
        card, lead = owned[account], leads.get(one.sighting.signal.person_key)
        text = _text(card, key, one, counted[account, key], lead)
        told = list(_told(known.world.reps[str(card.owner)], known.world.reps, presence))
        link, of_this = f"/leads/{lead.id}/" if lead else "", list[Notice]()
        for rep, why in told:
            day, user = f"{presence.day(rep):%Y-%m-%d}", known.reps[rep.email].user_id
            name = f"signal:{account}:{key}:{day}:{user}"
            of_this.append(Notice(user, text + why, link, name, one.sighting.source.auth == Source.Auth.NONE))
        notices += of_this
        if lead is not None:
            who = " and ".join(rep.name for rep, _ in told)
            line = f"{in_words(key).capitalize()}: {who} was told, for {card.name} is a customer."
            lines.append((lead.id, line, of_this))
    let = _within_bounds(notices, now)
    _write(let, sorted({(pk, line) for pk, line, of_this in lines if not {*of_this}.isdisjoint(let)}), now)


def _within_bounds(notices: Sequence[Notice], now: datetime) -> list[Notice]:
    """Without those that open sources bring beyond their bound; whom they would have reached is told so, once a day."""
    if not any(one.open for one in notices):
        return list(notices)
    [rows] = ask_together((TOLD_TODAY, [list({one.user for one in notices}), now - DAY]))
    there, count = {key for key, _ in rows}, Counter(user for _, user in rows)
    let: dict[str, Notice] = {}
    for one in notices:
        if one.open and one.key not in there:
            count[one.user] += 1
            if count[one.user] > MOST_FROM_OPEN:
                one = Notice(one.user, REST, "", f"signal:rest:{now:%Y-%m-%d}:{one.user}", open=True)
        let[one.key] = one
    return list(let.values())


def _text(card: AccountCard, key: str, one: Kept, counted: tuple[int, float | None], lead: Lead | None) -> str:
    """`Acme (customer): pricing views 5 in 7 days, last by Ada Lovelace, ada@acme.com`."""
    number, value = counted
    said = f"{in_words(key)} {number} in 7 days"
    if value is not None:
        said = f"{in_words(key)} at {number_in_words(value)}, {number} in 7 days"
    signal = one.sighting.signal
    who = somebody(lead.name if lead else signal.name, lead.email if lead else "", signal.person_key)
    return f"{card.name} (customer): {said}, last by {who}"


def _told(owner: Rep, reps: Mapping[str, Rep], presence: Presence) -> Iterator[tuple[Rep, str]]:
    """The owner, and if he is not there the first of his backups who is."""
    yield owner, ""
    rep, seen = owner, {owner.email}
    while (not rep.active or presence.absence(rep)) and len(seen) <= MOST_BACKUPS:
        if rep.backup is None or rep.backup in seen or rep.backup not in reps:
            return
        rep = reps[rep.backup]
        seen.add(rep.email)
    if rep is not owner:
        yield rep, f" (for {owner.name}, who is away)"


def _write(notices: Sequence[Notice], lines: Sequence[tuple[int, str]], now: datetime) -> None:
    # In one order, so that two batches which tell the same do not wait for each other.
    ordered = [(one.user, one.text, one.link, one.key) for one in sorted(notices, key=lambda notice: notice.key)]
    signal = TimelineEntry.Kind.SIGNAL
    with prepared_cursor() as cursor:
        if ordered:
            cursor.execute(TELL, [now, *map(list, zip(*ordered, strict=True))])
        if lines:
            ids, texts = map(list, zip(*lines, strict=True))
            cursor.execute(STORY, [now, signal, ids, texts, signal, now - timedelta(days=1)])
