"""Territories: the map for managers and RevOps; RevOps draws, changes and erases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.pages import territories as pages
from leads.pages.score_draft import says
from leads.territories import editing
from leads.territories.forms import QUICK, PlaceFormSet, TerritoryForm, picked, places_of, written
from leads.world import Known, known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.engine.document import dump_condition
from routing.engine.territories import Territory

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def territories(request: Request) -> HttpResponse:
    now = timezone.now()
    return page(
        request, "territories/territories.html", {"page": pages.page(known(), request.user, now=now)}, part="map"
    )


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def territory(request: Request, slug: str) -> HttpResponse:
    found = pages.territory_page(slug, known(), request.user, now=timezone.now())
    if found is None:
        raise Http404("There is no such territory.")
    return page(request, "territories/territory.html", {"page": found, "row": found.row}, part="territory")


@signed_in
@only(REVOPS)
def territory_new(request: Request) -> HttpResponse:
    """Draw a territory: the form, then the territory."""
    organisation = known()
    inside = request.GET.get("within", "")
    given = {"parent": inside if inside in organisation.world.ancestors else ""}
    return _form(request, organisation, None, given)


@signed_in
@only(REVOPS)
def territory_edit(request: Request, slug: str) -> HttpResponse:
    organisation = known()
    there = _territory(organisation, slug)
    values = {
        "seen": editing.last_change(slug),
        "name": there.name,
        "parent": there.parent or "",
        "valid_from": there.valid_from,
        "valid_to": there.valid_to,
        "when": written(dump_condition(there.when)),
    }
    return _form(request, organisation, there, values)


@signed_in
@only(REVOPS)
def territory_erase(request: Request, slug: str) -> HttpResponse:
    """The question, then the deed."""
    there = _territory(known(), slug)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            editing.erase(slug, by=request.user, now=timezone.now())
        except editing.Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, f"{there.name} is erased.")
            return redirect("territories")
    context = {"territory": there, "problems": list(problems.values())}
    return page(request, "territories/erase.html", context, part="erase", status=422 if problems else 200)


def _form(request: Request, known: Known, there: Territory | None, values: Mapping[str, Any]) -> HttpResponse:
    world = known.world
    members = world.pools[there.pool].members if there else ()
    reps = pages.names_of((member.rep for member in members), world)
    parents = pages.parents_for(there.slug if there else "", world)
    rows = [{"rep": member.rep, "weight": f"{member.weight:g}"} for member in members]
    posted = request.POST if request.method == "POST" else None
    form = TerritoryForm(posted, initial=values, parents=parents, fixed=there is not None)
    places = PlaceFormSet(posted, initial=rows, prefix="places", form_kwargs={"reps": reps})
    status = 200

    if posted is not None and "pick" in posted:
        form, places = _picked(request, parents, reps, there)
    elif posted is not None:
        if form.is_valid() and places.is_valid():
            saved = _save(request, known, there, form, places)
            if saved is not None:
                return saved
        status = 422
    context = {
        "form": form,
        "places": places,
        "territory": there,
        "quick": [(key, QUICK[key][0]) for key in QUICK],
        "says": says(str(form["when"].value() or ""), world),
    }
    return page(request, "territories/form.html", context, part="form", status=status)


def _save(
    request: Request, known: Known, there: Territory | None, form: TerritoryForm, places: Any
) -> HttpResponse | None:
    """The answer if it was written; else the form has the problems."""
    entry = {**form.entry, "reps": places_of(places)}
    try:
        if there is None:
            editing.draw(entry, by=request.user, now=timezone.now())
        else:
            seen = form.cleaned_data["seen"] or 0
            editing.redraw(there.slug, entry, seen=seen, by=request.user, now=timezone.now())
    except editing.Refused as refused:
        for path, problem in refused.problems.items():
            field = path.partition(".")[0].partition("[")[0]
            where = f"{path}: " if path != field else ""
            form.add_error(field if field in form.fields else None, f"{where}{problem}")
        return None
    slug = there.slug if there else entry["slug"]
    messages.success(request, f"{entry['name']} is {'changed' if there else 'drawn'}. It counts from the next lead on.")
    return redirect("territory", slug=slug)


def _picked(request: Request, parents: Any, reps: Any, there: Territory | None) -> tuple[TerritoryForm, Any]:
    """The form as it was sent, with the condition that was picked: nothing is written yet, so nothing is wrong yet."""
    given = request.POST.dict()
    condition, problem = picked(given["pick"], given.get("countries", ""), given.get("states", ""))
    if problem:
        messages.warning(request, problem)
    if condition is not None:
        given["when"] = written(condition)
    form = TerritoryForm(initial=given, parents=parents, fixed=there is not None)
    sent = PlaceFormSet(request.POST, prefix="places", form_kwargs={"reps": reps})
    rows = [{"rep": place["rep"].value(), "weight": place["weight"].value()} for place in sent if place["rep"].value()]
    return form, PlaceFormSet(initial=rows, prefix="places", form_kwargs={"reps": reps})


def _territory(known: Known, slug: str) -> Territory:
    found = next((one for one in known.world.territories if one.slug == slug), None)
    if found is None:
        raise Http404("There is no such territory.")
    return found
