"""The pages of trials: what runs, with the figures of both sides; what could be begun; what there was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, Sum

from leads.builder.desk import Desk
from leads.builder.trials import figures as trial_figures
from leads.builder.trials.figures import Share, Side
from leads.models import Lead
from reps.models import User
from routing.models import Disagreement, Traffic, Trial

PER_PAGE = 25
SHOWN = 5  # disagreements on the page of all trials
MOST_ENDED = 50
TONES = {
    Trial.Status.RUNNING: "signal",
    Trial.Status.PROMOTED: "ok",
    Trial.Status.ROLLED_BACK: "bad",
    Trial.Status.ENDED: "",
}
LABELS = {"fallback": "Fallback", "breach": "Promise broken", "reassigned": "Reassigned"}
EXPLAINED = {
    "fallback": "of the leads, no rule took",
    "breach": "of those with a promise, nobody kept it",
    "reassigned": "of those that were given to a rep, he lost or declined",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: both sides, and the limit of the version on trial. `said`: there are leads enough."""

    label: str
    explained: str
    mine: Share
    theirs: Share
    limit: float | None
    said: bool

    @property
    def is_near(self) -> bool:
        """More than three quarters of the way to its limit."""
        return bool(self.said and self.limit and self.mine.share is not None and self.mine.share > 0.75 * self.limit)


@dataclass(frozen=True, slots=True)
class Shown:
    """One trial. `figures` are a canary's, `disagreements` a shadow's."""

    trial: Trial
    tone: str
    mine: Side
    theirs: Side
    figures: tuple[Figure, ...] = ()
    least: int = 0
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def agreement(self) -> float | None:
        return 1 - self.trial.differed / self.trial.compared if self.trial.compared else None

    @property
    def progress(self) -> int:
        return min(self.mine.leads, self.least)


@dataclass(frozen=True, slots=True)
class TrialsPage:
    """`cannot` says why nothing can be begun, `kinds` what could."""

    running: tuple[Shown, ...]
    ended: Sequence[Trial]
    cannot: str
    kinds: tuple[Trial.Kind, ...]


@dataclass(frozen=True, slots=True)
class TrialPage:
    shown: Shown
    before: int | None  # the disagreement after which the next page begins; None on the last


def listed(desk: Desk, *, by: User, now: datetime) -> TrialsPage:
    running = running_of(desk, by=by, now=now)
    ended = desk.tree.trials.exclude(status=Trial.Status.RUNNING).select_related("version", "ended_by", "started_by")
    busy = {one.trial.kind for one in running}
    kinds = tuple(kind for kind in Trial.Kind if kind not in busy)
    return TrialsPage(running, tuple(ended.order_by("-ended_at", "-pk")[:MOST_ENDED]), _cannot(desk, kinds), kinds)


def running_of(desk: Desk, *, by: User, now: datetime) -> tuple[Shown, ...]:
    found = desk.tree.trials.filter(status=Trial.Status.RUNNING).select_related("version", "against", "started_by")
    return tuple(shown(trial, by=by, now=now, most=SHOWN) for trial in found.order_by("kind"))


def of_trial(trial: Trial, *, before: int | None, by: User, now: datetime) -> TrialPage:
    """One trial with its disagreements, the newest first, those before the one that was shown last."""
    one = shown(trial, by=by, now=now, most=PER_PAGE + 1, before=before)
    more = len(one.disagreements) > PER_PAGE
    page = one.disagreements[:PER_PAGE]
    fitting = Shown(one.trial, one.tone, one.mine, one.theirs, one.figures, one.least, page)
    return TrialPage(fitting, page[-1].pk if more else None)


def shown(trial: Trial, *, by: User, now: datetime, most: int, before: int | None = None) -> Shown:
    """Figures are of all leads; the disagreements only of those that the reader may see: reasons tell of leads."""
    tone = TONES[Trial.Status(trial.status)]
    if trial.kind == Trial.Kind.SHADOW:
        found = trial.disagreements.select_related("decision").order_by("-pk")
        found = found.filter(pk__lt=before) if before else found
        if not by.is_revops:
            found = found.filter(decision__lead_id__in=Lead.objects.visible_to(by).values("pk"))
        return Shown(trial, tone, trial_figures.NOBODY, trial_figures.NOBODY, disagreements=tuple(found[:most]))
    mine, theirs = trial_figures.sides(trial, now=now)
    least = int(trial.limits.get("leads", 1))
    figures = tuple(
        Figure(
            label,
            EXPLAINED[name],
            mine.of(name),
            theirs.of(name),
            trial.limits.get(name),
            mine.of(name).whole >= least,
        )
        for name, label in LABELS.items()
    )
    return Shown(trial, tone, mine, theirs, figures, least)


def _cannot(desk: Desk, kinds: Sequence[Trial.Kind]) -> str:
    if desk.live is None:
        return "Nothing of this tree is live yet, so there is nothing to try a draft beside. Publish it first."
    if desk.revision is None:
        return "There is no draft to try. Change something in the builder, then come back."
    if not kinds:
        return "A canary and a shadow are running. End one of them to begin another."
    if desk.readable.problems:
        count = len(desk.readable.problems)
        return f"The draft has {count} problem{'' if count == 1 else 's'} that must be mended first."
    return ""


class TrialForm(forms.Form):
    """Shares and limits are in percent; a limit that is left blank is none."""

    kind = forms.ChoiceField(choices=Trial.Kind.choices)
    rev = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    share = forms.IntegerField(
        label="Share of the leads, %", min_value=1, max_value=99, required=False, widget=forms.NumberInput
    )
    fallback = forms.IntegerField(label="Fallback over, %", min_value=0, max_value=100, required=False)
    breach = forms.IntegerField(label="Broken promises over, %", min_value=0, max_value=100, required=False)
    reassigned = forms.IntegerField(label="Reassigned over, %", min_value=0, max_value=100, required=False)
    leads = forms.IntegerField(label="Not before so many leads", min_value=1, max_value=100_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("kind") == Trial.Kind.CANARY:
            if "share" not in self.errors and given.get("share") is None:
                self.add_error("share", "How many of a hundred leads shall it decide about?")
            limited = any(given.get(name) is not None for name in LABELS)
            if limited and "leads" not in self.errors and given.get("leads") is None:
                self.add_error("leads", "A share of very few leads says nothing: from how many on does it count?")
        return given

    def limits(self) -> dict[str, float]:
        given = self.cleaned_data
        found = {name: given[name] / 100 for name in LABELS if given[name] is not None}
        return {**found, "leads": given["leads"]} if given["leads"] is not None else found


def start_form(desk: Desk, *, now: datetime) -> TrialForm:
    """What is sensible: a tenth of the leads; limits from the goals, but above what is usual here anyway."""
    return TrialForm(initial={"kind": Trial.Kind.SHADOW, "rev": desk.rev, **_sensible(desk, now)})


def _sensible(desk: Desk, now: datetime) -> Mapping[str, int]:
    since = (now - timedelta(days=30)).date()
    sums = Traffic.objects.filter(tree=desk.tree, day__gt=since).aggregate(
        all=Sum("leads"), fell=Sum("leads", filter=Q(fallback=True))
    )
    usual = 100 * (sums["fell"] or 0) / sums["all"] if sums["all"] else 0
    return {"share": 10, "fallback": min(100, max(10, round(usual) + 5)), "breach": 15, "reassigned": 20, "leads": 50}
