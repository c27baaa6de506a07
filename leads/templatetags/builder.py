"""Cards of a drawn tree, each rendered once for what it shows: of a thousand, an edit changes one."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads.builder.canvas.picture import Card

register = template.Library()

MOST_KEPT = 8192


@register.simple_tag
def drawn_card(card: Card, may_edit: bool, beside: bool = False) -> SafeString:
    """`beside` the answer to an edit a card goes to its place by itself."""
    return _rendered(card.face, may_edit, beside)


@lru_cache(maxsize=MOST_KEPT)
def _rendered(card: Card, may_edit: bool, beside: bool) -> SafeString:
    """`card` is without what hangs on it, but knows whether it is a branch."""
    return render_to_string("builder/card.html", {"card": card, "may_edit": may_edit, "beside": beside})
