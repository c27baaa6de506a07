"""The story of a lead as rows: what arrived, who it is about, who holds it, and the promise that runs."""

from leads.models.accounts import Account, AccountKey, NameKey
from leads.models.activity import Activity, LookAgain
from leads.models.capture import InboundEvent, Source
from leads.models.enrichment import Answer, Enquiry, Provider, ProviderHealth
from leads.models.lead import Assignment, Lead, LeadQuerySet, TimelineEntry, Touch
from leads.models.links import AccountLink
from leads.models.promises import SlaClock, SlaPolicy
from leads.models.realignment import ChangeSet
from leads.models.scores import ScoreVersion
from leads.models.watch import Alarm, Audited, Finding, Heartbeat, Watch

__all__ = [
    "Account",
    "AccountKey",
    "AccountLink",
    "Activity",
    "Alarm",
    "Answer",
    "Assignment",
    "Audited",
    "ChangeSet",
    "Enquiry",
    "Finding",
    "Heartbeat",
    "InboundEvent",
    "Lead",
    "LeadQuerySet",
    "LookAgain",
    "NameKey",
    "Provider",
    "ProviderHealth",
    "ScoreVersion",
    "SlaClock",
    "SlaPolicy",
    "Source",
    "TimelineEntry",
    "Touch",
    "Watch",
]
