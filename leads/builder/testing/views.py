"""Testing a lead: chosen, changed, put to another hour, ended. Nothing but the session is written.

Whoever may see the tree may test in it: managers too, with the leads that they may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.builder import desk as desks
from leads.builder.canvas.answers import refused
from leads.builder.canvas.drawing import drawn
from leads.builder.desk import Desk
from leads.builder.testing import giving, picking, subjects
from leads.builder.testing.giving import Unusable
from leads.builder.testing.subjects import Subject
from leads.builder.testing.under_test import zone_of
from leads.models import Lead
from leads.numbers import own_number
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.models import TestLead

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
FIELD = "fact."  # before the name of a field in the form of a blank lead


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def picker(request: Request, slug: str) -> HttpResponse:
    """Which lead: recent, searched, a saved one, one made up, or one pasted. A dialog, or a page of its own."""
    desk = desks.desk_of(request.user, slug)
    part = "found" if "q" in request.GET and request.htmx else "picker"
    return _picker(request, desk, picking.Given(query=request.GET.get("q", "")), part=part)


@require_POST
@signed_in
@only(REVOPS, MANAGER)
def test(request: Request, slug: str) -> HttpResponse:
    """`do` says what: begin with a lead, change one fact, set it blank, put it back, choose the time, end."""
    desk = desks.desk_of(request.user, slug)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    before = subjects.of_session(request.session, slug)
    try:
        subject = deed(request, desk, before or Subject(), timezone.now())
    except Unusable as wrong:
        return _wrong(request, desk, wrong)
    if subject is None:
        subjects.end(request.session, slug)
    else:
        subjects.keep(request.session, slug, subject)
    return _shown(request, desk)


def _wrong(request: Request, desk: Desk, wrong: Unusable) -> HttpResponse:
    """Beside the control in the bar; in the picker, with everything that was typed, above its form."""
    if request.POST["do"] in IN_PICKER:
        return _picker(request, desk, picking.of_form(request.POST, wrong.problems), status=422)
    if request.htmx:
        return refused(request, request.POST.get("field", "at"), wrong.problems[0])
    return _picker(request, desk, picking.Given(problems=tuple(wrong.problems)), status=422)


def _shown(request: Request, desk: Desk) -> HttpResponse:
    """The tree with the way of the lead, and the bar above it."""
    node = request.POST.get("node", "")
    if not request.htmx:
        return redirect("builder", desk.tree.slug)
    response = render(request, "builder/tested.html", drawn(request, desk, node=node, now=timezone.now()).context)
    # Nothing goes where the form was: a dialog that gets something would open once more.
    response["HX-Retarget"], response["HX-Reswap"] = "#testbar", "none"
    response["HX-Trigger"] = "dialog-done"
    response["HX-Trigger-After-Settle"] = "tested"
    return response


def _picker(
    request: Request, desk: Desk, given: picking.Given, *, part: str = "picker", status: int = 200
) -> HttpResponse:
    shown = picking.page(request.user, desk, given)
    context = {"page": shown, "desk": desk, "tree": desk.tree}
    return page(request, "builder/test_picker.html", context, part=part, status=status)


def _begin_with_lead(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    number = own_number(request.POST.get("lead"))
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=number or 0)
    return Subject(lead=lead.pk, at=before.at)


def _begin_with_saved(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    number = own_number(request.POST.get("test_lead"))
    kept = get_object_or_404(TestLead, tree=desk.tree, pk=number or 0)
    return Subject(name=kept.name, facts=kept.facts, at=kept.at, saved=kept.pk, exact=True)


def _begin_with_form(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    raw = {name.removeprefix(FIELD): value for name, value in request.POST.items() if name.startswith(FIELD)}
    given = {name: value for name, value in raw.items() if isinstance(value, str) and value.strip()}
    return Subject(facts=giving.facts_of(given, desk.known.world.vocabulary), at=before.at)


def _begin_with_json(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    facts = giving.facts_of_json(request.POST.get("json", ""), desk.known.world.vocabulary)
    return Subject(facts=facts, at=before.at)


def _change_fact(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    vocabulary = desk.known.world.vocabulary
    field = vocabulary.get(request.POST.get("field", ""))
    if field is None:
        raise Http404
    act = request.POST.get("act", "set")
    if act == "restore":
        return replace(before, facts={name: value for name, value in before.facts.items() if name != field.name})
    value = None if act == "blank" else giving.fact_of(field, request.POST.get("value", ""), vocabulary)
    return replace(before, facts={**before.facts, field.name: value})


def _choose_time(request: Request, desk: Desk, before: Subject, now: datetime) -> Subject:
    day = request.POST.get("date") or request.POST.get("day", "")
    return replace(before, at=giving.moment_of(day, request.POST.get("at", ""), zone_of(desk), now))


def _end(request: Request, desk: Desk, before: Subject, now: datetime) -> None:
    return None


Deed = Callable[[Request, Desk, Subject, datetime], Subject | None]
DEEDS: Mapping[str, Deed] = {
    "lead": _begin_with_lead,
    "saved": _begin_with_saved,
    "form": _begin_with_form,
    "json": _begin_with_json,
    "fact": _change_fact,
    "time": _choose_time,
    "end": _end,
}
IN_PICKER = ("form", "json")
