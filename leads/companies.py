"""Accounts: the list, one of them, and what people say of them: whose a lead is, and which two are one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from leads import linking, merging
from leads.account_forms import AccountFilters, AccountForm, ReasonForm
from leads.holding import NotPossible
from leads.models import Account, Lead
from leads.numbers import own_number
from leads.pages import account as account_page
from leads.pages import accounts as accounts_page
from leads.views import lead_for, look_again
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def accounts(request: Request) -> HttpResponse:
    filters = AccountFilters(request.GET.dict(), user=request.user)
    shown = accounts_page.page(filters.chosen, request.user, after=request.GET.get("after", ""))
    return page(request, "leads/accounts.html", {"page": shown, "filters": filters}, part="list")


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def account(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Account.objects.select_related("owner__user", "team"), pk=pk)
    now = timezone.now()
    shown = account_page.page(found, request.user, now=now)
    return page(request, "leads/account.html", {"page": shown, "now": now}, part="account")


@signed_in
@only(REVOPS)
def merge(request: Request, pk: int) -> HttpResponse:
    """Which account is the same company, and why; then that one is gone."""
    into = get_object_or_404(Account, pk=pk)
    form = _account_form(request, accounts_page.found(into.name[:4], most=9), without=into.pk)
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["account"]
        now, reason = timezone.now(), form.cleaned_data["reason"]
        if _done(request, lambda: merging.merge(other, into=into, by=request.user, reason=reason, now=now)):
            messages.success(request, f"{other} is now a part of {into}.")
        address = resolve_url("account-page", pk)
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    return _ask(request, "leads/which_account.html", form, {"account": into})


@signed_in
@only(REVOPS, MANAGER)
def link(request: Request, pk: int) -> HttpResponse:
    """Which account the lead belongs to, and why."""
    lead = lead_for(request.user, pk)
    form = _account_form(request, _looked_at(lead), without=lead.account_id)
    if request.method == "POST" and form.is_valid():
        to, reason = form.cleaned_data["account"], form.cleaned_data["reason"]
        if _done(request, lambda: linking.link(lead, to=to, reason=reason, **_who(request))):
            messages.success(request, f"{lead} is of {to}.")
        return look_again(request, pk)
    return _ask(request, "leads/which_account.html", form, {"lead": lead})


@signed_in
@only(REVOPS, MANAGER)
def unlink(request: Request, pk: int) -> HttpResponse:
    """Not this company: why."""
    lead = lead_for(request.user, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        was = lead.account
        if _done(request, lambda: linking.unlink(lead, reason=form.cleaned_data["reason"], **_who(request))):
            messages.success(request, f"{lead} is not of {was}, and will not be matched with it again.")
        return look_again(request, pk)
    return _ask(request, "leads/unlink.html", form, {"lead": lead})


def _account_form(request: Request, near: list[int], *, without: int | None) -> AccountForm:
    given = request.POST if request.method == "POST" else request.GET
    return AccountForm(request.POST or None, q=given.get("q", "")[:100], near=near, without=without)


def _looked_at(lead: Lead) -> list[int]:
    record = lead.decision.matching if lead.decision else {}
    return [one["id"] for one in record.get("candidates", ())]


def _who(request: Request) -> dict[str, Any]:
    return {"by": request.user, "now": timezone.now(), "epoch": own_number(request.POST.get("epoch"))}


def _done(request: Request, act: Callable[[], object]) -> bool:
    try:
        act()
    except NotPossible as problem:
        messages.warning(request, str(problem))
        return False
    return True


def _ask(request: Request, template: str, form: ReasonForm, context: dict[str, Any]) -> HttpResponse:
    """The question, in a dialog or on a page of its own; its list alone while somebody types."""
    here = request.GET.get("next") or request.POST.get("next", "")
    part = "offered" if request.htmx.target == "offered" else "ask"
    status = 422 if request.method == "POST" else 200
    return page(request, template, {"form": form, "next": here, **context}, part=part, status=status)
