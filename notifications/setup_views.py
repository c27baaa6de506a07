"""Channels: RevOps set them up, see how they are doing, and take them out. Others have nothing to do with them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notifications import channel_editing as editing
from notifications.channel_forms import ABOUT, ChannelForm
from notifications.channels import SENDERS
from notifications.models import Channel
from notifications.pages import channels as channels_page
from outgoing.signing import derived_secret
from reps.access import Request, only, signed_in
from reps.models import User
from reps.pages import page

REVOPS = User.Role.REVOPS


@require_safe
@signed_in
@only(REVOPS)
def channels(request: Request) -> HttpResponse:
    now = timezone.now()
    kinds = [(value, label, ABOUT[value]) for value, label in Channel.Kind.choices if value in SENDERS]
    context = {"rows": channels_page.healths(now), "kinds": kinds, "days": channels_page.DAYS, "now": now}
    return page(request, "notifications/channels.html", context, part="channels")


@signed_in
@only(REVOPS)
def channel_new(request: Request, kind: str) -> HttpResponse:
    if kind not in SENDERS:
        raise Http404
    form = ChannelForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            slug = form.cleaned_data["slug"]
            made = editing.add(form.entry, kind=kind, slug=slug, by=request.user, now=timezone.now())
        except editing.Refused as refused:
            form.blame(str(refused), refused.field)
        else:
            messages.success(request, f"{made} is there. Send yourself a message by it.")
            return redirect("channel", made.slug)
    return _form(request, form, None)


@signed_in
@only(REVOPS)
def channel(request: Request, slug: str) -> HttpResponse:
    """Change a channel."""
    there = get_object_or_404(Channel, slug=slug)
    form = ChannelForm(request.POST or None, kind=there.kind, channel=there, seen=editing.last_change(there))
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            editing.change(there, entry=form.entry, seen=seen, by=request.user, now=timezone.now())
        except editing.Refused as refused:
            form.blame(str(refused), refused.field)
        else:
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("channel", slug)
    return _form(request, form, there)


@require_POST
@signed_in
@only(REVOPS)
def channel_on(request: Request, slug: str) -> HttpResponse:
    there = get_object_or_404(Channel, slug=slug)
    try:
        editing.switch_on(there, by=request.user, now=timezone.now())
    except editing.Gone as gone:
        raise Http404 from gone
    messages.success(request, f"{there} is asked again.")
    return redirect("channel", slug)


@require_POST
@signed_in
@only(REVOPS)
def channel_remove(request: Request, slug: str) -> HttpResponse:
    there = get_object_or_404(Channel, slug=slug)
    try:
        editing.remove(there, by=request.user, now=timezone.now())
    except editing.Gone as gone:
        raise Http404 from gone
    messages.success(request, f"{there} is gone. Who chose it hears by another way.")
    return redirect("channels")


@require_POST
@signed_in
@only(REVOPS)
def channel_secret(request: Request, slug: str) -> HttpResponse:
    """The secret with which messages of a webhook are signed; with `rotate`, another one from now on."""
    there = get_object_or_404(Channel, slug=slug, kind=Channel.Kind.WEBHOOK)
    if "rotate" in request.POST:
        try:
            there = editing.rotate(there, by=request.user, now=timezone.now())
        except editing.Gone as gone:
            raise Http404 from gone
    secret = derived_secret(settings.SECRET_KEY, of=there.lane, number=there.secret_number)
    context = {"channel": there, "secret": secret, "rotated": "rotate" in request.POST}
    return page(request, "notifications/secret.html", context, part="secret")


def _form(request: Request, form: ChannelForm, there: Channel | None) -> HttpResponse:
    now = timezone.now()
    kind = Channel.Kind(form.kind)
    context: dict[str, object] = {"form": form, "channel": there, "kind": kind, "about": ABOUT[kind], "now": now}
    if there:
        context |= {"health": channels_page.health(there, now), "hanging": channels_page.hanging(there)}
    return page(request, "notifications/channel.html", context, part="form", status=422 if form.errors else 200)
