"""Enrichment: figures for managers and RevOps; RevOps sets providers up, tries them and takes them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.configuration import dump
from leads.enrichment import editing, figures, trial
from leads.enrichment.forms import ProviderForm, written
from leads.models import Provider
from leads.world import known
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def enrichment(request: Request) -> HttpResponse:
    now = timezone.now()
    shown = figures.figures(known().world.vocabulary, now=now)
    context = {"page": shown, "days": figures.DAYS, "now": now}
    return page(request, "enrichment/enrichment.html", context, part="figures")


@signed_in
@only(REVOPS)
def provider_new(request: Request) -> HttpResponse:
    return _form(request, None, {})


@signed_in
@only(REVOPS)
def provider(request: Request, slug: str) -> HttpResponse:
    """Change a provider."""
    there = get_object_or_404(Provider, slug=slug)
    part = next(part for part in dump.enrichment() if part.slug == slug)
    return _form(request, there, {**written(editing.entry_of(part)), "seen": editing.last_change(slug)})


@require_POST
@signed_in
@only(REVOPS)
def provider_remove(request: Request, slug: str) -> HttpResponse:
    there = get_object_or_404(Provider, slug=slug)
    try:
        editing.remove(slug, by=request.user, now=timezone.now())
    except editing.Refused as refused:
        messages.error(request, str(refused))
        return redirect("provider", slug)
    messages.success(request, f"{there.name} is no longer asked. Leads keep what they have from it.")
    return redirect("enrichment")


@require_POST
@signed_in
@only(REVOPS)
def provider_try(request: Request, slug: str) -> HttpResponse:
    """Ask it now about a real lead: the status and the mapped values, and nothing else of the answer."""
    there = get_object_or_404(Provider, slug=slug)
    tried = trial.of(there, request.user, request.POST.get("lead", ""), known().world.vocabulary)
    return page(request, "enrichment/trial.html", {"provider": there, "tried": tried}, part="trial")


def _form(request: Request, there: Provider | None, values: Mapping[str, Any]) -> HttpResponse:
    form = ProviderForm(request.POST or None, initial=dict(values), is_new=there is None)
    if request.method == "POST" and form.is_valid():
        slug = there.slug if there else form.cleaned_data["slug"]
        try:
            entry = {**form.entry, "slug": slug}
            seen, now = form.cleaned_data["seen"], timezone.now()
            editing.put(entry, replaces=there.slug if there else "", by=request.user, now=now, seen=seen)
        except editing.Refused as refused:
            form.blame(refused.problems)
        else:
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("provider", slug)
    context = {"form": form, "provider": there}
    return page(request, "enrichment/form.html", context, part="form", status=422 if form.errors else 200)
