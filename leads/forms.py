"""What people choose on the pages of leads: a reason for declining, and filters of the lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from leads.models import InboundEvent, Source
from leads.pages.decisions import FALLBACK, MOST_RULES, reps_for, rule_names
from leads.pages.leads import STANDS
from leads.pages.moving import QUEUE
from reps.filters import Filters, search, select
from reps.models import Rep, User
from routing.models import Decision

REASONS = (
    "Not my territory",
    "Not my segment or product",
    "Not my language",
    "Conflict of interest",
    "No room right now",
    "Spam or a test",
)
OTHER = "other"
PERIODS = (("1", "Last 24 hours"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "Last 90 days"), ("all", "All"))
STAND_LABELS = {
    "new": "New",
    "accepted": "Accepted",
    "contacted": "Contacted",
    "queued": "Waiting in a queue",
    "nurture": "Nurture",
    "closed": "Closed",
    "discarded": "Discarded",
}


class DeclineForm(forms.Form):
    """Why a rep hands a lead back; the words go into the lead's story and to whoever gets it next."""

    reason = forms.ChoiceField(
        label="Why?",
        choices=[*((reason, reason) for reason in REASONS), (OTHER, "Something else")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason: the next person reads it.", "invalid_choice": "Choose a reason."},
    )
    note = forms.CharField(
        label="In your words",
        required=False,
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") == OTHER and not given.get("note"):
            self.add_error("note", "Say in a few words why: the next person reads it.")
        return given

    @property
    def words(self) -> str:
        """The reason as the lead's story tells it."""
        reason, note = self.cleaned_data["reason"], self.cleaned_data["note"]
        if reason == OTHER:
            return str(note)
        return f"{reason}. {note}" if note else str(reason)


class MoveForm(forms.Form):
    """Where somebody who oversees the floor moves leads, and why; the words go into each lead's story."""

    to = forms.ChoiceField(
        error_messages={"required": "Choose who gets it.", "invalid_choice": "Choose somebody of the list."}
    )
    reason = forms.CharField(
        label="Why?",
        max_length=240,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
        error_messages={"required": "Say in a few words why: the next person reads it."},
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        self.reps = {str(rep.pk): rep for rep in reps_for(user).filter(active=True)}
        to.choices = [(QUEUE, "The team's queue"), *((key, str(rep)) for key, rep in self.reps.items())]

    @property
    def rep(self) -> Rep | None:
        """Who gets them; None: the queue of the team."""
        return self.reps.get(self.cleaned_data["to"])


class DecisionFilters(Filters):
    outcome = select("Outcome")
    rep = select("Rep")
    rule = select("Rule")
    period = select("Period", PERIODS)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__({"period": "30", **data})
        self.offer("outcome", [*Decision.Outcome.choices, (FALLBACK, "Fallback")])
        self.offer("rep", ((rep.pk, str(rep)) for rep in reps_for(user)))
        self.offer("rule", list(rule_names().items())[:MOST_RULES])


class EventFilters(Filters):
    status = select("Status")
    source = select("Source")
    period = select("Period", PERIODS)

    def __init__(self, data: Any) -> None:
        super().__init__({"period": "30", **data})
        self.offer("status", [*InboundEvent.Status.choices, ("copies", "Sent more than once")])
        self.offer("source", Source.objects.order_by("name").values_list("pk", "name"))


class PerformanceFilters(Filters):
    segment = select("Segment")

    def __init__(self, data: Any, *, segments: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.offer("segment", segments)


class LeadFilters(Filters):
    q = search("Name, e-mail or company")
    stand = select("Stands", [("", "All"), *((stand, STAND_LABELS[stand]) for stand in STANDS)])
    rep = select("Rep")
    source = select("Source")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.offer("source", Source.objects.order_by("name").values_list("pk", "name"))
        if user.is_revops or user.is_manager:
            self.offer("rep", ((rep.pk, str(rep)) for rep in reps_for(user)))
        else:
            del self.fields["rep"]
