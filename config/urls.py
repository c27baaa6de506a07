"""Every address of the site; each app names its own."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("api/v1/", include("leads.api.urls")),
    path("", include("leads.urls")),
    path("", include("notifications.urls")),
    path("", include("reps.urls")),
    path("", include("routing.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
