"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path

from notifications import log_views, own_views, setup_views, views
from notifications.subscriptions import views as subscriptions

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/seen/", views.see_all, name="notices-see-all"),
    path("notifications/<int:pk>/", views.notice, name="notice"),
    path("notifications/<int:pk>/gathered/", views.gathered, name="notice-gathered"),
    path("notifications/<int:pk>/seen/", views.see, name="notice-see"),
    path("account/notifications/", own_views.mine, name="my-notifications"),
    path("account/notifications/test/<slug:slug>/", own_views.test, name="channel-test"),
    path("channels/", setup_views.channels, name="channels"),
    path("channels/+new/<str:kind>/", setup_views.channel_new, name="channel-new"),
    path("channels/<slug:slug>/", setup_views.channel, name="channel"),
    path("channels/<slug:slug>/on/", setup_views.channel_on, name="channel-on"),
    path("channels/<slug:slug>/remove/", setup_views.channel_remove, name="channel-remove"),
    path("channels/<slug:slug>/secret/", setup_views.channel_secret, name="channel-secret"),
    path("deliveries/", log_views.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/", log_views.delivery, name="delivery"),
    path("webhooks/", subscriptions.subscriptions, name="subscriptions"),
    path("webhooks/+new/", subscriptions.subscription_new, name="subscription-new"),
    path("webhooks/<int:pk>/", subscriptions.subscription, name="subscription"),
    path("webhooks/<int:pk>/edit/", subscriptions.subscription_edit, name="subscription-edit"),
    path("webhooks/<int:pk>/secret/", subscriptions.subscription_secret, name="subscription-secret"),
    path("webhooks/<int:pk>/rotate/", subscriptions.subscription_rotate, name="subscription-rotate"),
    path("webhooks/<int:pk>/switch/", subscriptions.subscription_switch, name="subscription-switch"),
    path("webhooks/<int:pk>/test/", subscriptions.subscription_test, name="subscription-test"),
    path("webhooks/<int:pk>/remove/", subscriptions.subscription_remove, name="subscription-remove"),
    path("webhooks/<int:pk>/replay/", subscriptions.subscription_replay, name="subscription-replay"),
    path("webhooks/deliveries/<int:pk>/", subscriptions.delivery, name="event-delivery"),
    path("webhooks/deliveries/<int:pk>/replay/", subscriptions.delivery_replay, name="event-delivery-replay"),
    path("deliveries/<int:pk>/replay/", log_views.replay, name="delivery-replay"),
    path("deliveries/replay/<slug:slug>/", log_views.replay_all, name="delivery-replay-all"),
]
