import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def keep_the_model(apps, schema_editor):
    """What was the only score model becomes its first version."""
    kept = apps.get_model("leads", "ScoreModel").objects.filter(id=1).first()
    if kept is not None and kept.document:
        apps.get_model("leads", "ScoreVersion").objects.create(
            number=1, document=kept.document, published_at=timezone.now(), note="In force before versions were kept."
        )


def keep_the_newest(apps, schema_editor):
    """Back to one model: the newest."""
    newest = apps.get_model("leads", "ScoreVersion").objects.order_by("-number").first()
    if newest is not None:
        apps.get_model("leads", "ScoreModel").objects.update_or_create(id=1, defaults={"document": newest.document})


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("leads", "0007_matching"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoreVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("document", models.JSONField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(keep_the_model, keep_the_newest),
        migrations.DeleteModel(name="ScoreModel"),
    ]
