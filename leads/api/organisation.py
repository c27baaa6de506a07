"""The organisation as it is set up: oneself, the reps one answers for, pools, sources and promises."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http.response import Http404
from rest_framework import serializers
from rest_framework.response import Response

from leads import sla
from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_query
from leads.models import Lead, Source
from leads.world import known
from reps.models import Rep, RepSkill, TimeOff, User
from routing.models import Member, Pool


class TimeOffForm(serializers.Serializer[TimeOff]):
    """`[start, end)`."""

    id = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    kind = serializers.CharField()
    note = serializers.CharField()


class RepForm(serializers.Serializer[Rep]):
    """A person who works leads; `hours` by day, such as "09:00-17:00", or null: always. `open` counts leads held."""

    email = serializers.CharField(source="user.email")
    name = serializers.CharField(source="user.name")
    team = serializers.CharField(source="team.slug", allow_null=True)
    timezone = serializers.CharField()
    hours = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        allow_null=True,
        help_text='{"mon": ["09:00-17:00"]}',
    )
    holidays = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True)
    daily_cap = serializers.IntegerField(allow_null=True)
    skills = serializers.SerializerMethodField()
    backup = serializers.CharField(source="backup.user.email", allow_null=True)
    active = serializers.BooleanField()
    paused = serializers.BooleanField(help_text="Away by the switch, or parked: gets no leads.")
    paused_until = serializers.DateTimeField(allow_null=True, help_text="null: until somebody says so.")
    paused_as = serializers.CharField(help_text='"by_hand", "parked", or "".')
    starts_on = serializers.DateField(allow_null=True)
    time_off = TimeOffForm(many=True)
    open = serializers.IntegerField()

    def get_skills(self, rep: Rep) -> dict[str, int]:
        return {each.skill.slug: each.level for each in rep.skill_levels.all()}


class MeForm(serializers.Serializer[Any]):
    """Who is asking. `rep` is his place on the floor, if he works leads; `teams` are those he manages."""

    email = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=User.Role.choices)
    teams = serializers.ListField(child=serializers.CharField())
    rep = RepForm(allow_null=True)


class MemberForm(serializers.Serializer[Member]):
    rep = serializers.CharField(source="rep.user.email")
    weight = serializers.FloatField()
    level = serializers.FloatField(help_text="What was given so far; the lowest is next.")


class PoolForm(serializers.Serializer[Pool]):
    """Members in the pool's order. The pool that a territory's reps form names the territory."""

    slug = serializers.CharField()
    name = serializers.CharField()
    strategy = serializers.CharField()
    catch_up = serializers.ChoiceField(choices=Pool.CatchUp.choices)
    territory = serializers.CharField(source="territory.slug", allow_null=True)
    members = MemberForm(many=True)


class SourceForm(serializers.Serializer[Source]):
    """A way in. Its secret stays in the server's environment and is told to nobody."""

    slug = serializers.CharField()
    name = serializers.CharField()
    address = serializers.SerializerMethodField(help_text="Where deliveries are sent.")
    auth = serializers.ChoiceField(choices=Source.Auth.choices)
    preset = serializers.CharField()
    items = serializers.CharField()
    mapping = serializers.DictField(child=serializers.CharField())
    id = serializers.CharField(source="id_path")
    intent = serializers.CharField()
    enrich_within_ms = serializers.IntegerField(
        allow_null=True, help_text="How long its leads wait for providers; null: as everywhere."
    )
    reroute_late = serializers.BooleanField(help_text="Whether answers that come later may route a lead again.")
    active = serializers.BooleanField()

    def get_address(self, source: Source) -> str:
        return f"/in/{source.slug}/"


class PolicyStepForm(serializers.Serializer[Any]):
    after = serializers.CharField()
    unless = serializers.ChoiceField(choices=sla.UNLESS)
    do = serializers.ChoiceField(choices=sla.DOINGS)


