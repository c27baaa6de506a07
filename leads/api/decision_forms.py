"""A decision in the words of the contract, the same for one that was made and for one that is only tried."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from leads.api.paging import Paging
from routing.engine import bench
from routing.models import Decision

CODES = [code for code in bench.WORDS if code]


class DecisionQuery(Paging):
    """Filters; each narrows what the others leave. Times are `[after, before)`."""

    lead = serializers.IntegerField(required=False, min_value=1)
    outcome = serializers.ChoiceField(choices=Decision.Outcome.choices, required=False)
    cause = serializers.ChoiceField(choices=Decision.Cause.choices, required=False)
    rep = serializers.CharField(required=False, help_text="The e-mail of the rep who was chosen.")
    pool = serializers.CharField(required=False, help_text="A pool's slug.")
    rule = serializers.CharField(required=False, max_length=40, help_text="The id of a rule that held.")
    tree = serializers.CharField(required=False, help_text="A tree's slug.")
    fallback = serializers.BooleanField(required=False, allow_null=True, default=None)
    sticky = serializers.BooleanField(required=False, allow_null=True, default=None)
    after = serializers.DateTimeField(required=False)
    before = serializers.DateTimeField(required=False)


class Choice(serializers.Serializer[Any]):
    """Where a lead goes and why. `excluded` has the first filter that each rep failed who did not compete."""

    tree = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Decision.Outcome.choices)
    rep = serializers.CharField(allow_null=True)
    pool = serializers.CharField(allow_null=True)
    queue = serializers.CharField(allow_null=True)
    track = serializers.CharField()
    strategy = serializers.CharField()
    fallback = serializers.BooleanField()
    sticky = serializers.BooleanField()
    cover_for = serializers.CharField(allow_null=True)
    rules = serializers.ListField(child=serializers.CharField(), help_text="Ids of those that held, outermost first.")
    path = serializers.CharField(
        help_text="Where gate and rules sent the lead before anybody was asked; `gate`, `sticky`; empty: by hand."
    )
    reason = serializers.CharField()
    remarks = serializers.ListField(
        child=serializers.CharField(),
        help_text="What was not quite as the rule asks for: a full owner, a skill.",
    )
    excluded = serializers.DictField(child=serializers.ChoiceField(choices=CODES))


class DecisionForm(Choice):
    id = serializers.IntegerField()
    lead = serializers.IntegerField()
    at = serializers.DateTimeField()
    cause = serializers.ChoiceField(choices=Decision.Cause.choices)


class AskedForm(serializers.Serializer[Any]):
    """One rule that was asked, and the lead's answer."""

    tree = serializers.CharField()
    rule = serializers.CharField()
    name = serializers.CharField()
    held = serializers.BooleanField()
    because = serializers.CharField()


class CandidateForm(serializers.Serializer[Any]):
    """One rep as he was looked at. Without a code he competed."""

    rep = serializers.CharField()
    chosen = serializers.BooleanField()
    code = serializers.ChoiceField(choices=CODES, allow_blank=True)
    weight = serializers.FloatField()
    level = serializers.FloatField()
    open = serializers.IntegerField()
    capacity = serializers.IntegerField(allow_null=True)
    skill = serializers.IntegerField()
    rate = serializers.FloatField(
        allow_null=True, default=None, help_text="The smoothed win rate on leads like this one, where it counts."
    )


class Trace(serializers.Serializer[Any]):
    """What rules saw, which were asked, and everybody who was looked at."""

    facts = serializers.DictField()
    asked = AskedForm(many=True, allow_null=True, help_text="Null if the version asks for fields that are gone by now.")
    candidates = CandidateForm(many=True)


class AccountSeen(serializers.Serializer[Any]):
    """One account that was looked at for the lead."""

    id = serializers.IntegerField()
    account = serializers.CharField()
    score = serializers.FloatField(help_text="Out of 1.")
    signals = serializers.DictField(
        help_text="What speaks for it: `domain`, `name` or `alias` (which one), `likeness`, `own_words`, `country`."
    )


class MatchingForm(serializers.Serializer[Any]):
    """Which account the lead was taken for, and everybody who was looked at, best first; empty if there was nobody."""

    chosen = serializers.CharField(required=False, allow_null=True)
    how = serializers.CharField(required=False, allow_null=True, help_text="domain, name, alias or by_hand.")
    why = serializers.CharField(required=False, help_text="Why it was none of them.")
    candidates = AccountSeen(many=True, required=False)


class PartForm(serializers.Serializer[Any]):
    """One rule of the score model that held, and the lead's answer to it."""

    name = serializers.CharField()
    points = serializers.IntegerField()
    because = serializers.CharField()


class ScoringForm(serializers.Serializer[Any]):
    """How the score came about. Without a version, whoever asked has said the score himself."""

    version = serializers.IntegerField(allow_null=True, help_text="The number of the score model.")
    score = serializers.IntegerField()
    grade = serializers.CharField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True, help_text="Leads that score less are held back.")
    parts = PartForm(many=True)
    verdict = serializers.CharField(help_text="What the score meant for the lead, in words.")


class DecisionDetail(DecisionForm, Trace):
    scoring = ScoringForm(allow_null=True, help_text="Null if there was no score model.")
    matching = MatchingForm()
    decided_us = serializers.IntegerField(allow_null=True, help_text="What the choice itself took, in microseconds.")


class Evaluating(serializers.Serializer[Any]):
    """A lead that does not exist, tried on the rules. Facts are read as a form's would be: "51-200" is 51."""

    tree = serializers.JSONField(
        required=False, help_text="A tree's slug, or a whole rule document that nobody has published; else the default."
    )
    facts = serializers.DictField(help_text="The lead's fields by name, such as email, country, employees.")
    at = serializers.DateTimeField(required=False, help_text="As if it were then; who holds what is as it is now.")


class AssumedForm(serializers.Serializer[Any]):
    """A change set that is scheduled until then; `problem` says why it could not come into force as things are."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    effective_at = serializers.DateTimeField()
    problem = serializers.CharField(allow_blank=True)


class Evaluation(Choice, Trace):
    """What would happen. Nothing was written and nobody was told."""

    sla = serializers.CharField(allow_null=True, help_text="The promise that would start to run.")
    account = serializers.CharField(allow_null=True)
    scoring = ScoringForm(allow_null=True, help_text="Null if there is no score model.")
    matching = MatchingForm()
    assumed = AssumedForm(many=True, help_text="The change sets that were taken as in force at `at`.")
    set_aside = serializers.DictField(help_text="What no field could take.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="How values were read.")


def told(decision: Decision) -> dict[str, Any]:
    """A decision of the log; the caller has its version, tree, rep, pool, queue and cover in the same query."""
    return {
        "id": decision.pk,
        "lead": decision.lead_id,
        "at": decision.at,
        "cause": decision.cause,
        "tree": decision.version.tree.slug if decision.version else None,
        "version": decision.version.number if decision.version else None,
        "outcome": decision.outcome,
        "rep": decision.rep.user.email if decision.rep else None,
        "pool": decision.pool.slug if decision.pool else None,
        "queue": decision.queue.slug if decision.queue else None,
        "track": decision.track,
        "strategy": decision.strategy,
        "fallback": decision.fallback,
        "sticky": decision.sticky,
        "cover_for": decision.cover_for.user.email if decision.cover_for else None,
        "rules": decision.rules,
        "path": decision.path,
        "reason": decision.reason,
        "remarks": decision.notes,
        "excluded": {each["rep"]: each["code"] for each in decision.candidates if each["code"]},
    }
