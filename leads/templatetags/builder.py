"""Pieces of a drawn tree and lines of its outline, each rendered once for what it shows: of a thousand, an edit changes
one."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads.builder.canvas.picture import Card, Row

register = template.Library()

MOST_KEPT = 8192


@register.simple_tag
def drawn_card(card: Card, may_edit: bool, beside: bool = False) -> SafeString:
    """`beside` the answer to an edit a card goes to its place by itself."""
    return _rendered(card.face, may_edit, beside)


@register.simple_tag
def drawn_piece(card: Card, may_edit: bool, selected: str = "", beside: bool = False) -> SafeString:
    """The card with all that hangs on it. A branch is made of its pieces anew: those below it are kept."""
    if card.is_branch:
        return _piece_anew(card, may_edit, selected, beside)
    chosen = selected if selected == card.key or any(kid.key == selected for kid in card.kids) else ""
    return _piece(card, may_edit, chosen, beside)


@register.simple_tag
def drawn_row(row: Row, selected: str = "", beside: bool = False) -> SafeString:
    """A line of the outline."""
    return _row(row, selected == row.key, beside)


def _piece_anew(card: Card, may_edit: bool, selected: str, beside: bool) -> SafeString:
    context = {"card": card, "may_edit": may_edit, "selected": selected, "beside": beside}
    return render_to_string("builder/node.html", context)


@lru_cache(maxsize=MOST_KEPT)
def _piece(card: Card, may_edit: bool, selected: str, beside: bool) -> SafeString:
    return _piece_anew(card, may_edit, selected, beside)


@lru_cache(maxsize=MOST_KEPT)
def _row(row: Row, is_selected: bool, beside: bool) -> SafeString:
    return render_to_string("builder/outline_row.html", {"row": row, "is_selected": is_selected, "beside": beside})


@lru_cache(maxsize=MOST_KEPT)
def _rendered(card: Card, may_edit: bool, beside: bool) -> SafeString:
    """`card` is without what hangs on it, but knows whether it is a branch."""
    return render_to_string("builder/card.html", {"card": card, "may_edit": may_edit, "beside": beside})
