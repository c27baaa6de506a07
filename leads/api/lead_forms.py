"""A lead as programs see it, and what they may ask of leads and do with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads import reckoning
from leads.activity.counting import all_signals
from leads.api.decision_forms import DecisionForm, ScoringForm, told
from leads.api.paging import Paging
from leads.clocks.lateness import Measured, measured
from leads.ladder.step import still_ahead
from leads.models import Lead, SlaClock, TimelineEntry
from leads.pages.activity import names_of
from leads.world import known
from routing.engine.facts import STANDARD, from_json

HIGHEST_EPOCH = 2**31 - 1
MOST_TOLD = 200  # lines of a lead's story
CLOSINGS = [(status.value, status.label) for status in Lead.CLOSED]
ORDERINGS = ("-received_at", "received_at")


class LeadQuery(Paging):
    """Filters; each narrows what the others leave. Times are `[after, before)`."""

    status = serializers.CharField(required=False, help_text="One status, or several with commas between.")
    owner = serializers.CharField(required=False, help_text="The holder's e-mail.")
    source = serializers.CharField(required=False, help_text="A source's slug.")  # type: ignore[assignment]  # declared fields leave the class
    queue = serializers.CharField(required=False, help_text="A queue's slug: leads that wait there.")
    intent = serializers.CharField(required=False)
    email = serializers.CharField(required=False, help_text="The lead's own e-mail.")
    received_after = serializers.DateTimeField(required=False)
    received_before = serializers.DateTimeField(required=False)
    ordering = serializers.ChoiceField(choices=ORDERINGS, required=False, default=ORDERINGS[0])

    def validate_status(self, text: str) -> list[str]:
        asked = [status.strip() for status in text.split(",")]
        if unknown := [status for status in asked if status not in Lead.Status.values]:
            raise serializers.ValidationError(
                f"{unknown[0][:40]!r} is no status; there are {', '.join(Lead.Status.values)}."
            )
        return asked


class Act(serializers.Serializer[Any]):
    """With the epoch that was shown, a late act cannot touch what is somebody else's by now."""

    epoch = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=HIGHEST_EPOCH,
        help_text="The epoch that was shown; 409 if it has moved on.",
    )


class Declining(Act):
    reason = serializers.CharField(max_length=300)


class Reassigning(Act):
    to = serializers.CharField(max_length=254, help_text="The e-mail of the rep who gets the lead.")
    reason = serializers.CharField(max_length=300)


class Closing(Act):
    status = serializers.ChoiceField(choices=CLOSINGS)


class LeadRow(serializers.Serializer[Lead]):
    """A lead in a list. `owner` is who holds it, or held it when it was closed; `due_at` is its running promise."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    company = serializers.CharField()
    intent = serializers.CharField()
    source = serializers.CharField(source="source.slug")  # type: ignore[assignment]  # declared fields leave the class
    status = serializers.ChoiceField(choices=Lead.Status.choices)
    owner = serializers.CharField(source="rep.user.email", allow_null=True)
    queue = serializers.CharField(source="queue.slug", allow_null=True)
    track = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    epoch = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()
    due_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_due_at(self, lead: Lead) -> datetime | None:
        clocks: Mapping[int, SlaClock] = self.context["clocks"]
        clock = clocks.get(lead.pk)
        return clock.due_at if clock and clock.state == SlaClock.State.RUNNING else None


class StepForm(serializers.Serializer[Any]):
    """What happens next unless the lead is accepted or contacted by then."""

    at = serializers.DateTimeField()
    unless = serializers.CharField()
    do = serializers.CharField()


class PromiseForm(serializers.Serializer[SlaClock]):
    """The promise of the current assignment, or of the queue in which the lead waits.

    Breached: its time passed without contact, whoever has noticed. Lateness is measured on until there is contact.
    """

    policy = serializers.CharField(source="policy.slug")
    name = serializers.CharField(source="policy.name")
    state = serializers.ChoiceField(choices=SlaClock.State.choices)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    basis = serializers.CharField(help_text="Whose time it counts: always (real time), team_hours or rep_hours.")
    breached = serializers.SerializerMethodField()
    late_by_s = serializers.SerializerMethodField(help_text="Seconds of real time after due_at; 0 if it is not late.")
    late_in_hours_s = serializers.SerializerMethodField(help_text="The same in the time that the promise counts.")
    waiting_since = serializers.DateTimeField(allow_null=True, help_text="Since when the customer waits.")
    customer_wait_s = serializers.SerializerMethodField(
        help_text="Seconds of real time until the contact, or until now, whoever had the lead meanwhile."
    )
    next_step = serializers.SerializerMethodField()

    def get_breached(self, clock: SlaClock) -> bool:
        return self._measured(clock).breached

    def get_late_by_s(self, clock: SlaClock) -> int:
        return round(self._measured(clock).late.total_seconds())

    def get_late_in_hours_s(self, clock: SlaClock) -> int:
        return round(self._measured(clock).in_hours.total_seconds())

    def get_customer_wait_s(self, clock: SlaClock) -> int | None:
        waits = self._measured(clock).customer_waits
        return None if waits is None else round(waits.total_seconds())

    def _measured(self, clock: SlaClock) -> Measured:
        if "measured" not in self.context:
            self.context["measured"] = measured(clock, known(), self.context["now"])
        found: Measured = self.context["measured"]
        return found

    @extend_schema_field(StepForm(allow_null=True))
    def get_next_step(self, clock: SlaClock) -> dict[str, str] | None:
        steps = still_ahead(clock, clock.lead)
        return {name: steps[0][name] for name in ("at", "unless", "do")} if steps else None


class StoryForm(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=TimelineEntry.Kind.choices)
    text = serializers.CharField()
    by = serializers.CharField(source="by.email", allow_null=True)


class LeadForm(LeadRow):
    """One lead with all that is known. `set_aside` is what a sender sent and no field could take."""

    account = serializers.CharField(source="account.name", allow_null=True)
    facts = serializers.DictField()
    set_aside = serializers.DictField()
    provenance = serializers.DictField(
        help_text="Facts that the sender did not say: `by` is the field they follow from, or `provider:<slug>`; `at`."
    )
    sla = serializers.SerializerMethodField()
    scoring = serializers.SerializerMethodField()
    decision = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()
    signals = serializers.SerializerMethodField()

    @extend_schema_field(PromiseForm(allow_null=True))
    def get_sla(self, lead: Lead) -> dict[str, Any] | None:
        clock = self.context["clocks"].get(lead.pk)
        return PromiseForm(clock, context=self.context).data if clock else None

    @extend_schema_field(ScoringForm(allow_null=True))
    def get_scoring(self, lead: Lead) -> dict[str, Any] | None:
        """How the score of the last decision came about."""
        if lead.decision is None or not lead.decision.scoring:
            return None
        scored = reckoning.of_decision(lead.decision, known())
        return asdict(scored) if scored else None

    @extend_schema_field(DecisionForm(allow_null=True))
    def get_decision(self, lead: Lead) -> dict[str, Any] | None:
        return told(lead.decision) if lead.decision else None

    @extend_schema_field(StoryForm(many=True))
    def get_timeline(self, lead: Lead) -> list[dict[str, Any]]:
        """Newest first."""
        story = lead.timeline.select_related("by").order_by("-at", "-pk")[:MOST_TOLD]
        return list(StoryForm(story, many=True).data)

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_signals(self, lead: Lead) -> Mapping[str, Any]:
        """What was counted of its activity and its account's, by the names that rules have for it."""
        return all_signals(names_of(lead, from_json(lead.facts, STANDARD)), lead.account_id, self.context["now"])
