"""Celery: it makes things quick, never sure. Every task only says "look now"; the rows say what there is to do.

`manage.py sweeper` calls the same functions without Celery, so a lost message costs a second, not a lead.
"""

import os
import warnings
from pathlib import Path

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Celery fears for a root that unpickles what comes in; ours reads JSON alone, and some machines have only root.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("switchyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_postrun.connect
def show_pulse(**_: object) -> None:
    """The supervisor restarts a worker that no longer hears: the process may be well and its connection dead."""
    pulse = os.environ.get("SWITCHYARD_PULSE")
    if pulse:
        Path(pulse).touch()
