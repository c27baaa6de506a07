"""Numbers and times as people say them. Every time is told in the zone that is active: the reader's own."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reps import spans

register = template.Library()


@register.filter
def duration(span: timedelta | None) -> str:
    """4:38, 3 h 25, 2 d 4 h; less than nothing is told without its sign."""
    return "–" if span is None else spans.ticking(span)


@register.filter
def brief(span: timedelta) -> str:
    """The same for the inside of a ring, where there is room for seven letters: days without their hours."""
    days = abs(span) // timedelta(days=1)
    return f"{days} d" if days else duration(span)


@register.filter
def minutes(span: timedelta) -> str:
    """15 minutes, 1 minute"""
    count = -(-round(span.total_seconds()) // 60)
    return f"{count} minute{'' if count == 1 else 's'}"


@register.filter
def number(points: int) -> str:
    """1,200, −5"""
    return f"{'−' if points < 0 else ''}{abs(points):,}"


@register.filter
def signed(points: int) -> str:
    """+20, −5, 0"""
    return f"{'−' if points < 0 else '+' if points else ''}{abs(points):,}"


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> SafeString | str:
    """A point in time, as short as it can be and still be clear; the whole of it is in the title."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%a %-d %b %Y, %H:%M:%S %Z}",
        moment(at, context["now"]),
    )


@register.simple_tag(takes_context=True)
def at_time(context: Context, at: datetime) -> str:
    """The same in plain text, for the middle of a sentence."""
    return moment(at, context["now"])


@register.simple_tag(takes_context=True)
def in_time(context: Context, at: datetime) -> SafeString:
    """How long until then, going on by the server's clock: in 1:50; now, once it has come."""
    left = at - context["now"]
    words = f"in {brief(left)}" if left > timedelta() else "now"
    return format_html('<span class="in" data-at="{}">{}</span>', milliseconds_since_1970(at), words)


def moment(at: datetime, now: datetime) -> str:
    """14:02 today, Tue 14:02 within six days, else 12 Nov 14:02, and with the year when it is another."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return f"{local:%H:%M}"
    if days < 7:
        return f"{local:%a %H:%M}"
    return f"{local:%-d %b %H:%M}" if local.year == today.year else f"{local:%-d %b %Y}"


@register.filter
def thousands(count: int) -> str:
    """1,234"""
    return f"{count:,}"


@register.filter
def milliseconds(microseconds: int) -> str:
    """0.4 ms, 12 ms, under 0.1 ms"""
    value = microseconds / 1000
    if value < 0.1:
        return "under 0.1 ms"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


@register.filter
def share(part: float | None) -> str:
    """A part of 1 as 38.2%; "–" where there is nothing to take a part of."""
    return "–" if part is None else f"{part * 100:.1f}%"


@register.filter
def aloud(part: float) -> str:
    """A part of 1 as it is read out: 38.2 percent"""
    return f"{part * 100:.1f} percent"


@register.filter
def percent(part: float) -> str:
    """A part of 1 as 38%: for rates of which nobody knows the tenths."""
    return f"{part * 100:.0f}%"


@register.filter
def apart(part: float) -> str:
    """How far above or below: +34%, −8%, 0%"""
    whole = round(part * 100)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)}%"


@register.filter
def more_or_less(change: float) -> str:
    """+8.3, −0.7, 0.0: leads that somebody gains or loses."""
    tenths = round(change, 1)
    return f"{'+' if tenths > 0 else '−' if tenths < 0 else ''}{abs(tenths):,.1f}"


@register.filter
def milliseconds_since_1970(at: datetime) -> int:
    """How scripts tell the time."""
    return round(at.timestamp() * 1000)
