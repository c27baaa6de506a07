"""Answering with a page, or with the part of it that htmx asked for; and with nothing more than an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from reps.access import Request


def page(request: Request, template: str, context: Mapping[str, Any], *, part: str, status: int = 200) -> HttpResponse:
    """The whole page for a browser, the named part for htmx: with whatever is to be said, laid beside it."""
    context = {"now": timezone.now(), **context}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, template, context, status=status)
    response = render(request, f"{template}#{part}", context, status=status)
    if get_messages(request):
        response.write(render_to_string("components/toasts.html", {"beside": True}, request))
    return response


def go(request: Request, name: str) -> HttpResponse:
    """To another page. A redirect would be followed by the script and end up in a part of this one."""
    if request.htmx:
        return HttpResponseClientRedirect(reverse(name))
    return redirect(name)


def back(request: HttpRequest, fallback: str) -> HttpResponse:
    """After an act: to the page the form stood on. Its address comes from the form, so it must be one of ours."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return redirect(address if safe else resolve_url(fallback))
