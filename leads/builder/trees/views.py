"""The list of trees, and a new one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.builder.trees import overview as pages
from leads.builder.trees.starting import BLANK, BY_KEY, STARTS, NewTreeForm
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page
from routing.builder.planting import plant

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER


@require_safe
@signed_in
@only(REVOPS, MANAGER)
def trees(request: Request) -> HttpResponse:
    return page(request, "builder/trees.html", {"page": pages.listed(request.user, now=timezone.now())}, part="trees")


@signed_in
@only(REVOPS)
def tree_new(request: Request) -> HttpResponse:
    form = NewTreeForm(request.POST or None, initial={"start": request.GET.get("start", BLANK)})
    if form.is_valid():
        start = BY_KEY[form.cleaned_data["start"]]
        words = "began a draft" if start.key == BLANK else f"began a draft from “{start.name}”"
        tree = plant(form.cleaned_data["name"], start.document, words=words, by=request.user, now=timezone.now())
        return redirect(f"{reverse('trees')}{tree.slug}/")
    chosen = form["start"].value()
    context = {"form": form, "starts": STARTS, "chosen": chosen if chosen in BY_KEY else BLANK}
    return page(request, "builder/tree_new.html", context, part="form", status=422 if form.is_bound else 200)
