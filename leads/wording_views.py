"""How notices are worded: RevOps write it, see what becomes of it with a real lead, and can always go back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from leads.numbers import own_number
from leads.pages import wording as wording_page
from notifications import rewording
from notifications.kinds import BY_SLUG, Kind
from notifications.wording import Words
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS = User.Role.REVOPS


@require_safe
@signed_in
@only(REVOPS)
def wordings(request: Request) -> HttpResponse:
    return page(request, "notifications/wordings.html", {"rows": wording_page.rows()}, part="wordings")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only(REVOPS)
def wording(request: Request, kind: str) -> HttpResponse:
    found = BY_SLUG.get(kind)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _editor(request, found, rewording.words_of(kind))
    words = Words(request.POST.get("subject", "").strip(), request.POST.get("body", "").replace("\r\n", "\n").strip())
    act = request.POST.get("do", "preview")
    if act == "preview":
        return _editor(request, found, words)
    return _write(request, found, words, act)


def _write(request: Request, kind: Kind, words: Words, act: str) -> HttpResponse:
    now = timezone.now()
    try:
        if act == "reset":
            rewording.reset(kind.slug, by=request.user, now=now)
        else:
            seen = own_number(request.POST.get("seen"))
            rewording.reword(kind.slug, words=words, seen=seen, by=request.user, now=now)
    except rewording.Refused as refused:
        return _editor(request, kind, words, refused.problems.get("", ""), status=422)
    messages.success(request, "As shipped again." if act == "reset" else "Saved. The next message is worded so.")
    return redirect("wording", kind.slug)


def _editor(request: Request, kind: Kind, words: Words, problem: str = "", *, status: int = 200) -> HttpResponse:
    leads = wording_page.leads_to_try(kind, request.user)
    asked = own_number(request.POST.get("lead") or request.GET.get("lead"))
    lead = next((lead for lead in leads if lead.pk == asked), leads[0] if leads else None)
    seen = own_number(request.POST.get("seen"))
    context = {
        "kind": kind,
        "words": words,
        "problem": problem,
        "leads": leads,
        "preview": wording_page.preview(kind, words, lead, user=request.user, now=timezone.now()),
        "fields": wording_page.fields(kind),
        "history": wording_page.history(kind),
        "seen": rewording.last_change(kind.slug) if seen is None else seen,
        "is_shipped": rewording.words_of(kind.slug) == rewording.shipped(kind.slug),
        "shipped": rewording.shipped(kind.slug),
    }
    return page(request, "notifications/wording.html", context, part="preview", status=status)
