"""Addresses of the API, below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from leads.api import (
    accounts,
    activities,
    decisions,
    docs,
    evaluate,
    events,
    leads,
    organisation,
    queues,
    territories,
    trees,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("leads/", leads.list_leads, name="api-leads"),
    path("leads/<int:pk>/", leads.get_lead, name="api-lead"),
    path("leads/<int:pk>/accept/", leads.accept_lead),
    path("leads/<int:pk>/contact/", leads.contact_lead),
    path("leads/<int:pk>/decline/", leads.decline_lead),
    path("leads/<int:pk>/reassign/", leads.reassign_lead),
    path("leads/<int:pk>/close/", leads.close_lead),
    path("activities/", activities.list_activities),
    path("leads/<int:pk>/link-account/", accounts.link_lead_account),
    path("leads/<int:pk>/unlink-account/", accounts.unlink_lead_account),
    path("accounts/", accounts.list_accounts),
    path("accounts/<int:pk>/", accounts.get_account),
    path("accounts/<int:pk>/merge/", accounts.merge_account),
    path("decisions/", decisions.list_decisions),
    path("decisions/<int:pk>/", decisions.get_decision),
    path("evaluate/", evaluate.evaluate),
    path("events/", events.list_events),
    path("events/<uuid:pk>/", events.get_event),
    path("events/<uuid:pk>/replay/", events.replay_event),
    path("me/", organisation.get_me),
    path("reps/", organisation.list_reps),
    path("pools/", organisation.list_pools),
    path("queues/", queues.list_queues),
    path("queues/<slug:slug>/pull/", queues.pull_lead),
    path("sources/", organisation.list_sources),
    path("sources/<slug:slug>/", organisation.get_source),
    path("sla-policies/", organisation.list_sla_policies),
    path("territories/", territories.list_territories),
    path("territories/<slug:slug>/", territories.get_territory),
    path("change-sets/", territories.list_change_sets),
    path("change-sets/<int:pk>/", territories.get_change_set),
    path("trees/", trees.list_trees),
    path("trees/<slug:slug>/versions/", trees.list_versions),
    path("trees/<slug:slug>/versions/<int:number>/", trees.get_version),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("docs/", docs.docs, name="api-docs"),
    # Not ".*": an address may hold a line break, and is answered all the same.
    re_path(r"^(?P<path>[\s\S]*)\Z", docs.nothing),
]
