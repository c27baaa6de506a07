"""Accounts: the list, one of them, which lead is whose, and two that are one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http.response import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from leads import linking, merging
from leads.api.endpoints import OVERSEERS, Request, endpoint
from leads.api.lead_forms import Act, LeadForm
from leads.api.leads import act_on_lead
from leads.api.paging import Paging, listed, page, page_of
from leads.api.reading import read_body, read_query
from leads.api.refusals import Conflict
from leads.configuration.read_market import ascii_domain
from leads.holding import NotPossible
from leads.models import Account, AccountKey, Lead
from leads.pages.accounts import LAST_LETTER, ORDER
from reps.models import User


class AccountQuery(Paging):
    """Filters; each narrows what the others leave."""

    domain = serializers.CharField(required=False, max_length=253, help_text="The account that lists this domain.")
    name = serializers.CharField(required=False, max_length=300, help_text="The beginning of the name, in any case.")
    owner = serializers.CharField(required=False, help_text="The owner's e-mail.")
    is_customer = serializers.BooleanField(required=False, allow_null=True, default=None)


class AccountForm(serializers.Serializer[Account]):
    """A company. `owner` is its own; leads of an account without one go to its nearest ancestor's."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    domains = serializers.SerializerMethodField()
    aliases = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.user.email", allow_null=True)
    team = serializers.CharField(source="team.slug", allow_null=True, help_text="Takes its leads if nobody owns it.")
    parent = serializers.CharField(source="parent.name", allow_null=True)  # type: ignore[assignment]  # declared fields leave the class
    is_customer = serializers.BooleanField()
    tier = serializers.CharField()
    country = serializers.CharField()
    details = serializers.DictField(help_text="What else the configuration says of it.")

    def get_domains(self, account: Account) -> list[str]:
        return [key.key for key in account.keys.all() if key.kind == AccountKey.Kind.DOMAIN]

    def get_aliases(self, account: Account) -> list[str]:
        return [key.key for key in account.keys.all() if key.kind == AccountKey.Kind.ALIAS]


class Unlinking(Act):
    reason = serializers.CharField(max_length=300)


class Linking(Unlinking):
    account = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The account's id.")


class Merging(serializers.Serializer[Any]):
    account = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        help_text="The account that becomes a part of this one, and is gone.",
    )
    reason = serializers.CharField(max_length=300)


@endpoint("GET", asks=AccountQuery, answers=page_of(AccountForm), only=OVERSEERS)
def list_accounts(request: Request) -> Response:
    """The accounts, oldest first."""
    asked = read_query(request, AccountQuery)
    return listed(request, page(_filtered(_accounts(), asked), asked), AccountForm)


@endpoint("GET", answers=AccountForm, only=OVERSEERS, problems=[404])
def get_account(request: Request, pk: int) -> Response:
    """One account."""
    return Response(AccountForm(_account(pk)).data)


@endpoint("POST", takes=Merging, answers=AccountForm, only=(User.Role.REVOPS,), problems=[404, 409])
def merge_account(request: Request, pk: int) -> Response:
    """Two accounts are one company: the other's domains, names, leads and children become this one's."""
    into = _account(pk)
    given = read_body(request, Merging)
    other = _named(given["account"])
    try:
        merging.merge(other, into=into, by=request.user, reason=given["reason"], now=timezone.now())
    except NotPossible as problem:
        raise Conflict(str(problem)) from problem
    return Response(AccountForm(_account(pk)).data)


@endpoint("POST", takes=Linking, answers=LeadForm, problems=[404, 409], may_be_gone=True)
def link_lead_account(request: Request, pk: int) -> Response:
    """The lead belongs to this account, whatever its domain and company say. For managers and RevOps."""

    def link(lead: Lead, given: Mapping[str, Any]) -> None:
        _check_role(request)
        to = _named(given["account"])
        linking.link(lead, to=to, reason=given["reason"], **_who(request, given))

    return act_on_lead(request, pk, Linking, link)


@endpoint("POST", takes=Unlinking, answers=LeadForm, problems=[404, 409], may_be_gone=True)
def unlink_lead_account(request: Request, pk: int) -> Response:
    """The lead is not of its account, and is never matched with it again. For managers and RevOps."""

    def unlink(lead: Lead, given: Mapping[str, Any]) -> None:
        _check_role(request)
        linking.unlink(lead, reason=given["reason"], **_who(request, given))

    return act_on_lead(request, pk, Unlinking, unlink)


def _check_role(request: Request) -> None:
    if request.user.role not in OVERSEERS:
        raise exceptions.PermissionDenied("Only a manager or RevOps can say whose account a lead is.")


def _who(request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": request.user, "now": timezone.now(), "epoch": given.get("epoch")}


def _accounts() -> QuerySet[Account]:
    keys = AccountKey.objects.order_by("position", "pk")
    return Account.objects.select_related("owner__user", "team", "parent").prefetch_related(Prefetch("keys", keys))


def _account(pk: int) -> Account:
    account = _accounts().filter(pk=pk).first()
    if account is None:
        raise Http404("There is no such account.")
    return account


def _named(pk: int) -> Account:
    """The account that a body names."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        raise exceptions.ValidationError({"account": "There is no such account."})
    return account


def _filtered(accounts: QuerySet[Account], asked: Mapping[str, Any]) -> QuerySet[Account]:
    if domain := asked.get("domain"):
        listing = AccountKey.objects.filter(kind=AccountKey.Kind.DOMAIN, key=ascii_domain(domain))
        accounts = accounts.filter(pk__in=listing.values("account"))
    if name := asked.get("name", "").lower():
        accounts = accounts.alias(order=ORDER).filter(order__gte=name, order__lt=name + LAST_LETTER)
    if owner := asked.get("owner"):
        accounts = accounts.filter(owner__user__email=owner.strip().lower())
    if asked.get("is_customer") is not None:
        accounts = accounts.filter(is_customer=asked["is_customer"])
    return accounts
