"""The organisation as of a later instant: what is in force, with every change set that is scheduled until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leads.configuration import dump
from leads.configuration.parts import Configuration
from leads.configuration.read import BadConfiguration
from leads.models import ChangeSet
from leads.realignment import amendments
from leads.realignment.amendments import Amendment


@dataclass(frozen=True, slots=True)
class Assumed:
    """A change set that will have come into force by then; `problem` says why it will not, as things are."""

    id: int
    name: str
    effective_at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`owners` are the accounts whose owner will have changed, with their new ones."""

    configuration: Configuration
    assumed: tuple[Assumed, ...] = ()
    owners: Mapping[str, str | None] | None = None

    @property
    def is_other(self) -> bool:
        """Whether anything will be other than it is now."""
        return any(not one.problem for one in self.assumed)


def scheduled_until(at: datetime, *, without: int = 0) -> list[ChangeSet]:
    """The change sets that come into force up to this instant, in their order."""
    waiting = ChangeSet.objects.filter(status=ChangeSet.Status.SCHEDULED, effective_at__lte=at)
    return list(waiting.exclude(pk=without).order_by("effective_at", "pk"))


def as_of(at: datetime, *, with_accounts: bool = False, without: int = 0) -> Forecast:
    """The configuration at this instant, as far as it is known now."""
    waiting = [(one, amendments.parse(one.document)) for one in scheduled_until(at, without=without)]
    with_accounts = with_accounts or any("accounts" in amendment.kinds for _, amendment in waiting)
    return foreseen(dump.current(with_accounts=with_accounts), waiting)


def foreseen(configuration: Configuration, waiting: list[tuple[ChangeSet, Amendment]]) -> Forecast:
    """One after another; what could not be applied is left out, as it will be."""
    assumed = []
    owners: dict[str, str | None] = {}
    for change_set, amendment in waiting:
        problem = ""
        try:
            configuration = amendments.applied(amendment, configuration)
        except BadConfiguration as bad:
            problem = str(bad.problems[0])
        else:
            now_owned = configuration.of("accounts") if "accounts" in amendment.kinds else {}
            owners |= {name: getattr(now_owned[name], "owner", None) for name in amendment.entries.get("accounts", ())}
        assert change_set.effective_at is not None
        assumed.append(Assumed(change_set.pk, change_set.name, change_set.effective_at, problem))
    return Forecast(configuration, tuple(assumed), owners)
