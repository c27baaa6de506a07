"""Before leads are moved by hand: everybody who could have them, with load, hours and skills, and what would follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads import standing
from leads.again import people_again
from leads.deciding import plan_all
from leads.models import Assignment, Lead, SlaClock
from leads.pages.availability import Availability, availability
from leads.promises import Promises
from leads.pulling import needs_of
from leads.tables import DUE_IN_PROMISE
from leads.world import Known, known
from reps.models import Rep, Skill, User
from routing.engine.bench import Needs, Presence, fullness
from routing.engine.facts import Facts, from_json
from routing.engine.world import Standing
from routing.models import Pool, Queue

QUEUE = "queue"  # what is chosen instead of a rep
GONE = ("away", "holiday", "paused", "parked")


@dataclass(frozen=True, slots=True)
class Having:
    """One that the leads ask for, as far as he has it; `lacking` counts the leads that ask for more."""

    name: str
    level: int
    lacking: int


@dataclass(frozen=True, slots=True)
class Option:
    """Somebody who could have the leads. `before`: what stands against him because he had them in his hands."""

    rep: Rep
    load: int
    limit: str
    there: Availability | None
    skills: Sequence[Having]
    before: str
    due: datetime
    counts: str

    @property
    def would_wait(self) -> bool:
        return self.there is not None and self.there.state in GONE

    @property
    def is_fit(self) -> bool:
        """Nothing speaks against him."""
        open_now = self.there is not None and self.there.is_open
        return open_now and not self.limit and not self.before and not any(skill.lacking for skill in self.skills)


@dataclass(frozen=True, slots=True)
class ToQueue:
    """The other choice: back into the queue of the team."""

    names: str
    counts: str


@dataclass(frozen=True, slots=True)
class Move:
    """What the dialog shows. `several`: it is about more than one lead."""

    leads: Sequence[Lead]
    options: Sequence[Option]
    queue: ToQueue | None

    @property
    def several(self) -> bool:
        return len(self.leads) > 1


def move(leads: Sequence[Lead], user: User, *, now: datetime) -> Move:
    """Everybody of his teams (for RevOps everybody) who could have these leads, whom nothing speaks against first."""
    organisation, presence = known(), Presence(now)
    reps = Rep.objects.overseen_by(user).filter(active=True).select_related("user", "team").order_by("user__name")
    emails = {rep.pk: organisation.emails[rep.pk] for rep in reps if rep.pk in organisation.emails}
    about = _About.read(leads, organisation, presence)
    held = standing.read(organisation, [], emails.values(), presence)
    sole = leads[0].rep_id if len(leads) == 1 and leads[0].is_open else None
    options = [about.option(rep, emails[rep.pk], held) for rep in reps if rep.pk in emails and rep.pk != sole]
    options.sort(key=lambda option: (not option.is_fit, option.would_wait, _share(option), str(option.rep)))
    return Move(leads, options, about.to_queue())


def _share(option: Option) -> float:
    """How full somebody is."""
    return option.load / option.rep.capacity if option.rep.capacity else option.load / 100


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of the leads, whoever gets them."""

    leads: Sequence[Lead]
    known: Known
    presence: Presence
    needs: Sequence[Needs]
    pools: Mapping[int, Pool]  # lead → the pool in whose ledger it counts
    asked: Sequence[tuple[Facts, str | None]]  # what names the promise of each
    promises: Promises
    skill_names: Mapping[str, str]

    @classmethod
    def read(cls, leads: Sequence[Lead], organisation: Known, presence: Presence) -> _About:
        vocabulary = organisation.world.vocabulary
        people = people_again(leads, organisation.emails, vocabulary)
        held = Assignment.objects.filter(lead__in=[lead.pk for lead in leads]).order_by("lead", "-epoch")
        clocks = SlaClock.objects.filter(lead__in=leads).exclude(assignment=None).order_by("lead", "-pk")
        named = {clock.lead_id: str(clock.policy["slug"]) for clock in clocks.distinct("lead")}
        latest = held.distinct("lead").select_related("pool")
        needs = [needs_of(one, organisation) for one in plan_all(people, organisation, presence)]
        asked_for = {skill for one in needs for skill, _ in one.skills}
        return cls(
            leads=leads,
            known=organisation,
            presence=presence,
            needs=needs,
            pools={one.lead_id: one.pool for one in latest if one.pool is not None},
            asked=[(_facts(lead, organisation), named.get(lead.pk)) for lead in leads],
            promises=Promises(organisation, presence.now),
            skill_names=dict(Skill.objects.filter(slug__in=asked_for).values_list("slug", "name")),
        )

    def option(self, rep: Rep, email: str, held: Standing) -> Option:
        as_known = self.known.world.reps[email]
        return Option(
            rep=rep,
            load=held.open.get(email, 0),
            limit=fullness(as_known, held, self.presence),
            there=availability(rep, as_known.calendar, self.presence.now),
            skills=self._skills(as_known.skills),
            before=self._before(email),
            due=min(self._due(email, facts, named) for facts, named in self.asked),
            counts=self._counts(email, str(rep)),
        )

    def to_queue(self) -> ToQueue | None:
        """The queues of those who hold them; None where nobody holds any."""
        held = [lead for lead in self.leads if lead.is_open]
        if not held:
            return None
        slugs = {self.known.queue_of(lead.rep_id) for lead in held}
        names = Queue.objects.filter(slug__in=slugs).order_by("name").values_list("name", flat=True)
        return ToQueue(" or ".join(names), self._counts(None, ""))

    def _due(self, email: str, facts: Facts, named: str | None) -> datetime:
        due = self.promises.start(facts=facts, named=named, rep=email)[DUE_IN_PROMISE]
        assert isinstance(due, datetime)
        return due

    def _skills(self, levels: Mapping[str, int]) -> list[Having]:
        wanted = sorted({skill for needs in self.needs for skill, _ in needs.skills})
        return [
            Having(
                name=self.skill_names.get(skill, skill),
                level=levels.get(skill, 0),
                lacking=sum(levels.get(skill, 0) < dict(needs.skills).get(skill, 0) for needs in self.needs),
            )
            for skill in wanted
        ]

    def _before(self, email: str) -> str:
        declined = sum(email in needs.declined for needs in self.needs)
        had = sum(email in needs.held_before for needs in self.needs)
        of_them = "it" if len(self.leads) == 1 else "{} of them"
        said = [f"declined {of_them.format(declined)}"] if declined else []
        return " and ".join([*said, *([f"had {of_them.format(had)} before"] if had else [])])

    def _counts(self, email: str | None, name: str) -> str:
        """How the ledgers change, in words: whoever gets a lead counts it, whoever had it is credited back."""
        moved: dict[str, Counter[str]] = {}
        for lead in self.leads:
            pool = self.pools.get(lead.pk)
            holder = self.known.emails.get(lead.rep_id or 0, "") if lead.is_open else ""
            if pool is None or (email and holder == email):
                continue
            if email and (pool.slug, email) in self.known.members:
                moved.setdefault(pool.name, Counter())[name] += 1
            if (pool.slug, holder) in self.known.members:
                moved.setdefault(pool.name, Counter())[str(lead.rep)] -= 1
        return "; ".join(f"{_each(counted)} in {pool}" for pool, counted in moved.items() if counted)


def _each(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{'+' if count > 0 else '−'}{abs(count)} for {name}" for name, count in counted.items())


def _facts(lead: Lead, organisation: Known) -> Facts:
    facts = from_json(lead.facts, organisation.world.vocabulary)
    return facts if lead.score is None else {**facts, "score": lead.score}
