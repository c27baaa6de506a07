"""The database as a configuration, and a configuration as the text of the file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from leads import sla
from leads.configuration import plain, score_model, yaml_text
from leads.configuration.parts import (
    BUILT_IN_QUEUE,
    Account,
    Configuration,
    CustomField,
    Enrichment,
    Holiday,
    Member,
    Pool,
    Queue,
    Rep,
    Scoring,
    Skill,
    SlaPolicy,
    Source,
    Team,
    Territory,
    TimeOff,
    Tree,
    ValueList,
    in_order,
)
from leads.configuration.read_leads import policy_document
from leads.enrichment.spans import write_span
from leads.models import Account as AccountRow
from leads.models import AccountKey, Provider, ScoreVersion
from leads.models import SlaPolicy as PolicyRow
from leads.models import Source as SourceRow
from reps import hours
from reps import models as people
from routing import models as routing
from routing.engine import document
from routing.engine.facts import STANDARD, Field, FieldType, Vocabulary


def text() -> str:
    """The whole configuration as the file writes it."""
    return yaml_text.dump(plain.document(current()))


def current(*, with_accounts: bool = True) -> Configuration:
    """What is in force. Accounts can be left out by whoever looks them up one by one."""
    fields = in_order(
        "fields", [CustomField(*row) for row in routing.CustomField.objects.values_list("key", "type", "label")]
    )
    vocabulary = STANDARD.with_custom(Field(one.key, FieldType(one.type), one.label) for one in fields)
    lists = routing.ValueList.objects.values_list("slug", "name", "values")
    queues = (Queue(*row) for row in routing.Queue.objects.values_list("slug", "name", "team__slug"))
    found: dict[str, Iterable[Any]] = {
        "teams": _teams(),
        "skills": (Skill(*row) for row in people.Skill.objects.values_list("slug", "name")),
        "reps": _reps(),
        "holidays": (Holiday(*row) for row in people.CompanyHoliday.objects.values_list("day", "name")),
        "territories": _territories(vocabulary),
        "accounts": _accounts(AccountRow.objects.all(), AccountKey.objects.all()) if with_accounts else (),
        "lists": (ValueList(slug, name, tuple(values)) for slug, name, values in lists),
        "fields": fields,
        "pools": _pools(),
        "queues": (queue for queue in queues if queue != BUILT_IN_QUEUE),
        "sla_policies": (
            SlaPolicy(slug, policy_document(sla.parse_policy(found, slug)))
            for slug, found in PolicyRow.objects.order_by("position", "slug").values_list("slug", "document")
        ),
        "scoring": _scoring(vocabulary),
        "enrichment": enrichment(),
        "sources": _sources(),
        "trees": _trees(vocabulary),
    }
    return Configuration(**{kind: in_order(kind, list(parts)) for kind, parts in found.items()})


def _teams() -> Iterable[Team]:
    columns = ("slug", "name", "manager__email", "timezone", "hours", "queue")
    for slug, name, manager, zone, week, queue in people.Team.objects.values_list(*columns):
        yield Team(slug, name, manager, zone, _week(week, zone), queue or None)


def _reps() -> Iterable[Rep]:
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    for rep_id, slug, level in people.RepSkill.objects.order_by("skill__slug").values_list(
        "rep_id", "skill__slug", "level"
    ):
        skills[rep_id][slug] = level
    away: dict[int, list[TimeOff]] = defaultdict(list)
    for span in people.TimeOff.objects.order_by("start", "end", "kind", "note"):
        away[span.rep_id].append(TimeOff(span.start, span.end, span.kind, span.note))
    columns = (
        "id", "user__email", "user__name", "team__slug", "timezone", "hours", "holidays", "capacity", "daily_cap",
        "backup__user__email", "active", "starts_on", "paused", "paused_until",
    )  # fmt: skip
    for row in people.Rep.objects.values_list(*columns):
        pk, email, name, team, zone, week, holidays, capacity, daily_cap, backup, active, starts_on, paused, until = row
        yield Rep(
            email=email,
            name=name,
            team=team,
            timezone=zone,
            hours=_week(week, zone),
            holidays=holidays,
            capacity=capacity,
            daily_cap=daily_cap,
            skills=skills.get(pk, {}),
            backup=backup,
            active=active,
            starts_on=starts_on,
            time_off=tuple(away.get(pk, ())),
            paused=paused,
            paused_until=until,
        )


def _week(raw: Any, zone: str) -> dict[str, list[str]] | None:
    """The database keeps the days of a week in no order."""
    return hours.dump_week(hours.parse_week(raw, zone))


def _territories(vocabulary: Vocabulary) -> Iterable[Territory]:
    members: dict[int, list[Member]] = defaultdict(list)
    for territory_id, email, weight in people.TerritoryRep.objects.order_by("position", "id").values_list(
        "territory_id", "rep__user__email", "weight"
    ):
        members[territory_id].append(Member(email, weight))
    columns = ("id", "slug", "name", "when", "parent__slug", "valid_from", "valid_to")
    for pk, slug, name, when, parent, valid_from, valid_to in people.Territory.objects.values_list(*columns):
        yield Territory(
            slug, name, _condition(when, vocabulary), parent, tuple(members.get(pk, ())), valid_from, valid_to
        )


def account_part(pk: int) -> Account:
    """One account as the file writes it."""
    (found,) = _accounts(AccountRow.objects.filter(pk=pk), AccountKey.objects.filter(account=pk))
    return found


def _accounts(accounts: QuerySet[AccountRow], their_keys: QuerySet[AccountKey]) -> Iterable[Account]:
    keys: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = their_keys.order_by("position", "id").values_list("account_id", "kind", "key")
    for account_id, kind, key in rows:
        keys[account_id, kind].append(key)
    columns = (
        "id", "name", "owner__user__email", "team__slug", "parent__name", "is_customer", "tier", "country", "details",
    )  # fmt: skip
    for pk, name, owner, team, parent, is_customer, tier, country, details in accounts.values_list(*columns):
        yield Account(
            name=name,
            domains=tuple(keys.get((pk, AccountKey.Kind.DOMAIN), ())),
            aliases=tuple(keys.get((pk, AccountKey.Kind.ALIAS), ())),
            owner=owner,
            team=team,
            parent=parent,
            is_customer=is_customer,
            tier=tier,
            country=country,
            details=dict(sorted(details.items())),
        )


def _pools() -> Iterable[Pool]:
    members: dict[int, list[Member]] = defaultdict(list)
    for pool_id, email, weight in routing.Member.objects.order_by("position", "id").values_list(
        "pool_id", "rep__user__email", "weight"
    ):
        members[pool_id].append(Member(email, weight))
    for row in routing.Pool.objects.filter(_OF_THE_FILE):
        yield Pool(row.slug, row.name, row.strategy, row.catch_up, tuple(members.get(row.pk, ())))


# A territory's pool follows from the territory; what is left of it when that is gone has a name no file can give.
_OF_THE_FILE = Q(territory=None) & ~Q(slug__startswith="territory:")


def _scoring(vocabulary: Vocabulary) -> Iterable[Scoring]:
    """The newest version of the score model, unless it says that there is none."""
    live = ScoreVersion.objects.live()
    if live is not None and live.document:
        rules = [{**rule, "when": _condition(rule["when"], vocabulary)} for rule in live.document["rules"]]
        yield Scoring(score_model.in_file_order({**live.document, "rules": rules}))


def _condition(when: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    return document.dump_condition(document.parse_condition(when, vocabulary))


def enrichment() -> Iterable[Enrichment]:
    """The providers, on or off."""
    for row in Provider.objects.all():
        yield Enrichment(
            slug=row.slug,
            name=row.name,
            url=row.url,
            method=row.method,
            headers=dict(sorted(row.headers.items())),
            body=json.loads(json.dumps(row.body, sort_keys=True)),
            mapping=dict(sorted(row.mapping.items())),
            ask_if_blank=tuple(row.ask_if_blank),
            timeout=write_span(row.timeout_ms),
            cost=float(row.cost),
            keep=write_span(row.keep_s * 1000),
            order=row.order,
            off=row.off,
        )


def _sources() -> Iterable[Source]:
    """Sources that are closed, because a file no longer names them, are history."""
    for row in SourceRow.objects.filter(active=True):
        yield Source(
            slug=row.slug,
            name=row.name,
            auth=row.auth,
            secret_env=row.secret_env,
            preset=row.preset,
            items=row.items,
            mapping=dict(sorted(row.mapping.items())),
            id=row.id_path,
            intent=row.intent,
            enrich_within="" if row.enrich_within_ms is None else write_span(row.enrich_within_ms),
            reroute_late=row.reroute_late,
        )


def _trees(vocabulary: Vocabulary) -> Iterable[Tree]:
    """Trees that have a LIVE version. The database keeps a document's keys in no order, the engine in its own."""
    for version in routing.Version.objects.filter(status=routing.Version.Status.LIVE).select_related("tree"):
        tree = version.tree
        parsed = document.parse(version.document, vocabulary)
        yield Tree(tree.slug, tree.name, tree.is_default, tree.timezone, document.dump(parsed))
