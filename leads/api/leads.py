"""Leads and the acts on one: the same services as the pages call, the same scope, asked anew for every request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http.response import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from leads import by_hand, handover, pulling, services
from leads.api.endpoints import OVERSEERS, Form, Request, endpoint
from leads.api.lead_forms import Act, Closing, Declining, LeadForm, LeadQuery, LeadRow, Reassigning
from leads.api.paging import listed, page, page_of
from leads.api.reading import read_body, read_query
from leads.api.refusals import Conflict
from leads.clocks import current
from leads.holding import NotPossible
from leads.models import Lead, SlaClock
from leads.normalise import person_key
from reps.models import Rep, User

# The parameter of a list, and the column that has to be equal to it.
COLUMNS = {"owner": "rep__user__email", "source": "source__slug", "queue": "queue__slug", "intent": "intent"}

Acting = Callable[[Lead, Mapping[str, Any]], object]


@endpoint("GET", asks=LeadQuery, answers=page_of(LeadRow))
def list_leads(request: Request) -> Response:
    """The leads you may see: your own and what waits for your team; a manager's teams' too; for RevOps all."""
    asked = read_query(request, LeadQuery)
    leads = Lead.objects.visible_to(request.user).select_related("source", "rep__user", "queue")
    found = page(_filtered(leads, asked).defer("facts", "set_aside"), asked, by=asked["ordering"])
    running = SlaClock.objects.filter(lead__in=[lead.pk for lead in found.rows], state=SlaClock.State.RUNNING)
    return listed(request, found, LeadRow, {"clocks": {clock.lead_id: clock for clock in running}})


@endpoint("GET", answers=LeadForm, problems=[404])
def get_lead(request: Request, pk: int) -> Response:
    """One lead: facts, holder, promise, decision and story."""
    return show(request.user, pk)


@endpoint("POST", takes=Act, answers=LeadForm, problems=[404, 409])
def accept_lead(request: Request, pk: int) -> Response:
    """Take a lead on that you hold, or one that waits in your team's queue. Doing it twice changes nothing."""
    return act_on_lead(request, pk, Act, lambda lead, given: services.accept(lead, **_who(request, given)))


@endpoint("POST", takes=Act, answers=LeadForm, problems=[404, 409])
def contact_lead(request: Request, pk: int) -> Response:
    """You have spoken to the lead: the promise is kept, or its lateness known. Doing it twice changes nothing."""
    return act_on_lead(request, pk, Act, lambda lead, given: services.contact(lead, **_who(request, given)))


@endpoint("POST", takes=Act, answers=LeadForm, problems=[404, 409])
def still_working_lead(request: Request, pk: int) -> Response:
    """You accepted the lead and still work on it: the time in which you must be heard of begins anew."""
    return act_on_lead(request, pk, Act, lambda lead, given: services.still_working(lead, **_who(request, given)))


@endpoint("POST", takes=Declining, answers=LeadForm, problems=[404, 409], may_be_gone=True)
def decline_lead(request: Request, pk: int) -> Response:
    """Hand a lead back that you hold; the rules are asked again, without you."""
    return act_on_lead(
        request,
        pk,
        Declining,
        lambda lead, given: handover.decline(lead, reason=given["reason"], **_who(request, given)),
    )


@endpoint("POST", takes=Reassigning, answers=LeadForm, problems=[404, 409], may_be_gone=True)
def reassign_lead(request: Request, pk: int) -> Response:
    """Give a lead to somebody else; for managers and RevOps."""

    def reassign(lead: Lead, given: Mapping[str, Any]) -> None:
        if request.user.role not in OVERSEERS:
            raise exceptions.PermissionDenied("Only a manager or RevOps can hand a lead to somebody else.")
        reps = Rep.objects.overseen_by(request.user).select_related("user")
        to = reps.filter(user__email=given["to"].strip().lower()).first()
        if to is None:
            raise exceptions.ValidationError({"to": "Nobody whom you may give leads has this e-mail."})
        by_hand.reassign(lead, to=to, reason=given["reason"], **_who(request, given))

    return act_on_lead(request, pk, Reassigning, reassign)


@endpoint("POST", takes=Closing, answers=LeadForm, problems=[404, 409])
def close_lead(request: Request, pk: int) -> Response:
    """The lead is won, lost or disqualified."""
    return act_on_lead(
        request, pk, Closing, lambda lead, given: services.close(lead, status=given["status"], **_who(request, given))
    )


def show(user: User, pk: int) -> Response:
    """One lead as it is answered, if this user may see it."""
    return _shown(_lead_for(user, pk))


def act_on_lead(request: Request, pk: int, form: Form, act: Acting) -> Response:
    """Find the lead, read the body, act, and show what came of it, as far as it is still this user's to see."""
    try:
        lead = _lead_for(request.user, pk)
    except Http404:
        # Whoever has just lost a lead of his team's queue to a colleague is told, and not that there is none.
        if name := pulling.quicker(request.user, pk, now=timezone.now()):
            raise Conflict(name) from None
        raise
    given = read_body(request, form)
    try:
        act(lead, given)
    except NotPossible as problem:
        raise Conflict(str(problem)) from problem
    try:
        return _shown(_lead_for(request.user, pk))
    except Http404:
        return Response(status=204)


def _who(request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": request.user, "now": timezone.now(), "epoch": given.get("epoch")}


def _lead_for(user: User, pk: int) -> Lead:
    """The lead, if this user may see it; for strangers there is none."""
    decision = [f"decision__{part}" for part in ("version__tree", "rep__user", "pool", "queue", "cover_for__user")]
    leads = Lead.objects.visible_to(user).select_related("source", "rep__user", "queue", "account", *decision)
    lead = leads.defer("decision__version__document").filter(pk=pk).first()
    if lead is None:
        raise Http404("There is no such lead, or it is not yours to see.")
    return lead


def _shown(lead: Lead) -> Response:
    clock = current.of_lead(lead)
    context = {"clocks": {lead.pk: clock} if clock else {}, "now": timezone.now()}
    return Response(LeadForm(lead, context=context).data)


def _filtered(leads: QuerySet[Lead], asked: Mapping[str, Any]) -> QuerySet[Lead]:
    leads = leads.filter(**{column: asked[name] for name, column in COLUMNS.items() if name in asked})
    if statuses := asked.get("status"):
        leads = leads.filter(status__in=statuses)
    if email := asked.get("email"):
        leads = leads.filter(person_key=person_key({"email": email.strip().lower()}))
    if since := asked.get("received_after"):
        leads = leads.filter(received_at__gte=since)
    if until := asked.get("received_before"):
        leads = leads.filter(received_at__lt=until)
    return leads
