"""Test leads: the list with how each fares now, one more from the bar of a test, one less."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from leads.builder import desk as desks
from leads.builder.desk import Desk
from leads.builder.testing import saved
from leads.builder.testing import under_test as testing
from leads.builder.testing.chips import asked_by
from leads.builder.testing.under_test import Tested
from leads.kept import storable
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.builder import test_leads
from routing.models import TestLead

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
OF_THE_CLOCK = ("time.weekday", "time.hour", "received_at")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def listed(request: Request, slug: str) -> HttpResponse:
    """All of a tree's, asked just now: of the draft where there is one."""
    desk = desks.desk_of(request.user, slug)
    results = saved.run(desk, now=timezone.now())
    failing = sum(not result.passed for result in results)
    context = {"desk": desk, "tree": desk.tree, "results": results, "failing": failing}
    return page(request, "builder/test_leads.html", context, part="test-leads")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(REVOPS)
def save(request: Request, slug: str) -> HttpResponse:
    """The lead under test, with where it goes now as where it must go."""
    desk = desks.desk_of(request.user, slug)
    tested = testing.current(request, desk)
    if tested is None:
        messages.info(request, "Test a lead first: then it can be saved.")
        return redirect("builder", slug)
    if request.method != "POST":
        return _form(request, desk, tested, name=tested.name)
    name = " ".join(storable(request.POST.get("name", "")).split())
    expect = saved.expectations(tested).get(request.POST.get("expect", ""))
    problems = _problems(name, expect is not None)
    if problems or expect is None:
        return _form(request, desk, tested, name=name, problems=problems)
    at = tested.tried.at if request.POST.get("time") == "then" else None
    facts = saved.facts_kept(tested)
    test_leads.keep(desk.tree, name=name, facts=facts, at=at, expect=expect, by=request.user, now=timezone.now())
    messages.success(request, f"Saved “{name}”. It is asked before every publication.")
    return _to_list(request, slug)


@require_POST
@signed_in
@only(REVOPS)
def erase(request: Request, slug: str, pk: int) -> HttpResponse:
    kept = get_object_or_404(TestLead.objects.select_related("tree"), tree__slug=slug, pk=pk)
    test_leads.erase(kept, by=request.user, now=timezone.now())
    messages.success(request, f"“{kept.name}” is gone.")
    return _to_list(request, slug)


def _to_list(request: Request, slug: str) -> HttpResponse:
    return (
        HttpResponseClientRedirect(reverse("test-leads", args=[slug])) if request.htmx else redirect("test-leads", slug)
    )


def _problems(name: str, expects: bool) -> Sequence[str]:
    problems = [] if name else ["Give it a name by which it is found again."]
    if len(name) > test_leads.LONGEST_NAME:
        problems.append(f"The name may have {test_leads.LONGEST_NAME} characters at most.")
    if not expects:
        problems.append("Choose what is expected.")
    return problems


def _form(request: Request, desk: Desk, tested: Tested, *, name: str, problems: Sequence[str] = ()) -> HttpResponse:
    asks_the_clock = any(field in OF_THE_CLOCK for field in asked_by(desk.readable.tree))
    context = {
        "desk": desk,
        "tree": desk.tree,
        "tested": tested,
        "name": name,
        "problems": problems,
        "choices": [(key, saved.said(said, desk, tested.ends)) for key, said in saved.expectations(tested).items()],
        "then": asks_the_clock or tested.subject.at is not None,
        "replaces": TestLead.objects.filter(tree=desk.tree, name=name).exists(),
    }
    return page(request, "builder/test_lead_save.html", context, part="save", status=422 if problems else 200)
