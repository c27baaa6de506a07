"""The addresses of the builder. Each room has its own few; a tree is named by its slug."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
