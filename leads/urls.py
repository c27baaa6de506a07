"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, include, path

from leads import companies, moving, oversight, queues, score_views, team, views, webhook, wording_views
from leads.availability import views as availability
from leads.enrichment import views as enrichment
from leads.links import views as links
from leads.own_numbers import views as own_numbers
from leads.policies import views as policies
from leads.realignment import views as realignment
from leads.reports import views as reports
from leads.slack import views as slack
from leads.territories import views as territories

urlpatterns: list[URLPattern | URLResolver] = [
    path("in/<str:slug>/", webhook.receive, name="webhook"),
    # Senders count a redirect as a failure, so the address without the slash is an address too.
    path("in/<str:slug>", webhook.receive),
    path("queue/", views.queue, name="queue"),
    path("queue/live/", views.queue_live, name="queue-live"),
    path("queue/next/", views.pull, name="queue-next"),
    path("queue/sound/", views.sound, name="queue-sound"),
    path("queue/away/", availability.away, name="away"),
    path("queue/back/", availability.back, name="back"),
    path("numbers/", own_numbers.numbers, name="numbers"),
    path("leads/", views.leads, name="leads"),
    path("leads/<int:pk>/", views.lead, name="lead"),
    path("leads/<int:pk>/accept/", views.accept, name="lead-accept"),
    path("leads/<int:pk>/contact/", views.contact, name="lead-contact"),
    path("leads/<int:pk>/still-working/", views.still_working, name="lead-still-working"),
    path("leads/<int:pk>/give/", moving.give, name="lead-give"),
    path("leads/<int:pk>/decline/", views.decline, name="lead-decline"),
    path("leads/<int:pk>/account/", companies.link, name="lead-account"),
    path("leads/<int:pk>/not-this-account/", companies.unlink, name="lead-not-account"),
    path("act/<str:token>/", links.accept, name="accept-link"),
    path("act/here/<str:token>/", links.accept_in_room, name="accept-link-in-room"),
    path("team/", team.team, name="team"),
    path("team/live/", team.team_live, name="team-live"),
    path("team/move/", moving.move, name="team-move"),
    path("slack/actions/", slack.actions, name="slack-actions"),
    path("slack/actions", slack.actions),
    path("team/reps/<int:pk>/", reports.rep, name="team-rep"),
    path("team/reps/<int:pk>/time-off/<int:span>/cancel/", reports.cancel, name="team-rep-cancel"),
    path("team/reps/<int:pk>/pause/", reports.pause, name="team-rep-pause"),
    path("team/reps/<int:pk>/resume/", reports.resume, name="team-rep-resume"),
    path("queues/", queues.queues, name="queues"),
    path("queues/<slug:slug>/", queues.waiting, name="waiting"),
    path("accounts/", companies.accounts, name="accounts"),
    path("accounts/<int:pk>/", companies.account, name="account-page"),
    path("accounts/<int:pk>/merge/", companies.merge, name="account-merge"),
    path("decisions/", oversight.decisions, name="decisions"),
    path("decisions/<int:pk>/", oversight.decision, name="decision"),
    path("territories/", territories.territories, name="territories"),
    path("territories/+new/", territories.territory_new, name="territory-new"),
    path("territories/<slug:slug>/", territories.territory, name="territory"),
    path("territories/<slug:slug>/edit/", territories.territory_edit, name="territory-edit"),
    path("territories/<slug:slug>/erase/", territories.territory_erase, name="territory-erase"),
    path("promises/", policies.promises, name="promises"),
    path("promises/+new/", policies.policy_new, name="policy-new"),
    path("promises/+holidays/", policies.holiday_add, name="holiday-add"),
    path("promises/+holidays/remove/", policies.holiday_remove, name="holiday-remove"),
    path("promises/<slug:slug>/edit/", policies.policy_edit, name="policy-edit"),
    path("promises/<slug:slug>/move/", policies.policy_move, name="policy-move"),
    path("promises/<slug:slug>/remove/", policies.policy_remove, name="policy-remove"),
    path("performance/", oversight.performance, name="performance"),
    path("scoring/", score_views.scoring, name="scoring"),
    path("scoring/edit/", score_views.edit, name="scoring-edit"),
    path("scoring/<int:pk>/", score_views.version, name="scoring-version"),
    path("change-sets/", realignment.change_sets, name="change-sets"),
    path("change-sets/new/", realignment.change_set_new, name="change-set-new"),
    path("change-sets/<int:pk>/", realignment.change_set, name="change-set"),
    path("change-sets/<int:pk>/edit/", realignment.change_set_edit, name="change-set-edit"),
    path("change-sets/<int:pk>/schedule/", realignment.change_set_schedule, name="change-set-schedule"),
    path("change-sets/<int:pk>/activate/", realignment.change_set_activate, name="change-set-activate"),
    path("change-sets/<int:pk>/cancel/", realignment.change_set_cancel, name="change-set-cancel"),
    path("change-sets/<int:pk>/reopen/", realignment.change_set_reopen, name="change-set-reopen"),
    path("change-sets/<int:pk>/undo/", realignment.change_set_undo, name="change-set-undo"),
    path("enrichment/", enrichment.enrichment, name="enrichment"),
    path("enrichment/+new/", enrichment.provider_new, name="provider-new"),
    path("enrichment/<slug:slug>/", enrichment.provider, name="provider"),
    path("enrichment/<slug:slug>/try/", enrichment.provider_try, name="provider-try"),
    path("enrichment/<slug:slug>/remove/", enrichment.provider_remove, name="provider-remove"),
    path("wording/", wording_views.wordings, name="wordings"),
    path("wording/<slug:kind>/", wording_views.wording, name="wording"),
    path("routing/", include("leads.builder.urls")),
    path("health/", oversight.health, name="health"),
    path("events/", oversight.events, name="events"),
    path("events/<uuid:pk>/", oversight.event, name="event"),
    path("events/<uuid:pk>/replay/", oversight.replay, name="event-replay"),
]
