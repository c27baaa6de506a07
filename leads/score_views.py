"""The score model: read by managers, edited, tried and published by RevOps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from leads import score_versions
from leads.configuration.score_model import NOT_YET
from leads.models import ScoreVersion
from leads.numbers import own_number
from leads.pages import score_draft, score_preview
from leads.pages import scoring as scoring_page
from leads.pages.score_draft import Draft
from leads.world import Known, known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import go, page
from routing.engine.problems import BadDocument, RuleError

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
UNSAID = RuleError("note", "Say in a few words why: it stands in the history.")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def scoring(request: Request) -> HttpResponse:
    shown = scoring_page.page(ScoreVersion.objects.select_related("published_by").live(), known())
    return page(request, "leads/scoring.html", {"page": shown}, part="scoring")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def version(request: Request, pk: int) -> HttpResponse:
    """The score model as it was under this number."""
    found = get_object_or_404(ScoreVersion.objects.select_related("published_by"), number=pk)
    return page(request, "leads/scoring.html", {"page": scoring_page.page(found, known())}, part="scoring")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(REVOPS)
def edit(request: Request) -> HttpResponse:
    """The form: rows are added, moved and taken out, the whole is tried, and then published."""
    organisation = known()
    if request.method != "POST":
        return _editor(request, _begun(request), organisation)
    draft, act = score_draft.of_form(request.POST), request.POST.get("do", "preview")
    if act == "publish":
        return _publish(request, draft, organisation)
    if act == "preview":
        return _editor(request, draft, organisation)
    return _editor(request, score_draft.rearranged(draft, act), organisation, tried=False)


def _begun(request: Request) -> Draft:
    """The model in force; or an old one, to be published again."""
    live = score_versions.newest()
    number = own_number(request.GET.get("from"))
    source = ScoreVersion.objects.live() if number is None else get_object_or_404(ScoreVersion, number=number)
    draft = score_draft.of_model(source.document if source else {}, live)
    if source is None or source.number == live:
        return draft
    return replace(draft, note=f"Back to version {source.number}.")


def _publish(request: Request, draft: Draft, organisation: Known) -> HttpResponse:
    if not draft.note:
        return _editor(request, draft, organisation, more=(UNSAID,))
    try:
        model = score_draft.model_of(draft, organisation.world)
        made = score_versions.publish(
            model, organisation.world, over=draft.over, by=request.user, now=timezone.now(), note=draft.note
        )
    except BadDocument:
        return _editor(request, draft, organisation)
    except score_versions.NothingNew:
        messages.info(request, "Nothing changed, so nothing was published.")
        return _editor(request, draft, organisation)
    except score_versions.Superseded:
        newer = replace(draft, over=score_versions.newest())
        who = "Somebody published another version while you edited. Look at what yours would change now, then publish."
        messages.warning(request, who)
        return _editor(request, newer, known())
    messages.success(request, f"Version {made.number} is in force.")
    return go(request, "scoring")


def _editor(
    request: Request, draft: Draft, organisation: Known, *, tried: bool = True, more: Sequence[RuleError] = ()
) -> HttpResponse:
    """The form with what is wrong with it; where the model can be read, what it would change."""
    problems, shown, changed = more, None, False
    if tried:
        try:
            model = score_draft.model_of(draft, organisation.world)
            shown = score_preview.preview(score_preview.of_model(model, organisation), organisation)
            live = ScoreVersion.objects.live()
            changed = model != (live.document if live else {})
        except BadDocument as bad:
            problems = (*bad.problems, *more)
    known_when_scored = [field for field in organisation.world.vocabulary if field.name not in NOT_YET]
    context = {
        "draft": draft,
        "lines": score_draft.lines(draft, problems, organisation.world),
        "steps": score_draft.steps(draft, problems),
        "wrong": {problem.path: problem.problem for problem in problems},
        "preview": shown,
        "changed": changed,
        "fields": sorted(known_when_scored, key=lambda field: field.name),
    }
    status = 422 if problems and request.method == "POST" else 200
    return page(request, "leads/scoring_edit.html", context, part="editor", status=status)
