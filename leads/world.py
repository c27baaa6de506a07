"""The organisation as this process knows it: compiled once per revision, with the keys of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from leads import canaries, sources
from leads.activity.windows import Asked, asked_by
from leads.canaries import Canary
from leads.configuration import dump, worlds
from leads.configuration.parts import Configuration
from leads.enrichment import book
from leads.enrichment.providers import Card
from leads.models import ScoreVersion
from leads.scoring import ScoreCard
from leads.sla import Policy
from leads.sources import Sources
from notifications.subscriptions import emitting
from reps import services as people
from reps.hours import Calendar
from reps.models import Rep, Team, User
from routing.engine.route import Outcome
from routing.engine.world import World
from routing.models import Member, Pool, Queue, Version


@dataclass(frozen=True, slots=True)
class RepKeys:
    """The rows behind a rep's e-mail. `manager_id`: None without a manager, or with one who has left."""

    id: int
    user_id: int
    team_id: int | None
    manager_id: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that changes only with the configuration: the engine's world, and what its names are as rows.

    `canaries` are versions on trial that decide about some leads instead of the live ones: `side_of` a lead is the
    organisation as that lead finds it. `side` names such an organisation in the mark of leads that wait.
    """

    revision: int
    world: World
    policies: tuple[Policy, ...]
    scoring: ScoreCard
    signals: Asked  # what the live rules, scores and territories ask about activity
    sources: Sources
    providers: tuple[Card, ...]  # who is asked over the network, in their order
    reps: Mapping[str, RepKeys]
    emails: Mapping[int, str]
    pools: Mapping[str, int]
    members: Mapping[tuple[str, str], int]
    queues: Mapping[str, int]
    versions: Mapping[str, int]
    team_queues: Mapping[int, str]  # by the team's id
    team_calendars: Mapping[str, Calendar]
    overseers: Sequence[int]  # users who are told when a lead finds nobody: managers and RevOps
    wanted_events: frozenset[str]  # what other systems have subscribed to
    canaries: tuple[Canary, ...] = ()
    side: str = ""
    sides: dict[frozenset[int], Known] = field(default_factory=dict, repr=False, compare=False)

    def side_of(self, lead: int) -> Known:
        """The organisation with the rules that decide about this lead; while nothing is on trial, this one."""
        if not self.canaries:
            return self
        return self._side(frozenset(one.version for one in self.canaries if one.takes(lead)))

    def mark_of(self, outcome: Outcome) -> str:
        """What a lead with this outcome waits for, as its row says; "" if it waits for nobody."""
        return f"{self.revision}:{outcome.waits_for}{self.side}" if outcome.waits_for else ""

    def _side(self, taken: frozenset[int]) -> Known:
        if taken not in self.sides:
            these = [one for one in self.canaries if one.version in taken]
            # Paths of two versions may say the same and mean other people: their leads must not wait in one line.
            named = hashlib.sha256(",".join(map(str, sorted(taken))).encode()).hexdigest()[:6]
            self.sides[taken] = replace(
                self,
                world=canaries.with_these(self.world, these),
                versions={**self.versions, **{one.published.slug: one.version for one in these}},
                canaries=(),
                side=f".{named}" if taken else "",
                sides={},
            )
        return self.sides[taken]

    def queue_of(self, rep: int | None) -> str:
        """The slug of the queue in which leads of this rep wait for his team; the built-in one where it has none."""
        keys = self.reps.get(self.emails.get(rep or 0, ""))
        return self.team_queues.get(keys.team_id or 0, Queue.UNASSIGNED) if keys else Queue.UNASSIGNED

    def managers_of(self, rep: str) -> Sequence[int]:
        """Users who answer for this rep: his team's manager; where there is none, everybody who oversees routing."""
        manager = self.reps[rep].manager_id
        return [manager] if manager is not None else self.overseers

    def managers_of_queue(self, queue: Queue) -> Sequence[int]:
        """The same for the team whose queue it is; best read with its team and manager."""
        manager = queue.team.manager if queue.team is not None else None
        return [manager.pk] if manager is not None and manager.is_active else self.overseers


class _Process:
    """What this process read last."""

    known: Known | None = None


def known() -> Known:
    """The organisation at the committed revision: one small query when nothing changed."""
    return _at(sources.revision_now())


def known_and_held() -> Known:
    """The same, with the revision held still until the transaction ends, so that it is in force at the commit."""
    return _at(people.share_revision())


def _at(revision: int) -> Known:
    current = _Process.known
    while current is None or current.revision != revision:
        current = _read(revision)
        # A change that was committed while we read may have given us half of it: then read again.
        revision = sources.revision_now()
    _Process.known = current
    return current


def _read(revision: int) -> Known:
    configuration = dump.current(with_accounts=False)
    reps = {
        email: RepKeys(rep_id, user_id, team_id, manager_id if is_there else None)
        for email, rep_id, user_id, team_id, manager_id, is_there in Rep.objects.values_list(
            "user__email", "id", "user_id", "team_id", "team__manager_id", "team__manager__is_active"
        )
    }
    live, policies = ScoreVersion.objects.live(), worlds.policies(configuration)
    versions = dict(Version.objects.filter(status=Version.Status.LIVE).values_list("tree__slug", "id"))
    world, trying = _rules(configuration, policies, versions)
    scoring = worlds.score_card(configuration, live.number if live else 0)
    return Known(
        revision=revision,
        world=world,
        policies=policies,
        scoring=scoring,
        signals=asked_by(canaries.all_at_once(world, trying), scoring),
        sources=sources.at(revision),
        providers=book.cards(),
        reps=reps,
        emails={keys.id: email for email, keys in reps.items()},
        pools=dict(Pool.objects.values_list("slug", "id")),
        members={
            (pool, email): member
            for member, pool, email in Member.objects.values_list("id", "pool__slug", "rep__user__email")
        },
        queues=_queues(),
        team_queues=_team_queues(),
        team_calendars=worlds.team_calendars(configuration),
        versions=versions,
        canaries=trying,
        overseers=tuple(
            User.objects.filter(is_active=True, role__in=[User.Role.MANAGER, User.Role.REVOPS])
            .order_by("id")
            .values_list("id", flat=True)
        ),
        wanted_events=emitting.wanted(),
    )


def _rules(
    configuration: Configuration, policies: Sequence[Policy], versions: Mapping[str, int]
) -> tuple[World, tuple[Canary, ...]]:
    """The world with what is live, and the canaries in force. Win rates are read also if only these ask for them."""
    world = worlds.build_world(configuration)
    trying = canaries.in_force(world, versions, worlds.references_of(world, policies))
    converting = world.converting or any(worlds.chooses_by_win_rate(one.published.tree) for one in trying)
    return replace(world, converting=converting) if converting != world.converting else world, trying


def _team_queues() -> dict[int, str]:
    """The queue that each team names; of those that name none the first that is theirs."""
    theirs = Queue.objects.exclude(team=None).order_by("-pk").values_list("team_id", "slug")
    named = Team.objects.filter(queue__in=Queue.objects.values("slug")).values_list("pk", "queue")
    return {team: slug for team, slug in (*theirs, *named) if team is not None}


def _queues() -> dict[str, int]:
    """The queues' ids. The built-in one is made here should it be missing: no lead may ever be without a place."""
    ids = dict(Queue.objects.values_list("slug", "id"))
    if Queue.UNASSIGNED not in ids:
        queue, _ = Queue.objects.get_or_create(slug=Queue.UNASSIGNED, defaults={"name": "Unassigned"})
        ids[queue.slug] = queue.pk
    return ids
