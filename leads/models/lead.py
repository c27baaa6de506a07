"""A lead, who holds it, and its story in words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models.accounts import Account
from leads.models.capture import InboundEvent, Source
from reps.models import Rep, User
from routing.models import Decision, Pool, Queue


class LeadQuerySet(models.QuerySet["Lead"]):
    def open(self) -> LeadQuerySet:
        """Leads that somebody holds and that are not closed."""
        return self.filter(status__in=Lead.OPEN)

    def of(self, rep: Rep) -> LeadQuerySet:
        return self.filter(rep=rep)

    def visible_to(self, user: User) -> LeadQuerySet:
        """For RevOps all; for a manager his teams' and what has no team; for a rep his own and his team's queues."""
        if not user.is_active:
            return self.none()
        if user.is_revops:
            return self.all()
        if user.is_manager:
            held = Q(rep__team__manager=user)
            waiting = Q(rep=None) & (Q(queue__team__manager=user) | Q(queue__team=None))
            return self.filter(held | waiting | Q(rep__user=user))
        team_queue = Q(rep=None, queue__team__isnull=False, queue__team__reps__user=user)
        return self.filter(Q(rep__user=user) | team_queue)


class Lead(models.Model):
    """A person who showed interest. `facts` are the normalised values rules see; `rep` holds it while it is open.

    `person_key` is the normalised e-mail or else the phone: the same person is the same lead. Who comes again with
    nothing but a phone is found by `phone`, which is in E.164 or "". `waits_for` marks a lead that nobody could take:
    the revision of the configuration, and what it asks for; "" where the rules want it to wait. `urgency` is its
    `priority` as a number, 0 for urgent, by which those who wait are pulled. `epoch` counts its
    assignments; every later act names the epoch it was shown, so a late click cannot touch somebody else's lead.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        ASSIGNED = "assigned", "Assigned"
        ACCEPTED = "accepted", "Accepted"
        CONTACTED = "contacted", "Contacted"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        DISQUALIFIED = "disqualified", "Disqualified"
        QUEUED = "queued", "Queued"
        NURTURE = "nurture", "Nurture"
        DISCARDED = "discarded", "Discarded"

    OPEN = (Status.ASSIGNED, Status.ACCEPTED, Status.CONTACTED)
    CLOSED = (Status.WON, Status.LOST, Status.DISQUALIFIED)

    person_key = models.CharField(max_length=340, null=True, blank=True, unique=True)  # NULL, unlike "", is not unique
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="leads")
    name = models.CharField(max_length=400, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    company = models.CharField(max_length=300, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    set_aside = models.JSONField(default=dict)
    # {field: {"by", "at"}} of what the sender did not say: worked out from another field, or filled by a provider.
    provenance = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RECEIVED)
    rep = models.ForeignKey(Rep, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    track = models.CharField(max_length=60, blank=True)
    waits_for = models.CharField(max_length=40, blank=True)
    urgency = models.PositiveSmallIntegerField(default=2)
    epoch = models.PositiveIntegerField(default=0)
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    score = models.IntegerField(null=True, blank=True)
    received_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = LeadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["rep", "status"],
                condition=Q(rep__isnull=False),
                name="lead_by_holder",
            ),
            models.Index(
                fields=["queue", "received_at"],
                condition=Q(rep__isnull=True),
                name="lead_waiting",
            ),
            # Activity of anybody there may send those of the account who wait somewhere else.
            models.Index(
                fields=["account"],
                condition=Q(status__in=["queued", "nurture"]),
                name="lead_waiting_of_account",
            ),
            models.Index(
                fields=["queue", "urgency", "received_at", "id"],
                condition=Q(rep__isnull=True, status="queued"),
                name="lead_to_pull",
            ),
            models.Index(fields=["-received_at"], name="lead_by_time"),
            models.Index(fields=["waits_for", "received_at", "id"], condition=~Q(waits_for=""), name="lead_waits_for"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="lead_by_phone"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(waits_for="") | Q(status="queued"), name="only_queued_leads_wait"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.company or f"lead {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class Touch(models.Model):
    """One sign of interest by one lead within one event. `item_key` is the sender's own id for it, if it has one."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches")
    event = models.ForeignKey(
        InboundEvent,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="touches",
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="touches")
    item = models.PositiveIntegerField(default=0)
    item_key = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "item"], name="item_touches_once"),
            models.UniqueConstraint(
                fields=["source", "item_key"],
                condition=~Q(item_key=""),
                name="same_item_once",
            ),
        ]
        indexes = [models.Index(fields=["lead", "-at"], name="touch_by_lead")]

    def __str__(self) -> str:
        return f"touch of lead {self.lead_id}"


class Assignment(models.Model):
    """The fact that a rep holds a lead in `[assigned_at, ended_at)`. At most one of a lead is open.

    `outcome` is how the lead was closed in his hands, and stays when it comes back as a new chance; `segment` is the
    lead's as it was given to him.
    """

    class How(models.TextChoices):
        ROTATION = "rotation", "By the pool's strategy"
        STICKY = "sticky", "Knows this person"
        NAMED = "named", "Named by the rule or owner of the account"
        TEAM = "team", "Of the team that has the account"
        COVER = "cover", "Covers for somebody away"
        CLAIMED = "claimed", "Taken from the queue"
        BY_HAND = "by_hand", "Given by hand"
        SLA = "sla", "Taken over after a broken promise"

    class Ended(models.TextChoices):
        RETURNED = "returned", "The lead came back and was routed anew"
        DECLINED = "declined", "The rep declined"
        SLA = "sla", "The promise was broken"
        SILENT = "silent", "Accepted, and then nothing more was heard"
        AWAY = "away", "The rep went away before touching it"
        BY_HAND = "by_hand", "Moved by hand"
        CLOSED = "closed", "The lead was closed"
        CHANGED = "changed", "What is known of the lead changed, and it was routed anew"

    class Outcome(models.TextChoices):
        WON = "won", "Won"
        LOST = "lost", "Lost"
        DISQUALIFIED = "disqualified", "Disqualified"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="assignments")
    rep = models.ForeignKey(Rep, on_delete=models.PROTECT, related_name="assignments")
    epoch = models.PositiveIntegerField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="assignments")
    pool = models.ForeignKey(
        Pool,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assignments",
    )
    how = models.CharField(max_length=10, choices=How.choices)
    assigned_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    segment = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(ended_at=None), name="one_open_assignment"),
            models.UniqueConstraint(fields=["lead", "epoch"], name="one_assignment_per_epoch"),
        ]
        indexes = [
            models.Index(
                fields=["rep"],
                condition=Q(ended_at=None),
                name="assignment_open_by_rep",
            ),
            models.Index(fields=["rep", "-assigned_at"], name="assignment_by_rep"),
            models.Index(
                fields=["rep", "-ended_at"], condition=Q(ended_at__isnull=False), name="assignment_ended_by_rep"
            ),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} with {self.rep_id} from {self.assigned_at}"


class TimelineEntry(models.Model):
    """One line in the story of a lead, in words. Appended, never edited."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        RETURNED = "returned", "Came back"
        ROUTED = "routed", "Routed"
        ACCEPTED = "accepted", "Accepted"
        CONTACTED = "contacted", "Contacted"
        DECLINED = "declined", "Declined"
        REASSIGNED = "reassigned", "Reassigned"
        SLA = "sla", "Promise"
        CLOSED = "closed", "Closed"
        CHANGED = "changed", "Facts changed"
        ENRICHED = "enriched", "Looked up"
        SIGNAL = "signal", "Activity"
        LINKED = "linked", "Account"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    epoch = models.PositiveIntegerField(default=0)
    step = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "-at"], name="timeline_by_lead")]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "epoch", "step"],
                condition=Q(step__isnull=False),
                name="sla_step_acted_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
