"""Makes Celery's application the current one in every process that sets Django up, so that tasks know their broker."""

from django.apps import AppConfig

from config import celery


class ConfigConfig(AppConfig):
    name = "config"
    celery_app = celery.app
