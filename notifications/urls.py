"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path

from notifications import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/seen/", views.see_all, name="notices-see-all"),
    path("notifications/<int:pk>/", views.notice, name="notice"),
    path("notifications/<int:pk>/gathered/", views.gathered, name="notice-gathered"),
    path("notifications/<int:pk>/seen/", views.see, name="notice-see"),
]
