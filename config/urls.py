"""Every address of the site; each app names its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("leads.urls")),
    path("", include("reps.urls")),
    path("", include("routing.urls")),
]
