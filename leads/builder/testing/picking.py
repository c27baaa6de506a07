"""Which lead to test: the recent ones and those that a search finds, saved ones, one made up, one pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from leads.builder.desk import Desk
from leads.builder.testing.chips import NOT_TO_EDIT, asked_by
from leads.kept import storable
from leads.models import Lead
from leads.pages import facts as facts_page
from reps.models import User
from routing.engine.facts import FieldType
from routing.models import TestLead

MOST_LEADS = 12
MOST_WORDS = 8  # of a search
MOST_SAVED = 100
# Of a lead made up: who it is, and what trees usually ask.
USUAL = ("email", "company", "intent", "source", "country", "state", "employees", "industry", "score")
MOST_FIELDS = 24
EXAMPLE = '{\n  "intent": "demo",\n  "employees": 2400,\n  "industry": "Healthcare",\n  "country": "US"\n}'


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed so far, and what is wrong with it."""

    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    json: str = ""
    problems: Sequence[str] = ()
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    label: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Page:
    given: Given
    leads: Sequence[Lead]
    saved: Sequence[TestLead]
    inputs: Sequence[Input]
    example: str = EXAMPLE


def of_form(posted: Mapping[str, str], problems: Sequence[str]) -> Given:
    fields = {name.removeprefix("fact."): value for name, value in posted.items() if name.startswith("fact.")}
    return Given(fields=fields, json=posted.get("json", ""), problems=problems, tab=posted.get("do", ""))


def page(user: User, desk: Desk, given: Given) -> Page:
    saved = TestLead.objects.filter(tree=desk.tree).order_by("name")[:MOST_SAVED]
    return Page(given, found(user, given.query), list(saved), inputs(desk, given.fields))


def found(user: User, query: str) -> Sequence[Lead]:
    """The newest that have every word, as far as the user may see them."""
    leads = Lead.objects.visible_to(user)
    for word in storable(query).split()[:MOST_WORDS]:
        leads = leads.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(company__icontains=word))
    newest = leads.select_related("rep__user", "queue", "source").order_by("-received_at", "-pk")
    return list(newest[:MOST_LEADS])


def inputs(desk: Desk, given: Mapping[str, str]) -> Sequence[Input]:
    """A field for everything that this tree asks about, and the usual ones."""
    vocabulary = desk.known.world.vocabulary
    names = [name for name in dict.fromkeys([*asked_by(desk.readable.tree), *USUAL]) if name not in NOT_TO_EDIT]
    fields = [one for name in [*names, "company"] if (one := vocabulary.get(name)) is not None]
    return [
        Input(
            name=one.name,
            label=facts_page.capitalised(one.label),
            kind="yes_no" if one.type is FieldType.BOOLEAN else "number" if one.type is FieldType.NUMBER else "text",
            value=given.get(one.name, ""),
        )
        for one in dict.fromkeys(fields[:MOST_FIELDS])
    ]