class PolicyForm(serializers.Serializer[Any]):
    """A promise. The first that has the lead's intent, and whose `min_score` it reaches, is used, else the default."""

    slug = serializers.CharField()
    name = serializers.CharField()
    respond_within = serializers.CharField()
    clock = serializers.ChoiceField(choices=sla.CLOCKS)
    steps = PolicyStepForm(many=True)
    max_reassignments = serializers.IntegerField()
    silent_after = serializers.CharField(
        allow_null=True, help_text="An accepted lead of which nothing is heard for so long is taken back."
    )
    park_after = serializers.IntegerField(
        allow_null=True, help_text="A rep who lets so many leads in a row lapse gets no more until he is back."
    )
    for_intents = serializers.ListField(child=serializers.CharField())
    min_score = serializers.FloatField(allow_null=True, help_text="Only for leads with at least this score.")
    default = serializers.BooleanField()


class PolicyList(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    results = PolicyForm(many=True)


@endpoint("GET", answers=MeForm)
def get_me(request: Request) -> Response:
    """Who you are here."""
    user = request.user
    me = {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "teams": list(user.managed_teams.order_by("slug").values_list("slug", flat=True)),
        "rep": _reps().filter(user=user).first(),
    }
    return Response(MeForm(me).data)


@endpoint("GET", asks=Paging, answers=page_of(RepForm))
def list_reps(request: Request) -> Response:
    """For RevOps everybody, for a manager his teams, for a rep himself."""
    return listed(request, page(reps_seen_by(request.user), read_query(request, Paging)), RepForm)


@endpoint("GET", asks=Paging, answers=page_of(PoolForm), only=OVERSEERS)
def list_pools(request: Request) -> Response:
    """The pools with their members, and how much each was given."""
    members = Member.objects.select_related("rep__user").order_by("position", "pk")
    pools = Pool.objects.select_related("territory").prefetch_related(Prefetch("members", members))
    return listed(request, page(pools, read_query(request, Paging)), PoolForm)


@endpoint("GET", asks=Paging, answers=page_of(SourceForm), only=OVERSEERS)
def list_sources(request: Request) -> Response:
    """The ways in."""
    return listed(request, page(Source.objects.all(), read_query(request, Paging)), SourceForm)


@endpoint("GET", answers=SourceForm, only=OVERSEERS, problems=[404])
def get_source(request: Request, slug: str) -> Response:
    """One way in."""
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        raise Http404("There is no such source.")
    return Response(SourceForm(source).data)


@endpoint("GET", answers=PolicyList, only=OVERSEERS)
def list_sla_policies(request: Request) -> Response:
    """The promises in the order in which they are looked at; those that Switchyard ships with if none were written."""
    policies = [_told(policy) for policy in known().policies]
    return Response({"next": None, "results": PolicyForm(policies, many=True).data})


def reps_seen_by(user: User) -> QuerySet[Rep]:
    """For RevOps everybody, for a manager his teams, for a rep himself: as `RepForm` tells of them."""
    reps = _reps()
    if user.is_revops:
        return reps
    return reps.filter(Q(team__manager=user) | Q(user=user) if user.is_manager else Q(user=user))


def _reps() -> QuerySet[Rep]:
    skills = RepSkill.objects.select_related("skill").order_by("skill__slug")
    time_off = TimeOff.objects.order_by("start", "pk")
    held = Lead.objects.open().filter(rep=OuterRef("pk")).values("rep").annotate(count=Count("pk")).values("count")
    return (
        Rep.objects.select_related("user", "team", "backup__user")
        .prefetch_related(Prefetch("skill_levels", skills), Prefetch("time_off", time_off))
        .annotate(open=Coalesce(Subquery(held), 0))
    )


def _told(policy: sla.Policy) -> dict[str, Any]:
    steps = [{"after": sla.dump_duration(step.after), "unless": step.unless, "do": step.do} for step in policy.steps]
    return {
        "slug": policy.slug,
        "name": policy.name,
        "respond_within": sla.dump_duration(policy.respond_within),
        "clock": policy.clock,
        "steps": steps,
        "max_reassignments": policy.max_reassignments,
        "silent_after": sla.dump_duration(policy.silent_after) if policy.silent_after else None,
        "park_after": policy.park_after,
        "for_intents": policy.for_intents,
        "min_score": policy.min_score,
        "default": policy.is_default,
    }
