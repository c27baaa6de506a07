"""Celery: it makes things quick, never sure. Every task only says "look now"; the rows say what there is to do.

`manage.py sweeper` calls the same functions without Celery, so a lost message costs a second, not a lead.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("switchyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
