"""Addresses of this app."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from reps import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
]
