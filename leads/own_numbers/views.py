"""The page of a rep's numbers: his own, or for whoever answers for him."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.own_numbers.chart import chart
from leads.own_numbers.figures import figures
from leads.own_numbers.ledger import latest_pool, ledger
from leads.own_numbers.rotation import places
from leads.pages.decisions import reps_for
from leads.world import known
from reps.access import Request, signed_in
from reps.filters import Filters, select
from reps.models import Rep
from reps.pages import go, page

PERIODS = (("7", "7 days"), ("30", "30 days"))


class NumbersFilters(Filters):
    days = select("Period", PERIODS)
    rep = select("Rep")

    def __init__(self, data: Any, *, reps: list[Rep]) -> None:
        super().__init__({"days": "30", **data})
        if reps:
            self.offer_only("rep", [(str(rep.pk), str(rep)) for rep in reps])
        else:
            del self.fields["rep"]

    def offer_only(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Without "All": one is always chosen."""
        self.offer(name, choices)
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # it is one of choices


@require_safe
@signed_in
def numbers(request: Request) -> HttpResponse:
    overseen = list(reps_for(request.user).select_related("user", "team"))
    rep = _asked_for(request, overseen)
    if rep is None:
        return go(request, "home")
    now, organisation = timezone.now(), known()
    reps = overseen if request.rep is None or len(overseen) > 1 else []
    filters = NumbersFilters({**request.GET.dict(), "rep": str(rep.pk)}, reps=reps)
    found = figures(rep, int(filters.chosen.get("days") or 30), organisation, now)
    pools = places(rep, organisation, now)
    asked = request.GET.get("pool") or latest_pool(rep)
    pool = next((one for one in pools if one.slug == asked), pools[0] if pools else None)
    context = {
        "rep": rep,
        "own": request.rep is not None and rep.pk == request.rep.pk,
        "filters": filters,
        "figures": found,
        "chart": chart(found.days),
        "pools": pools,
        "pool": pool,
        "ledger": ledger(rep, pool.slug, organisation, reader=request.user, after=request.GET.get("after", ""))
        if pool
        else None,
        "now": now,
    }
    return page(request, "numbers/numbers.html", context, part="list")


def _asked_for(request: Request, overseen: list[Rep]) -> Rep | None:
    """Whose numbers: his own unless he names somebody he answers for; for who has none, the first of those."""
    asked = request.GET.get("rep", "")
    if not asked:
        return request.rep or (overseen[0] if overseen else None)
    if request.rep is not None and asked == str(request.rep.pk):
        return request.rep
    found = next((rep for rep in overseen if str(rep.pk) == asked), None)
    if found is None:
        raise Http404("There is no such rep, or it is not yours to see.")
    return found
