from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "reps"
    default_auto_field = "django.db.models.BigAutoField"
