"""What many templates draw: icons, avatars, the navigation."""

from __future__ import annotations

import hashlib

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reps import navigation
from reps.navigation import Group, Place

register = template.Library()

HUES = 12


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A picture from the sprite. It says nothing by itself: beside it stands a word, or its button has a label."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#i-{}"/></svg>', size, static("icons.svg"), name
    )


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials on a colour that is always the same for a name. The name itself stands beside it."""
    return format_html('<span class="av {} av-h{}" aria-hidden="true">{}</span>', size, hue(name), initials(name))


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word: "Dana van der Okafor" is DO."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def hue(name: str) -> int:
    return hashlib.sha256(name.strip().casefold().encode()).digest()[0] % HUES


@register.simple_tag(takes_context=True)
def places(context: RequestContext) -> tuple[Place, ...]:
    request: HttpRequest = context["request"]
    return navigation.places(context["user"], getattr(request, "rep", None))


@register.simple_tag(takes_context=True)
def foot_places(context: RequestContext) -> tuple[Place, ...]:
    request: HttpRequest = context["request"]
    return navigation.foot(context["user"], getattr(request, "rep", None))


@register.simple_tag(takes_context=True)
def places_behind_more(context: RequestContext) -> tuple[Place, ...]:
    request: HttpRequest = context["request"]
    return navigation.behind_more(context["user"], getattr(request, "rep", None))


@register.simple_tag
def inbox_place() -> Place:
    return navigation.INBOX


@register.simple_tag(takes_context=True)
def place_groups(context: RequestContext) -> tuple[Group, ...]:
    return navigation.groups(context["user"])


@register.filter
def holds(place: Place, request: HttpRequest) -> bool:
    """Is the page of this request one of the place's?"""
    match = request.resolver_match
    return bool(match and match.url_name and place.holds(match.url_name))
