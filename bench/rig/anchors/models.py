"""One table of eight columns, with a document in it and two unique indexes."""

from __future__ import annotations

from django.db import models


class PlainLead(models.Model):
    key = models.CharField(max_length=64, unique=True)
    email = models.CharField(max_length=320)
    name = models.CharField(max_length=200)
    company = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    body = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.email
