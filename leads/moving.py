"""Moving leads by hand: one dialog for a single lead and for several, which says what would follow before it does."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from leads import by_hand
from leads.forms import MoveForm
from leads.holding import NotPossible
from leads.models import Lead
from leads.numbers import own_number
from leads.pages import moving as moving_page
from leads.views import WITH, lead_for, look_again
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import back, page

REVOPS, MANAGER = User.Role.REVOPS, User.Role.MANAGER
MOST_AT_ONCE = 50


@signed_in
@only(REVOPS, MANAGER)
def give(request: Request, pk: int) -> HttpResponse:
    """To whom, and why; then the lead is his."""
    return _move(request, [lead_for(request.user, pk)])


@signed_in
@only(REVOPS, MANAGER)
def move(request: Request) -> HttpResponse:
    """The same for several leads at once. Whatever is no longer his to move is left out."""
    given = request.POST if request.method == "POST" else request.GET
    ids = [pk for text in given.getlist("lead")[:MOST_AT_ONCE] if (pk := own_number(text)) is not None]
    leads = list(Lead.objects.visible_to(request.user).filter(pk__in=ids).select_related(*WITH).order_by("pk"))
    if not leads:
        messages.info(request, "Choose the leads first: those that were chosen are not yours to move any more.")
        return look_again(request, 0) if request.htmx else back(request, "team")
    if len(leads) < len(set(ids)):
        messages.warning(request, "Some of them are not yours to move any more, and are left out.")
    return _move(request, leads)


def _move(request: Request, leads: Sequence[Lead]) -> HttpResponse:
    form = MoveForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        return _done(request, leads, form)
    context = {
        "form": form,
        "move": moving_page.move(leads, request.user, now=timezone.now()),
        "chosen": form.data.get("to") or request.GET.get("to", ""),
        "next": request.GET.get("next") or request.POST.get("next", ""),
    }
    return page(request, "leads/give.html", context, part="give", status=422 if form.is_bound else 200)


def _done(request: Request, leads: Sequence[Lead], form: MoveForm) -> HttpResponse:
    """Each lead is moved by itself: what somebody was quicker with is told, and holds up no other."""
    shown = dict(zip(request.POST.getlist("lead"), request.POST.getlist("epoch"), strict=False))
    to, reason, moved = form.rep, form.cleaned_data["reason"], []
    for lead in leads:
        epoch = own_number(shown.get(str(lead.pk)) or request.POST.get("epoch"))
        try:
            if to is None:
                by_hand.put_back(lead, by=request.user, reason=reason, now=timezone.now(), epoch=epoch)
            else:
                by_hand.reassign(lead, to=to, by=request.user, reason=reason, now=timezone.now(), epoch=epoch)
        except NotPossible as problem:
            messages.warning(request, f"{lead}: {problem}")
        else:
            moved.append(lead)
    if moved:
        who = str(moved[0]) if len(moved) == 1 else f"{len(moved)} leads"
        are = "is" if len(moved) == 1 else "are"
        messages.success(request, f"{who} {are} {f'with {to}' if to else 'in the queue'}.")
    return look_again(request, leads[0].pk)
