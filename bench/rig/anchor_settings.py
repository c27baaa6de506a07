"""The same database and the same Django, and nothing else: no middleware, no sessions, no health checks.

The anchors must not be slowed by anything that a view of one INSERT does without.
"""

from rig.settings import *
from rig.settings import DATABASES

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "rig.anchors.urls"
DATABASES = {"default": {**DATABASES["default"], "CONN_HEALTH_CHECKS": False}}
