"""What a value can be: what leads of the last days had there, with how many; else what there is of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pycountry
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from leads.builder.desk import Desk, desk_of
from leads.builder.inspector.asked import written
from leads.builder.names import WEEKDAYS, Names, names_of
from leads.builder.traffic import sample
from reps.access import Request, only, signed_in
from reps.models import User
from routing.engine.facts import FieldType, normal

MOST = 40


@dataclass(frozen=True, slots=True)
class Option:
    """`leads` is None where it is offered though no lead had it."""

    value: str
    label: str
    leads: int | None


@require_GET
@signed_in
@only(User.Role.REVOPS)
def values(request: Request, slug: str, name: str) -> HttpResponse:
    """The options of a combobox. `list` is the id of its list, for theirs."""
    desk = desk_of(request.user, slug)
    said = normal(request.GET.get("q", ""))
    found = [one for one in offered(desk, name) if said in normal(one.value) or said in normal(one.label)]
    # What begins with it is meant rather than what has it somewhere.
    found.sort(key=lambda one: not normal(one.label).startswith(said))
    context = {"options": found[:MOST], "more": len(found) - MOST, "list": request.GET.get("list", "options")}
    return render(request, "builder/inspector_options.html", context)


def offered(desk: Desk, name: str) -> Iterator[Option]:
    """The most frequent first, then what has not come yet."""
    field = desk.known.world.vocabulary.get(name)
    if field is None or field.type in (FieldType.BOOLEAN, FieldType.TIME):
        return
    names = names_of(desk.known)
    came = {written(value): leads for value, leads in sample.sample(desk.tree, timezone.now()).values(name)}
    for value, leads in came.items():
        yield Option(value, names.of_value(name, "is", value), leads)
    for value in _known(name, names):
        if value not in came:
            yield Option(value, names.of_value(name, "is", value), None)


def _known(name: str, names: Names) -> Iterable[str]:
    match name:
        case "time.weekday":
            return WEEKDAYS
        case "country":
            return sorted(country.alpha_2 for country in pycountry.countries)
        case "territory":
            return names.territories
        case "source":
            return names.sources
        case "account.owner":
            return names.reps
    return ()
