"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path

from leads import webhook

urlpatterns: list[URLPattern | URLResolver] = [
    path("in/<str:slug>/", webhook.receive, name="webhook"),
    # Senders count a redirect as a failure, so the address without the slash is an address too.
    path("in/<str:slug>", webhook.receive),
]
