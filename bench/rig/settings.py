"""The product's settings, with the anchors' tables beside the product's, and commands that fill, drain and check."""

from config.settings import *
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rig.anchors"]
MIGRATION_MODULES = {"anchors": None}
# A benchmark is the flood without end that the product turns away.
WEBHOOK_BURST = 10**9
