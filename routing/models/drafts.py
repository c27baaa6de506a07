"""What RevOps work on before it decides anything: the draft of a tree as numbered revisions, and test leads."""

from __future__ import annotations

from django.db import models

from reps.models import User
from routing.models.trees import Tree, Version


class Draft(models.Model):
    """The one draft of a tree. `newest` is the number of its newest revision, `base` the version it was begun from."""

    tree = models.OneToOneField(Tree, on_delete=models.CASCADE, related_name="draft")
    base = models.ForeignKey(Version, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    newest = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"draft of {self.tree}, revision {self.newest}"


class Revision(models.Model):
    """One state of a draft; it never changes. Undoing and redoing write new ones, so a number is never used twice.

    `back` is the number of the revision that undoing leads to, `forward` the one that redoing leads to. `op` is what
    was done, as it was asked for; `words` the same for people ("moved Product-qualified"); `node` what it was done to.
    """

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    op = models.JSONField(default=dict)
    words = models.CharField(max_length=300)
    node = models.CharField(max_length=100, blank=True)
    back = models.PositiveIntegerField(null=True, blank=True)
    forward = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "number"], name="revision_number_once_per_tree"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.tree}: {self.words}"


class TestLead(models.Model):
    """A lead that somebody made up or kept, and where it must go. All of a tree's are asked before it is published.

    `at` is when it arrives, None for the time of asking. `expect` is `{"node": key}` of `routing.engine.nodes`, or
    `{"to": {"kind": …, …}}`, a target without its `assign` part.
    """

    __test__ = False  # or pytest would collect it

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="test_leads")
    name = models.CharField(max_length=200)
    facts = models.JSONField()
    at = models.DateTimeField(null=True, blank=True)
    expect = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "name"], name="test_lead_name_once_per_tree")]

    def __str__(self) -> str:
        return self.name
