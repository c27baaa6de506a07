"""The page of promises: managers read it, RevOps writes policies, puts them in order, and keeps company holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.configuration.read_leads import policy_document
from leads.pages import policies as pages
from leads.policies import editing
from leads.policies.forms import HolidayForm, PolicyForm, StepForm, StepFormSet, written_steps
from leads.sla import Policy
from leads.world import known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
FRESH = {"max_reassignments": 2, "clock": "always"}
FRESH_STEPS = (
    {"after": "", "unless": "contacted", "do": "remind"},
    {"after": "", "unless": "contacted", "do": "notify_manager"},
    {"after": "", "unless": "accepted", "do": "reassign"},
)


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def promises(request: Request) -> HttpResponse:
    return _page(request, HolidayForm())


@signed_in
@only(REVOPS)
def policy_new(request: Request) -> HttpResponse:
    return _form(request, None, FRESH, FRESH_STEPS)


@signed_in
@only(REVOPS)
def policy_edit(request: Request, slug: str) -> HttpResponse:
    policy = _policy(slug)
    document = policy_document(policy)
    values = {**document, "for_intents": ", ".join(policy.for_intents), "seen": editing.last_change()}
    return _form(request, policy, values, document.get("steps", ()))


@signed_in
@only(REVOPS)
def policy_remove(request: Request, slug: str) -> HttpResponse:
    """The question, then the deed."""
    policy = _policy(slug)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            editing.remove(slug, by=request.user, now=timezone.now())
        except editing.Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, f"{policy.name} is taken out. Leads that have this promise keep it.")
            return redirect("promises")
    context = {"policy": policy, "last": len(known().policies) == 1, "problems": list(problems.values())}
    return page(request, "promises/remove.html", context, part="remove", status=422 if problems else 200)


@require_POST
@signed_in
@only(REVOPS)
def policy_move(request: Request, slug: str) -> HttpResponse:
    up = request.POST.get("way") != "down"
    try:
        editing.move(slug, up=up, by=request.user, now=timezone.now())
    except editing.Refused as refused:
        messages.warning(request, str(refused))
    return redirect("promises")


@require_POST
@signed_in
@only(REVOPS)
def holiday_add(request: Request) -> HttpResponse:
    form = HolidayForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            editing.add_holiday(given["day"], given["name"], by=request.user, now=timezone.now())
        except editing.Refused as refused:
            for path, problem in refused.problems.items():
                form.add_error(path if path in form.fields else None, problem)
        else:
            messages.success(request, "The day is added. Promises that count working time are reckoned anew.")
            return redirect("promises")
    return _page(request, form, status=422)


@require_POST
@signed_in
@only(REVOPS)
def holiday_remove(request: Request) -> HttpResponse:
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404("There is no such day.") from None
    try:
        editing.remove_holiday(day, by=request.user, now=timezone.now())
    except editing.Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "The day is one like others again.")
    return redirect("promises")


def _page(request: Request, form: HolidayForm, status: int = 200) -> HttpResponse:
    found = pages.page(known(), timezone.now())
    context = {"page": found, "form": form, "may_edit": request.user.is_revops}
    return page(request, "promises/promises.html", context, part="list", status=status)


def _form(request: Request, policy: Policy | None, values: Mapping[str, Any], ladder: Any) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = PolicyForm(posted, initial=dict(values), fixed=policy is not None)
    steps = StepFormSet(posted, initial=list(ladder), prefix="steps")
    status = 200
    if posted is not None:
        if form.is_valid() and steps.is_valid() and _saved(request, policy, form, steps):
            return redirect("promises")
        status = 422
    context = {"form": form, "steps": steps, "policy": policy}
    return page(request, "promises/form.html", context, part="form", status=status)


def _saved(request: Request, policy: Policy | None, form: PolicyForm, steps: Any) -> bool:
    """Whether it was written; else the forms have the problems."""
    ladder = written_steps(steps)
    entry = {**form.entry, "steps": [step for _, step in ladder]}
    try:
        if policy is None:
            editing.add(entry, by=request.user, now=timezone.now())
        else:
            seen = form.cleaned_data["seen"] or 0
            editing.rewrite(policy.slug, entry, seen=seen, by=request.user, now=timezone.now())
    except editing.Refused as refused:
        lines = [line for line, _ in ladder]
        for path, problem in refused.problems.items():
            _mark(form, lines, path, problem)
        return False
    messages.success(request, f"{entry['name']} is saved. It counts for leads that are given from now on.")
    return True


def _mark(form: PolicyForm, lines: list[StepForm], path: str, problem: str) -> None:
    """The problem beside the field that it is about: `steps[1].after` is in the second line that was filled in."""
    head, _, key = path.partition(".")
    if head.startswith("steps[") and key in StepForm.base_fields:
        number = int(head.removeprefix("steps[").rstrip("]"))
        lines[number].add_error(key, problem)
        return
    where = f"{path}: " if path != head else ""
    form.add_error(head if head in form.fields else None, f"{where}{problem}")


def _policy(slug: str) -> Policy:
    found = next((policy for policy in known().policies if policy.slug == slug), None)
    if found is None:
        raise Http404("There is no such promise.")
    return found
